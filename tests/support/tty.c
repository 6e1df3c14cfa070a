#include "support/tty.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "base/vector.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/tty_keys.h"

enum { SILENT_MS = 3000 };

VEC(bytes, char);

struct tty {
    int master, slave; // the slave stays open here, so that its settings outlive the program
    pid_t pid;
    bool running;
    int status;
    int w, h;
    char term[32];
    struct termios before;
    VTerm *vt;
    VTermScreen *screen;
    bool utf8, cursor_visible, alternate;
    struct bytes answers;
    bool hold;
    struct bytes written, row, unfed; // unfed: of a character that has not come whole
    uint32_t repeat;                  // last character, for REP
    struct tty *next;
};

static struct tty *all; // those a teardown ends

// --- the emulator ---

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct tty *t = user;

    if (property == VTERM_PROP_CURSORVISIBLE)
        t->cursor_visible = value->boolean;
    if (property == VTERM_PROP_ALTSCREEN)
        t->alternate = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

// What the terminal says when it is asked.
static void answer(const char *bytes, size_t n, void *arg)
{
    struct tty *t = arg;

    for (size_t i = 0; i < n; i++)
        vec_push(&t->answers, bytes[i]);
    if (!t->hold)
        tty_hold_answers(t, false);
}

void tty_hold_answers(struct tty *t, bool hold)
{
    t->hold = hold;
    if (hold || !t->answers.n)
        return;
    ssize_t done = write(t->master, t->answers.at, t->answers.n);
    (void)done;
    vec_clear(&t->answers);
}

static void emulator_start(struct tty *t, bool utf8)
{
    t->utf8 = utf8;
    t->vt = vterm_new(t->h, t->w);
    vterm_set_utf8(t->vt, utf8);
    vterm_output_set_callback(t->vt, answer, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    t->cursor_visible = true;
}

// --- the program ---

static void environment_add(char **environment, size_t cap, const char *entry)
{
    size_t name = strcspn(entry, "="), i;

    for (i = 0; environment[i]; i++)
        if (strncmp(environment[i], entry, name + 1) == 0)
            break;
    if (i + 1 >= cap)
        _exit(126);
    environment[i] = mem_copy_string(entry);
}

// A small environment that depends on nothing but the options; the sanitizers' settings pass.
static char **environment_make(const struct tty_options *o)
{
    static const char *const pass[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                                       "TSAN_OPTIONS"};
    enum { CAP = 48 };
    char **environment = mem_zero(CAP, sizeof *environment);

    for (size_t i = 0; i < sizeof pass / sizeof pass[0]; i++)
        if (getenv(pass[i]))
            environment_add(environment, CAP, mem_format("%s=%s", pass[i], getenv(pass[i])));
    environment_add(environment, CAP, "HOME=/proc/nonexistent");
    environment_add(environment, CAP, mem_format("LANG=%s", o->lang ? o->lang : "C.UTF-8"));
    if (!o->term || *o->term)
        environment_add(environment, CAP,
                        mem_format("TERM=%s", o->term ? o->term : "xterm-256color"));
    for (size_t i = 0; i < TTY_ENV_MAX && o->env[i]; i++)
        environment_add(environment, CAP, o->env[i]);
    return environment;
}

static _Noreturn void exec_program(const struct tty_options *o, const char *const *argv)
{
    char **environment = environment_make(o);
    int fd = open(argv[0], O_RDONLY); // nobody may not be allowed to walk to where we are built

    if (o->nobody)
        child_become_nobody();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fexecve(fd, (char *const *)argv, environment);
    }
    execvpe(argv[0], (char *const *)argv, environment);
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

struct tty *tty_start(const struct tty_options *options, const char *const *argv)
{
    struct tty *t = mem_zero(1, sizeof *t);
    struct winsize size;

    t->w = options->w ? options->w : 80;
    t->h = options->h ? options->h : 24;
    snprintf(t->term, sizeof t->term, "%s", options->term ? options->term : "xterm-256color");
    size = (struct winsize){
        .ws_col = (unsigned short)(options->claimed_w ? options->claimed_w : t->w),
        .ws_row = (unsigned short)(options->claimed_h ? options->claimed_h : t->h)};
    if (openpty(&t->master, &t->slave, NULL, NULL, &size) < 0)
        fail_msg("openpty: %s", strerror(errno));
    fcntl(t->master, F_SETFD, FD_CLOEXEC);
    fcntl(t->slave, F_SETFD, FD_CLOEXEC);
    fcntl(t->master, F_SETFL, O_NONBLOCK);
    tcgetattr(t->slave, &t->before);
    emulator_start(t, !options->lang || strstr(options->lang, "UTF-8"));
    t->next = all;
    all = t;
    fflush(NULL);
    t->pid = fork();
    if (t->pid == 0) {
        if (login_tty(dup(t->slave)) < 0)
            _exit(126);
        exec_program(options, argv);
    }
    t->running = t->pid > 0;
    return t;
}

void tty_end(struct tty *t)
{
    for (struct tty **at = &all; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    if (t->running) {
        kill(-t->pid, SIGKILL);
        kill(t->pid, SIGKILL);
        waitpid(t->pid, NULL, 0);
    }
    close(t->master);
    close(t->slave);
    vterm_free(t->vt);
    vec_free(&t->answers);
    vec_free(&t->written);
    vec_free(&t->row);
    vec_free(&t->unfed);
    free(t);
}

int tty_teardown(void **state)
{
    (void)state;
    while (all)
        tty_end(all);
    return 0;
}

int tty_scene_teardown(void **state)
{
    tty_teardown(state);
    scene_clean();
    return 0;
}

pid_t tty_pid(const struct tty *t)
{
    return t->pid;
}

// --- reading ---

// As many bytes at a time as TTY_PIECE says: whatever is awaited is looked for in every picture that
// is drawn so far, as if the program were slow in writing it.
static size_t piece(size_t most)
{
    const char *text = getenv("TTY_PIECE");
    int n = text ? atoi(text) : 0;

    return n > 0 && (size_t)n < most ? (size_t)n : 0;
}

// How many bytes at the end begin a UTF-8 character without ending it.
static size_t cut_character(const char *bytes, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)bytes[n - back];
        if (c < 0x80)
            return 0;
        if (c >= 0xc0)
            return back < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? back : 0;
    }
    return 0;
}

// libvterm loses a character that comes in two parts after a change of character sets.
static void feed(struct tty *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vec_push(&t->unfed, bytes[i]);
    size_t later = t->utf8 ? cut_character(t->unfed.at, t->unfed.n) : 0, now = t->unfed.n - later;
    vterm_input_write(t->vt, t->unfed.at, now);
    memmove(t->unfed.at, t->unfed.at + now, later);
    t->unfed.n = later;
}

bool tty_pump(struct tty *t, int milliseconds)
{
    char buffer[4096];
    struct pollfd ready = {.fd = t->master, .events = POLLIN};
    size_t slow = piece(sizeof buffer);

    while (poll(&ready, 1, milliseconds) > 0) {
        ssize_t n = read(t->master, buffer, slow ? slow : sizeof buffer);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        vec_reserve(&t->written, t->written.n + (size_t)n + 1);
        memcpy(t->written.at + t->written.n, buffer, (size_t)n);
        t->written.n += (size_t)n;
        t->written.at[t->written.n] = '\0';
        feed(t, buffer, (size_t)n);
        milliseconds = 0;
        if (slow)
            break;
    }
    vterm_screen_flush_damage(t->screen);
    return true;
}

const char *tty_bytes(const struct tty *t, size_t *n)
{
    *n = t->written.n;
    return t->written.n ? t->written.at : "";
}

void tty_forget(struct tty *t)
{
    vec_clear(&t->written);
}

const char *tty_row(struct tty *t, int y)
{
    VTermRect rect = {.start_row = y, .end_row = y + 1, .start_col = 0, .end_col = t->w};

    vec_reserve(&t->row, (size_t)t->w * 24 + 1);
    size_t n = vterm_screen_get_text(t->screen, t->row.at, t->row.cap - 1, rect);
    while (n > 0 && t->row.at[n - 1] == ' ')
        n--;
    t->row.at[n] = '\0';
    return t->row.at;
}

char *tty_screen(struct tty *t)
{
    char *text = mem_copy_string("");

    for (int y = 0; y < t->h; y++) {
        char *more = mem_format("%s%s\n", text, tty_row(t, y));
        free(text);
        text = more;
    }
    return text;
}

int tty_find(struct tty *t, const char *text)
{
    for (int y = 0; y < t->h; y++)
        if (strstr(tty_row(t, y), text))
            return y;
    return -1;
}

struct tty_cell tty_cell(struct tty *t, int x, int y)
{
    VTermScreenCell from;
    struct tty_cell cell = {0};
    VTermRect rect = {.start_row = y, .end_row = y + 1, .start_col = x, .end_col = x + 1};

    if (!vterm_screen_get_cell(t->screen, (VTermPos){.row = y, .col = x}, &from))
        return cell;
    vterm_screen_get_text(t->screen, cell.text, sizeof cell.text - 1, rect);
    cell.bold = from.attrs.bold;
    cell.underline = from.attrs.underline != VTERM_UNDERLINE_OFF;
    cell.reverse = from.attrs.reverse;
    cell.plain_fg = VTERM_COLOR_IS_DEFAULT_FG(&from.fg);
    cell.plain_bg = VTERM_COLOR_IS_DEFAULT_BG(&from.bg);
    return cell;
}

bool tty_cell_of(struct tty *t, const char *text, struct tty_cell *cell)
{
    int y = tty_find(t, text);

    if (y < 0)
        return false;
    const char *row = tty_row(t, y), *at = strstr(row, text);
    int x = 0;
    for (const char *p = row; p < at; p++)
        x += ((unsigned char)*p & 0xc0) != 0x80; // characters, each one column wide
    *cell = tty_cell(t, x, y);
    return true;
}

int tty_cells(struct tty *t, bool (*test)(const struct tty_cell *cell))
{
    int n = 0;

    for (int y = 0; y < t->h; y++)
        for (int x = 0; x < t->w; x++) {
            struct tty_cell cell = tty_cell(t, x, y);
            n += test(&cell);
        }
    return n;
}

bool tty_cursor_visible(const struct tty *t)
{
    return t->cursor_visible;
}

bool tty_in_alternate(const struct tty *t)
{
    return t->alternate;
}

bool tty_termios_restored(const struct tty *t)
{
    struct termios now;

    return tcgetattr(t->slave, &now) == 0 && now.c_iflag == t->before.c_iflag &&
           now.c_oflag == t->before.c_oflag && now.c_cflag == t->before.c_cflag &&
           now.c_lflag == t->before.c_lflag &&
           memcmp(now.c_cc, t->before.c_cc, sizeof now.c_cc) == 0;
}

// --- typing ---

static bool shows_a_question(struct tty *t)
{
    char *screen = tty_screen(t);
    bool yes = strstr(screen, "y yes") || strstr(screen, "type ");

    free(screen);
    return yes;
}

static bool is_at_work(pid_t pid)
{
    char path[32], stat[512] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    stat[fread(stat, 1, sizeof stat - 1, file)] = '\0';
    fclose(file);
    const char *comm_end = strrchr(stat, ')');
    return comm_end && comm_end[1] && strchr("RD", comm_end[2]);
}

// Who answers a question has read it. The program takes no answer before the terminal said that it
// shows the question, which the program asks after it drew it: until it waits, everything is read.
static void read_question(struct tty *t)
{
    for (int tries = 0; tries < 10000; tries++) {
        size_t before = t->written.n;
        bool at_work = is_at_work(t->pid);
        if (!tty_pump(t, at_work ? 1 : 0) || (!at_work && t->written.n == before))
            return;
    }
}

void tty_send(struct tty *t, const char *bytes)
{
    size_t left = strlen(bytes);

    if (!t->hold && shows_a_question(t))
        read_question(t);
    while (left > 0) {
        ssize_t n = write(t->master, bytes, left);
        if (n > 0) {
            bytes += n;
            left -= (size_t)n;
        } else if (errno == EAGAIN) {
            tty_pump(t, 10);
        } else if (errno != EINTR) {
            tty_fail(t, "cannot type: %s", strerror(errno));
        }
    }
}

void tty_key(struct tty *t, const char *capability)
{
    const char *bytes = tty_key_bytes(t->term, capability);

    if (!bytes)
        tty_fail(t, "%s has no key %s", t->term, capability);
    tty_send(t, bytes);
}

void tty_resize(struct tty *t, int w, int h)
{
    tty_pump(t, 0);
    t->w = w;
    t->h = h;
    vterm_set_size(t->vt, h, w);
    tty_claim(t, w, h);
}

void tty_claim(struct tty *t, int w, int h)
{
    struct winsize size = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};

    ioctl(t->master, TIOCSWINSZ, &size); // the kernel sends SIGWINCH
}

// --- waiting ---

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The program waits, for keys or for another program: it has written all it had to write. True
// where that cannot be known (proc_pid_syscall(5)).
static bool at_rest(const struct tty *t)
{
    char path[32], text[64] = "";
    long call;

    if (!t->running)
        return true;
    snprintf(path, sizeof path, "/proc/%d/syscall", t->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return true;
    if (sscanf(text, "%ld", &call) != 1) // "running"
        return false;
    switch (call) {
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_read:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_sched_yield: // ended, and stopped by the leak sanitizer, which a hung thread holds up
    case -1:              // it has ended
        return true;
    default:
        return false;
    }
}

static bool all_read(const struct tty *t)
{
    return poll(&(struct pollfd){.fd = t->master, .events = POLLIN}, 1, 1) == 0;
}

// A condition holds when it does so in a complete picture: not in one that is half erased yet. Whoever
// has been silent for seconds has no more to write, wherever it waits (on its way out, say).
bool tty_await(struct tty *t, bool (*condition)(struct tty *t, void *arg), void *arg)
{
    int64_t now = now_ms(), end = now + TTY_SECONDS * 1000, spoke = now;
    struct timespec nap = {.tv_nsec = 5000000};

    for (;;) {
        size_t before = t->written.n;
        bool open = tty_pump(t, 20);
        now = now_ms();
        if (t->written.n != before)
            spoke = now;
        if (condition(t, arg) && (at_rest(t) || now - spoke >= SILENT_MS) && all_read(t))
            return true;
        if (now > end)
            return false;
        if (!open)
            nanosleep(&nap, NULL);
    }
}

void tty_fail(struct tty *t, const char *format, ...)
{
    char message[512];
    char *screen = tty_screen(t);
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fprintf(stderr, "%s at %dx%d:\n%s---\n", t->term, t->w, t->h, screen); // cmocka cuts at 1 KiB
    free(screen);
    fail_msg("%s", message);
    abort();
}

void tty_must(struct tty *t, const char *what, bool (*condition)(struct tty *t, void *arg),
              void *arg)
{
    if (!tty_await(t, condition, arg))
        tty_fail(t, "never: %s", what);
}

static bool shows(struct tty *t, void *text)
{
    return tty_find(t, text) >= 0;
}

static bool shows_not(struct tty *t, void *text)
{
    return tty_find(t, text) < 0;
}

void tty_must_show(struct tty *t, const char *text)
{
    if (!tty_await(t, shows, (void *)text))
        tty_fail(t, "'%s' never appeared", text);
}

void tty_must_not_show(struct tty *t, const char *text)
{
    if (!tty_await(t, shows_not, (void *)text))
        tty_fail(t, "'%s' never went away", text);
}

void tty_must_be_quiet(struct tty *t, int milliseconds)
{
    int64_t end = now_ms() + TTY_SECONDS * 1000;
    size_t before;

    do {
        before = t->written.n;
        int64_t until = now_ms() + milliseconds;
        while (now_ms() < until && t->written.n == before)
            tty_pump(t, (int)(until - now_ms()));
        if (now_ms() > end)
            tty_fail(t, "never quiet");
    } while (t->written.n != before);
}

static bool exited(struct tty *t, void *arg)
{
    int status;

    (void)arg;
    if (t->running && waitpid(t->pid, &status, WNOHANG) == t->pid) {
        t->running = false;
        t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return !t->running;
}

int tty_must_exit(struct tty *t)
{
    if (!tty_await(t, exited, NULL))
        tty_fail(t, "the program does not end");
    for (size_t before = SIZE_MAX; before != t->written.n;) { // all it has left to say
        before = t->written.n;
        tty_pump(t, 0);
    }
    return t->status;
}

int tty_run_without(const char *const *argv, const char *const *env, char *out, size_t cap)
{
    struct tty_options options = {.term = "xterm-256color"};
    int fds[2], status = 0;
    size_t n = 0;
    ssize_t got;

    for (size_t i = 0; env && env[i] && i < TTY_ENV_MAX; i++)
        options.env[i] = env[i];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        setsid(); // no controlling terminal either
        int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        dup2(fds[1], STDOUT_FILENO);
        dup2(fds[1], STDERR_FILENO);
        exec_program(&options, argv);
    }
    close(fds[1]);
    while (n + 1 < cap && (got = read(fds[0], out + n, cap - 1 - n)) != 0)
        if (got > 0)
            n += (size_t)got;
        else if (errno != EINTR)
            break;
    out[n] = '\0';
    close(fds[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
