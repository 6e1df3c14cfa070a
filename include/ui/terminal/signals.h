// Signals of the screen: they wait in a descriptor, so that nothing is interrupted, except while
// the terminal is written to: a terminal that does not read must not keep the program alive.
#ifndef IPCTOP_UI_TERMINAL_SIGNALS_H
#define IPCTOP_UI_TERMINAL_SIGNALS_H

// Blocks what the loop reads. Before the first thread, which inherits it. Signals that were ignored
// (nohup) stay ignored.
void signals_block(void);
int signals_fd(void);   // readable when one waits; a signalfd(2). -1 before signals_block
int signals_next(void); // its number, 0 when none waits

// What is to be done before a crash (SIGSEGV, abort, …) or an ending signal that comes while the
// terminal is written to takes its default action. Must be async-signal-safe.
void signals_rescue(void (*rescue)(void));

// Around writes that may block: SIGTERM, SIGHUP, SIGINT, SIGQUIT end the program there and then.
void signals_window_open(void);
void signals_window_close(void);

// Takes the signal's default action, so that the parent sees the truth. Returns only where that
// is not to end the process.
void signals_default(int number);

#endif
