// One wording for processes, users and those who wait.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/text/say.h"
#include "model/text/wait_words.h"
#include "model/text/words.h"
#include "support/fake.h"
#include "support/test.h"

enum { LIVES = 100, GONE = 101, YOUNG = 102, NAMELESS = 103, TIMELESS = 104 };

static char text[512];
static struct line line;

static struct line *start(void)
{
    line = line_start(text, sizeof text);
    return &line;
}

static struct say *start_say(const struct snapshot *s)
{
    static struct say x;

    x = say_start(s, text, sizeof text);
    return &x;
}

static struct snapshot *people(void)
{
    struct snapshot *s = fake_snapshot();

    fake_process(s, LIVES, 0, "python", NULL);
    fake_gone(s, GONE);
    fake_process(s, YOUNG, 0, "sh", NULL)->start_time = FAKE_NOW - 10;
    fake_process(s, NAMELESS, 0, "", NULL)->known &= (uint8_t)~PROC_KNOWS_COMM;
    fake_process(s, TIMELESS, 0, "perl", NULL)->known &= (uint8_t)~PROC_KNOWS_START;
    fake_user(s, 26, "postgres");
    return s;
}

TEST(processes_are_named_where_they_are_meant)
{
    static const struct {
        int32_t pid;
        int64_t time;
        const char *words;
        // clang-format off
    } cases[] = {
        {LIVES, FAKE_NOW - 60, "100 python"},
        {LIVES, 0, "100 python"},
        {GONE, FAKE_NOW - 60, "101 (gone)"},
        {YOUNG, FAKE_NOW - 60, "102 (another process now)"},
        {YOUNG, FAKE_NOW - 5, "102 sh"},
        {NAMELESS, FAKE_NOW - 60, "103"},
        {TIMELESS, FAKE_NOW - 60, "104"}, // somebody has that pid: who was meant, or another one
        {TIMELESS, 0, "104 perl"},
        {999, FAKE_NOW - 60, "999"},      // nobody was asked
        {0, FAKE_NOW - 60, "a process outside"},
    };
    // clang-format on
    struct snapshot *s = people();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        say(start_say(s), "{process}", process_at(cases[i].pid, cases[i].time));
        assert_string_equal(text, cases[i].words);
    }
    snapshot_unref(s);
}

TEST(users_sizes_and_times)
{
    struct snapshot *s = people();

    words_user(start(), s, 26);
    assert_string_equal(text, "postgres");
    words_user(start(), s, 27);
    assert_string_equal(text, "uid 27");
    words_group(start(), s, 27);
    assert_string_equal(text, "gid 27");
    words_size(start(), 276 << 20);
    assert_string_equal(text, "276M");
    say(start_say(s), "{ago}", FAKE_NOW - 41 * 60);
    assert_string_equal(text, "41m ago");
    say(start_say(s), "{ago}", 0);
    assert_string_equal(text, "never");
    say(start_say(s), "{used}", FAKE_NOW - 2);
    assert_string_equal(text, "used 2s ago");
    say(start_say(s), "{used}", 0);
    assert_string_equal(text, "never used");
    snapshot_unref(s);
}

TEST(contents_by_kind)
{
    struct snapshot *s = people();

    words_contents(start(), &fake_segment(s, 1, 0, 0, 4096, 0)->o);
    assert_string_equal(text, "4.0K");
    words_contents(start(), &fake_semset(s, 1, 0, 1)->o);
    assert_string_equal(text, "1 semaphore");
    words_contents(start(), &fake_queue(s, 1, 0, 400, 41)->o);
    assert_string_equal(text, "41 messages");
    words_contents(start(), &fake_queue(s, 2, 0, 0, 0)->o);
    assert_string_equal(text, "empty");
    snapshot_unref(s);
}

TEST(some_by_name_and_the_rest_counted)
{
    struct snapshot *s = people();

    fake_segment(s, 1, 0, 0, 4096, 4);
    fake_hold(s, 1, LIVES, 2, MAP_R);
    fake_hold(s, 1, YOUNG, 1, MAP_R);
    fake_hold(s, 1, TIMELESS, 1, MAP_R);
    say(start_say(s), "{holders}", holders_of(1, 2));
    assert_string_equal(text, "100 python ×2, 102 sh and 1 more");
    say(start_say(s), "{holders}", holders_of(1, 3));
    assert_string_equal(text, "100 python ×2, 102 sh, 104 perl");
    say(start_say(s), "{holders}", holders_of(2, 3));
    assert_string_equal(text, "");
    fake_waiter(s, KIND_QUEUE, 7, LIVES, WAIT_MSGSND, "");
    fake_waiter(s, KIND_QUEUE, 7, YOUNG, WAIT_MSGSND, "");
    fake_waiter(s, KIND_QUEUE, 7, TIMELESS, WAIT_MSGRCV, "");
    assert_int_equal(
        words_waiters(start(), s, &(struct owned){.kind = KIND_QUEUE, .id = 7}, CALLS_SEND, 1), 2);
    assert_string_equal(text, "100 python and 1 more");
    assert_int_equal(
        words_waiters(NULL, s, &(struct owned){.kind = KIND_QUEUE, .id = 7}, CALLS_ALL, 0), 3);
    assert_int_equal(
        words_waiters(NULL, s, &(struct owned){.kind = KIND_SEMSET, .id = 7}, CALLS_ALL, 0), 0);
    snapshot_unref(s);
}

static void waits(struct snapshot *s, enum kind_id kind, const char *words)
{
    words_waiting(start(), s, kind, 7);
    assert_string_equal(text, words);
}

TEST(all_who_wait_on_a_queue)
{
    struct snapshot *s = people();

    fake_queue(s, 7, 0, 0, 0);
    waits(s, KIND_QUEUE, "nobody waits");
    s->waiters_unseen = 4;
    snprintf(s->system.user, sizeof s->system.user, "oracle");
    waits(s, KIND_QUEUE, "no waiters seen (4 processes not readable as oracle; try sudo)");
    s->waiters_unseen = 0;
    fake_waiter(s, KIND_QUEUE, 7, LIVES, WAIT_MSGRCV, "");
    waits(s, KIND_QUEUE, "1 receiver waiting");
    fake_waiter(s, KIND_QUEUE, 7, YOUNG, WAIT_MSGSND, "");
    waits(s, KIND_QUEUE, "1 sender blocked, 1 receiver waiting");
    s->waiters_unseen = 1;
    snprintf(s->system.user, sizeof s->system.user,
             "root"); // refused in a container: no sudo helps
    waits(s, KIND_QUEUE, "1 sender blocked, 1 receiver waiting (1 process not readable as root)");
    s->has &= ~(uint64_t)NEED_WAITERS;
    waits(s, KIND_QUEUE, "reading the waiters ...");
    snapshot_unref(s);
}

TEST(all_who_wait_on_a_set)
{
    struct snapshot *s = people();
    struct semset *set = fake_semset(s, 7, 0, 1);

    set->known |= SET_KNOWS_WAITERS;
    waits(s, KIND_SEMSET, "nobody waits");
    set->waiters = 2;
    waits(s, KIND_SEMSET,
          "2 waiting: 0 found, 2 unseen (another PID namespace, or changed "
          "meanwhile)");
    fake_waiter(s, KIND_SEMSET, 7, LIVES, WAIT_SEMOP, "");
    snprintf(s->system.user, sizeof s->system.user, "oracle");
    s->waiters_unseen = 1;
    waits(s, KIND_SEMSET,
          "2 waiting: 1 found, 1 unseen (1 process not readable as oracle; try "
          "sudo)");
    fake_waiter(s, KIND_SEMSET, 7, YOUNG, WAIT_SEMOP, "")->stopped = true;
    set->waiters = 1; // who is stopped is not counted by the kernel
    waits(s, KIND_SEMSET, "1 waiting: 1 found, and 1 stopped");
    set->known = 0;
    waits(s, KIND_SEMSET, "1 found waiting, and 1 stopped");
    waits(s, KIND_QUEUE, "no waiters seen (1 process not readable as oracle; try sudo)");
    snapshot_unref(s);
}

TEST(why_nothing_was_read)
{
    struct snapshot *s = people();

    words_unread(start(), s);
    assert_string_equal(text, "");
    s->error = -ENOENT;
    words_unread(start(), s);
    assert_string_equal(text,
                        "no /proc/sysvipc: is /proc mounted, and System V IPC in this kernel?");
    s->error = -EMFILE;
    words_unread(start(), s);
    assert_string_equal(text, "/proc/sysvipc: Too many open files");
    snapshot_unref(s);
}

TEST(waits_are_put_in_plain_words)
{
    static const struct {
        enum wait_call call;
        const char *detail, *words;
        // clang-format off
    } cases[] = {
        {WAIT_SEMOP, "element 0 -1", "to take 1 of element 0"},
        {WAIT_SEMTIMEDOP, "element 65535 -32768", "to take 32768 of element 65535"},
        {WAIT_SEMOP, "element 3 -1, element 4 0, element 5 +2",
         "to take 1 of element 3, for element 4 to be 0, to add 2 to element 5"},
        {WAIT_SEMOP, "element 3 -1, …", "to take 1 of element 3, …"},
        {WAIT_SEMOP, "element 3 -1, stopped", "to take 1 of element 3; the task is stopped"},
        {WAIT_SEMOP, "", "for a semaphore"},
        {WAIT_MSGSND, "type 5, 100 bytes", "to send 100 bytes of type 5"},
        {WAIT_MSGSND, "type 5", "to send a message of type 5"},
        {WAIT_MSGSND, "12 bytes, stopped", "to send 12 bytes; the task is stopped"},
        {WAIT_MSGSND, "", "to send"},
        {WAIT_MSGRCV, "any type", "for any message"},
        {WAIT_MSGRCV, "type 5", "for a message of type 5"},
        {WAIT_MSGRCV, "type ≤ 5", "for a message of type 5 or lower"},
        {WAIT_MSGRCV, "not type 5", "for a message of another type than 5"},
        {WAIT_MSGRCV, "stopped", "for a message; the task is stopped"},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct waiter waiter = {.call = cases[i].call};

        snprintf(waiter.detail, sizeof waiter.detail, "%s", cases[i].detail);
        wait_words(start(), &waiter);
        assert_string_equal(text, cases[i].words);
    }
}
