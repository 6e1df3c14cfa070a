// `--record FILE`: one complete picture a tick is appended to a file, as a JSON document on a line of
// its own. replay/ reads it.
#ifndef IPCTOP_RECORDING_H
#define IPCTOP_RECORDING_H

#include "engine/sampler.h"
#include "options.h"
#include "requests.h"

// Until the ticks are done or a signal ends it. A picture that cannot be written is left out, which is
// said once; the next ones are tried. The exit status; 128 + n: signal n.
int recording_run(const struct options *options, const struct requests *requests,
                  struct sampler *sampler);

#endif
