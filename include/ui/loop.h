// The UI thread: poll(terminal, sampler, signals, timer) → dispatch → draw. Never waits for more.
#ifndef IPCTOP_UI_LOOP_H
#define IPCTOP_UI_LOOP_H

#include "app/session.h"
#include "ui/screen.h"

// Runs until the user quits or a signal ends it. `ticks` > 0: leaves after so many refreshes.
// Returns the exit status.
int loop_run(struct session *session, long ticks);

#endif
