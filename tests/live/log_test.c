// A log on a file system that does not answer: nobody waits for it, and what is missing is told.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

#include "base/clock.h"
#include "store/append_log.h"
#include "store/audit_log.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/stall.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MANY = 40 };

static struct stall stall;

static int setup(void **state)
{
    (void)state;
    int error = stall_start(&stall);
    if (error) {
        print_message("skip: no file system that stalls can be mounted: %s\n", strerror(-error));
        stall.daemon = 0;
    }
    return 0;
}

static int teardown(void **state)
{
    if (stall.daemon > 0)
        stall_end(&stall); // first: it holds who is to end
    tty_teardown(state);
    scene_clean();
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void need_stall(void)
{
    if (stall.daemon <= 0)
        skip();
}

static void await_held(int n)
{
    int64_t until = clock_ns() + TTY_SECONDS * CLOCK_SECOND;

    while (stall_held(&stall) != n)
        assert_true(clock_ns() < until);
}

static void happened(struct audit_log *audit)
{
    struct snapshot *s = snapshot_new();
    struct event_vec events = {0};

    vec_push(&events, event_new(&(struct event){.what = EVENT_CREATED, .time = 1}, "", "text"));
    s->events = event_log_more(NULL, &events);
    audit_log_happened(audit, s, 1);
    vec_free(&events);
    snapshot_unref(s);
}

static bool failure_is(struct audit_log *audit, const char *expected)
{
    char why[200] = "";

    return audit_log_failure(audit, why, sizeof why) && strstr(why, expected);
}

static bool is_written(void *audit)
{
    return audit_log_flush(audit) == 0;
}

TEST(nobody_waits_and_nothing_is_lost_in_silence)
{
    char why[160] = "";
    struct outcome first = {.action.verb = ACTION_REMOVE, .text = "removed"}, second;

    need_stall();
    struct audit_log *audit =
        audit_log_open(&(struct audit_log_options){.path = stall.file}, why, sizeof why);
    assert_non_null(audit);
    stall_hold(&stall, STALL_WRITES);
    happened(audit);
    await_held(1); // the thread is in write(2)
    audit_log_outcome(audit, &first);
    assert_string_equal(first.text, "removed (not logged: the file does not answer yet)");
    while (!failure_is(audit, "does not answer yet")) // of the event: a second later
        ;
    int64_t before = clock_ns();
    for (int i = 0; i < MANY; i++) { // it is known by now: they do not wait for it one by one
        second = (struct outcome){.action.verb = ACTION_REMOVE, .text = "removed"};
        audit_log_outcome(audit, &second);
        assert_string_equal(second.text, first.text);
    }
    assert_true(clock_ns() - before < MANY * CLOCK_SECOND / 4);
    for (int i = 0; i < APPEND_MAX + 10; i++)
        happened(audit);
    assert_int_equal(audit_log_flush(audit), APPEND_MAX + MANY + 12); // waits a second, not longer
    stall_hold(&stall, 0);
    assert_true(await(is_written, audit, 60)); // and that so many are missing is written
    assert_false(failure_is(audit, ""));
    audit_log_close(audit);
}

TEST(quitting_leaves_it)
{
    char why[160] = "";

    need_stall();
    struct audit_log *audit =
        audit_log_open(&(struct audit_log_options){.path = stall.file}, why, sizeof why);
    stall_hold(&stall, STALL_WRITES);
    happened(audit);
    await_held(1);
    audit_log_close(audit); // its thread ends with the process
    stall_hold(&stall, 0);
}

TEST(the_screen_goes_on)
{
    need_stall();
    struct tty *t =
        tty_start(&(struct tty_options){.w = 140, .h = 30},
                  (const char *const[]){IPCTOP, "-d", "0.2", "--log", stall.file, NULL});

    tty_must_show(t, "no segment"); // what is there at the start is no event
    stall_hold(&stall, STALL_WRITES);
    scene_segment(4096, 0600, 0x0c0c0001);
    tty_must_show(t, "0x0c0c0001");
    await_held(1);
    int id = scene_segment(8192, 0600, 0x0c0c0002); // and the next, while the log hangs
    tty_must_show(t, "0x0c0c0002");
    tty_must_show(t, "events are not logged: the file does not answer yet");
    tty_send(t, "/0c0c0002\r");
    tty_key(t, "f8");
    tty_must_show(t, "type remove");
    tty_send(t, "remove\r");
    tty_must_show(t, "(not logged: the file does not answer yet)");
    assert_false(scene_has_segment(id));
    tty_must_not_show(t, "0x0c0c0002");
    tty_send(t, "q");
    tty_must_show(t, "lines were not written"); // the terminal is the shell's again
    stall_hold(&stall, 0); // the kernel keeps a process in fuse's write(2) until it is answered
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
