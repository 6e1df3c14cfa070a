// The screen: sampler → session → terminal, until the user quits or a signal ends it.
#ifndef IPCTOP_MONITOR_H
#define IPCTOP_MONITOR_H

#include "engine/sampler.h"
#include "options.h"
#include "output/formats.h"
#include "store/audit_log.h"

// Whether the options fit the screen: 0, or 2 after one clear line on stderr.
int monitor_check(const struct options *options);
// `first`: what the options ask of the table it opens on. Returns the exit status; 2 after one clear
// line on stderr where there is no terminal to show it on. 128 + n: signal n ended it; hand that to
// monitor_end() once everything is freed.
int monitor_run(const struct options *options, const struct table_request *first,
                struct sampler *sampler, struct audit_log *audit);

// Ends the process as the signal would have that ended the screen, so that the parent sees the
// truth. Returns any other status as it is.
int monitor_end(int status);

#endif
