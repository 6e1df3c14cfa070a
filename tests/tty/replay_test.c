// A recording on the screen: steps, times, drill-down; nothing can be done to it. A pipe that ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/pictures.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"

static const char *dir;
static char path[80];

// 21:12:00, 21:12:10, … of the local clock, which is UTC here.
static int setup(void **state)
{
    (void)state;
    dir = file_dir();
    snprintf(path, sizeof path, "%s/rec", dir);
    for (int i = 0; i < 5; i++)
        picture_add(path, &(struct picture){.time = 1795900320 + 10L * i, .id = 4000 + i});
    return 0;
}

TEST_FIXTURE(setup, tty_teardown)

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
    tty_must_show(t, "tNext TPrevious bTime PPlay ");
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
    tty_must_show(t, "PStop ");
    tty_must_show(t, " 21:12:40");
}

// Also when --keep has renamed it in the meantime.
TEST(a_recording_that_is_written_shows_its_new_pictures)
{
    char older[96];
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, "--at", "last", NULL});

    tty_must_show(t, "recorded, last");
    picture_add(path, &(struct picture){.time = 1795900370, .id = 4005});
    tty_must_not_show(t, "recorded, last");
    tty_send(t, "t");
    tty_must_show(t, " 4005 ");
    tty_must_show(t, "recorded, last");
    snprintf(older, sizeof older, "%s.1", path);
    assert_int_equal(rename(path, older), 0);
    picture_add(path, &(struct picture){.time = 1795900380, .id = 4006});
    tty_must_not_show(t, "recorded, last");
    tty_send(t, "t");
    tty_must_show(t, " 4006 ");
    tty_send(t, "TT");
    tty_must_show(t, " 4004 ");
    FILE *file = fopen(path, "ae");
    assert_non_null(file);
    fputs("{\"meta\":{\"program\":\"ipctop\",\"time\":1795900390,", file);
    assert_int_equal(fclose(file), 0);
    tty_send(t, "blast\r");
    tty_must_show(t, " 4006 ");
    tty_must_show(t, "the last picture is cut off, or is being written");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(what_a_command_did_to_each_stands_below_its_event)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs("{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":1795900320},"
          "\"segments\":[],\"semaphores\":[],\"queues\":[],\"limits\":[],\"events\":[{\"time\":"
          "1795900319,\"what\":\"action\",\"by\":\"us\",\"text\":\"2 segments "
          "removed\",\"number\":3}],"
          "\"actions\":[{\"object\":\"segment 8\",\"text\":\"segment 8 removed\",\"event\":3},"
          "{\"object\":\"segment 9\",\"text\":\"segment 9 removed\",\"event\":3}]}\n",
          file);
    picture_write(file, &(struct picture){.time = 1795900330, .id = 4000});
    assert_int_equal(fclose(file), 0);
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, "--at", "last", NULL});
    tty_must_show(t, "recorded, last");
    tty_send(t, "6");
    tty_must_show(t, "2 segments removed"); // of the picture before
    tty_send(t, "G\r");
    tty_must_show(t, "segment 9 removed");
    tty_must_show(t, "segment 8 removed");
    tty_send(t, "T");
    tty_must_show(t, "21:12:00");
    tty_send(t, "q6\r");
    tty_must_show(t, "segment 8 removed");
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

TEST(a_finding_about_a_limit_opens_the_limit)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs("{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":1795900320},"
          "\"segments\":[],\"semaphores\":[],\"queues\":[],\"limits\":[{\"name\":\"dev_shm\","
          "\"used\":1,\"limit\":64},{\"name\":\"dev_shm:4026532201\",\"used\":63,\"limit\":64}],"
          "\"findings\":[{\"rule\":\"shm-full\",\"severity\":\"critical\",\"kind\":\"limit\","
          "\"id\":null,\"name\":\"dev_shm:4026532201\",\"title\":\"it is full\"}],\"events\":[]}\n",
          file);
    assert_int_equal(fclose(file), 0);
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, NULL});
    tty_must_show(t, "recorded");
    tty_send(t, "4");
    tty_must_show(t, "it is full");
    tty_send(t, "\r");
    tty_must_show(t, " dev_shm:4026532201 ");
    tty_must_not_show(t, "it is about no object");
    tty_send(t, "6"); // as of pictures one by one, by cron(8): something did happen between them
    tty_must_show(t, "no event was seen");
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
    char command[600], fifo[96];

    snprintf(fifo, sizeof fifo, "%s/go", dir);
    snprintf(command, sizeof command,
             "mkfifo %s; { head -n 1 %s; cat %s; sed -n 2p %s; head -c 99 %s; } | " IPCTOP
             " --from - 2>/dev/null",
             fifo, path, fifo, path, path);
    struct tty *t = start((const char *const[]){"/bin/sh", "-c", command, NULL});
    tty_must_show(t, " 4000 ");
    tty_must_show(t, "live, by pipe");
    assert_int_equal(tty_find(t, "tNext"), -1);
    tty_send(t, "\r"); // keys come from the terminal
    tty_must_show(t, "python nightly_report.py");
    tty_send(t, "q");
    FILE *go = fopen(fifo, "we");
    assert_non_null(go);
    fclose(go);
    tty_must_show(t, "connection ended");
    tty_must_show(t, "the connection has ended");
    tty_must_show(t, " 4001 ");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// Their triage on one screen, worst first; Enter shows one alone.
TEST(hosts_stand_on_one_screen_and_one_is_entered)
{
    char other[96];

    snprintf(other, sizeof other, "%s/other", dir);
    FILE *file = fopen(other, "we");
    assert_non_null(file);
    for (int i = 0; i < 3; i++)
        picture_write(file, &(struct picture){.time = 1795900325 + 10L * i,
                                              .id = 4001 + i,
                                              .host = "db02",
                                              .severity = "critical"});
    fclose(file);
    struct tty *t = start((const char *const[]){IPCTOP, "--from", path, "--from", other, NULL});
    tty_must_show(t, "2 hosts");
    tty_must_show(t, "0 Hosts 2");
    tty_must_show(t, "! 2 findings");
    tty_must_show(t, " db01 ");
    tty_must_show(t, " db02 ");
    assert_true(tty_find(t, " db02 ") < tty_find(t, " db01 "));
    tty_send(t, "t");
    tty_must_show(t, " 21:12:10");
    tty_send(t, "1");
    tty_must_show(t, " db01     0x00000000   4001 ");
    tty_must_show(t, " db02     0x00000000   4001 ");
    tty_send(t, "\\host=db02\r");
    tty_must_not_show(t, " db01 ");
    tty_send(t, "\r");
    tty_must_show(t, "db02 alone: Esc goes back");
    tty_must_show(t, "in db02");
    tty_send(t, "\r");
    tty_must_show(t, "python nightly_report.py");
    tty_send(t, "x");
    tty_must_show(t, "nothing can be changed in it");
    tty_send(t, "T");
    tty_send(t, "qq");
    tty_must_show(t, "back to all hosts");
    tty_send(t, "4");
    tty_must_show(t, " NEXT STEP");
    tty_send(t, "\r");
    tty_must_show(t, "db02 alone");
    tty_must_show(t, "a recorded finding");
    tty_send(t, "blast\r");
    tty_must_show(t, "recorded, last");
    picture_add(other, &(struct picture){.time = 1795900400, .id = 4009, .host = "db02"});
    tty_must_not_show(t, "recorded, last"); // it has grown
    tty_send(t, "t");
    tty_must_show(t, "recorded, last");
    tty_must_show(t, " 21:13:20");
}

TEST(a_host_whose_connection_ends_keeps_its_last_picture)
{
    char command[800], fifo[96], go[96];

    snprintf(fifo, sizeof fifo, "%s/fifo", dir);
    snprintf(go, sizeof go, "%s/go", dir);
    snprintf(command, sizeof command,
             "mkfifo %s %s; { head -n 1 %s; cat %s; head -c 99 %s; } >%s & exec " IPCTOP
             " --from %s --from %s",
             fifo, go, path, go, path, fifo, path, fifo);
    struct tty *t = start((const char *const[]){"/bin/sh", "-c", command, NULL});
    tty_must_show(t, " live ");
    tty_must_show(t, " recorded ");
    FILE *file = fopen(go, "we");
    assert_non_null(file);
    fclose(file);
    tty_must_show(t, "connection ended");
    tty_must_show(t, "the connection has ended: db01");
    tty_send(t, "1");
    tty_must_show(t, " db01 "); // both are db01: one with where it is read from
    tty_must_show(t, "/fifo)");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}
