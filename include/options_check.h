// What the options may mean together.
#ifndef IPCTOP_OPTIONS_CHECK_H
#define IPCTOP_OPTIONS_CHECK_H

#include "options.h"

// 0, or 2 after one clear line on stderr.
int options_check(const struct options *options);
// Whether --remove, or --signal, acts on rows of such tables.
bool options_act_on(const struct options *options, const struct kind *kind);

// One line on stderr, what it quotes made harmless. Returns 2.
int options_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
