// How large the terminal is, and how much of it is drawn in.
#ifndef IPCTOP_UI_TERMINAL_SIZE_H
#define IPCTOP_UI_TERMINAL_SIZE_H

#include <stdbool.h>

// Columns and rows: more than any font leaves on a screen. TIOCSWINSZ takes 65535 of each, for which curses has
// no cells, and the canvas no memory.
enum { TERMINAL_WIDEST = 2048, TERMINAL_HIGHEST = 1024 };

enum terminal_size { SIZE_UNKNOWN, SIZE_WHOLE, SIZE_CUT };

// Of standard output, no more than these.
enum terminal_size terminal_size(int *w, int *h);

#endif
