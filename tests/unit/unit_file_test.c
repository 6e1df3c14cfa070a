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

static const char *restart_of(const char *unit)
{
    bool exceptions;
    const char *name = service_restart_name(unit_file_restart(root, unit, &exceptions));

    return !name ? "unknown" : exceptions ? "varies" : name;
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

int main(void)
{
    return tests_run();
}
