// A recording on the screen: steps, times, drill-down; nothing can be done to it. A pipe that ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"

static char dir[] = "/tmp/replay_test.XXXXXX", path[64];

static void add_picture(FILE *file, long time, int id)
{
    fprintf(
        file,
        "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":%ld,\"hostname\":"
        "\"db01\","
        "\"ipc_namespace\":4026531839,\"euid\":0,\"scan\":{\"processes\":9}},"
        "\"segments\":[{\"key\":\"0x00000000\",\"shmid\":%d,\"owner\":\"oracle\",\"uid\":54321,"
        "\"size\":4096,\"nattch\":1,\"found\":1,\"holders\":1}],"
        "\"holders\":[{\"shmid\":%d,\"pid\":18811,\"attaches\":1,\"access\":\"rw\","
        "\"comm\":\"python\",\"command\":\"python nightly_report.py\"}],"
        "\"queues\":[],\"findings\":[{\"rule\":\"dest-held\",\"severity\":\"warning\","
        "\"kind\":\"segment\",\"id\":%d,\"title\":\"a recorded finding\",\"evidence\":\"seen\","
        "\"advice\":\"look\"}],\"events\":[{\"time\":%ld,\"what\":\"created\",\"kind\":\"segment\","
        "\"id\":%d,\"who\":\"18811 python\",\"pid\":18811,\"uid\":null,\"by\":\"last user\","
        "\"text\":\"event of %d\"}]}\n",
        time, id, id, id, time, id, id);
}

// 21:12:00, 21:12:10, … of the local clock, which is UTC here.
static int setup(void **state)
{
    (void)state;
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/rec", dir);
    FILE *file = fopen(path, "we");
    for (int i = 0; file && i < 5; i++)
        add_picture(file, 1795900320 + 10L * i, 4000 + i);
    return !file || fclose(file) != 0;
}

static int teardown(void **state)
{
    tty_teardown(state);
    unlink(path);
    return rmdir(dir);
}

TEST_FIXTURE(setup, teardown)

static struct tty *start(const char *const *argv)
{
    return tty_start(&(struct tty_options){.w = 110, .h = 26, .env = {"TZ=UTC"}}, argv);
}

TEST(one_steps_through_a_recording_and_goes_to_a_time)
{
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, NULL});

    tty_must_show(t, " 21:12:00");
    tty_must_show(t, "recorded, first");
    tty_must_show(t, " 4000 ");
    tty_must_show(t, "oracle");
    tty_send(t, "T");
    tty_must_show(t, "this is the first picture");
    tty_send(t, "t");
    tty_must_show(t, " 21:12:10");
    tty_must_show(t, " 4001 ");
    tty_send(t, "tT");
    tty_send(t, "b21:12:35\r");
    tty_must_show(t, " 21:12:30");
    tty_must_show(t, " 4003 ");
    tty_send(t, "t");
    tty_must_show(t, "recorded, last");
    tty_send(t, "b25:99\r");
    tty_must_show(t, "is needed");
    tty_send(t, "\033");
    tty_must_not_show(t, "is needed");
    tty_send(t, "bfirst\r");
    tty_must_show(t, "recorded, first");
    tty_send(t, "P1000\r");
    tty_must_show(t, " 21:12:40");
}

TEST(every_view_of_a_recording_opens)
{
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, "--at", "last", NULL});

    tty_must_show(t, "recorded, last");
    tty_send(t, "\r");
    tty_must_show(t, "python nightly_report.py");
    tty_must_show(t, "1 attachment: 1 found in 1 process");
    tty_send(t, "q4");
    tty_must_show(t, "a recorded finding");
    tty_send(t, "6");
    tty_must_show(t, "event of 4004");
    tty_must_show(t, "event of 4000"); // of the pictures before it
    tty_send(t, "3");
    tty_must_show(t, "no queue");
    tty_send(t, "1\\owner=oracle\r");
    tty_must_show(t, " 4004 ");
}

TEST(nothing_can_be_done_to_a_recording)
{
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, NULL});

    tty_must_show(t, " 4000 ");
    assert_int_equal(tty_find(t, "Remove"), -1);
    tty_send(t, "x");
    tty_must_show(t, "this is a recording: nothing can be changed in it");
    tty_send(t, "k");
    tty_must_show(t, "this is a recording: nothing can be changed in it");
    tty_send(t, "E");
    tty_must_show(t, "trace: this is a recording");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(a_pipe_that_ends_in_mid_line_leaves_its_last_picture)
{
    char command[600], fifo[80];

    snprintf(fifo, sizeof fifo, "%s/go", dir);
    snprintf(command, sizeof command,
             "mkfifo %s; { head -n 1 %s; cat %s; sed -n 2p %s; head -c 99 %s; } | " IPCTOP
             " --from - 2>/dev/null",
             fifo, path, fifo, path, path);
    struct tty *t = start((const char *const[]){"/bin/sh", "-c", command, NULL});
    tty_must_show(t, " 4000 ");
    tty_must_show(t, "live, by pipe");
    tty_send(t, "\r"); // keys come from the terminal
    tty_must_show(t, "python nightly_report.py");
    tty_send(t, "q");
    FILE *go = fopen(fifo, "we");
    assert_non_null(go);
    fclose(go);
    unlink(fifo);
    tty_must_show(t, "connection ended");
    tty_must_show(t, "the connection has ended");
    tty_must_show(t, " 4001 ");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}
