// Every terminal, locale and way to end: nothing strange is written, and the terminal is given back
// as it was.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define ARGV(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        IPCTOP, ##__VA_ARGS__, NULL                                                                \
    }

static int setup(void **state)
{
    (void)state;
    scene_segment(3 << 20, 0640, 0x00c0ffee);
    return 0;
}

TEST_FIXTURE(setup, tty_scene_teardown)

static void must_be_restored(struct tty *t)
{
    if (!tty_termios_restored(t))
        tty_fail(t, "the terminal's settings are not restored");
    if (tty_in_alternate(t))
        tty_fail(t, "left in the alternate screen");
    if (!tty_cursor_visible(t))
        tty_fail(t, "the cursor is hidden");
}

static bool not_plain(const struct tty_cell *cell)
{
    return !cell->plain_fg || !cell->plain_bg;
}

static bool emphasised(const struct tty_cell *cell)
{
    return cell->bold || cell->reverse || cell->underline;
}

static void must_be_ascii(struct tty *t)
{
    size_t n;
    const char *bytes = tty_bytes(t, &n);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] >= 0x80)
            tty_fail(t, "byte %02x in LANG=C", (unsigned char)bytes[i]);
}

TEST(every_terminal)
{
    static const char *const terms[] = {"xterm-256color", "screen", "tmux", "linux", "vt100"};
    static const char *const langs[] = {"C", "C.UTF-8"};

    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++)
        for (size_t l = 0; l < 2; l++)
            for (int color = 0; color < 2; color++) {
                struct tty_options o = {
                    .term = terms[i], .lang = langs[l], .env = {color ? "X=1" : "NO_COLOR=1"}};
                struct tty *t = tty_start(&o, ARGV());
                tty_must_show(t, "0x00c0ffee");
                tty_must_show(t, "3.0M");
                if (!color && tty_cells(t, not_plain))
                    tty_fail(t, "colours under NO_COLOR");
                if (color && strcmp(terms[i], "vt100") != 0 && !tty_cells(t, not_plain))
                    tty_fail(t, "no colours");
                if (!tty_cells(t, emphasised))
                    tty_fail(t, "nothing stands out");
                tty_key(t, "f1");
                tty_must_show(t, "who holds it");
                tty_send(t, "\033");
                tty_must_show(t, "0x00c0ffee");
                tty_send(t, "q");
                assert_int_equal(tty_must_exit(t), 0);
                must_be_restored(t);
                if (l == 0)
                    must_be_ascii(t);
                tty_end(t);
            }
}

// The line of the selected row differs from the others even without colours, and the terminal's own
// background is kept.
TEST(monochrome_is_readable)
{
    struct tty_cell selected, title;
    struct tty *t = tty_start(&(struct tty_options){.env = {"NO_COLOR=1"}}, ARGV());

    tty_must_show(t, "0x00c0ffee");
    assert_true(tty_cell_of(t, "0x00c0ffee", &selected));
    assert_true(selected.reverse || selected.bold);
    assert_true(tty_cell_of(t, "SHMID", &title));
    assert_true(emphasised(&title));
}

static bool own_background(const struct tty_cell *cell)
{
    return cell->plain_bg && !cell->reverse;
}

TEST(background_is_kept)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 100, .h = 40}, ARGV());

    tty_must_show(t, "0x00c0ffee");
    assert_true(tty_cells(t, own_background) > 100 * 40 * 3 / 4);
}

static int lines_of(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

TEST(refusals_are_one_clear_line)
{
    static const char *const terms[] = {"dumb", "no-such-terminal", "", "evil\033]0;x\007"};
    char out[4096];

    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        struct tty *t =
            tty_start(&(struct tty_options){.w = 200, .h = 5, .term = terms[i]}, ARGV());
        size_t n;
        assert_int_equal(tty_must_exit(t), 2);
        const char *bytes = tty_bytes(t, &n);
        assert_int_equal(lines_of(bytes), 1);
        assert_non_null(strstr(tty_row(t, 0), "ipctop: "));
        assert_non_null(strstr(tty_row(t, 0), "TERM"));
        assert_null(strchr(bytes, '\033'));
        must_be_restored(t);
        tty_end(t);
    }
    assert_int_equal(tty_run_without(ARGV(), NULL, out, sizeof out), 2);
    assert_int_equal(lines_of(out), 1);
    assert_non_null(strstr(out, "terminal"));
    assert_non_null(strstr(out, "--json"));
}

TEST(ends_restored_by_signals)
{
    static const int signals[] = {SIGTERM, SIGHUP,  SIGINT,  SIGABRT, SIGSEGV, SIGQUIT, SIGXCPU,
                                  SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGPROF, SIGVTALRM};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct tty *t = tty_start(&(struct tty_options){0}, ARGV());
        tty_must_show(t, "0x00c0ffee");
        assert_true(tty_in_alternate(t));
        kill(tty_pid(t), signals[i]);
        int status = tty_must_exit(t);
        if (status != 128 + signals[i])
            tty_fail(t, "signal %d: status %d", signals[i], status);
        must_be_restored(t);
        tty_end(t);
    }
}

TEST(control_c_ends)
{
    struct tty *t = tty_start(&(struct tty_options){0}, ARGV());

    tty_must_show(t, "0x00c0ffee");
    tty_send(t, "\003");
    int status = tty_must_exit(t);
    assert_true(status == 0 || status == 128 + SIGINT);
    must_be_restored(t);
}

static bool asks_after(struct tty *t, const char *text)
{
    char *screen = tty_screen(t), *at = strstr(screen, text);
    bool asks = at && strstr(at, "\nshell>");

    free(screen);
    return asks;
}

// Bash loses what is typed before it asks.
static bool asks_after_stop(struct tty *t, void *arg)
{
    (void)arg;
    return asks_after(t, "Stopped");
}

static bool asks_after_echo(struct tty *t, void *arg)
{
    (void)arg;
    return asks_after(t, "inside");
}

// The function keys stand in the 30th row: the picture has the new size. It may come in pieces.
static bool bar_is_low(struct tty *t, void *arg)
{
    (void)arg;
    return strstr(tty_row(t, 29), "F10") != NULL;
}

// Numbers are typed on the keypad, too; which in application mode sends other things (PuTTY's does).
static bool has_digits(struct tty *t, void *arg)
{
    size_t n;
    const char *bytes = tty_bytes(t, &n), *application = NULL, *numeric = NULL;

    (void)arg;
    for (const char *at = bytes; (at = strstr(at, "\033=")); at++)
        application = at;
    for (const char *at = bytes; (at = strstr(at, "\033>")); at++)
        numeric = at;
    return application && numeric && numeric > application;
}

// An ordinary shell: ^Z gives it back its terminal, fg the monitor.
TEST(stops_and_comes_back)
{
    struct tty *t = tty_start(&(struct tty_options){.env = {"PS1=shell> "}},
                              (const char *const[]){"bash", "--norc", "--noprofile", "-i", NULL});

    tty_must_show(t, "shell>");
    tty_send(t, IPCTOP "\r");
    for (int i = 0; i < 3; i++) {
        tty_must_show(t, "0x00c0ffee");
        assert_true(tty_in_alternate(t));
        tty_must(t, "the keypad has its digits", has_digits, NULL);
        tty_send(t, "\032");
        tty_must(t, "the shell asks again", asks_after_stop, NULL);
        assert_false(tty_in_alternate(t));
        assert_true(tty_cursor_visible(t));
        if (i == 1)
            tty_resize(t, 90, 30);
        tty_send(t, "clear; echo in''side\r"); // typed text is echoed: the settings are back
        tty_must(t, "the shell asks again", asks_after_echo, NULL);
        tty_send(t, "fg\r");
    }
    tty_must_show(t, "0x00c0ffee");
    tty_must(t, "drawn at the new size", bar_is_low, NULL);
    tty_send(t, "q");
    tty_must_show(t, "shell>");
    tty_send(t, "exit\r");
    tty_must_exit(t);
    must_be_restored(t);
}

static pid_t monitor_of(struct tty *t, pid_t *wrapper)
{
    char path[80];
    pid_t pid = 0;

    *wrapper = 0;
    for (int level = 0; level < 2; level++) {
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", level ? *wrapper : tty_pid(t),
                 level ? *wrapper : tty_pid(t));
        FILE *f = fopen(path, "r");
        if (!f || fscanf(f, "%d", level ? &pid : wrapper) != 1)
            pid = 0;
        if (f)
            fclose(f);
    }
    return pid;
}

static bool is_gone_when_typed(struct tty *t, void *pid)
{
    char path[40], state = 'Z';

    tty_send(
        t, "w"); // input that it may not read once the terminal is the shell's, and sleep does not
    snprintf(path, sizeof path, "/proc/%d/stat", *(pid_t *)pid);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    if (f)
        fclose(f);
    return state == 'Z';
}

// Its wrapper is killed: the shell takes its terminal back, and nothing could continue us.
TEST(an_orphaned_process_group_ends)
{
    static const char script[] = "set -m; sh -c '" IPCTOP " -d 3600; true'; sleep 1000";
    struct tty *t =
        tty_start(&(struct tty_options){0}, (const char *const[]){"bash", "-c", script, NULL});
    pid_t wrapper, monitor;

    tty_must_show(t, "0x00c0ffee");
    monitor = monitor_of(t, &wrapper);
    assert_true(wrapper > 0 && monitor > 0);
    kill(wrapper, SIGKILL);
    tty_must(t, "the monitor ends", is_gone_when_typed, &monitor);
}

// What is said of a closed standard error does not land in the log.
TEST(closed_descriptors_stay_apart)
{
    char path[] = "/tmp/ipctop-log.XXXXXX", command[200], line[512];
    int fd = mkstemp(path);

    close(fd);
    snprintf(command, sizeof command, IPCTOP " -d 0.1 --log %s 2>&-", path);
    struct tty *t =
        tty_start(&(struct tty_options){0}, (const char *const[]){"sh", "-c", command, NULL});
    tty_must_show(t, "0x00c0ffee");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    FILE *f = fopen(path, "r");
    while (fgets(line, sizeof line, f))
        assert_non_null(strstr(line, " ipctop["));
    fclose(f);
    unlink(path);
}

TEST(resizing_down_to_nothing_and_back)
{
    static const int sizes[][2] = {{80, 24}, {1, 1}, {39, 9},   {40, 10}, {200, 60}, {2, 50},
                                   {300, 1}, {5, 5}, {132, 12}, {1, 24},  {80, 1},   {80, 24}};
    struct tty *t = tty_start(&(struct tty_options){0}, ARGV("-d", "0.1"));

    tty_must_show(t, "0x00c0ffee");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        tty_resize(t, sizes[i][0], sizes[i][1]);
        if (sizes[i][0] >= 40 && sizes[i][1] >= 10)
            tty_must_show(t, "SHMID");
        else if (sizes[i][0] >= 5 && sizes[i][1] > 1)
            tty_must_not_show(t, "SHMID");
        tty_key(t, "cud1");
    }
    // A drag of the corner: many sizes, none awaited.
    for (int w = 80; w > 0; w--)
        tty_resize(t, w, (w * 24 + 79) / 80);
    for (int w = 1; w <= 100; w++)
        tty_resize(t, w, (w * 30 + 99) / 100);
    tty_must_show(t, "0x00c0ffee");
    tty_must(t, "drawn at the new size", bar_is_low, NULL);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    must_be_restored(t);
}

// As ioctl_tty(2) takes it of anyone who has the terminal open.
TEST(a_size_that_no_terminal_has)
{
    static const int sizes[][2] = {{65535, 65535}, {1, 65535},  {65535, 1},
                                   {32767, 32767}, {40000, 24}, {80, 40000}};

    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        int w = sizes[i / 2][0], h = sizes[i / 2][1];
        bool at_start = i % 2;
        struct tty_options options = {.claimed_w = at_start ? w : 0, .claimed_h = at_start ? h : 0};
        struct tty *t = tty_start(&options, ARGV("-d", "0.1"));

        if (!at_start) {
            tty_must_show(t, "0x00c0ffee");
            tty_claim(t, w, h);
        }
        tty_must_be_quiet(t, 200);
        tty_claim(t, 80, 24);
        tty_send(t, "2");
        tty_must_show(t, "SEMID");
        tty_send(t, "q");
        assert_int_equal(tty_must_exit(t), 0);
        must_be_restored(t);
        tty_end(t);
    }
}

TEST(starts_small_and_grows)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 1, .h = 1}, ARGV());

    tty_pump(t, 100);
    tty_resize(t, 80, 24);
    tty_must_show(t, "0x00c0ffee");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
