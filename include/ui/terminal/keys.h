// What the terminal sends: curses codes, escape sequences, mouse reports → our keys. The reading
// half of ui/screen.h, which starts and stops it.
#ifndef IPCTOP_UI_TERMINAL_KEYS_H
#define IPCTOP_UI_TERMINAL_KEYS_H

#include <stdbool.h>

#include "base/key.h"

// Between the start of curses and its end. Whether the terminal should report its mouse.
bool screen_keys_start(bool mouse);
void screen_keys_stop(void);

bool screen_key(struct key_event *event); // false: no further key waiting. Never blocks
bool screen_hung_up(void); // readable, but there is nothing to read: the terminal is gone

#endif
