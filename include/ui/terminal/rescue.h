// Giving the terminal back where nothing may be relied on: from a handler, out of memory, with a
// terminal that is gone or does not read.
#ifndef IPCTOP_UI_TERMINAL_RESCUE_H
#define IPCTOP_UI_TERMINAL_RESCUE_H

#include <stddef.h>

// Notes the terminal's settings as they are now: before anything changes them.
void rescue_note_settings(void);
// From now on rescue_now() writes these bytes; they are copied, and cut at 256.
void rescue_arm(const char *reset, size_t n);
void rescue_disarm(void); // the terminal is as it was

// Async-signal-safe, never blocks, does nothing unless armed and disarms; what is still to be shown
// is thrown away.
void rescue_now(void);

#endif
