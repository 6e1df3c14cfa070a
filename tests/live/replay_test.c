// --from FILE: what was recorded comes back to the byte, and what was not is unknown.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/pictures.h"
#include "support/program.h"
#include "support/scene.h"
#include "support/test.h"

#define DIR PICTURES
#define FILE_NAME DIR "/rec"
#define IPCTOP BUILD_DIR "/ipctop"

static int setup(void **state)
{
    (void)state;
    return pictures_mount(NULL);
}

TEST_FIXTURE(setup, pictures_unmount)

static struct said must(const char *arguments, int status)
{
    struct said said = program_run(arguments, false);

    if (said.status != status)
        fail_msg("%s: status %d: %s", arguments, said.status, said.err);
    return said;
}

static void add_picture(const char *path, long time, int id)
{
    picture_add(path, &(struct picture){.time = time, .id = id});
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
    must_show("--from " FILE_NAME " --json segments semaphores limits",
              "\"semaphores\":null,\"limits\":null");
    must_show("--from " FILE_NAME " --json segments",
              "\"owner\":\"oracle\",\"uid\":54321,\"group\":null");
    must_show("--from " FILE_NAME " --batch segments semaphores", "not known");
    must_show("--from " FILE_NAME " --json -u 54321 segments", "\"shmid\":7");
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
    struct said early = shell_run(IPCTOP " --from " FILE_NAME " --json --at @5 2>&1 >/dev/null");
    assert_non_null(strstr(early.out, "--at '@5': the recording begins at "));
    said_clear(&early);
    must_show("--from " FILE_NAME " --json -n 1", "\"shmid\":0,");
    struct said said =
        shell_run(IPCTOP " --from " FILE_NAME " --at @1795009990 --json segments -n 3 | "
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

// The numbers in front: of the lines of grep's answer.
static void must_print(const char *command, const char *text)
{
    struct said said = shell_run(command);

    if (strcmp(said.out, text) != 0)
        fail_msg("%s: %s%s", command, said.out, said.err);
    said_clear(&said);
}

TEST(a_pipe_and_a_fifo_print_every_picture)
{
    static const char ids[] = "1\r\n2\r\n";

    add_picture(FILE_NAME, 1795000000, 1);
    add_picture(FILE_NAME, 1795000002, 2);
    must_print(IPCTOP " --from - --csv segments -o shmid --no-headings < " FILE_NAME, ids);
    must_print("mkfifo " DIR "/fifo; cat " FILE_NAME " > " DIR "/fifo & " IPCTOP " --from " DIR
               "/fifo --csv segments -o shmid --no-headings",
               ids);
    must_print("cat " FILE_NAME " > " DIR "/fifo & " IPCTOP " --from " DIR
               "/fifo --csv segments -o shmid --no-headings -n 1",
               "1\r\n");
    must_print(IPCTOP " --from " FILE_NAME " --csv segments -o shmid --no-headings", "1\r\n");
    // The newline of the last one is no condition.
    must_print("head -c -1 " FILE_NAME " | " IPCTOP
               " --from - --csv segments -o shmid --no-headings 2>&1",
               ids);
}

TEST(a_line_that_is_too_long_is_said_and_passed)
{
    add_picture(FILE_NAME, 1795000000, 1);
    struct said said = shell_run("{ cat " FILE_NAME "; head -c 70000000 /dev/zero; echo; "
                                 "cat " FILE_NAME "; } | " IPCTOP " --from - --csv segments "
                                 "-o shmid --no-headings");
    assert_string_equal(said.out, "1\r\n1\r\n");
    assert_non_null(strstr(said.err, "1 picture is left out; the first: its line is too long"));
    assert_int_equal(said.status, 0);
    said_clear(&said);
    said = shell_run(IPCTOP " --from - --json < /dev/zero");
    assert_non_null(strstr(said.err, "this is no recording"));
    assert_int_equal(said.status, 1);
    said_clear(&said);
}

enum { BROKEN = 9 }; // sh(1) has redirections of one digit alone

// A socket with one picture in it whose peer closes before it has read all: ECONNRESET follows.
static void open_broken(void)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    FILE *file = fdopen(pair[1], "w");
    assert_non_null(file);
    picture_write(file, &(struct picture){.time = 1795000000, .id = 1, .severity = "notice"});
    assert_int_equal(write(pair[0], "x", 1), 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(dup2(pair[0], BROKEN), BROKEN);
    if (pair[0] != BROKEN)
        close(pair[0]);
}

TEST(a_connection_that_breaks_has_not_ended)
{
    open_broken();
    struct said said = shell_run(IPCTOP " --from - --csv segments -o shmid --no-headings <&9");
    close(BROKEN);
    assert_string_equal(said.out, "1\r\n");
    assert_non_null(strstr(said.err, "it cannot be read further: Connection reset by peer"));
    assert_int_equal(said.status, 1);
    said_clear(&said);
}

// Status 1 would be a warning, about which nothing is known.
TEST(a_check_of_a_connection_that_breaks_is_unknown)
{
    open_broken();
    struct said said = shell_run(IPCTOP " --from - --check <&9");
    close(BROKEN);
    assert_non_null(strstr(said.out, "OK"));
    assert_non_null(strstr(said.err, "Connection reset by peer"));
    assert_int_equal(said.status, 3);
    said_clear(&said);
}

// Its writer is let in by the one that reads, and removes the name before the first picture.
TEST(a_fifo_that_is_removed_while_it_is_read_has_the_dates_of_all_pictures)
{
    add_picture(FILE_NAME, 1795000000, 1);
    add_picture(FILE_NAME, 1795000002, 2);
    struct said said =
        shell_run("mkfifo " DIR "/fifo; { rm " DIR "/fifo; cat " FILE_NAME "; } > " DIR
                  "/fifo & " IPCTOP " --from " DIR "/fifo --batch segments | grep -c '^2026-'");
    assert_string_equal(said.out, "2\n");
    said_clear(&said);
}

// Each makes a recording of one with three pictures: times that go back, everything twice, one line,
// other ends of lines, other brackets, numbers that are none, rows that are none, another version, zeros
// and noise within.
TEST(no_damage_ends_it_otherwise_than_by_a_line)
{
    static const char *const damages[] = {
        "sort -r rec",
        "sed p rec",
        "tr -d '\\n' < rec",
        "sed 's/^/ /' rec",
        "sed 's/$/\\r/' rec",
        "tr '{' '[' < rec",
        "tr '}' ' ' < rec",
        "tr '0-9' '9' < rec",
        "sed 's/:[0-9]*/:-1/g' rec",
        "sed 's/:[0-9]*/:1e999/g' rec",
        "sed 's/:[0-9]*/:{\"a\":[1]}/2g' rec",
        "sed 's/\\[{/[null,7,[],{},{/g' rec",
        "sed 's/0.1.0/9.9.9/; s/shmid/ring/' rec",
        "sed 's/db01/\\\\u001b[31m\\\\u202e/' rec",
        "{ cat rec; head -c 3000000 /dev/zero; cat rec; }",
        "{ cat rec; head -c 100000 /dev/urandom; echo; cat rec; }",
        "head -c 1000000 /dev/zero | tr '\\0' '['",
    };
    static const char *const forms[] = {"--json -n 0", "--report --at last",
                                        "--batch --at @1795000015"};
    char command[400];

    for (int i = 0; i < 3; i++)
        add_picture(FILE_NAME, 1795000000 + 10 * i, i);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        snprintf(command, sizeof command, "cd " DIR " && %s > bad", damages[i]);
        struct said said = shell_run(command);
        assert_int_equal(said.status, 0);
        said_clear(&said);
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
            snprintf(command, sizeof command, "--from " DIR "/bad %s", forms[k]);
            said = program_run(command, false);
            if (said.status != !*said.out || strlen(said.err) > 1000 || strchr(said.out, '\033'))
                fail_msg("%s: %s: %d %s", damages[i], forms[k], said.status, said.err);
            said_clear(&said);
        }
    }
}

TEST(what_is_compressed_is_refused_with_the_way)
{
    add_picture(FILE_NAME, 1795000000, 1);
    struct said said = shell_run("gzip " FILE_NAME "; " IPCTOP " --from " FILE_NAME ".gz --json");
    assert_non_null(strstr(said.err, "it is compressed: zcat " FILE_NAME ".gz | ipctop --from -"));
    assert_int_equal(said.status, 1);
    said_clear(&said);
}

#define A_AND_B IPCTOP " --from " DIR "/a --from " DIR "/b "

TEST(two_hosts_stand_beside_each_other_worst_first)
{
    for (int i = 0; i < 3; i++) {
        picture_add(DIR "/a", &(struct picture){.time = 1795000000 + 10 * i, .id = 10 + i});
        picture_add(DIR "/b", &(struct picture){.time = 1795000005 + 10 * i,
                                                .id = 10 + i,
                                                .host = "db02",
                                                .severity = "critical"});
    }
    must_print(A_AND_B "--csv hosts -o host,state,age,critical,warnings,segments --at last",
               "host,state,age,critical,warnings,segments\r\n"
               "db02,recorded,0,1,0,1\r\ndb01,recorded,5,0,1,1\r\n");
    must_print(A_AND_B "--csv findings -o severity,id --at last",
               "host,severity,id\r\ndb02,critical,12\r\ndb01,warning,12\r\n");
    must_print(A_AND_B "--csv segments -o shmid -f host=db01 --at @1795000014",
               "host,shmid\r\ndb01,11\r\n");
    must_print(A_AND_B "--csv segments -o shmid -s host --at @1795000014 -n 3 --no-headings",
               "db01,11\r\ndb02,10\r\ndb01,11\r\ndb02,11\r\ndb01,12\r\ndb02,11\r\n");
    // What began later is not there yet, and was never empty.
    must_print(A_AND_B "--csv hosts -o host,state,age,segments --at first --no-headings | sort",
               "db01,recorded,5,1\r\ndb02,recorded,0,1\r\n");
    must_print(A_AND_B "--csv hosts -o host,state,age,segments --at @1795000001 --no-headings",
               "db01,recorded,1,1\r\ndb02,no picture yet,,\r\n");
    // Two of one name are told apart; the tables of a document begin with the hosts.
    must_print("cp " DIR "/a " DIR "/c; " A_AND_B "--from " DIR "/c --csv hosts -o host "
               "--no-headings",
               "db02\r\ndb01\r\ndb01 (" DIR "/c)\r\n");
    must_print("mkdir -p " DIR "/a_long_way_down_to_the_recordings_of_1 " DIR
               "/a_long_way_down_to_the_recordings_of_2; for i in 1 2; do cp " DIR "/a " DIR
               "/a_long_way_down_to_the_recordings_of_$i/rec; done; " IPCTOP " --from " DIR
               "/a --from " DIR "/a_long_way_down_to_the_recordings_of_1/rec --from " DIR
               "/a_long_way_down_to_the_recordings_of_2/rec --csv hosts -o host --no-headings",
               "db01\r\ndb01 (ng_way_down_to_the_recordings_of_1/rec)\r\n"
               "db01 (ng_way_down_to_the_recordings_of_2/rec)\r\n");
    must_print(A_AND_B "--json | grep -o '},\"hosts\":\\[{\"host\":\"[^\"]*\"'",
               "},\"hosts\":[{\"host\":\"db02\"\n");
}

TEST(what_one_of_two_hosts_lacks_is_said)
{
    add_picture(DIR "/a", 1795000000, 1);
    file_put(DIR "/b",
             "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":1795000000,"
             "\"hostname\":\"db02\"},\"segments\":[]}\n");
    struct said said =
        must("--from " DIR "/a --from " DIR "/b --json segments queues hosts --strict", 3);
    assert_non_null(strstr(said.err, "queues of db02 not known"));
    assert_null(strstr(said.err, "segments of"));
    assert_non_null(strstr(said.out, " queues "));
    said_clear(&said);
}

TEST(all_that_one_of_two_hosts_lacks_is_said)
{
    add_picture(DIR "/a", 1795000000, 1);
    file_put(DIR "/b",
             "{\"meta\":{\"program\":\"ipctop\",\"version\":\"0.1.0\",\"time\":1795000000,"
             "\"hostname\":\"a-host-with-a-name-0815.example\"}}\n");
    struct said said = must("--from " DIR "/a --from " DIR "/b --json --strict segments holders "
                            "queues findings limits waiters processes",
                            3);
    assert_non_null(strstr(said.err, "incomplete: limits could not be read, waiters could not"));
    assert_non_null(strstr(said.err, ", segments of a-host-with-a-name-0815.example not known, "));
    assert_non_null(strstr(said.err, ", findings of a-host-with-a-name-0815.example not known\n"));
    assert_true(strlen(said.err) > 256);
    assert_null(strstr(said.err, "…"));
    said_clear(&said);
}

TEST(of_two_hosts_a_time_that_no_clock_shows_is_damage)
{
    add_picture(FILE_NAME, 1795000000, 1);
    picture_add(FILE_NAME "b", &(struct picture){.time = LONG_MIN, .id = 2, .host = "db02"});
    picture_add(FILE_NAME "b", &(struct picture){.time = 1795000000, .id = 3, .host = "db02"});
    struct said said = must("--from " FILE_NAME " --from " FILE_NAME "b --json hosts", 0);
    assert_null(strstr(said.out, "9223372036854775"));
    assert_non_null(strstr(said.out, "\"db02\""));
    said_clear(&said);
}

TEST(a_pipe_of_two_that_ends_in_mid_line_leaves_its_last_picture)
{
    picture_add(DIR "/a", &(struct picture){.time = 1795000000, .id = 1});
    picture_add(DIR "/b", &(struct picture){.time = 1795000000, .id = 2, .host = "db02"});
    must_print("mkfifo " DIR "/one " DIR "/two; cat " DIR "/b " DIR "/b " DIR "/b >" DIR
               "/two & { cat " DIR "/a " DIR "/a; head -c 99 " DIR "/a; } >" DIR "/one & " IPCTOP
               " --from " DIR "/one --from " DIR
               "/two --csv segments -n 0 -o shmid --no-headings 2>" DIR "/said; cat " DIR "/said",
               "db01,1\r\ndb02,2\r\ndb01,1\r\ndb02,2\r\ndb01,1\r\ndb02,2\r\n"
               "ipctop: --from '" DIR
               "/one': 1 picture is left out; the first: the last one is cut off\n");
}

TEST(several_hosts_are_refused_where_they_mean_nothing)
{
    add_picture(DIR "/a", 1795000000, 1);
    add_picture(DIR "/b", 1795000000, 1);
    static const char *const lines[] = {
        "--from " DIR "/a --from " DIR "/a --json",
        "--from " DIR "/a --from " DIR "/b --openmetrics",
        "--from " DIR "/a --from " DIR "/b --report",
        "--from " DIR "/a --from " DIR "/b --remove -u root --yes",
        "--from " DIR "/a --json hosts",
        "--json hosts",
        "--from " DIR "/a --json --namespace all",
        "--from " DIR "/a --json --at 25:00",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct said said = must(lines[i], 2);
        assert_string_equal(said.out, "");
        said_clear(&said);
    }
    struct said said = must("--from " DIR "/a --from " DIR "/nothing --json", 1);
    assert_non_null(strstr(said.err, "No such file"));
    said_clear(&said);
    file_put(DIR "/nothing", "nothing of ours\n");
    said = must("--from " DIR "/a --from " DIR "/nothing --csv hosts -o host,state", 0);
    assert_non_null(strstr(said.out, "db01,recorded"));
    assert_non_null(strstr(said.err, "/nothing': there is no picture in it"));
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
