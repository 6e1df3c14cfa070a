// Files the screen writes: a view as text, CSV and JSON, and the settings; and hostile settings.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20 };

static char dir[64], rc[128];

static int setup(void **state)
{
    (void)state;
    scene_segment(5 * MIB, 0640, 0x0c0c0005);
    scene_segment(6 * MIB, 0600, 0x0c0c0006);
    snprintf(dir, sizeof dir, "/tmp/ipctop-settings.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(rc, sizeof rc, "%s/config", dir);
    return 0;
}

static int teardown(void **state)
{
    char command[100];

    tty_teardown(state);
    scene_clean();
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static struct tty *start(const char *option, const char *value)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40},
                              (const char *const[]){IPCTOP, "-d", "3600", "--config", rc, option,
                                                    value, NULL});
    tty_must_show(t, "row 1 of");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    tty_end(t);
}

static void put(const char *text)
{
    FILE *f = fopen(rc, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static char *content(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void save_as(struct tty *t, const char *name)
{
    tty_send(t, "w");
    tty_must_show(t, "Write segments to");
    tty_send(t, path_of(name));
    tty_send(t, "\r");
}

static void views_are_written_by_name(void **state)
{
    static const char *const names[] = {"a.txt", "a.csv", "a.json"};
    static const char *const begins[] = {"KEY ", "key,shmid,", "{\"meta\":"};
    (void)state;
    struct tty *t = start("-f", "key=0x0c0c0006");

    for (size_t i = 0; i < 3; i++) {
        char told[300];
        struct stat st;

        save_as(t, names[i]);
        snprintf(told, sizeof told, "bytes written to %s", path_of(names[i]));
        tty_must_show(t, told);
        tty_must_show(t, "1 row,");
        assert_int_equal(stat(path_of(names[i]), &st), 0);
        snprintf(told, sizeof told, " %lld bytes", (long long)st.st_size);
        tty_must_show(t, told);
        char *text = content(path_of(names[i]));
        assert_non_null(strstr(text, begins[i]));
        assert_non_null(strstr(text, "0x0c0c0006"));
        assert_null(strstr(text, "0x0c0c0005")); // filtered
    }
    quit(t);
}

static void nothing_is_overwritten_unasked(void **state)
{
    (void)state;
    struct tty *t = start(NULL, NULL);
    FILE *f = fopen(path_of("old.csv"), "w");

    fputs("precious", f);
    fclose(f);
    save_as(t, "old.csv");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "n");
    tty_must_show(t, "nothing written");
    assert_string_equal(content(path_of("old.csv")), "precious");
    save_as(t, "old.csv");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "y");
    tty_must_show(t, "2 rows,");
    assert_non_null(strstr(content(path_of("old.csv")), "key,shmid"));
    // Neither through a link, nor into something else.
    assert_int_equal(symlink(path_of("old.csv"), "link"), 0);
    assert_int_equal(rename("link", path_of("link.csv")), 0);
    save_as(t, "link.csv");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "y");
    tty_must_show(t, "symbolic link");
    assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
    save_as(t, "fifo");
    tty_must_show(t, "Replace this file?");
    tty_send(t, "y");
    tty_must_show(t, "no regular file");
    save_as(t, "none/x.csv");
    tty_must_show(t, "No such file");
    quit(t);
}

static void settings_come_back(void **state)
{
    struct stat st;
    (void)state;
    struct tty *t = start(NULL, NULL);

    tty_must_show(t, "does not exist yet");
    tty_send(t, "m");
    tty_must_show(t, "header: full");
    tty_send(t, "C");
    tty_must_show(t, "colours: light");
    tty_send(t, "I");
    tty_send(t, "c");
    tty_must_show(t, "Columns of Segments");
    tty_send(t, " \r"); // without the key
    tty_must_not_show(t, "0x0c0c0005");
    tty_send(t, "d");
    tty_must_show(t, "Seconds between");
    tty_send(t, "7.5\r");
    tty_send(t, "S");
    tty_must_show(t, "settings written to");
    quit(t);
    assert_int_equal(stat(rc, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    char *text = content(rc);
    assert_non_null(strstr(text, "interval = 7.5\nheader = full\ncolors = light\n"));
    assert_non_null(strstr(text, "sort.segments = +size\n"));
    assert_non_null(strstr(text, "columns.segments = shmid,"));
    // -d counts more than the file.
    t = start(NULL, NULL);
    tty_must_show(t, "every 3600.0s");
    tty_must_show(t, "5.0M");
    assert_int_equal(tty_find(t, "0x0c0c0005"), -1);
    assert_true(tty_find(t, "5.0M") < tty_find(t, "6.0M"));
    quit(t);
}

static void wrong_files_leave_the_defaults(void **state)
{
    (void)state;

    put("interval = 3\nnonsense\nvolume = 11\nheader = line\n");
    struct tty *t = start(NULL, NULL);
    tty_must_show(t, "line 2: ");
    tty_must_show(t, "line 3: no setting 'volume'");
    quit(t);
    unlink(rc);
    assert_int_equal(mkfifo(rc, 0600), 0);
    t = start(NULL, NULL);
    tty_must_show(t, "no regular file");
    tty_send(t, "S");
    tty_must_show(t, "was not written: it is no regular file");
    quit(t);
    unlink(rc);
    assert_int_equal(mkdir(rc, 0700), 0);
    t = start(NULL, NULL);
    tty_must_show(t, "is a directory");
    quit(t);
    rmdir(rc);
    put("");
    assert_int_equal(truncate(rc, 1 << 20), 0);
    t = start(NULL, NULL);
    tty_must_show(t, "too long");
    quit(t);
    assert_int_equal(truncate(rc, 1 << 12), 0); // binary: zeros
    t = start(NULL, NULL);
    tty_must_show(t, "line 1: too long");
    quit(t);
}

// As root: not into a directory of somebody else's, nor through a link.
static void root_writes_into_nobodys_directory(void **state)
{
    (void)state;
    if (!ns_was_root()) {
        print_message("skip: needs root\n");
        skip();
    }
    assert_int_equal(chown(dir, 65534, 65534), 0);
    struct tty *t = start(NULL, NULL);
    tty_send(t, "S");
    tty_must_show(t, "not root's");
    assert_int_not_equal(access(rc, F_OK), 0);
    assert_int_equal(chown(dir, 0, 0), 0);
    assert_int_equal(symlink("/tmp/elsewhere", rc), 0);
    tty_send(t, "S");
    tty_must_show(t, "symbolic link");
    quit(t);
}

static void the_screen_takes_columns(void **state)
{
    (void)state;
    struct tty *t = start("-o", "shmid,cgid");

    tty_must_show(t, "row 1 of");
    assert_int_equal(tty_find(t, "0x0c0c0005"), -1);
    assert_int_equal(tty_find(t, "PERMS"), -1);
    quit(t);
}

static int tests_inside(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(views_are_written_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten_unasked, setup, teardown),
        cmocka_unit_test_setup_teardown(settings_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_files_leave_the_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(root_writes_into_nobodys_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(the_screen_takes_columns, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return ns_run(tests_inside);
}
