// Header only. Keys as the program knows them: a Unicode code point, or one of these.
#ifndef IPCTOP_BASE_KEY_H
#define IPCTOP_BASE_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum key {
    K_NONE = -1,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_BACKSPACE = 127,
    K_SPECIAL = 0x110000, // beyond Unicode
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_PGUP,
    K_PGDN,
    K_HOME,
    K_END,
    K_DELETE,
    K_INSERT,
    K_BACKTAB,
    K_F1,
    K_F2,
    K_F3,
    K_F4,
    K_F5,
    K_F6,
    K_F7,
    K_F8,
    K_F9,
    K_F10,
    K_F11,
    K_F12,
    K_MOUSE, // at x, y of struct key_event
};
#define K_CTRL(letter) ((letter)&0x1f)

enum mouse { MOUSE_NONE, MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key_event {
    int32_t key; // enum key or a code point
    bool pasted; // text from a clipboard: typed into a line, and never a command or an answer
    enum mouse mouse;
    int x, y;
};

#endif
