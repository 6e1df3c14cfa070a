// Settings kept across runs: where they are looked for, what comes back, and hostile files.
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
    char command[200];

    tty_teardown(state);
    scene_clean();
    snprintf(command, sizeof command, "umount -l %s/full 2>/dev/null; rm -rf %s", dir, dir);
    return system(command);
}

TEST_FIXTURE(setup, teardown)

static struct tty *start_with(const struct tty_options *options)
{
    struct tty_options o = *options;

    o.w = 150, o.h = 28;
    struct tty *t = tty_start(&o, (const char *const[]){IPCTOP, "--config", rc, NULL});
    tty_must_show(t, "row 1 of");
    return t;
}

static struct tty *start(void)
{
    return start_with(&(struct tty_options){0});
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    tty_end(t);
}

static void put(const char *text, size_t n)
{
    FILE *f = fopen(rc, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

// --- what is kept ---------------------------------------------------------------------------------

// Everything that can be kept, made otherwise than usual.
static void change_all(struct tty *t)
{
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
    tty_must_show(t, "every 7.5s");
    tty_send(t, "O");
    tty_must_show(t, "(now 0s)");
    tty_send(t, "90m\r");
    tty_must_show(t, "orphans: what has been idle for 90m");
    tty_send(t, "2");
    tty_must_show(t, "SEMID");
    tty_send(t, ">"); // each view has its order
    tty_must_show(t, "sorted by APP");
    tty_send(t, "1");
    tty_must_show(t, "SHMID");
}

static void must_be_changed(struct tty *t)
{
    tty_must_show(t, "every 7.5s");
    tty_must_show(t, "5.0M");
    assert_int_equal(tty_find(t, "0x0c0c0005"), -1); // the column
    assert_true(tty_find(t, "5.0M") < tty_find(t, "6.0M"));
    tty_send(t, "m"); // from full to the next
    tty_must_show(t, "header: one line");
    tty_send(t, "C");
    tty_must_show(t, "colours: high-contrast");
    tty_send(t, "O");
    tty_must_show(t, "(now 90m)");
    tty_send(t, "\033");
    tty_must_not_show(t, "(now 90m)");
}

static const char saved[] = "interval = 7.5\nheader = full\ncolors = light\norphan_age = 90m\n"
                            "sort.segments = +size\n";

struct place {
    const char *env[3];
    const char *option; // of --config
    const char *path;
};

static struct tty *start_at(const struct place *p)
{
    struct tty_options o = {.w = 150, .h = 28};
    static char env[3][200], option[200];

    for (size_t i = 0; i < 3 && p->env[i]; i++) {
        snprintf(env[i], sizeof env[i], p->env[i], dir);
        o.env[i] = env[i];
    }
    snprintf(option, sizeof option, "%s/%s", dir, p->option ? p->option : "");
    const char *const argv[] = {IPCTOP, p->option ? "--config" : NULL, option, NULL};
    struct tty *t = tty_start(&o, argv);
    tty_must_show(t, "row 1 of");
    return t;
}

TEST(settings_come_back_from_where_they_are_looked_for)
{
    // clang-format off
    static const struct place places[] = {
        {{"XDG_CONFIG_HOME=%s/xdg", "HOME=%s/home"}, NULL, "xdg/ipctop/config"},
        {{"HOME=%s/home"}, NULL, "home/.config/ipctop/config"},
        {{"XDG_CONFIG_HOME=relative", "HOME=%s/away"}, NULL, "away/.config/ipctop/config"},
        {{"IPCTOPRC=%s/rc", "XDG_CONFIG_HOME=%s/xdg2", "HOME=%s/home2"}, NULL, "rc"},
        {{"IPCTOPRC=%s/rc2", "HOME=%s/home2"}, "named", "named"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[200], told[300];
        struct stat st;

        snprintf(path, sizeof path, "%s/%s", dir, places[i].path);
        struct tty *t = start_at(&places[i]);
        change_all(t);
        assert_int_not_equal(access(path, F_OK), 0); // nothing is written unasked
        tty_send(t, "S");
        snprintf(told, sizeof told, "settings written to %s", path);
        tty_must_show(t, told);
        quit(t);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0600);
        assert_non_null(strstr(file_text(path), saved));
        assert_non_null(strstr(file_text(path), "columns.segments = shmid,"));
        assert_non_null(strstr(file_text(path), "sort.semaphores = +app\n"));
        t = start_at(&places[i]);
        must_be_changed(t);
        quit(t);
        assert_non_null(strstr(file_text(path), saved)); // by S alone
    }
    snprintf(rc, sizeof rc, "%s/rc2", dir); // --config counted more, in writing too
    assert_int_not_equal(access(rc, F_OK), 0);
}

TEST(nothing_is_written_unasked)
{
    const struct place home = {{"HOME=%s"}, NULL, NULL};
    char command[200];
    struct tty *t = start_at(&home);

    change_all(t);
    quit(t);
    snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", dir);
    assert_int_equal(system(command), 0);
}

TEST(the_command_line_counts_more)
{
    static const char text[] = "interval = 7.5\nsort.segments = +size\ncolumns.segments = size\n";

    put(text, strlen(text));
    struct tty *t = tty_start(&(struct tty_options){.w = 150, .h = 40},
                              (const char *const[]){IPCTOP, "--config", rc, "-d", "3600", "-s",
                                                    "-size", "-o", "size,shmid,cgid", NULL});
    tty_must_show(t, "every 3600.0s");
    tty_must_show(t, "CGID");
    tty_must_show(t, "5.0M");
    assert_true(tty_find(t, "6.0M") < tty_find(t, "5.0M"));
    assert_int_equal(tty_find(t, "PERMS"), -1);
    quit(t);
}

// --- hostile files --------------------------------------------------------------------------------

TEST(wrong_lines_are_named_and_skipped)
{
    static const struct {
        const char *text;
        size_t n;
        const char *told;
    } cases[] = {
#define CASE(text, told) {text, sizeof text - 1, told}
        CASE("interval = 7.5\nnonsense\n", "line 2: no 'key = value'"),
        CASE("interval = 7.5\nvolume = 11\n", "line 2: no setting 'volume'"),
        CASE("interval = 7.5\r\nvolume = 11\r\n", "line 2: no setting 'volume'"),
        CASE("a\0b = 3\ninterval = 7.5\n", "line 1: not text"),
        CASE("\xff\xfe\x80 = 1\ninterval = 7.5", "line 1: no setting '\\xff\\xfe\\x80'"),
        CASE("\033]0;pwned\a\033[2J = 1\ninterval = 7.5", "'\\e]0;pwned\\x07\\e[2J'"),
        CASE("\xe2\x80\xaeright = 1\ninterval = 7.5", "no setting '\\u{202e}right'"),
        CASE("interval = 7.5\ninterval = 1e9\n", "line 2: interval takes seconds"),
        CASE("interval = 7.5\norphan_age = soon\n", "line 2: orphan_age takes an age"),
        CASE("interval = 7.5\ncolors = \033[31m\n", "line 2: colors takes"),
        CASE("interval = 7.5\ncolumns.segments = key,\033c\n", "no column '\\ec' in segments"),
#undef CASE
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;

        put(cases[i].text, cases[i].n);
        struct tty *t = start();
        tty_must_show(t, cases[i].told);
        tty_must_show(t, "every 7.5s"); // the others count
        const char *bytes = tty_bytes(t, &n);
        assert_null(memmem(bytes, n, "pwned\a", 6));
        assert_null(memmem(bytes, n, "\xe2\x80\xae", 3));
        quit(t);
    }
}

TEST(huge_files_and_lines_are_left_alone)
{
    static char text[5000];

    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 16, "\ninterval = 7.5\n", 16);
    put(text, sizeof text);
    struct tty *t = start();
    tty_must_show(t, "line 1: too long");
    tty_must_show(t, "every 7.5s");
    quit(t);
    assert_int_equal(truncate(rc, INT64_C(1) << 40), 0); // sparse
    t = start();
    tty_must_show(t, "it is too long for settings");
    tty_must_show(t, "every 2.0s");
    quit(t);
}

TEST(what_is_no_file_is_neither_read_nor_replaced)
{
    assert_int_equal(mkfifo(rc, 0600), 0); // and nobody writes to it
    struct tty *t = start();
    tty_must_show(t, "it is no regular file");
    tty_send(t, "S");
    tty_must_show(t, "was not written: it is no regular file");
    quit(t);
    unlink(rc);
    assert_int_equal(mkdir(rc, 0700), 0);
    t = start();
    tty_must_show(t, "it is a directory");
    tty_send(t, "S");
    tty_must_show(t, "was not written: it is a directory");
    quit(t);
    rmdir(rc);
    assert_int_equal(symlink("/dev/zero", rc), 0);
    t = start();
    tty_must_show(t, "it is no regular file");
    quit(t);
}

// --- where they cannot be written -----------------------------------------------------------------

static void need_root(void)
{
    if (!ns_was_root()) {
        print_message("skip: needs root, to be somebody else\n");
        skip();
    }
}

TEST(who_may_not_is_told)
{
    const struct tty_options nobody = {.nobody = true};
    need_root();
    assert_int_equal(chmod(dir, 0755), 0); // read-only to nobody
    struct tty *t = start_with(&nobody);
    tty_must_show(t, "does not exist yet");
    tty_send(t, "S");
    tty_must_show(t, "was not written: Permission denied");
    quit(t);
    put("interval = 7.5\n", 15);
    assert_int_equal(chmod(rc, 0600), 0);
    t = start_with(&nobody);
    tty_must_show(t, "are not used: Permission denied");
    tty_must_show(t, "every 2.0s");
    tty_send(t, "S");
    tty_must_show(t, "was not written: it is not yours");
    quit(t);
    assert_string_equal(file_text(rc), "interval = 7.5\n");
}

// As root: not into a directory of somebody else's, nor through a link of his.
TEST(root_writes_nothing_through_what_is_others)
{
    char target[200];
    need_root();
    assert_int_equal(chown(dir, 65534, 65534), 0);
    struct tty *t = start();
    tty_send(t, "S");
    tty_must_show(t, "a directory on the way is not yours");
    assert_int_not_equal(access(rc, F_OK), 0);
    assert_int_equal(chown(dir, 0, 0), 0);
    snprintf(target, sizeof target, "%s/target", dir);
    assert_int_equal(symlink(target, rc), 0);
    assert_int_equal(lchown(rc, 65534, 65534), 0);
    tty_send(t, "S");
    tty_must_show(t, "it is a symbolic link");
    assert_int_not_equal(access(target, F_OK), 0);
    assert_int_equal(lchown(rc, 0, 0), 0);
    tty_send(t, "S"); // one's own
    tty_must_show(t, "settings written to");
    assert_non_null(strstr(file_text(target), "header = auto"));
    quit(t);
}

TEST(a_full_disk_leaves_the_old_ones)
{
    static char old[4096];
    char full[200];

    snprintf(full, sizeof full, "%s/full", dir);
    assert_int_equal(mkdir(full, 0700), 0);
    if (mount("full", full, "tmpfs", 0, "size=4k") < 0) {
        print_message("skip: no tmpfs can be mounted\n");
        skip();
    }
    snprintf(rc, sizeof rc, "%s/full/config", dir);
    snprintf(old, sizeof old, "interval = 7.5\n# %01000d\n", 0); // the only page there is
    put(old, strlen(old));
    struct tty *t = start();
    tty_must_show(t, "every 7.5s");
    tty_send(t, "C");
    tty_must_show(t, "colours: light");
    tty_send(t, "S");
    tty_must_show(t, "was not written: No space left on device");
    quit(t);
    assert_string_equal(file_text(rc), old);
    unlink(rc);
    t = start();
    tty_send(t, "S");
    tty_must_show(t, "settings written to"); // nothing half written takes the room
    quit(t);
}

TEST(what_is_asked_for_last_is_done)
{
    struct tty *t = start();

    tty_send(t, "Sq"); // too quick to see what comes of it
    assert_int_equal(tty_must_exit(t), 0);
    tty_end(t);
    assert_non_null(strstr(file_text(rc), "interval = 2\n"));
}

int main(void)
{
    return ns_run(tests_run);
}
