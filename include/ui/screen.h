// The terminal: the only file that knows curses. Starts, stops, reads keys, shows a canvas.
#ifndef IPCTOP_UI_SCREEN_H
#define IPCTOP_UI_SCREEN_H

#include "app/key.h"
#include "ui/canvas.h"

struct screen_options {
    bool no_color; // also by NO_COLOR in the environment
    bool no_mouse;
    bool ascii;    // also where the locale is not UTF-8
};

// 0, or -1 with *why filled: no terminal, unknown or too dumb TERM. The terminal is untouched then.
int screen_start(const struct screen_options *options, char *why, size_t cap);
void screen_stop(void);    // restores the terminal; safe to call twice, and from the out-of-memory hook
void screen_rescue(void);  // the same from a signal handler for a crash: async-signal-safe writes only
void screen_suspend(void); // for ^Z: restores, stops the process, restarts on return

void screen_size(int *w, int *h);
bool screen_ascii(void);
void screen_show(const struct canvas *canvas); // sends only what changed
void screen_redraw(void);                      // everything anew at the next show
bool screen_key(struct key_event *event);      // false: no further key waiting. Never blocks

#endif
