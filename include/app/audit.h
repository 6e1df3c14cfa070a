// Every action and what came of it, one line each, in a file (--log).
//
// A line is written by the thread that acted, after it acted: a log on a file system that hangs
// holds up no screen.
#ifndef IPCTOP_APP_AUDIT_H
#define IPCTOP_APP_AUDIT_H

#include "model/action.h"

struct audit;

// Appends to `path`, which is made with mode 0640. NULL with errno set.
struct audit *audit_open(const char *path);
void audit_close(struct audit *audit); // NULL is fine

// As sampler_options.acted takes it. Where the line cannot be written the outcome's text says so.
void audit_outcome(void *audit, struct outcome *outcome);

#endif
