// Restart= of a unit, from files and drop-ins laid out as systemd.unit(5) says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "linux/process/unit_file.h"
#include "support/test.h"
#include "support/tree.h"

static char root[64];

static int make_root(void **state)
{
    (void)state;
    strcpy(root, "/tmp/ipctop-units-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int end_root(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command) == 0 ? 0 : -1;
}

// Each test has a root of its own.
#define UNIT_TEST(name)                                                                            \
    static void name##_in_root(void);                                                              \
    TEST(name)                                                                                     \
    {                                                                                              \
        assert_int_equal(make_root(NULL), 0);                                                      \
        name##_in_root();                                                                          \
        assert_int_equal(end_root(NULL), 0);                                                       \
    }                                                                                              \
    static void name##_in_root(void)

static void put(const char *path, const char *text)
{
    char *all = mem_format("%s/%s", root, path);

    for (char *slash = all + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(all, 0755);
        *slash = '/';
    }
    FILE *file = fopen(all, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(all);
}

static void mask(const char *path)
{
    char *all = mem_format("%s/%s", root, path);

    unlink(all);
    assert_int_equal(symlink("/dev/null", all), 0);
    free(all);
}

static const char *restart_in(struct unit_places *places, const char *unit)
{
    bool exceptions;
    enum service_restart restart = unit_file_restart(root, places, unit, &exceptions);
    const char *name = service_restart_name(restart);

    unit_places_free(places);
    return !name ? "unknown" : exceptions ? "varies" : name;
}

static const char *restart_of(const char *unit)
{
    struct unit_places places;

    unit_places_system(&places);
    return restart_in(&places, unit);
}

UNIT_TEST(one_file)
{
    put("usr/lib/systemd/system/a.service",
        "[Unit]\nRestart=always\n[Service]\nExecStart=/bin/a\n");
    put("usr/lib/systemd/system/b.service", "# Restart=always\n[Service]\n; Restart=always\n  "
                                            "Restart = on-failure \nRestart=nonsense\n");
    put("usr/lib/systemd/system/c.service",
        "[Service]\nExecStart=/bin/c "
        "\\\nRestart=always\nRestart=on-\\\nabort\n[Install]\nRestart=no");
    put("usr/lib/systemd/system/d.service", "[Service]\nRestart=always\nType=oneshot");
    put("usr/lib/systemd/system/e.service",
        "[Service]\nRestart=always\nRestartPreventExitStatus=3\n");
    put("usr/lib/systemd/system/f.service",
        "[Service]\nRestart=always\nSuccessExitStatus=3\nSuccessExitStatus=\n");
    assert_string_equal(restart_of("a.service"), "no"); // the default
    assert_string_equal(restart_of("b.service"), "on-failure");
    assert_string_equal(restart_of("c.service"),
                        "no"); // what a backslash joins is one value, and none
    assert_string_equal(restart_of("d.service"), "varies");
    assert_string_equal(restart_of("e.service"), "varies");
    assert_string_equal(restart_of("f.service"), "always");
    assert_string_equal(restart_of("none.service"), "unknown");
    assert_string_equal(restart_of("../system/a.service"), "unknown");
}

UNIT_TEST(the_first_place_counts)
{
    put("usr/lib/systemd/system/a.service", "[Service]\nRestart=always\n");
    put("etc/systemd/system/a.service", "[Service]\nRestart=on-abort\n");
    assert_string_equal(restart_of("a.service"), "on-abort");
    put("run/systemd/transient/a.service", "[Service]\n");
    assert_string_equal(restart_of("a.service"), "no");
    mask("run/systemd/transient/a.service");
    assert_string_equal(restart_of("a.service"), "unknown");
}

UNIT_TEST(drop_ins)
{
    put("usr/lib/systemd/system/a-b.service", "[Service]\nRestart=no\n");
    put("usr/lib/systemd/system/service.d/10-all.conf", "[Service]\nRestart=on-success\n");
    assert_string_equal(restart_of("a-b.service"), "on-success");
    put("usr/lib/systemd/system/a-.service.d/20.conf", "[Service]\nRestart=on-abnormal\n");
    assert_string_equal(restart_of("a-b.service"), "on-abnormal");
    put("usr/lib/systemd/system/a-b.service.d/30.conf", "[Service]\nRestart=always\n");
    put("usr/lib/systemd/system/a-b.service.d/40.conf.bak", "[Service]\nRestart=no\n");
    assert_string_equal(restart_of("a-b.service"), "always");
    put("etc/systemd/system/a-b.service.d/30.conf", "[Service]\nRestart=on-watchdog\n");
    assert_string_equal(restart_of("a-b.service"), "on-watchdog"); // in the place of the other one
    mask("etc/systemd/system/a-b.service.d/30.conf");
    assert_string_equal(restart_of("a-b.service"), "on-abnormal");
    assert_string_equal(restart_of("a-.service"), "unknown");
}

UNIT_TEST(instances_have_a_template)
{
    put("lib/systemd/system/pg@.service", "[Service]\nRestart=on-failure\n");
    assert_string_equal(restart_of("pg@15-main.service"), "on-failure");
    put("etc/systemd/system/pg@.service.d/x.conf", "[Service]\nRestart=always\n");
    assert_string_equal(restart_of("pg@15-main.service"), "always");
    put("run/systemd/system/pg@15-main.service.d/x.conf", "[Service]\nRestart=no\n");
    assert_string_equal(restart_of("pg@15-main.service"), "no");
    put("lib/systemd/system/pg@16.service", "[Service]\nRestart=on-abort\n");
    mask("etc/systemd/system/pg@.service.d/x.conf");
    assert_string_equal(restart_of("pg@16.service"), "on-abort");
}

UNIT_TEST(nothing_that_waits_is_opened)
{
    char *path = mem_format("%s/etc/systemd/system/a.service", root);

    put("etc/systemd/system/b.service", "");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_string_equal(restart_of("a.service"), "unknown");
    assert_string_equal(restart_of("b.service"), "no");
    free(path);
}

static void link_to(const char *path, const char *target)
{
    char *all = mem_format("%s/%s", root, path);

    assert_int_equal(symlink(target, all), 0);
    free(all);
}

UNIT_TEST(what_cannot_be_read_may_say_anything)
{
    enum { LARGE = 1 << 20 };
    char *text = mem_alloc(LARGE + 64);

    int n = sprintf(text, "[Service]\nRestart=always\n");
    memset(text + n, '#', (size_t)(LARGE - n));
    text[LARGE] = '\0';
    put("usr/lib/systemd/system/a.service", text);
    assert_string_equal(restart_of("a.service"), "unknown");
    put("usr/lib/systemd/system/b.service", "[Service]\nRestart=no\n");
    assert_string_equal(restart_of("b.service"), "no");
    put("etc/systemd/system/b.service.d/x.conf", text);
    assert_string_equal(restart_of("b.service"), "unknown");
    text[LARGE - 1] = '\0';
    put("usr/lib/systemd/system/a.service", text);
    assert_string_equal(restart_of("a.service"), "always");
    // A directory that no one can list: a circle of links, also for root.
    put("usr/lib/systemd/system/c.service", "[Service]\nRestart=no\n");
    assert_string_equal(restart_of("c.service"), "no");
    link_to("etc/systemd/system/c.service.d", "c.service.d");
    assert_string_equal(restart_of("c.service"), "unknown");
    free(text);
}

// --- of users --------------------------------------------------------------------------------------

static const char *restart_with(const char *unit, uint32_t uid, const char *environment, size_t n)
{
    struct unit_places places;

    if (unit_places_user(&places, uid, environment, n))
        return restart_in(&places, unit);
    unit_places_free(&places);
    return "no places";
}

static const char *user_restart_of(const char *unit)
{
    static const char environment[] = "LANG=C\0HOME=/home/u\0XDG_RUNTIME_DIR=/run/user/7";

    return restart_with(unit, geteuid(), environment, sizeof environment);
}

UNIT_TEST(places_of_a_user_in_their_order)
{
    static const char *const places[] = {
        "lib/systemd/user",
        "usr/lib/systemd/user",
        "usr/local/lib/systemd/user",
        "usr/share/systemd/user",
        "usr/local/share/systemd/user",
        "home/u/.local/share/systemd/user",
        "run/user/7/systemd/generator",
        "run/systemd/user",
        "run/user/7/systemd/user",
        "etc/systemd/user",
        "etc/xdg/systemd/user",
        "home/u/.config/systemd/user",
        "run/user/7/systemd/generator.early",
        "run/user/7/systemd/transient",
        "run/user/7/systemd/user.control",
        "home/u/.config/systemd/user.control",
    };

    put("etc/systemd/system/a.service", "[Service]\nRestart=on-abort\n");
    put("run/user/7/systemd/generator.late/a.service", "[Service]\nRestart=no\n");
    assert_string_equal(user_restart_of("a.service"), "no"); // the system's is another one
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = mem_format("%s/a.service", places[i]);
        const char *restart = i % 2 ? "on-failure" : "always";
        char *text = mem_format("[Service]\nRestart=%s\n", restart);
        put(path, text);
        if (strcmp(user_restart_of("a.service"), restart) != 0)
            fail_msg("%s", places[i]);
        free(text);
        free(path);
    }
    put("usr/lib/systemd/user/a.service.d/x.conf", "[Service]\nRestart=on-watchdog\n");
    assert_string_equal(user_restart_of("a.service"), "on-watchdog");
    mask("home/u/.config/systemd/user.control/a.service");
    assert_string_equal(user_restart_of("a.service"), "unknown");
}

UNIT_TEST(the_managers_environment_names_them)
{
    static const char environment[] = "XDG_CONFIG_HOME=/c\0XDG_DATA_HOME=/d\0HOME=/home/u\0"
                                      "XDG_CONFIG_DIRS=/e:relative:/f:\0XDG_RUNTIME_DIR=/r\0"
                                      "XDG_DATA_DIRS=relative";
    uint32_t uid = geteuid();

    put("usr/share/systemd/user/a.service", "[Service]\nRestart=no\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment), "no");
    put("d/systemd/user/a.service", "[Service]\nRestart=always\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment), "always");
    put("f/systemd/user/a.service", "[Service]\nRestart=on-abort\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment),
                        "on-abort");
    put("e/systemd/user/a.service", "[Service]\nRestart=no\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment), "no");
    put("c/systemd/user/a.service", "[Service]\nRestart=on-success\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment),
                        "on-success");
    put("home/u/.config/systemd/user.control/a.service", "[Service]\nRestart=no\n");
    assert_string_equal(restart_with("a.service", uid, environment, sizeof environment),
                        "on-success");
}

UNIT_TEST(what_names_no_places_is_not_read)
{
    static const char relative[] = "HOME=home/u\0XDG_RUNTIME_DIR=/r", no_runtime[] = "HOME=/home/u",
                      cut[] = {'X', 'D', 'G', '_', 'R', 'U',  'N', 'T', 'I', 'M', 'E', '_', 'D',
                               'I', 'R', '=', '/', 'r', '\0', 'H', 'O', 'M', 'E', '=', '/'};
    char many[1024] = "HOME=/home/u";
    size_t n = strlen(many) + 1;

    put("etc/systemd/user/a.service", "[Service]\nRestart=always\n");
    assert_string_equal(restart_with("a.service", 0, relative, sizeof relative), "no places");
    assert_string_equal(restart_with("a.service", 0, no_runtime, sizeof no_runtime), "no places");
    assert_string_equal(restart_with("a.service", 0, cut, sizeof cut), "no places");
    assert_string_equal(restart_with("a.service", 0, "", 0), "no places");
    n += (size_t)sprintf(many + n, "XDG_RUNTIME_DIR=/r") + 1;
    n += (size_t)sprintf(many + n, "XDG_CONFIG_DIRS=");
    for (int i = 0; i < 100; i++)
        n += (size_t)sprintf(many + n, "/d%d:", i);
    assert_string_equal(restart_with("a.service", 0, many, n + 1), "no places");
}

UNIT_TEST(a_users_files_are_not_trusted)
{
    enum { MANY = 300 };
    char *fifo = mem_format("%s/home/u/.config/systemd/user/f.service", root);
    char *file = mem_format("%s/home/u/.config/systemd/user/a.service", root);

    put("home/u/.config/systemd/user/a.service", "[Service]\nRestart=always\n");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_string_equal(user_restart_of("f.service"), "unknown");
    link_to("home/u/.config/systemd/user/l.service", file);
    assert_string_equal(user_restart_of("l.service"), "always");
    link_to("home/u/.config/systemd/user/t.service", "/dev/tty");
    assert_string_equal(user_restart_of("t.service"), "unknown");
    if (geteuid() == 0) {
        assert_int_equal(chmod(file, 0600), 0); // root's, which their manager cannot read
        static const char environment[] = "HOME=/home/u\0XDG_RUNTIME_DIR=/run/user/7";
        assert_string_equal(restart_with("a.service", 7, environment, sizeof environment),
                            "unknown");
        assert_int_equal(chown(file, 8, 8), 0); // another user's
        assert_int_equal(chmod(file, 0644), 0);
        assert_string_equal(restart_with("a.service", 7, environment, sizeof environment),
                            "unknown");
        assert_string_equal(restart_with("a.service", 8, environment, sizeof environment),
                            "always");
        assert_int_equal(chown(file, 0, 0), 0);
    }
    for (int i = 0; i < MANY; i++) {
        char *path = mem_format("home/u/.config/systemd/user/a.service.d/%d.conf", i);
        put(path, "[Service]\n");
        free(path);
    }
    assert_string_equal(user_restart_of("a.service"), "unknown");
    free(fifo);
    free(file);
}

// Each is small enough.
UNIT_TEST(all_drop_ins_together_are_bounded)
{
    enum { LARGE = 1000 << 10 };
    char *text = mem_zero(LARGE + 1, 1);

    memset(text, '#', LARGE);
    put("etc/systemd/user/a.service", "[Service]\nRestart=always\n");
    for (int i = 0; i < 5; i++) {
        char *path = mem_format("etc/systemd/user/a.service.d/%d.conf", i);
        if (i == 4)
            assert_string_equal(user_restart_of("a.service"), "always");
        put(path, text);
        free(path);
    }
    assert_string_equal(user_restart_of("a.service"), "unknown");
    free(text);
}

int main(void)
{
    return tests_run();
}
