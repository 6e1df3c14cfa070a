// --json, --batch and --list-columns: pictures in, text out, until the ticks are done.
#ifndef IPCTOP_PRINT_H
#define IPCTOP_PRINT_H

#include "engine/sampler.h"
#include "options.h"
#include "requests.h"

// Prints each tick to stdout; returns the exit status. The sampler is a one-shot one.
int print_run(const struct options *options, struct requests *requests, struct sampler *sampler);
void print_columns(const struct options *options);

#endif
