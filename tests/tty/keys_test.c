// What arrives from a terminal by accident does no harm: pasted text, sequences nobody knows, keys
// typed ahead of a question. And a terminal that does not read cannot keep the program alive.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/ns.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"

enum { WAIT_SECONDS = 60 };

static int segment = -1;

static int setup(void **state)
{
    (void)state;
    pid_t child = fork(); // its creator is gone: y is enough to remove it
    if (child == 0)
        _exit(shmget(0x00c0ffee, 3 << 20, IPC_CREAT | 0640) < 0);
    waitpid(child, NULL, 0);
    segment = shmget(0x00c0ffee, 0, 0);
    return segment < 0;
}

static int teardown(void **state)
{
    tty_teardown(state);
    shmctl(segment, IPC_RMID, NULL);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static bool there(void)
{
    struct shmid_ds ds;

    return shmctl(segment, IPC_STAT, &ds) == 0;
}

static struct tty *start(int w, int h, const char *term)
{
    struct tty *t = tty_start(&(struct tty_options){.w = w, .h = h, .term = term},
                              (const char *const[]){IPCTOP, "-d", "3600", NULL});

    tty_must_show(t, "0x00c0ffee");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// A question that has not been on the screen is not answered.
TEST(keys_typed_ahead_do_not_answer)
{
    struct tty *t = start(120, 40, NULL);

    tty_send(t, "xyyyy\r\r");
    tty_must_show(t, "no");
    tty_must_show(t, "Remove segment");
    tty_must_be_quiet(t, 100);
    assert_true(there());
    tty_send(t, "n");
    tty_must_show(t, "nothing done");
    tty_send(t, "x");
    tty_must_show(t, "Remove segment");
    tty_send(t, "y"); // now it has
    tty_must_not_show(t, "0x00c0ffee");
    assert_false(there());
    quit(t);
}

// Terminfo does not name the mode for each terminal that has it.
static void paste_into(const char *term)
{
    struct tty *t = start(120, 40, term);
    size_t n;

    assert_non_null(strstr(tty_bytes(t, &n), "\033[?2004h"));
    tty_send(t, "\033[200~qqkxdy\rremove\r\033q\033[201~");
    tty_send(t, "?"); // what it does shows that the paste is over, and did nothing
    tty_must_show(t, "Esc back");
    tty_send(t, "\033");
    tty_must_not_show(t, "Esc back");
    assert_int_equal(tty_find(t, "Remove segment"), -1);
    assert_true(there());
    quit(t);
    assert_non_null(strstr(tty_bytes(t, &n), "\033[?2004l"));
}

TEST(pasted_text_is_no_command)
{
    paste_into(NULL);
    paste_into("screen");
    paste_into("linux");
}

// The end of what is pasted was lost: Esc, pressed alone, gives the keyboard back.
TEST(a_paste_without_an_end_ends_with_esc)
{
    struct tty *t = start(120, 40, NULL);

    tty_send(t, "\033[200~qx");
    tty_must_be_quiet(t, 80);
    tty_send(t, "?");
    tty_must_be_quiet(t, 80);
    assert_int_equal(tty_find(t, "Esc back"), -1); // pasted
    tty_send(t, "\033");
    tty_must_be_quiet(t, 80);
    tty_send(t, "?");
    tty_must_show(t, "Esc back");
    assert_true(there());
    tty_send(t, "\033");
    tty_must_not_show(t, "Esc back");
    quit(t);
}

// As over a slow line: the question was sent, and y typed before it arrived.
TEST(an_answer_before_the_terminal_showed_the_question_is_none)
{
    struct tty *t = start(120, 40, NULL);
    bool in_time = false;

    for (int i = 0; i < 10 && !in_time; i++) { // the program waits 1.5 s for the terminal
        int64_t before = clock_ns();
        tty_hold_answers(t, true);
        tty_send(t, "x");
        tty_must_show(t, "Remove segment");
        tty_send(t, "y");
        tty_hold_answers(t, false);
        in_time = clock_ns() - before < CLOCK_SECOND;
        tty_must_be_quiet(t, 100);
        assert_true(there() || !in_time);
        if (!there())
            break;
        tty_send(t, "n");
        tty_must_show(t, "nothing done");
    }
    if (!in_time) {
        tty_send(t, "q");
        tty_must_exit(t);
        print_message("skip: this machine is too slow to type ahead\n");
        skip();
    }
    tty_send(t, "x");
    tty_must_show(t, "Remove segment");
    tty_send(t, "y");
    tty_must_not_show(t, "0x00c0ffee");
    quit(t);
}

// A terminal that answers nothing (the answers never come) is waited for, not for ever.
TEST(a_terminal_without_answers_can_confirm)
{
    struct tty *t = start(120, 40, NULL);

    tty_hold_answers(t, true);
    tty_send(t, "x");
    tty_must_show(t, "Remove segment");
    while (there()) {
        tty_send(t, "y");
        tty_pump(t, 100);
    }
    tty_must_not_show(t, "0x00c0ffee");
    tty_send(t, "q");
    tty_must_exit(t);
}

// A filter is pasted, a command is not; and Enter is pressed, not pasted.
TEST(pasted_text_is_typed_into_a_line)
{
    struct tty *t = start(120, 40, NULL);

    tty_send(t, "\\");
    tty_must_show(t, "Enter accept");
    tty_send(t, "\033[200~owner=nobody\r\tx\033[201~");
    tty_must_show(t, "owner=nobodyx");
    tty_must_show(t, "Enter accept");
    tty_send(t, "\033");
    tty_must_not_show(t, "Enter accept");
    quit(t);
}

// A slow line delivers a sequence in pieces, later than Esc waits for the rest.
TEST(sequences_in_pieces_are_what_they_are)
{
    struct tty *t = start(120, 40, NULL);

    tty_send(t, "\033[200~xqx\033");
    tty_must_be_quiet(t, 80);
    tty_send(t, "[20");
    tty_must_be_quiet(t, 80);
    tty_send(t, "1~");
    tty_send(t, "\033O"); // the keyboard is alive: F1
    tty_must_be_quiet(t, 80);
    tty_send(t, "P");
    tty_must_show(t, "Esc back");
    assert_int_equal(tty_find(t, "Remove segment"), -1);
    tty_send(t, "\033");
    tty_must_not_show(t, "Esc back");
    assert_true(there());
    quit(t);
}

TEST(unknown_sequences_are_no_commands)
{
    static const char *const strange[] = {
        "\033[25;9k",       "\033[?1x",  "\033[1;5A", "\033Ok", "\033[999999x",
        "\033[<0;1;99999q", "\033[8;1~", "\377\376",  "\033[M",
    };
    static const char *const terms[] = {"xterm-256color", "vt100", "linux"};

    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        struct tty *t = start(120, 40, terms[i]);

        for (size_t j = 0; j < sizeof strange / sizeof *strange; j++) {
            tty_send(t, strange[j]);
            tty_must_be_quiet(t, 80); // longer than Esc waits for more
            assert_int_equal(tty_find(t, "Remove segment"), -1);
            assert_int_equal(tty_find(t, "Send signal"), -1);
        }
        // A mouse report cut short has eaten nothing that follows for good.
        tty_send(t, "    ");
        tty_must_be_quiet(t, 80);
        assert_true(there());
        tty_send(t, "q");
        assert_int_equal(tty_must_exit(t), 0);
        tty_end(t);
    }
}

static bool writing(void *arg)
{
    struct tty *t = arg;
    char path[64], text[32] = "";
    long call = -1;

    tty_send(t, "\014"); // draws everything anew
    snprintf(path, sizeof path, "/proc/%d/syscall", tty_pid(t));
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    if (fgets(text, sizeof text, f))
        sscanf(text, "%ld", &call);
    fclose(f);
    return call == SYS_write;
}

static bool ended(void *arg)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)tty_pid(arg), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == tty_pid(arg);
}

// Nothing is read from the terminal here until the program has ended.
TEST(a_terminal_that_does_not_read_keeps_nobody)
{
    static const int signals[] = {SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct tty *t = start(200, 60, NULL);

        if (!await(writing, t, WAIT_SECONDS))
            tty_fail(t, "the terminal took everything");
        kill(tty_pid(t), signals[i]);
        if (!await(ended, t, WAIT_SECONDS))
            tty_fail(t, "signal %d did not end it", signals[i]);
        assert_int_equal(tty_must_exit(t), 128 + signals[i]);
        assert_true(tty_termios_restored(t));
        tty_end(t);
    }
}

int main(void)
{
    return ns_run(tests_run);
}
