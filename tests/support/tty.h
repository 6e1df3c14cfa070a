// Runs a program in a real pseudo-terminal, reads its output through a terminal emulator, and types.
//
// Nothing sleeps for a fixed time: conditions are awaited, with a bound that only a broken program
// reaches. What fails prints the screen as it stood. Every test that starts one has tty_teardown as
// its cmocka teardown, which kills what a failed test left.
#ifndef IPCTOP_TESTS_TTY_H
#define IPCTOP_TESTS_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { TTY_SECONDS = 60, TTY_ENV_MAX = 16 };

struct tty_options {
    int w, h;                     // 0: 80×24
    int claimed_w, claimed_h;     // 0: what the program is told its size is, as tty_claim()
    const char *term;             // NULL: xterm-256color; "": TERM unset
    const char *lang;             // NULL: C.UTF-8
    const char *env[TTY_ENV_MAX]; // more, "NAME=value"
    bool nobody;                  // as an ordinary user
};

struct tty;
struct tty *tty_start(const struct tty_options *options, const char *const *argv);
void tty_end(struct tty *t);          // kills the program if it still runs, frees
int tty_teardown(void **state);       // ends all
int tty_scene_teardown(void **state); // and removes the objects of support/scene

pid_t tty_pid(const struct tty *t);
void tty_send(struct tty *t, const char *bytes);
// By its terminfo name without the k of the capability: "f9", "cuu1" (up), "pp", "dch1" (delete).
void tty_key(struct tty *t, const char *capability);
// Keeps what the terminal answers (to DSR) back, as a slow line does; false lets it go.
void tty_hold_answers(struct tty *t, bool hold);
void tty_resize(struct tty *t, int w, int h);
// What the kernel says of the size alone, as a lying terminal has it: the emulator keeps its own.
void tty_claim(struct tty *t, int w, int h);

// The screen. Rows are UTF-8 without trailing blanks; pointers hold until the next call.
const char *tty_row(struct tty *t, int y);
char *tty_screen(struct tty *t);               // all rows, each with a newline; the caller frees
int tty_find(struct tty *t, const char *text); // the first row that holds it, or -1

struct tty_cell {
    char text[8];
    bool bold, underline, reverse;
    bool plain_fg, plain_bg; // the terminal's own colours
};
struct tty_cell tty_cell(struct tty *t, int x, int y);
// The cell where `text` begins (ASCII before it in its row). False: not on screen.
bool tty_cell_of(struct tty *t, const char *text, struct tty_cell *cell);
int tty_cells(struct tty *t, bool (*test)(const struct tty_cell *cell)); // how many pass
bool tty_cursor_visible(const struct tty *t);
bool tty_in_alternate(const struct tty *t);
bool tty_termios_restored(const struct tty *t); // as before the program started

// All bytes the program wrote since tty_start or tty_forget.
const char *tty_bytes(const struct tty *t, size_t *n);
void tty_forget(struct tty *t);

// Reads what is there, waiting at most so long for the first byte. False: the program closed it.
bool tty_pump(struct tty *t, int milliseconds);

// Wait until it is so; fail the test, showing the screen, where it never is.
bool tty_await(struct tty *t, bool (*condition)(struct tty *t, void *arg), void *arg); // no failing
void tty_must(struct tty *t, const char *what, bool (*condition)(struct tty *t, void *arg),
              void *arg);
void tty_must_show(struct tty *t, const char *text);
void tty_must_not_show(struct tty *t, const char *text); // until it is gone
void tty_must_be_quiet(struct tty *t, int milliseconds); // has written nothing for so long
int tty_must_exit(struct tty *t); // its exit status, 128 + signal; pumps until then
void tty_fail(struct tty *t, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

// Exit status of a program that is run without a terminal (stdin /dev/null), with what it wrote to
// stdout and stderr together in `out`. `env` may be NULL.
int tty_run_without(const char *const *argv, const char *const *env, char *out, size_t cap);

#endif
