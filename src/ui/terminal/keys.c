#include "ui/terminal/keys.h"

#include "base/clock.h"
#include "ui/terminal/escape_parser.h"
#include "ui/terminal/one_write.h"
#include "ui/terminal/sequences.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "curses_library.h"

enum {
    PASTE_PAUSE_MS = 3000, // so long nothing came: the end of what is pasted was lost
    ANSWER_MS = 1500,      // a terminal answers within it, also far away, or not at all:
    READING_MS = 300,      // then nobody reads a question faster
    PAUSE_MS = 500,        // the rest of a sequence that was cut comes within it, or not at all
    CODE_OURS = 0x1000,    // codes of sequences[]; curses gives its own out from 256 and KEY_MAX on
};

static struct {
    WINDOW *input; // a pad: reading from a window would also refresh it
    bool mouse, pasting;
    bool escaped;         // Esc came last, alone: what is [ now is the late rest of its sequence
    struct escape report; // begun and not at its end
    int64_t report_ms;    // when its last byte came
    struct clicks clicks;
    int64_t paste_ms;    // when something of what is pasted came last
    int64_t question_ms; // when the terminal was asked whether a question is shown; 0: it is
    bool lone;           // Esc came last, and nothing with it
    bool no_answer;      // it did not answer the last time
} keys;

// --- start and stop -------------------------------------------------------------------------------

// Only those the terminal's description does not give another meaning.
static void define_keys(void)
{
    for (size_t i = 0; i < n_sequences; i++)
        if (curses.key_defined(sequences[i].bytes) == 0)
            curses.define_key(sequences[i].bytes, CODE_OURS + (int)i);
}

bool screen_keys_start(bool mouse)
{
    // The console has no reports: gpm would have to be asked, on a descriptor of its own.
    const char *term = getenv("TERM");
    const char *report = curses_capability("kmous");
    bool console = term && strncmp(term, "linux", strlen("linux")) == 0;

    keys.input = curses.newpad(1, 1);
    curses.keypad(keys.input, TRUE);
    curses.nodelay(keys.input, TRUE);
    define_keys();
    keys.mouse = mouse && !console && report;
    if (report)
        curses.define_key(report, 0); // reports are taken apart here
    return keys.mouse;
}

void screen_keys_stop(void)
{
    curses.delwin(keys.input);
    keys.input = NULL;
}

// --- reading --------------------------------------------------------------------------------------

static int32_t from_curses(wint_t code)
{
    static const struct {
        wint_t code;
        int32_t key;
        // clang-format off
    } keys_of[] = {
        {KEY_UP, K_UP}, {KEY_DOWN, K_DOWN}, {KEY_LEFT, K_LEFT}, {KEY_RIGHT, K_RIGHT},
        {KEY_PPAGE, K_PGUP}, {KEY_A3, K_PGUP}, {KEY_NPAGE, K_PGDN}, {KEY_C3, K_PGDN},
        {KEY_HOME, K_HOME}, {KEY_FIND, K_HOME}, {KEY_A1, K_HOME},
        {KEY_END, K_END}, {KEY_SELECT, K_END}, {KEY_C1, K_END},
        {KEY_DC, K_DELETE}, {KEY_IC, K_INSERT}, {KEY_BTAB, K_BACKTAB},
        {KEY_ENTER, K_ENTER}, {KEY_BACKSPACE, K_BACKSPACE},
    };
    // clang-format on

    if (code >= CODE_OURS && code < CODE_OURS + n_sequences)
        return sequences[code - CODE_OURS].key;
    if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12))
        return K_F1 + (int32_t)(code - (wint_t)KEY_F(1));
    for (size_t i = 0; i < sizeof keys_of / sizeof *keys_of; i++)
        if (keys_of[i].code == code)
            return keys_of[i].key;
    return K_NONE;
}

static int64_t now_ms(void)
{
    return clock_ns() / CLOCK_MS;
}

static void begin_report(char introducer)
{
    escape_begin(&keys.report, introducer);
    keys.report_ms = now_ms();
}

// After Esc: the rest of an unknown sequence is not typed text. Its bytes could be commands.
static int32_t escape(void)
{
    wint_t code;
    int got = curses.wget_wch(keys.input, &code);

    keys.lone = got == ERR;
    if (got == ERR)
        return K_ESC;
    if (got == OK && (code == '[' || code == 'O')) {
        begin_report((char)code);
        return K_NONE;
    }
    if (got == KEY_CODE_YES)
        curses.ungetch((int)code);
    else
        curses.unget_wch((wchar_t)code);
    return K_ESC;
}

// What is pasted ends with its sequence; where that is lost, with Esc alone or a pause: or no
// key would count any longer.
static void note_paste(int32_t key)
{
    int64_t now = now_ms();

    if (key == SEQUENCE_PASTE_BEGIN)
        keys.pasting = true;
    else if (key == SEQUENCE_PASTE_END || (key == K_ESC && keys.lone) ||
             now - keys.paste_ms > PASTE_PAUSE_MS)
        keys.pasting = false;
    keys.paste_ms = now;
}

// What a sequence means beside keys.
static void take_key(int32_t key, struct key_event *event)
{
    if (key != K_NONE)
        note_paste(key);
    if (key == SEQUENCE_STATUS) {
        keys.question_ms = 0;
        keys.no_answer = false;
    }
    event->key = key > K_MOUSE ? K_NONE : key;
    event->pasted = keys.pasting;
}

// One more byte of a sequence.
static bool read_report(struct key_event *event)
{
    int byte = curses.wgetch(keys.input); // not wget_wch: X10's bytes are no characters

    if (byte == ERR)
        return false;
    keys.report_ms = now_ms();
    if (byte > UCHAR_MAX || escape_byte(&keys.report, (uint8_t)byte, event) == REPORT_BROKEN) {
        keys.report.form = REPORT_NONE;
        curses.ungetch(byte);
    } else if (event->mouse == MOUSE_NONE) {
        take_key(event->key, event);
    } else if (!keys.mouse || keys.pasting) {
        event->mouse = MOUSE_NONE;
    } else {
        event->key = K_MOUSE;
        if (event->mouse == MOUSE_CLICK)
            event->mouse = clicks_press(&keys.clicks, event->x, event->y, now_ms());
    }
    return true;
}

static int32_t from_character(wint_t code)
{
    bool late = keys.escaped && code == '[';
    int32_t key = code == '\n' ? K_ENTER : code == 8 ? K_BACKSPACE : (int32_t)code;

    if (late) {
        begin_report('[');
        key = K_NONE;
    } else if (code == K_ESC) {
        key = escape();
    }
    keys.escaped = key == K_ESC;
    return key;
}

bool screen_key(struct key_event *event)
{
    wint_t code;

    *event = (struct key_event){.key = K_NONE};
    if (keys.report.form != REPORT_NONE && now_ms() - keys.report_ms > PAUSE_MS)
        keys.report.form = REPORT_NONE;
    if (keys.report.form != REPORT_NONE)
        return read_report(event);
    int got = curses.wget_wch(keys.input, &code);
    if (got == ERR)
        return false;
    take_key(got == KEY_CODE_YES ? from_curses(code) : from_character(code), event);
    return true;
}

// In the background reading stops a process, but fails with EIO in a group that nothing could continue:
// drivers/tty/tty_jobctrl.c __tty_check_change. Being here says that it was not stopped.
static bool is_orphaned(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);

    return foreground > 0 && foreground != getpgrp();
}

bool screen_hung_up(void)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;

    if (poll(&terminal, 1, 0) <= 0)
        return false;
    return terminal.revents & (POLLHUP | POLLERR | POLLNVAL) ||
           ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0 || is_orphaned();
}

void screen_question_shown(void)
{
    static const char status[] = "\033[5n";

    keys.question_ms = now_ms();
    one_write_write(status, sizeof status - 1);
}

bool screen_question_unread(void)
{
    if (keys.question_ms == 0)
        return false;
    if (now_ms() - keys.question_ms <= (keys.no_answer ? READING_MS : ANSWER_MS))
        return true;
    keys.no_answer = true;
    keys.question_ms = 0;
    return false;
}
