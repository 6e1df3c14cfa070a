// Signals of the screen: they wait in a descriptor, so that nothing is interrupted, except while
// the terminal is written to: a terminal that does not read must not keep the program alive.
#ifndef IPCTOP_UI_TERMINAL_SIGNALS_H
#define IPCTOP_UI_TERMINAL_SIGNALS_H

// Blocks what the loop reads. Before the first thread, which inherits it. Signals that were ignored
// (nohup) stay ignored.
void signals_block(void);
int signals_fd(void);     // readable when one waits; a signalfd(2). -1 before signals_block
int signals_next(void);   // its number, 0 when none waits
int signals_caught(void); // an ending signal that came within a window, or at the last; 0: none

// `rescue` gives the terminal back before a crash (SIGSEGV, abort, …) takes its default action. An
// ending signal that comes while the terminal is written to calls it too, then `no_more_writes`,
// after which no write to the terminal may block. Both must be async-signal-safe.
void signals_rescue(void (*rescue)(void), void (*no_more_writes)(void));

// Around writes that may block: ending signals are caught. Then nothing more may be written.
void signals_window_open(void);
void signals_window_close(void);

// The screen is over: what is left to do has three seconds from an ending signal on. Then it ends us.
void signals_last(void);

// Takes the signal's default action, so that the parent sees the truth. Returns only where that
// is not to end the process.
void signals_default(int number);

#endif
