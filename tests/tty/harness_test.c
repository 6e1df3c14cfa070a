// The harness itself, on programs whose behaviour is known: what the other tests trust.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "support/tty.h"

TEST_FIXTURE(NULL, tty_teardown)

#define SHELL(script)                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        "/bin/sh", "-c", script, NULL                                                              \
    }

TEST(screen_is_what_was_drawn)
{
    struct tty *t =
        tty_start(&(struct tty_options){.w = 20, .h = 4},
                  SHELL("printf 'one\\033[3;5Htw\\303\\266 \\033[1;7mB\\033[m\\033[31mR'"));
    struct tty_cell cell;

    assert_int_equal(tty_must_exit(t), 0);
    assert_string_equal(tty_row(t, 0), "one");
    assert_string_equal(tty_row(t, 2), "    tw\xc3\xb6 BR");
    assert_true(tty_cell_of(t, "B", &cell));
    assert_true(cell.bold && cell.reverse && cell.plain_fg);
    assert_true(tty_cell_of(t, "R", &cell));
    assert_false(cell.plain_fg);
    assert_true(cell.plain_bg);
    assert_int_equal(tty_find(t, "nowhere"), -1);
}

// Capabilities of the terminals we name that an emulator may lack: repeat, erase, line drawing.
TEST(emulator_knows_what_our_terminals_use)
{
    struct tty *t =
        tty_start(&(struct tty_options){.w = 20, .h = 4},
                  SHELL("printf 'x\\033[4b|\\r\\n'; printf 'abcdef\\033[4D\\033[2Xz\\r\\n';"
                        "printf '\\033(0q\\033(B\\033(B\\033)0\\016x\\017x'"));
    assert_int_equal(tty_must_exit(t), 0);
    assert_string_equal(tty_row(t, 0), "xxxxx|");
    assert_string_equal(tty_row(t, 1), "abz ef");
    assert_string_equal(tty_row(t, 2), "\u2500\u2502x");
}

TEST(keys_sizes_and_settings)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 30, .h = 5},
                              SHELL("stty -echo; trap 'echo size $(stty size)' WINCH; echo ready; "
                                    "read line; echo \"got $line\"; "
                                    "until read line; do :; done; echo \"got $line\""));
    tty_must_show(t, "ready");
    assert_false(tty_termios_restored(t));
    tty_send(t, "hello\r");
    tty_must_show(t, "got hello");
    tty_resize(t, 33, 7);
    tty_must_show(t, "size 7 33"); // a trap may end the read
    tty_key(t, "f9");
    tty_send(t, "\r");
    assert_int_equal(tty_must_exit(t), 0);
    size_t n;
    const char *bytes = tty_bytes(t, &n);
    assert_true(n == strlen(bytes) && strstr(bytes, "\033[20~"));
}

TEST(alternate_screen_and_death)
{
    struct tty *t = tty_start(&(struct tty_options){0},
                              SHELL("printf 'before\\033[?1049h\\033[?25l\\033[Hin'; kill -9 $$"));
    assert_int_equal(tty_must_exit(t), 128 + SIGKILL);
    assert_true(tty_in_alternate(t));
    assert_false(tty_cursor_visible(t));
    assert_string_equal(tty_row(t, 0), "in");
    t = tty_start(&(struct tty_options){0}, SHELL("printf 'before\\033[?1049hin\\033[?1049l'"));
    assert_int_equal(tty_must_exit(t), 0);
    assert_false(tty_in_alternate(t));
    assert_string_equal(tty_row(t, 0), "before");
}

TEST(environment_is_only_what_was_asked)
{
    setenv("LC_ALL", "tlh_QO", 1);
    struct tty *t =
        tty_start(&(struct tty_options){.term = "vt100", .lang = "C", .env = {"NO_COLOR=1"}},
                  SHELL("echo $TERM $LANG \"<$LC_ALL>\" $NO_COLOR $(tty | cut -c1-8)"));
    assert_int_equal(tty_must_exit(t), 0);
    assert_string_equal(tty_row(t, 0), "vt100 C <> 1 /dev/pts");
}
