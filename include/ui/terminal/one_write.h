// What curses writes during one update, gathered and sent to the terminal by a single write.
//
// Some builds of ncurses (Debian's) write after every movement of the cursor: some 35 writes for a
// refresh in which ages change, each a packet on its way through SSH and a wake of the other side.
#ifndef IPCTOP_UI_TERMINAL_ONE_WRITE_H
#define IPCTOP_UI_TERMINAL_ONE_WRITE_H

#include <stdio.h>

// The stream curses is to write to: a duplicate of standard output. NULL where there is none to be
// had: curses may take stdout then, and the functions below do nothing.
FILE *one_write_start(void);
void one_write_stop(void); // after curses let go of the stream

// Around an update during which curses asks the terminal for nothing. The end may block as long as
// the terminal does not read.
void one_write_begin(void);
void one_write_end(void);

// Writes to the terminal at once, all of it; blocks as one_write_end() does.
void one_write_write(const char *bytes, size_t n);

// From here on what is written goes nowhere, also what is being written. Async-signal-safe.
void one_write_let_go(void);

#endif
