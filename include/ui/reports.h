// What a terminal reports of the mouse, taken apart byte by byte, and what presses mean. Pure.
//
// curses is not asked: it joins the reports of a double click that arrive together into one press.
#ifndef IPCTOP_UI_REPORTS_H
#define IPCTOP_UI_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/key.h"

// A control sequence after its ESC [, which may come in several reads. Zero it before use.
struct report {
    enum report_form { REPORT_NONE, REPORT_CONTROL, REPORT_SGR, REPORT_X10 } form;
    unsigned n;         // bytes of X10, fields of SGR begun
    uint32_t field[3];  // button, column, row as sent
    bool bad;           // nothing to be understood; skipped to its end
};

enum report_state {
    REPORT_MORE,  // goes on
    REPORT_OVER,  // was the last byte
    REPORT_BROKEN // does not belong to it: the sequence was cut short
};

void report_begin(struct report *report);
// After REPORT_OVER *event tells of a press or the wheel; its mouse is MOUSE_NONE where the
// sequence was anything else.
enum report_state report_byte(struct report *report, uint8_t byte, struct key_event *event);

struct clicks { // zero it before use
    bool armed; // the next press may be the second of two
    int x, y;
    int64_t ms;
};

// MOUSE_CLICK, or MOUSE_DOUBLE for the second of two in the same place within DOUBLE_CLICK_MS.
enum { DOUBLE_CLICK_MS = 400 };
enum mouse clicks_press(struct clicks *clicks, int x, int y, int64_t now_ms);

#endif
