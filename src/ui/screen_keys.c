#include "ui/screen_keys.h"

#include "base/clock.h"
#include "ui/sequences.h"

#include <curses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    DOUBLE_CLICK_MS = 400,
    CODE_OURS = 0x1000, // codes of sequences[]; curses gives its own out from 256 and KEY_MAX on
};

static struct {
    WINDOW *input; // a pad: reading from a window would also refresh it
    bool mouse, pasting;
    int64_t click_ms;
    int click_x, click_y;
} keys;

// --- start and stop -------------------------------------------------------------------------------

// Only those the terminal's description does not give another meaning.
static void define_keys(void)
{
    for (size_t i = 0; i < n_sequences; i++)
        if (key_defined(sequences[i].bytes) == 0)
            define_key(sequences[i].bytes, CODE_OURS + (int)i);
}

bool screen_keys_start(bool mouse)
{
    // On the console curses would ask gpm, on a descriptor of its own that nobody polls.
    const char *term = getenv("TERM");
    bool console = term && strncmp(term, "linux", strlen("linux")) == 0;

    keys.input = newpad(1, 1);
    keypad(keys.input, TRUE);
    nodelay(keys.input, TRUE);
    define_keys();
    // Waiting for a second click would hold up the loop: presses are told apart here.
    keys.mouse = mouse && !console &&
                 mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    if (keys.mouse)
        mouseinterval(0);
    return keys.mouse;
}

void screen_keys_stop(void)
{
    delwin(keys.input);
    keys.input = NULL;
}

// --- reading --------------------------------------------------------------------------------------

static int32_t from_curses(wint_t code)
{
    if (code >= CODE_OURS && code < CODE_OURS + n_sequences)
        return sequences[code - CODE_OURS].key;
    if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12))
        return K_F1 + (int32_t)(code - (wint_t)KEY_F(1));
    switch (code) {
    case KEY_UP:
        return K_UP;
    case KEY_DOWN:
        return K_DOWN;
    case KEY_LEFT:
        return K_LEFT;
    case KEY_RIGHT:
        return K_RIGHT;
    case KEY_PPAGE:
    case KEY_A3:
        return K_PGUP;
    case KEY_NPAGE:
    case KEY_C3:
        return K_PGDN;
    case KEY_HOME:
    case KEY_FIND:
    case KEY_A1:
        return K_HOME;
    case KEY_END:
    case KEY_SELECT:
    case KEY_C1:
        return K_END;
    case KEY_DC:
        return K_DELETE;
    case KEY_IC:
        return K_INSERT;
    case KEY_BTAB:
        return K_BACKTAB;
    case KEY_ENTER:
        return K_ENTER;
    case KEY_BACKSPACE:
        return K_BACKSPACE;
    default:
        return K_NONE;
    }
}

static int64_t now_ms(void)
{
    return clock_ns() / CLOCK_MS;
}

static void read_mouse(struct key_event *event)
{
    MEVENT mouse;

    if (getmouse(&mouse) != OK)
        return;
    event->x = mouse.x;
    event->y = mouse.y;
    if (mouse.bstate & BUTTON4_PRESSED) {
        event->mouse = MOUSE_WHEEL_UP;
    } else if (mouse.bstate & BUTTON5_PRESSED) {
        event->mouse = MOUSE_WHEEL_DOWN;
    } else if (mouse.bstate & BUTTON1_PRESSED) {
        bool again = mouse.x == keys.click_x && mouse.y == keys.click_y &&
                     now_ms() - keys.click_ms <= DOUBLE_CLICK_MS;

        event->mouse = again ? MOUSE_DOUBLE : MOUSE_CLICK;
        keys.click_ms = again ? 0 : now_ms();
        keys.click_x = mouse.x;
        keys.click_y = mouse.y;
    } else {
        return;
    }
    event->key = K_MOUSE;
}

// After Esc: the rest of a sequence nobody knows is not typed text. Its bytes could be commands.
static int32_t escape(void)
{
    wint_t code;
    int got = wget_wch(keys.input, &code);

    if (got == ERR)
        return K_ESC;
    if (got == OK && (code == '[' || code == 'O')) {
        bool control = code == '[';

        while (wget_wch(keys.input, &code) == OK)
            if (!control || (code >= 0x40 && code <= 0x7e)) // ECMA-48 5.4: the final byte
                break;
        return K_NONE;
    }
    if (got == KEY_CODE_YES)
        ungetch((int)code);
    else
        unget_wch((wchar_t)code);
    return K_ESC;
}

static void take_code(wint_t code, struct key_event *event)
{
    int32_t key = from_curses(code);

    if (code == KEY_MOUSE)
        read_mouse(event);
    else if (key == SEQUENCE_PASTE_BEGIN || key == SEQUENCE_PASTE_END)
        keys.pasting = key == SEQUENCE_PASTE_BEGIN;
    else if (!keys.pasting && key != SEQUENCE_FOCUS)
        event->key = key;
}

bool screen_key(struct key_event *event)
{
    wint_t code;
    int got = wget_wch(keys.input, &code);

    *event = (struct key_event){.key = K_NONE};
    if (got == ERR)
        return false;
    if (got == KEY_CODE_YES) {
        take_code(code, event);
    } else if (!keys.pasting) {
        event->key = code == 27     ? escape()
                     : code == '\n' ? K_ENTER
                     : code == 8    ? K_BACKSPACE
                                    : (int32_t)code;
    }
    return true;
}

bool screen_hung_up(void)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;

    if (poll(&terminal, 1, 0) <= 0)
        return false;
    return terminal.revents & (POLLHUP | POLLERR | POLLNVAL) ||
           ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0;
}
