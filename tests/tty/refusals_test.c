// Everything that is refused, or cannot be done: it is said on the screen, logged with what was
// tried, and nothing is touched.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "linux/process/stat.h"
#include "support/logfile.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"

#define IPCTOP BUILD_DIR "/ipctop"

enum { KEY = 0x2323, BYTES = 64 << 10 };

static struct logfile logged;

// What a case is about, filled in by its `make`.
static struct {
    int id; // of a segment, or the queue
    pid_t pid;
    uint64_t start; // of that process
} it;

struct step {
    const char *keys;     // typed; NULL: nothing
    const char *see;      // awaited then; NULL: nothing
    void (*behind)(void); // done by somebody else after that
};

struct refusal {
    const char *name;
    bool root;   // only the machine's root can bring it about
    bool again;  // asked about once more
    bool nobody; // the monitor is an ordinary user's
    bool inside; // the monitor is in a PID namespace of its own
    const char *argument;
    void (*make)(void);
    struct step steps[8];
    const char *verb, *result; // in the log
    const char *command;       // the same; %d stands for the pid, or the id; NULL: none
    const char *words;         // of the text in the log, and on screen
    bool (*untouched)(void);
};

// --- what is there --------------------------------------------------------------------------------

static void a_leak(void)
{
    const struct scene_actor leaker = {
        .role = "make_segment", .comm = "leaker", .values = {KEY, BYTES, 0, 0644}};

    scene_end(scene_start(&leaker, &it.id));
}

static void a_holder(void)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "holder", .values = {KEY, BYTES, 0, 0644}};
    struct task_stat stat;
    char path[32];

    it.pid = scene_start(&holder, &it.id);
    snprintf(path, sizeof path, "/proc/%d/stat", it.pid);
    assert_int_equal(stat_read(AT_FDCWD, path, &stat), 0);
    it.start = stat.start_ticks;
}

static void a_sender(void)
{
    it.id = msgget(KEY, IPC_CREAT | 0644);
    const struct scene_actor sender = {.role = "send", .comm = "sender", .values = {it.id, 1000}};
    it.pid = scene_start(&sender, NULL);
}

static bool segment_there(void)
{
    struct shmid_ds ds;

    return shmctl(it.id, IPC_STAT, &ds) == 0 && (ds.shm_perm.mode & 07777) == 0644;
}

static bool process_there(void)
{
    return scene_alive(it.pid);
}

static bool anything(void)
{
    return true;
}

// --- what somebody else does meanwhile ------------------------------------------------------------

static void is_removed(void)
{
    assert_int_equal(shmctl(it.id, IPC_RMID, NULL), 0);
}

// Another segment by the same id: a counter that wrapped.
static void is_replaced(void)
{
    FILE *f = fopen("/proc/sys/kernel/shm_next_id", "w");

    is_removed();
    assert_non_null(f);
    fprintf(f, "%d", it.id);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(shmget(KEY + 1, BYTES, IPC_CREAT | 0644), it.id);
}

static bool a_second_later(void *arg)
{
    return time(NULL) > *(time_t *)arg;
}

static void is_changed(void) // to what it was: only its time tells
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(it.id, IPC_STAT, &ds), 0);
    assert_true(await(a_second_later, &ds.shm_ctime, TTY_SECONDS));
    assert_int_equal(shmctl(it.id, IPC_SET, &ds), 0);
}

static void ends(void)
{
    scene_end(it.pid);
}

static bool a_tick_later(void *arg)
{
    uint64_t *start = arg;
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    long hz = sysconf(_SC_CLK_TCK);
    return (uint64_t)now.tv_sec * (uint64_t)hz +
               (uint64_t)now.tv_nsec / (uint64_t)(1000000000 / hz) >
           *start + 1;
}

// It ends, and another one gets its pid; others may fork in between, so it is tried again.
static void is_recycled(void)
{
    const struct scene_actor innocent = {
        .role = "make_segment", .comm = "innocent", .values = {IPC_PRIVATE, 4096, 0, 0600}};
    pid_t wanted = it.pid;

    ends();
    assert_true(await(a_tick_later, &it.start, TTY_SECONDS));
    for (int i = 0; i < 1000; i++) {
        FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "w");
        assert_non_null(f);
        fprintf(f, "%d", wanted - 1);
        assert_int_equal(fclose(f), 0);
        it.pid = scene_start(&innocent, NULL);
        if (it.pid == wanted)
            return;
        ends();
    }
    fail_msg("pid %d is not to be had", wanted);
}

// --- the cases ------------------------------------------------------------------------------------

#define ROW                                                                                        \
    {                                                                                              \
        NULL, "0x00002323", NULL                                                                   \
    }
#define READONLY                                                                                   \
    .argument = "--readonly", .make = a_leak, .result = "refused",                                 \
    .words = "started with --readonly: nothing is changed from here", .untouched = segment_there

// clang-format off
static const struct refusal refusals[] = {
    {"readonly: remove", READONLY, .steps = {ROW, {.keys = "x"}}, .verb = "remove",
     .command = "ipcrm -m %d"},
    {"readonly: signal", READONLY, .steps = {ROW, {.keys = "k"}}, .verb = "signal"},
    {"readonly: change", READONLY, .steps = {ROW, {.keys = "e"}}, .verb = "set"},
    {"readonly: lock", READONLY, .steps = {ROW, {.keys = "l"}}, .verb = "lock"},
    {"readonly: limit", READONLY, .steps = {{"5", "shmmni", NULL}, {.keys = "\r"}}, .verb = "limit"},

    {"vanished", .make = a_leak, .steps = {ROW, {"x", "y yes", is_removed}, {.keys = "y"}},
     .verb = "remove", .result = "refused", .command = "ipcrm -m %d", .words = "is already gone",
     .untouched = anything},
    {"another by the same id", .root = true, .make = a_leak,
     .steps = {ROW, {"x", "y yes", is_replaced}, {.keys = "y"}}, .verb = "remove", .result = "refused",
     .command = "ipcrm -m %d",
     .words = "is another one now (key 0x00002324, was 0x00002323); nothing was done",
     .untouched = segment_there},
    {"changed", .make = a_leak, .again = true, .steps = {ROW, {"x", "y yes", is_changed}, {.keys = "y"}},
     .verb = "remove", .result = "refused", .command = "ipcrm -m %d",
     .words = "was changed meanwhile; nothing was done: look at it again",
     .untouched = segment_there},
    {"marked", .make = a_holder, .steps = {ROW, {"l", "y yes", is_removed}, {.keys = "y"}},
     .verb = "lock", .result = "refused",
     .words = "was marked for removal meanwhile; nothing was done", .untouched = process_there},

    {"remove: not permitted", .nobody = true, .make = a_leak,
     .steps = {ROW, {"x", "CAP_SYS_ADMIN.", NULL}, {.keys = "y"}}, .verb = "remove",
     .result = "failed errno=1", .command = "ipcrm -m %d",
     .words = "not permitted: needs root or CAP_SYS_ADMIN", .untouched = segment_there},
    {"change: not permitted", .nobody = true, .make = a_leak,
     .steps = {ROW, {"e", "Change segment", NULL},
               {"\t\t\025" "0666\r", "CAP_SYS_ADMIN.", NULL}, {.keys = "y"}},
     .verb = "set", .result = "failed errno=1",
     .words = "not permitted: needs root or CAP_SYS_ADMIN", .untouched = segment_there},
    {"lock: not permitted", .nobody = true, .make = a_leak,
     .steps = {ROW, {"l", "CAP_IPC_LOCK.", NULL}, {.keys = "y"}}, .verb = "lock",
     .result = "failed errno=1", .words = "not permitted: needs root or CAP_IPC_LOCK",
     .untouched = segment_there},
    {"signal: not permitted", .nobody = true, .make = a_sender,
     .steps = {{"3", "0x00002323", NULL}, {NULL, "sender", NULL}, {"k", "Send signal to", NULL},
               {"\r", "CAP_KILL.", NULL}, {.keys = "y"}},
     .verb = "signal", .result = "failed errno=1", .command = "kill -TERM %d",
     .words = "not permitted: needs root or CAP_KILL", .untouched = process_there},
    {"limit: not permitted", .nobody = true, .make = a_leak,
     .steps = {{"5", "shmmni", NULL}, {.keys = "/shmmni\r"}, {"\r", "Limit shmmni", NULL},
               {"\025" "4000\r", "It needs", NULL}, {.keys = "y"}},
     .verb = "limit", .result = "failed errno=", .command = "sysctl -w kernel.shmmni=4000",
     .words = "shmmni: not permitted: needs root", .untouched = segment_there},

    {"process gone", .make = a_holder,
     .steps = {ROW, {"\r", "holder", NULL}, {"k\r", "y yes", ends}, {.keys = "y"}}, .verb = "signal",
     .result = "refused", .command = "kill -TERM %d", .words = "is already gone",
     .untouched = segment_there},
    {"pid recycled", .root = true, .make = a_holder,
     .steps = {ROW, {"\r", "holder", NULL}, {"k9\r", "y yes", is_recycled}, {.keys = "y"}},
     .verb = "signal", .result = "refused", .command = "kill -KILL %d",
     .words = "its pid belongs to another one now; nothing was sent", .untouched = process_there},
    {"holder in another PID namespace", .inside = true, .make = a_holder,
     .steps = {ROW, {NULL, "1 unseen", NULL}, {.keys = "k"}}, .verb = "signal", .result = "refused",
     .words = "1 attachment: 0 found, 1 unseen (another PID namespace", .untouched = process_there},
    {"sender in another PID namespace", .inside = true, .make = a_sender,
     .steps = {{"3", "0x00002323", NULL}, {.keys = "k"}}, .verb = "signal", .result = "refused",
     .words = "its last user is outside this PID namespace", .untouched = process_there},
};
// clang-format on

static struct tty *start(const struct refusal *r)
{
    const char *argv[16] = {NULL};
    size_t n = 0;

    if (r->inside) {
        static const char *const unshare[] = {"unshare", "--pid", "--fork", "--kill-child",
                                              "--mount-proc"};
        for (size_t i = 0; i < sizeof unshare / sizeof *unshare; i++)
            argv[n++] = unshare[i];
    }
    argv[n++] = IPCTOP;
    argv[n++] = "-d";
    argv[n++] = "0.3";
    argv[n++] = "--log";
    argv[n++] = logged.path;
    argv[n] = r->argument;
    return tty_start(&(struct tty_options){.w = 200, .h = 40, .nobody = r->nobody}, argv);
}

static void refuse(const struct refusal *r)
{
    char command[64] = "result=", verb[64];

    it.id = it.pid = 0;
    r->make();
    int named = strncmp(r->command ? r->command : "", "kill", 4) == 0 ? it.pid : it.id;
    struct tty *t = start(r);
    for (size_t i = 0; i < sizeof r->steps / sizeof *r->steps; i++) {
        const struct step *step = &r->steps[i];
        if (step->keys)
            tty_send(t, step->keys);
        if (step->see)
            tty_must_show(t, step->see);
        if (step->behind)
            step->behind();
    }
    tty_must_show(t, r->words);
    snprintf(verb, sizeof verb, " verb=%s result=%s", r->verb, r->result);
    if (r->command) {
        size_t n = (size_t)snprintf(command, sizeof command, "command=\"");
        if (strstr(r->command, "%d"))
            snprintf(command + n, sizeof command - n, "%.*s%d\"",
                     (int)(strstr(r->command, "%d") - r->command), r->command, named);
        else
            snprintf(command + n, sizeof command - n, "%s\"", r->command);
    }
    MUST_LOG(t, &logged, 1, "] action uid=", verb, command, r->words);
    assert_int_equal(LOGGED(&logged, "] action"), 1);
    assert_int_equal(LOGGED(&logged, "] action", "command="), r->command ? 1 : 0);
    if (!r->untouched())
        tty_fail(t, "%s: it was touched", r->name);
    if (r->again) {
        tty_must_show(t, "Changed since it was asked about");
        tty_send(t, "\033");
        tty_must_show(t, "nothing done");
    }
    tty_key(t, "f10");
    tty_must_exit(t);
}

static int setup(void **state)
{
    (void)state;
    logfile_make(&logged);
    return 0;
}

static int teardown(void **state)
{
    tty_teardown(state);
    scene_clean();
    logfile_remove(&logged);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void each(void **state)
{
    const struct refusal *r = *state;

    if ((r->root || r->nobody || r->inside) && !ns_was_root()) {
        printf("skip: needs the machine's root\n");
        skip();
    }
    refuse(r);
}

__attribute__((constructor)) static void register_refusals(void)
{
    enum { N = sizeof refusals / sizeof *refusals };
    static struct test tests[N];

    for (size_t i = 0; i < N; i++) {
        tests[i] =
            (struct test){.name = refusals[i].name, .run = each, .state = (void *)&refusals[i]};
        test_register(&tests[i]);
    }
}

// --- pid 1 ----------------------------------------------------------------------------------------

static void init_holds(void)
{
    if (shmat(shmget(KEY, BYTES, IPC_CREAT | 0644), NULL, 0) == (void *)-1)
        _exit(1);
}

// It may be signalled, but not by a hasty y; and no signal that it does not expect reaches it.
TEST(pid_one_takes_the_word, .apart = true)
{
    struct tty *t = start(&(struct refusal){0});

    tty_must_show(t, "1 refusals_test");
    tty_send(t, "k");
    tty_must_show(t, "Send signal to 1 ");
    tty_send(t, "\r");
    tty_must_show(t, "It is pid 1:");
    tty_must_show(t, "type signal:");
    tty_send(t, "y\r");
    tty_must_show(t, "type the word signal");
    assert_int_equal(LOGGED(&logged, "] action"), 0);
    tty_send(t, "\025signal\r");
    tty_must_show(t, "SIGTERM sent to process 1");
    MUST_LOG(t, &logged, 1, "verb=signal result=done", "command=\"kill -TERM 1\"");
    tty_must_show(t, "still runs"); // told a few seconds later
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

// --- a container ----------------------------------------------------------------------------------

static void be_init_of_another(void *arg, int ready)
{
    int *id = arg;

    if (unshare(CLONE_NEWPID) < 0)
        _exit(1);
    pid_t init = fork(); // pid 1 in there
    if (init == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (shmat(*id, NULL, 0) == (void *)-1)
            _exit(1);
        child_ready(ready);
        for (;;)
            pause();
    }
    close(ready);
    waitpid(init, NULL, 0);
}

TEST(the_init_of_another_namespace_takes_the_word, .apart = true)
{
    int id = scene_segment(BYTES, 0644, KEY + 1);
    pid_t parent = child_start(be_init_of_another, &id);
    assert_true(parent > 0);
    struct tty *t = start(&(struct refusal){0});

    tty_must_show(t, "0x00002324");
    tty_send(t, "/0x00002324\r");
    tty_must_not_show(t, "Search:");
    tty_send(t, "\r");
    tty_must_show(t, "1 found in 1 process"); // its holder is read
    tty_send(t, "k\r");
    tty_must_show(t, "another PID namespace, as pid 1.");
    tty_must_show(t, "type signal:");
    tty_send(t, "signal\r");
    tty_must_show(t, "SIGTERM sent to process"); // which it ignores
    tty_send(t, "k9\r");
    tty_must_show(t, "Send SIGKILL to");
    tty_must_show(t, "type signal:");
    tty_send(t, "signal\r");
    assert_int_equal(waitpid(parent, NULL, 0), parent); // its child is gone
    tty_must_show(t, "refusals_test ended");
    MUST_LOG(t, &logged, 1, "verb=signal result=done", "command=\"kill -TERM ");
    MUST_LOG(t, &logged, 1, "verb=signal result=done", "command=\"kill -KILL ");
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    int status = ns_run(tests_run);

    ns_in_init = init_holds;
    int beside = ns_run(tests_run_apart);
    return status ? status : beside;
}
