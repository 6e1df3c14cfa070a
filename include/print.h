// --json, --batch and --list-columns: pictures in, text out, until the ticks are done.
#ifndef IPCTOP_PRINT_H
#define IPCTOP_PRINT_H

#include "engine/sampler.h"
#include "options.h"
#include "requests.h"

// Prints each tick to stdout; returns the exit status. The sampler is a one-shot one. `piped`: its pictures
// come through a pipe, and each is printed as it comes.
int print_run(const struct options *options, struct requests *requests, struct sampler *sampler,
              bool piped);
// The exit status where no answer could be given, or it ended early.
int print_failure(const struct options *options);
// True, after saying so, where there is no object with the id that is asked for.
bool print_missing_id(const struct requests *requests, const struct snapshot *s);
// False, after saying why, where not one table is known.
bool print_any_known(const struct requests *requests, const struct snapshot *s);
void print_columns(const struct options *options);

#endif
