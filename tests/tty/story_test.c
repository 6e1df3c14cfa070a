// The story the program was written for, typed into it: a segment stays marked for removal after a
// database was shut down. Who holds it? See, look, signal, and watch it vanish.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20 };

TEST_FIXTURE(NULL, tty_scene_teardown)

// The address range of the only SysV mapping of a process, as its maps file shows it.
static void range_of(pid_t pid, char *dst, size_t cap)
{
    char path[64], line[512];

    *dst = '\0';
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (strstr(line, "/SYSV"))
            snprintf(dst, cap, "%.*s", (int)strcspn(line, "-"), line);
    fclose(f);
    assert_true(*dst);
}

static bool dead(struct tty *t, void *pid)
{
    (void)t;
    return !scene_alive(*(pid_t *)pid);
}

// Everything but the dest segment is smaller and healthy.
static void healthy(void)
{
    const struct scene_actor maker = {
        .role = "make_segment", .comm = "healthy", .values = {0, 8 * MIB, 0, 0600}};

    for (int i = 0; i < 3; i++)
        scene_start(&maker, NULL);
}

static int first_row_with(struct tty *t, const char *a, const char *b)
{
    for (int y = tty_find(t, a); y >= 0 && tty_row(t, y)[0]; y++)
        if (strstr(tty_row(t, y), a) && strstr(tty_row(t, y), b))
            return y;
    return -1;
}

static void see_look_kill(int w, int h, const char *term)
{
    const struct scene_actor python = {.role = "attach",
                                       .comm = "python",
                                       .argv = {"python", "nightly_report.py"},
                                       .values = {0, 1}};
    char pid_text[16], ended[80], range[32];
    pid_t pid;

    healthy();
    int id = scene_stray(276 * MIB, &python, &pid);
    snprintf(pid_text, sizeof pid_text, "  %d ", pid); // its row, not the clock
    range_of(pid, range, sizeof range);
    struct tty *t = tty_start(&(struct tty_options){.w = w, .h = h, .term = term},
                              (const char *const[]){IPCTOP, "-d", "0.5", NULL});

    // It is the first row, and selected.
    tty_must_show(t, "dest");
    int title = tty_find(t, "SHMID"), row = first_row_with(t, "276M", "dest");
    assert_true(title >= 0);
    assert_int_equal(row, title + 1);

    tty_send(t, "\r");
    tty_must_show(t, pid_text);
    tty_must_show(t, "python");
    tty_send(t, "\r");
    tty_must_show(t, range);
    tty_send(t, "\033");
    tty_must_not_show(t, range);

    tty_send(t, "k");
    tty_must_show(t, "SIGTERM");
    tty_send(t, "\r");
    tty_must_not_show(t, "SIGKILL"); // the menu is gone, the question is there
    tty_must_show(t, "y yes");
    tty_send(t, "\r"); // Enter never means yes
    tty_must_show(t, "press y or n");
    assert_true(scene_alive(pid));
    tty_send(t, "y");
    tty_must(t, "the holder dies", dead, &pid);
    assert_false(scene_has_segment(id));
    snprintf(ended, sizeof ended, "%d python ended; segment %d is gone", pid, id);
    tty_must_show(t, ended); // whichever picture brought either
    tty_send(t, "\033");
    tty_must_not_show(t, "dest");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    assert_true(tty_termios_restored(t));
    assert_false(tty_in_alternate(t));
}

TEST(at_80x24)
{
    see_look_kill(80, 24, "xterm-256color");
}

TEST(at_200x60)
{
    see_look_kill(200, 60, "screen");
}

TEST(at_40x10)
{
    see_look_kill(40, 10, "linux");
}

int main(void)
{
    return ns_run(tests_run);
}
