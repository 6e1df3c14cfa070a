// What one comes for, each from the first screen to its end, on the demo: who serves and who uses most,
// what a pid holds, a queue that blocks, what was left behind, a limit, a full /dev/shm, a container.
// Others have tests of their own: story_test (a removed segment), changing_test (limits), saving_test
// (the report), trace_test (who removed it), demo_test (as an ordinary user), mouse_test, editing_test.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ns.h"
#include "support/test.h"
#include "support/tty.h"

TEST_FIXTURE(NULL, tty_teardown)

#define DEMO BUILD_DIR "/demo"
#define IPCTOP BUILD_DIR "/ipctop"

static struct tty *start(int w, int h)
{
    static bool stands; // asked once: the demo takes a second to stand
    char out[4096] = "";

    if (!stands)
        stands =
            tty_run_without((const char *const[]){DEMO, "true", NULL}, NULL, out, sizeof out) == 0;
    if (strstr(out, "no namespaces") || strstr(out, "of its own: Operation not permitted")) {
        printf("skip: %s\n", out);
        skip();
    }
    assert_true(stands);
    struct tty *t = tty_start(&(struct tty_options){.w = w, .h = h},
                              (const char *const[]){DEMO, "--still", IPCTOP, "-d", "0.5", NULL});
    tty_must_show(t, "0xbfb94e30");
    return t;
}

static void must_end(struct tty *t)
{
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

// The first row that has one text has the other, too.
struct row {
    const char *with, *shows;
};

static bool row_shows(struct tty *t, void *arg)
{
    const struct row *row = arg;
    int y = tty_find(t, row->with);

    return y >= 0 && strstr(tty_row(t, y), row->shows);
}

static void must_show_in_row(struct tty *t, const char *with, const char *shows)
{
    tty_must(t, shows, row_shows, &(struct row){with, shows});
}

// Which process has attached most, which ports it serves, whom its end would hit.
static void who_uses_most_and_whom_it_serves(struct tty *t)
{
    tty_send(t, "7");
    tty_must_show(t, "ATTACHED▾");
    must_show_in_row(t, " 17002 ", "276M");
    tty_send(t, "\\pid=17002\r");
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "Listens on tcp 127.0.0.1:8047 (2 clients)");
    must_show_in_row(t, "127.0.0.1:8047  127.0.0.1", "17003 curl");
    tty_send(t, "/curl\r");
    tty_must_show(t, "EnterPeer");
    tty_send(t, "\r"); // from a socket to the process at its other end
    tty_must_show(t, "python 17002 › curl 1700");
    tty_send(t, "\033");
    tty_must_not_show(t, "› curl");
    must_show_in_row(t, "127.0.0.1:8047  127.0.0.1", "17003 curl"); // its sockets are read again
    tty_send(t, "k");
    tty_must_show(t, "SIGTERM");
    tty_send(t, "\r");
    tty_must_show(t, "Its clients: 17003");
    tty_must_show(t, "type signal:");
    tty_send(t, "\033");
    tty_must_show(t, "nothing done");
    tty_send(t, "1");
    tty_must_not_show(t, "nothing done"); // said of the view that was left
}

// Pids of the demo begin at 17000; those of later parts depend on what ended before.
static void what_a_pid_holds(struct tty *t)
{
    char pid[8], text[32];

    must_show_in_row(t, "0x52495302", " 170"); // its creator, which still holds it
    snprintf(pid, sizeof pid, "%.5s", strstr(tty_row(t, tty_find(t, "0x52495302")), " 170") + 1);
    snprintf(text, sizeof text, "/%s\r", pid);
    tty_send(t, text); // the segments show names of holders alone
    snprintf(text, sizeof text, "search %s", pid);
    tty_must_show(t, text);
    tty_send(t, "\r");
    tty_must_show(t, "Segments › ");
    snprintf(text, sizeof text, " %s ", pid);
    must_show_in_row(t, text, "pricecache");
}

static bool two_senders(struct tty *t, void *arg)
{
    int y = tty_find(t, " msgsnd ");

    (void)arg;
    return y >= 0 && strstr(tty_row(t, y), " 170") && strstr(tty_row(t, y + 1), " msgsnd ") &&
           strstr(tty_row(t, y + 1), " 170");
}

static void which_queue_blocks_and_who_waits(struct tty *t)
{
    tty_send(t, "!");
    tty_must_show(t, "queue 0 blocks 2 senders");
    tty_send(t, "/blocks\r");
    tty_must_show(t, "15.6K of 16.0K in 40 messages");
    tty_send(t, "\r");
    tty_must_show(t, "Triage › queue 0");
    tty_must(t, "both senders", two_senders, NULL);
}

// The orphans of one user go, in one action that is one event; those of others stay.
static void what_was_left_behind_is_removed(struct tty *t)
{
    tty_send(t, "!");
    tty_must_show(t, "2 orphans of batch");
    tty_send(t, "/orphans of batch\r");
    tty_key(t, "f8");
    tty_must_show(t, "Remove 2 segments of batch?");
    tty_must_show(t, "freed now     144M in 2 segments");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_show(t, "2 done, 0 refused, 0 failed");
    tty_send(t, "\033");
    tty_must_not_show(t, "2 orphans of batch");
    tty_send(t, "6");
    tty_send(t, "/2 segments removed\r"); // among events that go on
    tty_must_show(t, "EnterActions");
    tty_send(t, "\r");
    tty_must_show(t, "segment 3 removed");
}

// The key that would act on the file system does nothing, and is not on the bar; Enter lists the files.
static void what_fills_the_dev_shm_of_a_container(struct tty *t)
{
    tty_send(t, "!g");
    tty_must_show(t, "is full: 15.5M of");
    tty_must_show(t, "most is in PostgreSQL.");
    tty_must_show(t, "of user");
    tty_must_show(t, "EnterObjects F1Help");
    tty_key(t, "f8");
    tty_must_show(t, "this finding stands for no object");
    tty_send(t, "\r");
    tty_must_show(t, "Triage › 1 shared object");
    tty_must_not_show(t, "stands for no object");
    tty_must_show(t, "F8Remove");
    tty_key(t, "f8");
    must_show_in_row(t, "in the /dev/shm of 170", " postgres (mount namespace");
    tty_send(t, "\033");
    tty_must_show(t, "nothing done");
}

// A finding of another IPC namespace: in there it is one like ours.
static void what_is_wrong_in_a_container(struct tty *t)
{
    tty_send(t, "!");
    tty_must_show(t, "2 orphans of postgres");
    tty_send(t, "/2 orphans of postgres\r");
    tty_must_show(t, "Enter goes in, to this finding there");
    tty_must_show(t, "EnterGo in F1Help");
    tty_send(t, "\r");
    tty_must_show(t, "in IPC namespace");
    tty_must_show(t, "of 1 demo: removed but held"); // that is elsewhere now
    tty_send(t, "/2 orphans of postgres\r");
    tty_must_show(t, "EnterObjects SpaceTag");
    tty_key(t, "f8");
    tty_must_show(t, "Remove 2 segments of postgres in IPC namespace");
    tty_send(t, "\033");
    tty_must_show(t, "nothing done");
    tty_send(t, "\033\033"); // the search, then the namespace
    tty_must_show(t, "back in our own IPC namespace");
    tty_must_show(t, " 4 Triage");
}

// One demo serves several: it takes a second or two to stand.
TEST(on_a_small_screen)
{
    struct tty *t = start(80, 24);

    who_uses_most_and_whom_it_serves(t);
    which_queue_blocks_and_who_waits(t);
    what_fills_the_dev_shm_of_a_container(t);
    must_end(t);
}

TEST(on_a_larger_screen)
{
    struct tty *t = start(110, 30);

    what_a_pid_holds(t);
    what_is_wrong_in_a_container(t);
    what_was_left_behind_is_removed(t);
    must_end(t);
}

int main(void)
{
    return ns_run(tests_run);
}
