// `--batch events` and `--json events`: what happens, as it happens, without a screen; with --trace a
// flight recorder.
#ifndef IPCTOP_PRINT_EVENTS_H
#define IPCTOP_PRINT_EVENTS_H

#include "engine/sampler.h"
#include "options.h"
#include "requests.h"

// Whether the options ask for it: events are seen from one look to the next only.
bool print_events_wanted(const struct options *options);

// Copies of the events after *last, whose number it then is. One reference; NULL: there are none.
struct event_log *print_events_news(const struct event_log *all, uint64_t *last);

// Prints events until the ticks are done or a signal ends it. The exit status; 128 + n: signal n.
int print_events_run(const struct options *options, const struct requests *requests,
                     struct sampler *sampler);

#endif
