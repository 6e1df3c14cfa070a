// --remove and --signal: a preview, or with --yes the act, through the same choosing, consequences and
// worker as the keys of the screen.
#ifndef IPCTOP_UNATTENDED_H
#define IPCTOP_UNATTENDED_H

#include "engine/sampler.h"
#include "options.h"
#include "requests.h"

// Prints to stdout; returns the exit status: 0 all done, or shown; 1 something was not.
int unattended_run(const struct options *options, const struct requests *requests,
                   struct sampler *sampler);

#endif
