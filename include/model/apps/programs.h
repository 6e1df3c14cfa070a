// Whether a program is one of those a table names. Pure.
#ifndef IPCTOP_MODEL_APPS_PROGRAMS_H
#define IPCTOP_MODEL_APPS_PROGRAMS_H

#include <stdbool.h>

// Names, or beginnings of them that end with '*'; NULL stands behind the last.
bool program_among(const char *const *names, const char *comm);

#endif
