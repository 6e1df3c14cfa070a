// Sequences taken apart byte by byte: what a terminal reports of the mouse, and keys that curses does
// not know or that came in pieces. And what presses of the mouse mean. Pure.
//
// curses is not asked: it joins the reports of a double click that arrive together into one press,
// and takes a sequence for typed text when its rest comes late.
#ifndef IPCTOP_UI_TERMINAL_ESCAPE_PARSER_H
#define IPCTOP_UI_TERMINAL_ESCAPE_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/key.h"

// A sequence after its ESC [ (or ESC O), which may come in several reads. Zero it before use.
struct escape {
    enum report_form { REPORT_NONE, REPORT_CONTROL, REPORT_SHIFT, REPORT_SGR, REPORT_X10 } form;
    char bytes[8];     // of a key: all of it from its Esc on; cut where it is longer than any
    unsigned n;        // bytes of X10, fields of SGR begun
    uint32_t field[3]; // button, column, row as sent
    bool bad;          // nothing to be understood; skipped to its end
};

enum report_state {
    REPORT_MORE,  // goes on
    REPORT_OVER,  // was the last byte
    REPORT_BROKEN // does not belong to it: the sequence was cut short
};

void escape_begin(struct escape *report, char introducer); // '[' or 'O'
// After REPORT_OVER *event holds a press or the wheel, or the key in sequences[], which may
// be a SEQUENCE_*; else its mouse is MOUSE_NONE and its key K_NONE.
enum report_state escape_byte(struct escape *report, uint8_t byte, struct key_event *event);

struct clicks { // zero it before use
    bool armed; // the next press may be the second of two
    int x, y;
    int64_t ms;
};

// MOUSE_CLICK, or MOUSE_DOUBLE for the second of two in the same place within DOUBLE_CLICK_MS.
enum { DOUBLE_CLICK_MS = 400 };
enum mouse clicks_press(struct clicks *clicks, int x, int y, int64_t now_ms);

#endif
