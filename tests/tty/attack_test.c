// What somebody tries who means it ill, or who pulls the plug: ways out that would skip the log, objects
// that never hold still, a file system that is dead at the start, keys that write under --readonly.
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/files.h"
#include "support/logfile.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/stall.h"
#include "support/test.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MANY = 1500, WAIT_SECONDS = 60 };

static struct logfile logged;
static struct stall stall;
static char dir[64];

static int setup(void **state)
{
    (void)state;
    logfile_make(&logged);
    snprintf(dir, sizeof dir, "/tmp/ipctop-attack.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[100];

    tty_teardown(state);
    scene_clean();
    logfile_remove(&logged);
    if (stall.daemon)
        stall_end(&stall);
    stall = (struct stall){0};
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

TEST_FIXTURE(setup, teardown)

// --- every way out ------------------------------------------------------------------------------

static bool is_writing(void *arg)
{
    char path[64], text[64] = "";
    long call = -1;

    tty_send(arg, "\014"); // draws the whole screen, and nothing is read
    snprintf(path, sizeof path, "/proc/%d/syscall", tty_pid(arg));
    FILE *f = fopen(path, "r");
    if (f && fgets(text, sizeof text, f))
        sscanf(text, "%ld", &call);
    if (f)
        fclose(f);
    return call == SYS_write;
}

static bool is_over(void *arg)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)tty_pid(arg), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == tty_pid(arg);
}

static struct tty *start_removal(bool go)
{
    struct tty *t =
        tty_start(&(struct tty_options){.w = 120, .h = 40},
                  (const char *const[]){IPCTOP, "-d", "3600", "--log", logged.path, NULL});
    char row[40];

    snprintf(row, sizeof row, "of %d", MANY);
    tty_must_show(t, row);
    tty_send(t, "*x");
    tty_must_show(t, "What would be done");
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    tty_send(t, "remove");
    tty_must_show(t, "remove");
    if (go)
        tty_send(t, "\r");
    return t;
}

struct lines {
    int intents, done, cancelled, others;
};

static void count_lines(const int *ids, struct lines *of)
{
    FILE *f = fopen(logged.path, "r");
    char line[1024];

    assert_non_null(f);
    memset(of, 0, MANY * sizeof *of);
    while (fgets(line, sizeof line, f)) {
        const char *target = strstr(line, "target=\"segment ");
        int id = target ? atoi(target + strlen("target=\"segment ")) : -1, i = 0;

        while (i < MANY && ids[i] != id)
            i++;
        if (i == MANY)
            continue;
        of[i].intents += strstr(line, "] intent ") != NULL;
        of[i].done += strstr(line, "result=done") != NULL;
        of[i].cancelled += strstr(line, "result=cancelled") != NULL;
        of[i].others += strstr(line, "] action ") && !strstr(line, "result=done") &&
                        !strstr(line, "result=cancelled");
    }
    fclose(f);
}

// Each has a line of what was done, or that it was cancelled; and nothing was done without a line.
static void must_be_complete(const int *ids)
{
    static struct lines of[MANY];
    size_t done = 0;

    count_lines(ids, of);
    for (int i = 0; i < MANY; i++) {
        struct shmid_ds ds;
        bool there = shmctl(ids[i], IPC_STAT, &ds) == 0;

        assert_int_equal(of[i].done, !there);
        assert_int_equal(of[i].cancelled, there);
        assert_int_equal(of[i].others, 0);
        assert_int_equal(of[i].intents, !there);
        done += !there;
        if (there)
            shmctl(ids[i], IPC_RMID, NULL);
    }
    print_message("%zu of %d were removed before the end\n", done, MANY);
}

static bool has_begun(void *arg)
{
    struct stat st;

    (void)arg;
    return stat(logged.path, &st) == 0 && st.st_size > 0;
}

TEST(a_removal_that_is_interrupted_has_every_line)
{
    static const int signals[] = {SIGHUP, SIGTERM, SIGINT, SIGUSR1};
    int ids[MANY];

    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
        for (int i = 0; i < MANY; i++)
            ids[i] = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
        struct tty *t = start_removal(true);
        assert_true(await(has_begun, NULL, WAIT_SECONDS));
        kill(tty_pid(t), signals[k]);
        assert_int_equal(tty_must_exit(t), 128 + signals[k]);
        must_be_complete(ids);
        tty_end(t);
        unlink(logged.path);
    }
}

// The same while the terminal does not read: the signal comes in the middle of a write.
TEST(a_terminal_that_does_not_read_takes_no_line_away)
{
    int ids[MANY];

    for (int i = 0; i < MANY; i++)
        ids[i] = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    struct tty *t = start_removal(false);
    tty_send(t, "\r");
    assert_true(await(is_writing, t, WAIT_SECONDS));
    kill(tty_pid(t), SIGHUP);
    assert_true(await(is_over, t, WAIT_SECONDS));
    assert_int_equal(tty_must_exit(t), 128 + SIGHUP);
    must_be_complete(ids);
}

// --- what never holds still ---------------------------------------------------------------------

static void touch(int id, unsigned mode)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    time_t before = ds.shm_ctime;
    ds.shm_perm.mode = (unsigned short)mode;
    do {
        assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
        struct shmid_ds now;
        assert_int_equal(shmctl(id, IPC_STAT, &now), 0);
        if (now.shm_ctime != before)
            return;
        usleep(10000);
    } while (true);
}

TEST(what_changes_all_the_time_is_removed_when_asked_again)
{
    int id = scene_segment(4096, 0640, 0x0c0c0007);
    struct tty *t =
        tty_start(&(struct tty_options){.w = 140, .h = 40},
                  (const char *const[]){IPCTOP, "-d", "3600", "--log", logged.path, NULL});

    tty_must_show(t, "0x0c0c0007");
    tty_send(t, "x");
    tty_must_show(t, "remove:");
    touch(id, 0600);
    tty_send(t, "remove\r");
    tty_must_show(t, "Changed since it was asked about; mode 0640 is 0600 now");
    assert_true(scene_has_segment(id));
    touch(id, 0600); // it does not stop
    tty_must_show(t, "remove:");
    tty_send(t, "remove\r");
    MUST_LOG(t, &logged, 1, "verb=remove result=done");
    assert_false(scene_has_segment(id));
    assert_int_equal(LOGGED(&logged, "verb=remove result=refused"), 1);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// --- readonly -----------------------------------------------------------------------------------

static int files_in(const char *path)
{
    DIR *d = opendir(path);
    int n = -2;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

TEST(readonly_writes_no_file)
{
    char home[80], rc[100];

    snprintf(home, sizeof home, "HOME=%s", dir);
    snprintf(rc, sizeof rc, "XDG_CONFIG_HOME=%s", dir);
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 30, .env = {home, rc}},
                              (const char *const[]){IPCTOP, "--readonly", NULL});
    tty_must_show(t, "no segment");
    tty_send(t, "S");
    tty_must_show(t, "no file is written from here");
    tty_send(t, "w");
    tty_must_show(t, "--save-dir names a directory");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    assert_int_equal(files_in(dir), 0);
}

static void save_as(struct tty *t, const char *name)
{
    tty_send(t, "w");
    tty_must_show(t, "a name in --save-dir");
    tty_send(t, name);
    tty_send(t, "\r");
}

TEST(readonly_saves_into_the_named_directory_alone)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 160, .h = 30},
                              (const char *const[]){IPCTOP, "--readonly", "--save-dir", dir, NULL});
    char path[100];

    tty_must_show(t, "no segment");
    save_as(t, "/tmp/ipctop-escaped");
    tty_must_show(t, "nothing written: only a name");
    save_as(t, "../ipctop-escaped");
    tty_must_show(t, "nothing written: only a name");
    assert_int_equal(files_in(dir), 0);
    save_as(t, "view.json");
    tty_must_show(t, "bytes written to");
    assert_int_equal(files_in(dir), 1);
    snprintf(path, sizeof path, "%s/view.json", dir);
    file_put(path, "precious");
    save_as(t, "view.json");
    tty_must_show(t, "was not written: File exists");
    assert_string_equal(file_text(path), "precious");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// --- a dead file system -------------------------------------------------------------------------

TEST(dead_settings_hold_up_no_start)
{
    int error = stall_start(&stall);

    if (error) {
        stall = (struct stall){0};
        print_message("skip: no file system of our own: %s\n", strerror(-error));
        skip();
    }
    stall_hold(&stall, STALL_READS);
    struct tty *t = tty_start(&(struct tty_options){.w = 160, .h = 30},
                              (const char *const[]){IPCTOP, "--config", stall.file, NULL});
    tty_must_show(t, "are not used: the file does not answer");
    tty_must_show(t, "no segment");
    tty_send(t, "q");
    stall_hold(&stall, 0); // the kernel keeps a process that waits for fuse
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
