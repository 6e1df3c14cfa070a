// The terminal: the only file that knows curses. Starts, stops, reads keys, shows a canvas.
#ifndef IPCTOP_UI_TERMINAL_SCREEN_H
#define IPCTOP_UI_TERMINAL_SCREEN_H

#include "store/scheme.h"
#include "ui/canvas/canvas.h"

struct screen_options {
    bool no_color;      // also by NO_COLOR in the environment
    enum scheme scheme; // where there are colours
    bool no_mouse;
    bool ascii; // also where the locale is not UTF-8
};

// 0, or -1 with *why filled: no terminal, unknown or too dumb TERM. The terminal is untouched then.
int screen_start(const struct screen_options *options, char *why, size_t cap);
void screen_stop(void); // restores the terminal; safe to call twice
// The same where nothing may be relied on: from a handler, out of memory, with a terminal that is
// gone or does not read. Async-signal-safe, never blocks; what is still to be shown is thrown away.
void screen_rescue(void);
void screen_suspend(void); // for ^Z: restores, stops the process, starts again on return
void screen_resume(void);  // after another program had the terminal: draws everything

void screen_resize(void); // the terminal has another size now
void screen_size(int *w, int *h);
bool screen_ascii(void);
bool screen_color(void);                       // it has eight colours and they are not disabled
void screen_scheme(enum scheme scheme);        // SCHEME_MONO, whatever is asked, without colours
void screen_show(const struct canvas *canvas); // sends only what changed
void screen_redraw(void);                      // draws everything at the next show

#endif
