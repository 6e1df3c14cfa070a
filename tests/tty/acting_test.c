// Removing, signalling, and everything that must keep a tired person from doing harm.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define START(...)                                                                                 \
    tty_start(&(struct tty_options){.w = 120, .h = 40},                                            \
              (const char *const[]){IPCTOP, "-d", "0.3", ##__VA_ARGS__, NULL})

TEST_FIXTURE(NULL, tty_scene_teardown)

static bool segment_gone(struct tty *t, void *id)
{
    (void)t;
    return !scene_has_segment(*(int *)id);
}

// A segment that nobody holds and whose creator is gone: y is enough to remove it.
static int leaked(int bytes, int key)
{
    const struct scene_actor maker = {
        .role = "make_segment", .comm = "leaker", .values = {key, bytes, 0, 0600}};
    int id;

    scene_end(scene_start(&maker, &id));
    return id;
}

// In a namespace of its own: the first id of one is 0.
TEST(remove_is_confirmed, .apart = true)
{
    int id = leaked(1 << 20, 0x1111);
    struct tty *t = START();

    assert_int_equal(id, 0); // 0 is an id like any other
    tty_must_show(t, "0x00001111");
    static const char *const noes[] = {"n", "N", "\033"}, *const neither[] = {"\r", " ", "z", "x"};
    for (size_t i = 0; i < sizeof noes / sizeof noes[0]; i++) {
        tty_key(t, "f8");
        tty_must_show(t, "y yes");
        tty_must_show(t, "Remove segment 0");
        tty_send(t, noes[i]);
        tty_must_not_show(t, "Remove segment 0");
        tty_must_show(t, "nothing done");
        assert_true(scene_has_segment(id));
    }
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        tty_key(t, "f8");
        tty_must_show(t, "y yes");
        tty_send(t, neither[i]);
        tty_must_show(t, "press y or n");
        assert_true(scene_has_segment(id));
        tty_send(t, "n");
        tty_must_not_show(t, "Remove segment 0");
    }
    tty_send(t, "x");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "the segment is removed", segment_gone, &id);
    tty_must_show(t, "removed");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// Where somebody still runs on it, a word is typed; y, Enter and other words are not enough.
TEST(what_is_used_takes_a_word)
{
    int id = scene_segment(1 << 20, 0600, 0x1112); // its creator lives: this test
    struct tty *t = START();

    tty_must_show(t, "0x00001112");
    tty_send(t, "x");
    tty_must_show(t, "type remove:");
    tty_must_show(t, "is running");
    static const char *const not_enough[] = {"\r",   "y",           "\r",
                                             "es\r", "\025remov\r", "\025Remove\r"};
    for (size_t i = 0; i < sizeof not_enough / sizeof not_enough[0]; i++) {
        tty_send(t, not_enough[i]);
        tty_must_be_quiet(t, 50);
        tty_must_show(t, "type remove:");
        assert_true(scene_has_segment(id));
    }
    tty_send(t, "\025remove");
    tty_must_be_quiet(t, 50);
    assert_true(scene_has_segment(id));
    tty_send(t, "\r");
    tty_must(t, "the segment is removed", segment_gone, &id);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(readonly_refuses)
{
    int id = scene_segment(1 << 20, 0600, 0x1111);
    struct tty *t = START("--readonly");

    tty_must_show(t, "0x00001111");
    assert_int_equal(tty_find(t, "Remove"), -1);
    assert_int_equal(tty_find(t, "Kill"), -1);
    static const char *const keys[] = {"x", "k", "\033[3~"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        tty_send(t, keys[i]);
        tty_must_show(t, "--readonly");
        tty_send(t, "y");
    }
    tty_must_be_quiet(t, 50);
    assert_true(scene_has_segment(id));
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

static bool set_gone(struct tty *t, void *id)
{
    struct semid_ds ds;
    (void)t;
    return semctl(*(int *)id, 0, IPC_STAT, &ds) < 0;
}

static bool queue_gone(struct tty *t, void *id)
{
    struct msqid_ds ds;
    (void)t;
    return msgctl(*(int *)id, IPC_STAT, &ds) < 0;
}

TEST(sets_and_queues_are_removed)
{
    int set = semget(0x2222, 2, IPC_CREAT | 0600), queue = msgget(0x3333, IPC_CREAT | 0600);
    const struct scene_actor waiter = {.role = "wait", .comm = "waiter", .values = {set, 1}};
    scene_start(&waiter, NULL);
    struct tty *t = START();

    tty_send(t, "2");
    tty_must_show(t, "0x00002222");
    tty_send(t, "\r");
    tty_must_show(t, "VALUE");
    tty_send(t, "\033");
    tty_must_show(t, "0x00002222");
    tty_key(t, "dch1");
    tty_must_show(t, "type remove:");
    tty_must_show(t, "1 task waiting");
    tty_send(t, "remove\r");
    tty_must(t, "the set is removed", set_gone, &set);
    tty_send(t, "3");
    tty_must_show(t, "0x00003333");
    tty_send(t, "x");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "the queue is removed", queue_gone, &queue);
    tty_must_not_show(t, "0x00003333");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// The target of a prompt is a copy: what vanished or was replaced meanwhile is not what is hit.
TEST(a_target_that_vanished_under_the_prompt)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "shortlived", .values = {0x4444, 4096, 0, 0600}};
    pid_t pid = scene_start(&holder, NULL);
    struct tty *t = START();

    tty_must_show(t, "0x00004444");
    tty_send(t, "\r");
    tty_must_show(t, "shortlived");
    tty_send(t, "k\r");
    tty_must_show(t, "y yes");
    scene_end(pid);
    tty_send(t, "y");
    tty_must_show(t, "gone");
    tty_send(t, "\033");
    tty_must_show(t, "0x00004444");
    tty_must_show(t, "orphan of root"); // nothing is attached in the picture, either
    tty_send(t, "x");
    tty_must_show(t, "y yes");
    int id = shmget(0x4444, 0, 0);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    int other = scene_segment(8192, 0600, 0x4444);
    tty_send(t, "y");
    tty_must_not_show(t, "y yes");
    tty_must_be_quiet(t, 50);
    assert_true(scene_has_segment(other));
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

static bool dead(struct tty *t, void *pid)
{
    (void)t;
    return !scene_alive(*(pid_t *)pid);
}

// A holder is signalled from the segments too, where it is the only one.
TEST(several_are_tagged_and_removed)
{
    int ids[3];
    struct tty *t;

    for (int i = 0; i < 3; i++)
        ids[i] = leaked((i + 1) << 20, 0x5550 + i);
    t = START();
    tty_must_show(t, "0x00005550");
    tty_send(t, "  "); // the two largest
    tty_must_show(t, "tagged 2");
    tty_key(t, "f8");
    tty_must_show(t, "What would be done");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    assert_true(scene_has_segment(ids[2]));
    tty_send(t, "y");
    tty_must(t, "the tagged are removed", segment_gone, &ids[2]);
    tty_must(t, "the tagged are removed", segment_gone, &ids[1]);
    assert_true(scene_has_segment(ids[0]));
    tty_must_show(t, "2 done, 0 refused, 0 failed");
    tty_send(t, "\033q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(kill_from_the_segments)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "lonely", .values = {0x6666, 4096, 0, 0600}};
    pid_t pid = scene_start(&holder, NULL);
    struct tty *t = START();

    tty_must_show(t, "lonely");
    tty_key(t, "f9");
    tty_must_show(t, "SIGTERM");
    tty_key(t, "cud1");
    tty_key(t, "cuu1");
    tty_send(t, "9");
    tty_must_be_quiet(t, 50);
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_must_show(t, "SIGKILL");
    tty_send(t, "y");
    tty_must(t, "it dies", dead, &pid);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(nobody_may_not_and_is_told_what_would_help)
{
    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "foreign", .values = {0x7777, 4096, 0, 0600}};
    pid_t pid = scene_start(&holder, NULL);
    int id = shmget(0x7777, 0, 0);
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 40, .nobody = true},
                              (const char *const[]){IPCTOP, "-d", "0.3", NULL});

    tty_must_show(t, "0x00007777");
    tty_must_show(t, "unseen");
    tty_send(t, "\r");
    tty_must_show(t, "not readable");
    tty_must_show(t, "try sudo");
    tty_send(t, "x");
    tty_must_show(t, "type remove:");
    tty_send(t, "remove\r");
    tty_must_show(t, "not permitted");
    assert_true(scene_has_segment(id));
    assert_true(scene_alive(pid));
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    int first = ns_run(tests_run_apart), others = ns_run(tests_run);

    return first ? first : others;
}
