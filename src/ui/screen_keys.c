#include "ui/screen_keys.h"

#include "base/clock.h"

#include <curses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    DOUBLE_CLICK_MS = 400,
    CODE_FOCUS = KEY_MAX + 1, // codes of our own for sequences curses has none for
    CODE_PASTE_BEGIN,
    CODE_PASTE_END,
};

static struct {
    WINDOW *input; // a pad: reading from a window would also refresh it
    bool mouse, pasting;
    int64_t click_ms;
    int click_x, click_y;
} keys;

// --- start and stop -------------------------------------------------------------------------------

// Sequences terminals send although their description does not say so.
static void define_keys(void)
{
    static const struct {
        const char *sequence;
        int code;
    } known[] = {
        {"\033[A", KEY_UP},     {"\033OA", KEY_UP},      {"\033[B", KEY_DOWN},
        {"\033OB", KEY_DOWN},   {"\033[C", KEY_RIGHT},   {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},   {"\033OD", KEY_LEFT},    {"\033[H", KEY_HOME},
        {"\033OH", KEY_HOME},   {"\033[1~", KEY_HOME},   {"\033[7~", KEY_HOME},
        {"\033[F", KEY_END},    {"\033OF", KEY_END},     {"\033[4~", KEY_END},
        {"\033[8~", KEY_END},   {"\033[2~", KEY_IC},     {"\033[3~", KEY_DC},
        {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE},  {"\033[Z", KEY_BTAB},
        {"\033OM", KEY_ENTER},  {"\033OP", KEY_F(1)},    {"\033OQ", KEY_F(2)},
        {"\033OR", KEY_F(3)},   {"\033OS", KEY_F(4)},    {"\033[11~", KEY_F(1)},
        {"\033[12~", KEY_F(2)}, {"\033[13~", KEY_F(3)},  {"\033[14~", KEY_F(4)},
        {"\033[15~", KEY_F(5)}, {"\033[17~", KEY_F(6)},  {"\033[18~", KEY_F(7)},
        {"\033[19~", KEY_F(8)}, {"\033[20~", KEY_F(9)},  {"\033[21~", KEY_F(10)},
        {"\033[23~", KEY_F(11)}, {"\033[24~", KEY_F(12)},
        {"\033[I", CODE_FOCUS}, {"\033[O", CODE_FOCUS},
        {"\033[200~", CODE_PASTE_BEGIN}, {"\033[201~", CODE_PASTE_END},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (key_defined(known[i].sequence) == 0)
            define_key(known[i].sequence, known[i].code);
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

bool screen_key(struct key_event *event)
{
    wint_t code;
    int got = wget_wch(keys.input, &code);

    *event = (struct key_event){.key = K_NONE};
    if (got == ERR)
        return false;
    if (got == KEY_CODE_YES) {
        if (code == KEY_MOUSE)
            read_mouse(event);
        else if (code == CODE_PASTE_BEGIN || code == CODE_PASTE_END)
            keys.pasting = code == CODE_PASTE_BEGIN;
        else if (!keys.pasting)
            event->key = from_curses(code);
        return true;
    }
    if (keys.pasting)
        return true;
    switch (code) {
    case 27:
        event->key = escape();
        break;
    case '\n':
        event->key = K_ENTER;
        break;
    case 8:
        event->key = K_BACKSPACE;
        break;
    default:
        event->key = (int32_t)code;
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
