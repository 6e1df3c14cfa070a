// What happens while one looks: the events view, the log, rows that come and go.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define START(...)                                                                                 \
    tty_start(&(struct tty_options){.w = 150, .h = 40},                                            \
              (const char *const[]){IPCTOP, "-d", "0.3", ##__VA_ARGS__, NULL})

TEST_FIXTURE(NULL, tty_scene_teardown)

// The row of `object` in the events view that holds all of `words`.
struct told {
    const char *object, *words[3];
};

static bool is_told(struct tty *t, void *arg)
{
    const struct told *told = arg;

    for (int y = 0; y < 40; y++) {
        const char *row = tty_row(t, y);
        bool all = strstr(row, told->object) != NULL;
        for (size_t i = 0; i < 3 && told->words[i]; i++)
            all = all && strstr(row, told->words[i]);
        if (all)
            return true;
    }
    return false;
}

static void tell(struct tty *t, const char *object, const char *event, const char *words)
{
    struct told told = {object, {event, words}};

    tty_must(t, event, is_told, &told);
}

static bool log_has(struct tty *t, void *arg)
{
    const char *const *wanted = arg; // the file, then the words
    char text[16384];
    int fd = open(wanted[0], O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    (void)t;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return strstr(text, wanted[1]) != NULL;
}

TEST(what_happens_is_told_and_logged)
{
    char path[80], object[32], line[64];
    snprintf(path, sizeof path, "%s/log", file_dir());
    int old = shmget(0x1111, 4096, IPC_CREAT | 0600);
    struct tty *t = START("--log", path, "events");

    tty_must_show(t, "no event was seen: they are seen from one look to the next");
    int id = shmget(0x2222, 8192, IPC_CREAT | 0600);
    snprintf(object, sizeof object, "segment %d ", id);
    tell(t, object, "created", "8.0K, key 0x00002222");
    tell(t, object, "created", "events_test"); // by whom
    void *at = shmat(id, NULL, 0);
    tell(t, object, "attached", "0 to 1 attachments");
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    tell(t, object, "marked", "8.0K stays until 1 attachment ends");
    assert_int_equal(shmdt(at), 0);
    tell(t, object, "removed", "gone with its last attachment");
    tty_send(t, "\r"); // the newest event: that object is no more
    snprintf(line, sizeof line, "segment %d is gone", id);
    tty_must_show(t, line);
    snprintf(line, sizeof line, "event what=removed object=\"segment %d\"", id);
    const char *wanted[] = {path, line};
    tty_must(t, "it is logged", log_has, wanted);

    tty_send(t, "1");
    tty_must_show(t, "0x00001111");
    tty_key(t, "f8"); // our own action
    tty_must_show(t, "Remove segment");
    tty_must_show(t, "type remove"); // we made it, and live
    tty_send(t, "remove\r");
    snprintf(line, sizeof line, "command=\"ipcrm -m %d\"", old);
    tty_must(t, "the action is logged", log_has, wanted);
    tty_send(t, "6");
    snprintf(object, sizeof object, "segment %d ", old);
    snprintf(line, sizeof line, "[ipcrm -m %d]", old);
    tell(t, object, "action", line);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(a_command_on_several_targets_is_one_event_that_enter_opens)
{
    int ids[3];
    char text[64];

    for (int i = 0; i < 3; i++)
        ids[i] = shmget(0x7001 + i, 4096, IPC_CREAT | 0600);
    struct tty *t = START();
    tty_must_show(t, "0x00007003");
    tty_send(t, "*");
    tty_must_show(t, "tagged 3");
    tty_key(t, "f8");
    tty_must_show(t, "Enter goes on");
    tty_send(t, "\r");
    tty_must_show(t, "type remove");
    tty_send(t, "remove\r");
    tty_must_show(t, "3 done, 0 refused, 0 failed");
    tty_send(t, "\0336");
    tell(t, "segments", "action", "3 segments removed");
    snprintf(text, sizeof text, "segment %d removed", ids[1]);
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "row 1 of 3");
    tty_must_show(t, text);
    tty_send(t, "\033");
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(rows_that_vanish_stay_struck_out_for_a_while)
{
    int keep = shmget(0x3333, 4096, IPC_CREAT | 0600);
    int go = shmget(0x4444, 1 << 20, IPC_CREAT | 0600); // the largest: selected
    struct tty *t = START("--ascii");

    assert_true(keep >= 0);
    tty_must_show(t, "0x00004444");
    assert_int_equal(shmctl(go, IPC_RMID, NULL), 0);
    tty_must_show(t, "-- 0x00004444 --");
    tty_send(t, "x");
    tty_must_show(t, "already gone");
    tty_must_not_show(t, "0x00004444"); // seconds later
    tty_must_show(t, "0x00003333");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(a_log_that_cannot_be_opened_ends_it_at_once)
{
    char out[512], path[80], target[80];
    const char *dir = file_dir();
    snprintf(path, sizeof path, "%s/link", dir);
    snprintf(target, sizeof target, "%s/never-made", dir);
    assert_int_equal(symlink(target, path), 0);
    const char *const argv[] = {IPCTOP, "--log", path, NULL};

    assert_int_equal(tty_run_without(argv, NULL, out, sizeof out), 1);
    assert_non_null(strstr(out, "it is a symbolic link"));
    assert_int_not_equal(access(target, F_OK), 0);
    const char *const json[] = {IPCTOP, "--json", "--log", path, NULL};
    assert_int_equal(tty_run_without(json, NULL, out, sizeof out), 2);
    const char *const events[] = {IPCTOP, "--json", "events", "segments", NULL};
    assert_int_equal(tty_run_without(events, NULL, out, sizeof out), 2);
    assert_non_null(strstr(out, "from one look to the next"));
}

int main(void)
{
    return ns_run(tests_run);
}
