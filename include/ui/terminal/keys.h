// What the terminal sends: curses codes, escape sequences, mouse reports → our keys. The reading
// half of ui/terminal/screen.h, which starts and stops it.
#ifndef IPCTOP_UI_TERMINAL_KEYS_H
#define IPCTOP_UI_TERMINAL_KEYS_H

#include <stdbool.h>

#include "base/key.h"

// Between the start of curses and its end. Whether the terminal should report its mouse.
bool screen_keys_start(bool mouse);
void screen_keys_stop(void);

bool screen_key(struct key_event *event); // false: no further key waiting. Never blocks
// Readable, but there is nothing to read: the terminal is gone, or is another session's.
bool screen_hung_up(void);

// What was shown so far is a question. Until the terminal answers that it has shown it, keys were typed
// before it could be read. One that does not answer gets a moment.
void screen_question_shown(void);
bool screen_question_unread(void);

#endif
