// Names are under the control of the processes that bear them: none of it reaches the terminal raw.
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"

TEST_FIXTURE(NULL, tty_scene_teardown)

// What a terminal would obey: title, colour, clear, C1 control, bidirectional override. None may be
// in what was written, in any view.
static void must_be_clean(struct tty *t)
{
    static const char *const evil[] = {"\033]0;pwned", "\033[41m", "\033[2Jgone", "\302\23331m",
                                       "\xe2\x80\xae", "\007",     "\xff"};
    size_t n;
    const char *bytes = tty_bytes(t, &n);

    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++)
        if (memmem(bytes, n, evil[i], strlen(evil[i])))
            tty_fail(t, "evil %zu reached the terminal", i);
}

TEST(names_are_shown_not_obeyed)
{
    static const char *const comms[] = {"\033[41mred",   ")\xff(R", "\033]0;pwned",
                                        "\342\200\256x", "cut\xc3", "\302\23331m"};
    int id = scene_segment(1 << 20, 0666, 0x1bad1bad);
    pid_t pid = 0;

    for (size_t i = 0; i < sizeof comms / sizeof comms[0]; i++) {
        const struct scene_actor a = {.role = "attach",
                                      .comm = comms[i],
                                      .argv = {i ? comms[i] : "", "\033[2Jgone\nnew line\007",
                                               "\033]0;pwned\033\\", "\xff\xfe"},
                                      .values = {id, 1}};
        pid = scene_start(&a, NULL);
    }
    for (int wide = 0; wide < 2; wide++) {
        struct tty *t = tty_start(&(struct tty_options){.w = wide ? 250 : 80, .h = 40},
                                  (const char *const[]){IPCTOP, "-d", "0.2", NULL});
        char pid_text[16];
        snprintf(pid_text, sizeof pid_text, "%d", pid);
        tty_must_show(t, "0x1bad1bad");
        if (wide) // below, its arguments stand in place of its name
            tty_must_show(t, "\\e[41mred");
        tty_send(t, "\r");
        tty_must_show(t, "row 1 of 6"); // the holders are read
        tty_must_show(t, pid_text);
        if (wide)
            tty_must_show(t, "\\e[2Jgone\\nnew line");
        tty_key(t, "end");
        tty_send(t, "k");
        tty_must_show(t, "SIGTERM");
        tty_send(t, "\r");
        tty_must_show(t, "y yes");
        tty_send(t, "n");
        tty_send(t, "\r");
        tty_must_show(t, "1bad1bad");
        tty_send(t, "\033\033i");
        tty_must_be_quiet(t, 100);
        tty_send(t, "q");
        tty_must_not_show(t, "rw-s");
        tty_send(t, "qq");
        assert_int_equal(tty_must_exit(t), 0);
        must_be_clean(t);
        tty_end(t);
    }
}

TEST(bad_bytes_are_quoted_in_errors_too)
{
    char out[2048];

    assert_int_equal(tty_run_without((const char *const[]){IPCTOP, "--batch", "\033[31m\xff", NULL},
                                     NULL, out, sizeof out),
                     2);
    assert_null(strchr(out, '\033'));
    assert_null(strchr(out, '\xff'));
    assert_non_null(strstr(out, "\\e[31m\\xff"));
}

int main(void)
{
    return ns_run(tests_run);
}
