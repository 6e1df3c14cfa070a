// w: the view on screen written to a file, as text, CSV and JSON, and where it may not be.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20 };

static char dir[64];

static int setup(void **state)
{
    (void)state;
    scene_segment(5 * MIB, 0640, 0x0c0c0005);
    scene_segment(6 * MIB, 0600, 0x0c0c0006);
    snprintf(dir, sizeof dir, "/tmp/ipctop-saving.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[200];

    tty_teardown(state);
    scene_clean();
    snprintf(command, sizeof command, "umount -l %s/full 2>/dev/null; rm -rf %s", dir, dir);
    return system(command);
}

TEST_FIXTURE(setup, teardown)

static struct tty *start(bool nobody, const char *option, const char *value)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 160, .h = 40, .nobody = nobody},
                              (const char *const[]){IPCTOP, "-d", "3600", option, value, NULL});
    tty_must_show(t, "row 1 of");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    tty_end(t);
}

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void save_as(struct tty *t, const char *name)
{
    tty_send(t, "w");
    tty_must_show(t, "Write segments to");
    tty_send(t, path_of(name));
    tty_send(t, "\r");
}

static void refused(struct tty *t, const char *name, const char *why)
{
    char told[300];

    save_as(t, name);
    snprintf(told, sizeof told, " %s was not written: %s", path_of(name), why);
    tty_must_show(t, told);
}

TEST(views_are_written_by_name)
{
    static const char *const names[] = {"a.txt", "a.csv", "a.json", "A.JSON", "plain"};
    static const char *const begins[] = {"KEY ", "key,shmid,", "{\"meta\":", "{\"meta\":", "KEY "};
    struct tty *t = start(false, "-f", "key=0x0c0c0006");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char told[300];
        struct stat st;

        save_as(t, names[i]);
        snprintf(told, sizeof told, "bytes written to %s", path_of(names[i]));
        tty_must_show(t, told);
        assert_int_equal(stat(path_of(names[i]), &st), 0);
        snprintf(told, sizeof told, "1 row, %lld bytes", (long long)st.st_size);
        tty_must_show(t, told);
        char *text = file_text(path_of(names[i]));
        assert_memory_equal(text, begins[i], strlen(begins[i]));
        assert_non_null(strstr(text, "0x0c0c0006"));
        assert_null(strstr(text, "0x0c0c0005")); // filtered
    }
    quit(t);
}

// The columns, their order and that of the rows are those of the screen.
TEST(a_view_is_written_as_it_is_shown)
{
    struct tty *t = start(false, "-o", "size,shmid,cgid");

    tty_send(t, "I");
    save_as(t, "a.csv");
    tty_must_show(t, "2 rows,");
    char *text = file_text(path_of("a.csv"));
    assert_memory_equal(text, "size,shmid,cgid\r\n", 17);
    assert_true(strstr(text, "\n5242880,") < strstr(text, "\n6291456,"));
    quit(t);
}

static bool shows_or_asks(struct tty *t, void *arg)
{
    return tty_find(t, arg) >= 0 || tty_find(t, "Enter writes them") >= 0;
}

// Enter is asked for once more where a table was still being read.
static void enter_until(struct tty *t, const char *text)
{
    tty_send(t, "\r");
    tty_must(t, "an outcome", shows_or_asks, (void *)text);
    if (tty_find(t, text) < 0)
        tty_send(t, "\r");
    tty_must_show(t, text);
}

// One file for those who are called next: its name has host and time.
TEST(a_report_is_written_whole)
{
    char text[65536];
    static const char *const parts[] = {
        "# System V IPC of ", "## Triage",   "## Segments (2)", "0x0c0c0005",
        "0x0c0c0006",         "## Limits (", "shmmni"};
    struct tty *t = start(false, "segments", NULL);

    tty_send(t, "R");
    tty_must_show(t, "Write a report to (.md, else text): ipctop-");
    tty_must_show(t, ".md");
    tty_send(t, "\025");
    tty_send(t, path_of("report.md"));
    enter_until(t, "bytes written to");
    FILE *f = fopen(path_of("report.md"), "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i]))
            fail_msg("no '%s' in %s", parts[i], text);
    tty_send(t, "R\025");
    tty_send(t, path_of("report.md"));
    enter_until(t, "Replace this file?"); // not over what is there, unasked
    tty_send(t, "n");
    tty_must_show(t, "nothing written");
    quit(t);
    t = start(false, "--readonly", "segments");
    tty_send(t, "R");
    tty_must_show(t, "readonly");
    quit(t);
}

TEST(nothing_is_overwritten_unasked)
{
    struct tty *t = start(false, NULL, NULL);

    file_put(path_of("old.csv"), "precious");
    save_as(t, "old.csv");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "n");
    tty_must_show(t, "nothing written");
    assert_string_equal(file_text(path_of("old.csv")), "precious");
    save_as(t, "old.csv");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "\r"); // Enter alone never means yes
    tty_must_show(t, "press y or n");
    assert_string_equal(file_text(path_of("old.csv")), "precious");
    tty_send(t, "y");
    tty_must_show(t, "2 rows,");
    assert_non_null(strstr(file_text(path_of("old.csv")), "key,shmid"));
    tty_send(t, "w");
    tty_must_show(t, "Write segments to");
    tty_send(t, "\r"); // no name: nothing
    tty_must_not_show(t, "Write segments to");
    quit(t);
}

TEST(what_is_no_file_is_refused_unasked)
{
    struct tty *t = start(false, NULL, NULL);

    file_put(path_of("old.csv"), "precious");
    char *target = strdup(path_of("old.csv"));
    assert_int_equal(symlink(target, path_of("link.csv")), 0);
    free(target);
    assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
    refused(t, "link.csv", "it is a symbolic link");
    refused(t, "fifo", "it is no regular file");
    refused(t, "", "it is a directory");
    refused(t, ".", "it is a directory");
    refused(t, "none/x.csv", "No such file");
    refused(t, "old.csv/x", "Not a directory");
    assert_string_equal(file_text(path_of("old.csv")), "precious");
    quit(t);
}

TEST(who_may_not_is_told)
{
    if (!ns_was_root()) {
        print_message("skip: needs root, to be somebody else\n");
        skip();
    }
    assert_int_equal(chmod(dir, 0755), 0);
    struct tty *t = start(true, NULL, NULL);
    refused(t, "a.txt", "Permission denied");
    assert_int_not_equal(access(path_of("a.txt"), F_OK), 0);
    quit(t);
}

TEST(a_full_disk_leaves_what_was_there)
{
    assert_int_equal(mkdir(path_of("full"), 0755), 0);
    if (mount("full", path_of("full"), "tmpfs", 0, "size=4k") < 0) {
        print_message("skip: no tmpfs can be mounted\n");
        skip();
    }
    file_put(path_of("full/old.json"), "precious"); // the only page
    struct tty *t = start(false, NULL, NULL);
    refused(t, "full/new.txt", "No space left on device");
    save_as(t, "full/old.json");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "y");
    tty_must_show(t, "was not written: No space left on device");
    assert_string_equal(file_text(path_of("full/old.json")), "precious");
    char command[200];
    snprintf(command, sizeof command, "test $(ls -A %s/full | wc -l) = 1", dir);
    assert_int_equal(system(command), 0); // nothing half written stays
    quit(t);
}

int main(void)
{
    return ns_run(tests_run);
}
