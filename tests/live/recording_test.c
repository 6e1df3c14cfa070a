// --record FILE: whole pictures one a line, whatever becomes of the disk or of the writer.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/pictures.h"
#include "support/program.h"
#include "support/scene.h"
#include "support/test.h"

#define DIR PICTURES
#define FILE_NAME DIR "/rec"

// A small disk of our own, in the mount namespace of ns_run().
static int setup(void **state)
{
    (void)state;
    return pictures_mount("128k");
}

TEST_FIXTURE(setup, pictures_unmount)

// Whole documents in the file; others are counted in *broken.
static size_t pictures(const char *path, size_t *broken)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0, n = 0;
    ssize_t length;

    *broken = 0;
    while (file && (length = getline(&line, &cap, file)) > 0) {
        bool whole = line[length - 1] == '\n' && length > 2 && line[length - 2] == '}' &&
                     strncmp(line, "{\"meta\":{", 9) == 0;
        *(whole ? &n : broken) += 1;
    }
    if (file)
        fclose(file);
    free(line);
    return n;
}

static struct said record(const char *arguments, int status)
{
    char text[200];

    snprintf(text, sizeof text, "--record " FILE_NAME " -d 0.1 %s", arguments);
    struct said said = program_run(text, false);
    if (said.status != status)
        fail_msg("status %d: %s", said.status, said.err);
    return said;
}

TEST(pictures_are_appended_and_hold_every_table)
{
    struct said said;
    size_t broken;
    struct stat st;
    int id = scene_segment(4096, 0600, 0x1234);
    char has[40];

    said = record("-n 2", 0);
    said_clear(&said);
    said = record("-n 1 --readonly", 0);
    said_clear(&said);
    assert_int_equal(pictures(FILE_NAME, &broken), 3);
    assert_int_equal(stat(FILE_NAME, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(has, sizeof has, "\"shmid\":%d,", id);
    said = shell_run("tail -n 1 " FILE_NAME);
    assert_non_null(strstr(said.out, has));
    json_t *picture = json_loads(said.out, JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(picture);
    static const char *const tables[] = {"segments", "holders", "maps",   "semaphores", "elements",
                                         "queues",   "waiters", "limits", "findings",   "events"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        assert_true(json_is_array(json_object_get(picture, tables[i])));
    json_decref(picture);
    said_clear(&said);
}

TEST(what_happened_is_in_the_next_picture_and_in_no_other)
{
    assert_int_equal(mount(NULL, DIR, NULL, MS_REMOUNT, "size=64m"), 0); // however many there are
    struct said said = shell_run(
        BUILD_DIR "/ipctop --record " FILE_NAME " -d 0.1 & "
                  "until grep -qs meta " FILE_NAME "; do sleep 0.05; done; "
                  "ipcmk -Q >/dev/null; "
                  "until grep -q '\"what\":\"created\"' " FILE_NAME "; do sleep 0.05; done; "
                  "n=$(wc -l < " FILE_NAME "); "
                  "until [ $(wc -l < " FILE_NAME ") -gt $((n + 3)) ]; do sleep 0.05; done; "
                  "kill -TERM $!; wait; "
                  "grep -c '\"what\":\"created\"' " FILE_NAME);
    assert_string_equal(said.out, "1\n");
    said_clear(&said);
}

TEST(a_line_that_a_crash_cut_off_stays_alone)
{
    size_t broken;

    file_put(FILE_NAME, "{\"meta\":{\"program\":\"ipctop\",\"ver");
    struct said said = record("-n 2", 0);
    said_clear(&said);
    assert_int_equal(pictures(FILE_NAME, &broken), 2);
    assert_int_equal(broken, 1);
}

TEST(a_full_disk_costs_pictures_and_never_a_part_of_one)
{
    size_t broken;
    struct said said;

    // Room for the first pictures alone.
    said = shell_run("head -c 122880 /dev/zero > " DIR "/filler");
    said_clear(&said);
    said = record("-n 20", 1);
    assert_non_null(strstr(said.err, "pictures are left out"));
    assert_ptr_equal(strstr(said.err, "\n"), said.err + strlen(said.err) - 1); // once
    said_clear(&said);
    size_t n = pictures(FILE_NAME, &broken);
    assert_in_range(n, 1, 19);
    assert_int_equal(broken, 0);
    assert_int_equal(unlink(DIR "/filler"), 0);
    said = record("-n 2", 0);
    assert_string_equal(said.err, "");
    said_clear(&said);
    assert_int_equal(pictures(FILE_NAME, &broken), n + 2);
}

enum { SEGMENTS = 1100, COMMAND = 16 << 10 };

// Holds as many segments as anybody may make, each a row with a command line that takes 80 KiB to write: its
// second argument.
static int hold_many(int ready)
{
    for (int i = 0; i < SEGMENTS; i++) {
        int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
        if (id < 0 || shmat(id, NULL, 0) == (void *)-1 || shmctl(id, IPC_RMID, NULL) < 0)
            return 1;
    }
    child_ready(ready);
    for (;;)
        pause();
}

static void become_holder(void *arg, int ready)
{
    char number[16], command[COMMAND];

    (void)arg;
    snprintf(number, sizeof number, "%d", dup(ready));
    memset(command, 1, sizeof command);
    command[sizeof command - 1] = '\0';
    execl("/proc/self/exe", "holder", number, command, NULL);
}

// A picture that no line has room for would be written, and could not be read when it is needed.
TEST(more_rows_than_are_read_back_cost_the_largest_tables_alone)
{
    size_t broken;
    pid_t pid = child_start(become_holder, NULL);

    assert_int_equal(mount("tmpfs", DIR, "tmpfs", MS_REMOUNT, "size=16m"), 0);

    assert_true(pid > 0);
    struct said said = record("-n 2", 1);
    assert_non_null(strstr(said.err, "too large to be read back; without holders"));
    assert_ptr_equal(strstr(said.err, "\n"), said.err + strlen(said.err) - 1); // once
    said_clear(&said);
    assert_int_equal(pictures(FILE_NAME, &broken), 2);
    assert_int_equal(broken, 0);
    said = program_run("--from " FILE_NAME " --json segments", false);
    assert_int_equal(said.status, 0);
    json_t *all = json_loads(said.out, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(all, "segments")), SEGMENTS);
    json_decref(all);
    said_clear(&said);
    said = program_run("--from " FILE_NAME " --json --strict segments holders", false);
    assert_int_equal(said.status, 3); // unknown, and not none
    said_clear(&said);
    child_end(pid);
    said = record("-n 1", 0);
    said_clear(&said);
}

static void must_refuse(const char *why)
{
    char *before = strdup(file_text(FILE_NAME));
    struct said said = record("-n 1", 1);

    if (!strstr(said.err, why))
        fail_msg("%s", said.err);
    said_clear(&said);
    assert_string_equal(file_text(FILE_NAME), before);
    free(before);
}

TEST(what_is_no_recording_is_not_written_to)
{
    file_put(FILE_NAME, "root:x:0:0\n");
    must_refuse("it is there and no recording");
    assert_int_equal(rename(FILE_NAME, DIR "/passwd"), 0);
    file_put(DIR "/passwd", "");
    assert_int_equal(symlink("passwd", FILE_NAME), 0);
    must_refuse("symbolic link");
    assert_int_equal(unlink(FILE_NAME), 0);
    file_put(FILE_NAME ".1", "mine\n");
    struct said said = record("-n 1 --keep 1M", 1);
    assert_non_null(strstr(said.err, "rec.1 is there and no recording"));
    said_clear(&said);
    assert_string_equal(file_text(FILE_NAME ".1"), "mine\n");
}

TEST(a_signal_ends_it_after_a_last_picture)
{
    size_t broken;
    struct said said = shell_run(BUILD_DIR "/ipctop --record " FILE_NAME " -d 3600 & "
                                           "until [ -s " FILE_NAME " ]; do sleep 0.05; done; "
                                           "kill -TERM $!; wait $!; echo $?");
    assert_string_equal(said.out, "143\n");
    said_clear(&said);
    assert_int_equal(pictures(FILE_NAME, &broken), 2);
    assert_int_equal(broken, 0);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[0], "holder") == 0)
        return hold_many(atoi(argv[1]));
    return ns_run(tests_run);
}
