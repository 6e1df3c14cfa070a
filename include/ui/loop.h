// The UI thread: poll(terminal, sampler, signals, timer) → dispatch → draw. Never waits for more.
//
// Before it: signals_block(), threads, screen_start(). It ends by q or F10, after `ticks`
// refreshes (> 0), by SIGTERM, SIGHUP, SIGINT or SIGQUIT, or when the terminal is gone, which counts
// as SIGHUP. The terminal is restored when it returns.
//
// Returns 0, or 128 + the number of the signal that ended it; the caller then frees what it has and
// hands that number to signals_default(), so that the parent sees a process ended by a signal.
#ifndef IPCTOP_UI_LOOP_H
#define IPCTOP_UI_LOOP_H

#include "session/session.h"

int loop_run(struct session *session, long ticks);

#endif
