// What curses does not see to: digits of the keypad, bracketed paste, where the terminal has it, and the
// mouse. Private to the terminal.
#ifndef IPCTOP_UI_TERMINAL_MODES_H
#define IPCTOP_UI_TERMINAL_MODES_H

#include <stdbool.h>
#include <stddef.h>

struct modes {
    char on[64], off[64]; // what is sent to turn them on, and off again
};
struct modes modes_of_terminal(bool mouse);

// Puts a string of the terminal's, NULL being none, at the end of `dst`, which has *n characters, without
// its padding ($<5>): a handler cannot wait.
void modes_append(char *dst, size_t cap, size_t *n, const char *text);

#endif
