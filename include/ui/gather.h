// What curses writes during one update, gathered and sent to the terminal by a single write.
//
// Some builds of ncurses (Debian's) write after every movement of the cursor: some 35 writes for a
// refresh in which ages change, each a packet on its way through SSH and a wake of the other side.
#ifndef IPCTOP_UI_GATHER_H
#define IPCTOP_UI_GATHER_H

#include <stdio.h>

// The stream curses is to write to: a duplicate of standard output. NULL where there is none to be
// had: curses may take stdout then, and the functions below do nothing.
FILE *gather_start(void);
void gather_stop(void); // after curses let go of the stream

// Around an update during which curses asks the terminal for nothing. The end may block as long as
// the terminal does not read.
void gather_begin(void);
void gather_end(void);

// Writes to the terminal at once, all of it; blocks as gather_end() does.
void gather_write(const char *bytes, size_t n);

#endif
