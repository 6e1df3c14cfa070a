// The demo: the scenes stand before the command starts, its keys and job control are the shell's,
// and nothing is left, however it ends.
// runs first: it takes longest but for the matrix
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/test.h"
#include "support/tty.h"

TEST_FIXTURE(NULL, tty_teardown)

#define DEMO BUILD_DIR "/demo"
#define IN_DEMO(script)                                                                            \
    (const char *const[])                                                                          \
    {                                                                                              \
        DEMO, "sh", "-c", script, NULL                                                             \
    }

enum { OUT = 16384 };

// Init, the tests, and what a demo left.
static int processes(void)
{
    DIR *proc = opendir("/proc");
    int n = 0;

    for (struct dirent *e; proc && (e = readdir(proc));)
        n += isdigit((unsigned char)e->d_name[0]) != 0;
    closedir(proc);
    return n;
}

static bool nothing_left(void *arg)
{
    (void)arg;
    return processes() <= 2;
}

static bool nothing_left_but_the_shell(void *arg)
{
    (void)arg;
    return processes() <= 3;
}

static void must_leave_nothing(void)
{
    assert_true(await(nothing_left, NULL, TTY_SECONDS));
}

// Lines of `text` that hold both words.
static int lines_with(const char *text, const char *a, const char *b)
{
    int n = 0;
    char *copy = mem_copy_string(text), *rest = copy, *line;

    while ((line = strsep(&rest, "\n")))
        n += strstr(line, a) && strstr(line, b);
    free(copy);
    return n;
}

static void skip_without(const char *out)
{
    if (strstr(out, "no namespaces") || strstr(out, "of its own: Operation not permitted")) {
        printf("skip: %s\n", out);
        skip();
    }
}

TEST(scenes_stand)
{
    char out[OUT];

    int status =
        tty_run_without(IN_DEMO("ipcs; cat /proc/[0-9]*/comm; hostname"), NULL, out, sizeof out);
    skip_without(out);
    assert_int_equal(status, 0);
    assert_int_equal(lines_with(out, " 289406976  1 ", "dest"), 1);
    const char *database = strstr(out, "0xbfb94e30");
    int attached = 0;
    assert_non_null(database);
    assert_int_equal(sscanf(database, "%*s %*s %*s %*s 289406976 %d", &attached), 1);
    assert_in_range(attached, 18, 18 + 9); // and sessions that come and go
    assert_int_equal(lines_with(out, "0x62740001", " 100663296  0 "), 1);
    assert_int_equal(lines_with(out, " 8388608 ", "dest"), 1);
    assert_int_equal(lines_with(out, "0x52495301", " 67108864   5 "), 1);
    assert_int_equal(lines_with(out, "0x4d510001", " 16000        40 "), 1);
    assert_int_equal(lines_with(out, "python", ""), 1);
    assert_int_equal(lines_with(out, "billing_feed", ""), 2);
    assert_int_equal(lines_with(out, "billing_sink", ""), 0);
    assert_int_equal(lines_with(out, "db01", ""), 1);
    must_leave_nothing();
}

// A container leaks, and its /dev/shm is full; the demo's own is not the machine's.
TEST(a_container_stands_with_its_troubles)
{
    char out[OUT];

    int status = tty_run_without(
        IN_DEMO(BUILD_DIR "/ipctop --batch findings -o severity,title; ls /dev/shm"), NULL, out,
        sizeof out);
    skip_without(out);
    assert_int_equal(status, 0);
    assert_int_equal(lines_with(out, "critical", "is full: 15.5M of 16.0M"), 1);
    assert_int_equal(lines_with(out, "IPC namespace", "2 orphans of postgres"), 1);
    assert_int_equal(lines_with(out, "PostgreSQL.", ""), 1);
    must_leave_nothing();
}

TEST(as_an_ordinary_user)
{
    if (!ns_was_root()) {
        printf("skip: all of this is run by an ordinary user\n");
        skip();
    }
    struct tty *t = tty_start(&(struct tty_options){.nobody = true, .w = 100, .h = 70},
                              IN_DEMO("ipcs -m; id -u; hostname"));
    int status = tty_must_exit(t);
    char *screen = tty_screen(t);
    if (strstr(screen, "no namespaces") || strstr(screen, "user namespace")) {
        printf("skip: user namespaces are not allowed here\n");
        free(screen);
        skip();
    }
    assert_int_equal(status, 0);
    assert_true(strstr(screen, "0xbfb94e30") && strstr(screen, "dest") && strstr(screen, "db01"));
    assert_true(strstr(screen, "65534"));
    free(screen);
    must_leave_nothing();
}

TEST(status_of_the_command_is_ours)
{
    char out[OUT];

    assert_int_equal(tty_run_without(IN_DEMO("exit 7"), NULL, out, sizeof out), 7);
    assert_int_equal(tty_run_without((const char *const[]){DEMO, NULL}, NULL, out, sizeof out), 2);
    assert_int_equal(
        tty_run_without((const char *const[]){DEMO, "/nonexistent/x", NULL}, NULL, out, sizeof out),
        127);
    assert_non_null(strstr(out, "/nonexistent/x: No such file"));
    must_leave_nothing();
}

TEST(keys_are_the_commands)
{
    struct tty *t =
        tty_start(&(struct tty_options){0},
                  IN_DEMO("trap 'echo caught' INT; echo up; read a; read b; echo $b; exit 3"));
    tty_must_show(t, "up");
    tty_send(t, "\003");
    tty_must_show(t, "caught");
    tty_send(t, "x\rhello\rz\r");
    int status = tty_must_exit(t);
    assert_int_equal(status, 3);
    must_leave_nothing();
}

// Bash loses what is typed before it asks.
static bool prompt_after(struct tty *t, void *text)
{
    char *screen = tty_screen(t), *at = strstr(screen, text);
    bool asks = at && strstr(at, "\nshell>");

    free(screen);
    return asks;
}

// ^Z stops command and demo as one job; fg brings both back.
TEST(stops_and_continues_as_a_job)
{
    struct tty *t = tty_start(&(struct tty_options){.env = {"PS1=shell> "}},
                              (const char *const[]){"bash", "--norc", "--noprofile", "-i", NULL});
    tty_must_show(t, "shell>");
    tty_send(t, DEMO
             " sh -c 'echo com\"\"es up; while read a; do echo \"<$a>\"; done; echo ov\"\"er'\r");
    tty_must_show(t, "comes up");
    for (int i = 0; i < 3; i++) {
        char typed[32], echoed[32];
        tty_send(t, "\032");
        tty_must(t, "the shell asks again", prompt_after, "Stopped");
        snprintf(typed, sizeof typed, "clear; echo round''%d\r", i);
        snprintf(echoed, sizeof echoed, "round%d", i);
        tty_send(t, typed);
        tty_must(t, "the shell answers", prompt_after, echoed);
        tty_send(t, "fg\r");
        snprintf(typed, sizeof typed, "line %d\r", i);
        snprintf(echoed, sizeof echoed, "<line %d>", i);
        tty_must_show(t, DEMO); // bash names the job it continues
        tty_send(t, typed);
        tty_must_show(t, echoed);
    }
    tty_send(t, "\004");
    tty_must_show(t, "over");
    tty_send(t, "exit\r");
    tty_must_exit(t);
    must_leave_nothing();
}

TEST(a_killed_command_ends_it)
{
    struct tty *t = tty_start(&(struct tty_options){0},
                              IN_DEMO("stty raw; printf '\\033[?1049h\\033[?25lup'; kill -9 $$"));
    assert_int_equal(tty_must_exit(t), 128 + SIGKILL);
    assert_true(tty_termios_restored(t));
    assert_false(tty_in_alternate(t));
    assert_true(tty_cursor_visible(t));
    must_leave_nothing();
}

TEST(a_killed_demo_ends_it)
{
    struct tty *t = tty_start(&(struct tty_options){0}, IN_DEMO("echo up; sleep 1000"));
    tty_must_show(t, "up");
    kill(tty_pid(t), SIGKILL);
    assert_int_equal(tty_must_exit(t), 128 + SIGKILL);
    must_leave_nothing();
}

TEST(asked_to_end_it_ends)
{
    static const int signals[] = {SIGTERM, SIGHUP};

    for (size_t i = 0; i < 2; i++) {
        struct tty *t = tty_start(&(struct tty_options){0}, IN_DEMO("echo up; exec sleep 1000"));
        tty_must_show(t, "up");
        kill(tty_pid(t), signals[i]);
        assert_int_equal(tty_must_exit(t), 128 + signals[i]);
        must_leave_nothing();
    }
}

static pid_t pid_of(const char *name)
{
    DIR *proc = opendir("/proc");
    pid_t found = -1;

    for (struct dirent *e; proc && found < 0 && (e = readdir(proc));) {
        char path[300], comm[32] = "";
        snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
        FILE *f = isdigit((unsigned char)e->d_name[0]) ? fopen(path, "re") : NULL;
        if (f && fgets(comm, sizeof comm, f) && strcspn(comm, "\n") == strlen(name) &&
            strncmp(comm, name, strlen(name)) == 0)
            found = atoi(e->d_name);
        if (f)
            fclose(f);
    }
    closedir(proc);
    return found;
}

// The monitor itself in the middle of it: what is wrong is told; it stops and comes back as a job;
// killed hard, it leaves a sane terminal and nothing else.
TEST(with_the_monitor)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 132, .h = 36, .env = {"PS1=shell> "}},
                              (const char *const[]){"bash", "--norc", "--noprofile", "-i", NULL});
    tty_must_show(t, "shell>");
    tty_send(t, DEMO " " BUILD_DIR "/ipctop -d 0.3; echo status $?\r");
    tty_must_show(t, "findings");
    tty_must_show(t, "removed but held: 276M by");
    tty_must_show(t, "db01");
    tty_must_show(t, "0xbfb94e30");
    tty_send(t, "\032");
    tty_must(t, "the shell asks again", prompt_after, "Stopped");
    assert_false(tty_in_alternate(t));
    tty_send(t, "fg\r");
    tty_must_show(t, "0xbfb94e30");
    tty_send(t, "q");
    tty_must(t, "the shell asks again", prompt_after, "fg");
    assert_true(await(nothing_left_but_the_shell, NULL, TTY_SECONDS));
    tty_send(t, "clear; " DEMO " " BUILD_DIR "/ipctop; echo status $?\r");
    tty_must_show(t, "0xbfb94e30");
    assert_true(tty_in_alternate(t));
    kill(pid_of("ipctop"), SIGKILL);
    tty_must(t, "the shell asks again", prompt_after, "status 137");
    assert_false(tty_in_alternate(t));
    assert_true(tty_cursor_visible(t));
    tty_send(t, "echo sa''ne\r");
    tty_must_show(t, "sane");
    tty_send(t, "exit\r");
    tty_must_exit(t);
    must_leave_nothing();
}

int main(void)
{
    return ns_run(tests_run);
}
