// --from FILE: what was recorded comes back to the byte, and what was not is unknown.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/scene.h"
#include "support/test.h"

#define DIR "/tmp/ipctop-replay"
#define FILE_NAME DIR "/rec"
#define IPCTOP BUILD_DIR "/ipctop"

static int setup(void **state)
{
    (void)state;
    mkdir(DIR, 0700);
    return mount("none", DIR, "tmpfs", 0, "mode=0700");
}

static int teardown(void **state)
{
    (void)state;
    scene_clean();
    umount2(DIR, MNT_DETACH);
    rmdir(DIR);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static struct said must(const char *arguments, int status)
{
    struct said said = program_run(arguments, false);

    if (said.status != status)
        fail_msg("%s: status %d: %s", arguments, said.status, said.err);
    return said;
}

// A document with the time given, and one segment of that id.
static void add_picture(const char *path, long time, int id)
{
    FILE *file = fopen(path, "ae");

    assert_non_null(file);
    fprintf(file,
            "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":%ld,\"hostname\":"
            "\"db01\","
            "\"ipc_namespace\":4026531839,\"euid\":0,\"scan\":null},\"segments\":[{\"shmid\":%d,"
            "\"size\":4096,\"uid\":26,\"owner\":\"oracle\"}],\"semaphores\":null}\n",
            time, id);
    fclose(file);
}

static void must_show(const char *arguments, const char *text)
{
    struct said said = must(arguments, 0);

    if (!strstr(said.out, text))
        fail_msg("%s shows no %s: %s", arguments, text, said.out);
    said_clear(&said);
}

TEST(a_picture_comes_back_to_the_byte)
{
    pid_t holder;
    struct said recorded, played;

    scene_segment(65536, 0640, 0x52e2c1);
    scene_stray(4 << 20, &(struct scene_actor){.role = "attach", .comm = "held", .values = {0, 1}},
                &holder);
    assert_true(semget(0x77, 3, IPC_CREAT | 0600) >= 0);
    assert_true(msgget(0x78, IPC_CREAT | 0600) >= 0);
    recorded = must("--record " FILE_NAME " -n 1", 0);
    said_clear(&recorded);
    recorded = shell_run("cat " FILE_NAME);
    assert_non_null(strstr(recorded.out, "\"dest\""));
    assert_non_null(strstr(recorded.out, "\"comm\":\"held\""));
    played = must("--from " FILE_NAME " --json", 0);
    char *events = strstr(recorded.out, ",\"events\":[");
    assert_non_null(events);
    strcpy(events, "}\n"); // they are no table of --json where none is named
    assert_string_equal(played.out, recorded.out);
    said_clear(&played);
    played = shell_run(IPCTOP " --from - --json < " FILE_NAME);
    assert_string_equal(played.out, recorded.out);
    said_clear(&played);
    said_clear(&recorded);
}

TEST(what_was_not_recorded_is_unknown_and_never_none)
{
    add_picture(FILE_NAME, 1795000000, 7);
    must_show("--from " FILE_NAME " --json segments semaphores queues",
              "\"semaphores\":null,\"queues\":null");
    must_show("--from " FILE_NAME " --json segments",
              "\"owner\":\"oracle\",\"uid\":26,\"group\":null");
    must_show("--from " FILE_NAME " --batch segments semaphores", "not known");
    must_show("--from " FILE_NAME " --json -u 26 segments", "\"shmid\":7");
    must_show("--from " FILE_NAME " --json segments -f owner=root", "\"segments\":[]");
}

TEST(a_moment_is_found_in_both_files_of_a_recording)
{
    char arguments[120], id[32];

    for (int i = 0; i < 3000; i++)
        add_picture(i < 1000 ? FILE_NAME ".1" : FILE_NAME, 1795000000 + 10L * i, i);
    for (int i = 0; i < 3000; i += 271) {
        snprintf(arguments, sizeof arguments, "--from " FILE_NAME " --json --at @%ld",
                 1795000009L + 10L * i);
        snprintf(id, sizeof id, "\"shmid\":%d,", i);
        must_show(arguments, id);
    }
    must_show("--from " FILE_NAME " --json --at last", "\"shmid\":2999,");
    must_show("--from " FILE_NAME " --json --at @5", "\"shmid\":0,");
    must_show("--from " FILE_NAME " --json -n 1", "\"shmid\":0,");
    struct said said = shell_run(IPCTOP " --from " FILE_NAME " --at @1795009990 --json -n 3 | "
                                        "grep -o '\"shmid\":[0-9]*'");
    assert_string_equal(said.out, "\"shmid\":999\n\"shmid\":1000\n\"shmid\":1001\n");
    said_clear(&said);
}

TEST(damage_is_left_out_and_said)
{
    add_picture(FILE_NAME, 1795000000, 1);
    struct said said = shell_run("head -c 90 " FILE_NAME " >> " FILE_NAME "; echo >> " FILE_NAME
                                 "; echo '[1,2' >> " FILE_NAME);
    said_clear(&said);
    add_picture(FILE_NAME, 1795000010, 2);
    said = must("--from " FILE_NAME " --json -n 2", 0);
    assert_non_null(strstr(said.out, "\"shmid\":2,"));
    assert_non_null(strstr(said.err, "2 pictures are left out"));
    said_clear(&said);
    file_put(FILE_NAME, "{\"meta\":{\"program\":\"ipctop\",\"version\":\"9.9\",\"time\":5},"
                        "\"segments\":[{\"shmid\":3,\"colour\":1}],\"rings\":[]}\n");
    said = must("--from " FILE_NAME " --json segments", 0);
    assert_non_null(strstr(said.out, "\"shmid\":3,"));
    assert_non_null(strstr(said.err, "recorded by version 9.9"));
    said_clear(&said);
    file_put(FILE_NAME, "nothing of ours\n");
    said = must("--from " FILE_NAME " --json", 1);
    assert_non_null(strstr(said.err, "there is no picture in it"));
    said_clear(&said);
}

TEST(a_pipe_that_stops_in_mid_line_has_shown_what_came_before)
{
    add_picture(FILE_NAME, 1795000000, 1);
    add_picture(FILE_NAME, 1795000002, 2);
    struct said said = shell_run("{ cat " FILE_NAME "; head -c 100 " FILE_NAME "; } | " IPCTOP
                                 " --from - --json segments");
    assert_non_null(strstr(said.out, "\"shmid\":1,"));
    assert_non_null(strstr(said.out, "\"shmid\":2,"));
    assert_non_null(strstr(said.err, "the last one is cut off"));
    assert_int_equal(said.status, 0);
    said_clear(&said);
}

TEST(one_machine_watches_another)
{
    struct said said;
    char has[40];
    int id = scene_segment(4096, 0600, 0x99);

    said = shell_run(IPCTOP " --json -d 0.1 -n 3 | " IPCTOP " --from - --json segments -n 3");
    snprintf(has, sizeof has, "\"shmid\":%d,", id);
    assert_non_null(strstr(said.out, has));
    assert_int_equal(said.status, 0);
    said_clear(&said);
}

int main(void)
{
    return ns_run(tests_run);
}
