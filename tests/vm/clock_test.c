// runs alone: it sets the clock of the machine
// The clock set while the program runs, or before it starts: what lives is never called an orphan, nor
// another process; what is dead never lives again.
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/machine.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

#define TABLES "segments semaphores elements queues"

enum { OWNER = 65534, STRANGER = 65533, OLDER = 8, PICTURES = 4 };

// --- who makes objects ----------------------------------------------------------------------------

enum maker {
    LIVING,   // root, and stays
    USER,     // an ordinary user, and stays
    DROPPED,  // root, then an ordinary user
    DAEMON,   // a process that is gone, but was forked before
    ATTACHED, // root, and holds its segment
    LIVES,    // so many of them live
    DEAD = LIVES,
    TAKEN,      // dead, and its pid taken by another user's process
    TAKEN_OURS, // the same by its own user's
    MAKERS,
};
static const char *const names[MAKERS] = {"living",   "user", "dropped", "daemon",
                                          "attached", "dead", "taken",   "taken_ours"};

struct made {
    int segment, set, queue;
    pid_t pid, taker; // the maker; and whose pid it is now, or that of the daemon
};
static struct made *made; // shared with the makers, one each

static void become(uid_t uid)
{
    if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
        _exit(1);
}

static void make(struct made *m, bool attach)
{
    struct sembuf up = {.sem_op = 1};
    struct {
        long type;
        char text;
    } message = {1, 'x'};

    m->pid = getpid();
    m->segment = shmget(IPC_PRIVATE, 65536, IPC_CREAT | 0600);
    m->set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    m->queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    void *at = shmat(m->segment, NULL, 0);
    if (at == (void *)-1 || semop(m->set, &up, 1) < 0 || msgsnd(m->queue, &message, 1, 0) < 0)
        _exit(1);
    if (!attach)
        shmdt(at);
}

static _Noreturn void rest(void)
{
    for (;;)
        pause();
}

static void maker(void *arg, int ready)
{
    enum maker who = (enum maker)(intptr_t)arg;

    prctl(PR_SET_NAME, names[who]); // else the test would be a server with these workers
    if (who == USER || who >= TAKEN)
        become(OWNER);
    make(&made[who], who == ATTACHED);
    if (who == DROPPED)
        become(OWNER);
    if (who == DAEMON) {
        if ((made[who].taker = fork()) > 0)
            _exit(0);
        prctl(PR_SET_PDEATHSIG, 0);
        setsid();
    }
    child_ready(ready);
    if (who >= DEAD)
        _exit(0);
    rest();
}

static void taker(void *arg, int ready)
{
    prctl(PR_SET_NAME, "taker");
    become((uid_t)(intptr_t)arg);
    child_ready(ready);
    rest();
}

static void start(enum maker who)
{
    pid_t pid = child_start(maker, (void *)(intptr_t)who);

    assert_true(pid > 0);
    if (who >= DEAD || who == DAEMON)
        assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void take(enum maker who, uid_t uid)
{
    machine_set("/proc/sys/kernel/ns_last_pid", made[who].pid - 1);
    made[who].taker = child_start(taker, (void *)(intptr_t)uid);
    assert_int_equal(made[who].taker, made[who].pid);
}

static bool is_later(void *arg)
{
    return time(NULL) >= *(const time_t *)arg;
}

static void wait_seconds(int seconds)
{
    time_t then = time(NULL) + seconds;

    assert_true(await(is_later, &then, 60));
}

// The dead are clearly older than who has their pid now, and than the daemon.
static int setup(void **state)
{
    (void)state;
    start(DEAD);
    start(TAKEN);
    start(TAKEN_OURS);
    wait_seconds(OLDER);
    take(TAKEN, STRANGER);
    take(TAKEN_OURS, OWNER);
    for (enum maker who = 0; who < LIVES; who++)
        start(who);
    wait_seconds(2); // none of it is from this second
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (enum maker who = 0; who < MAKERS; who++) {
        shmctl(made[who].segment, IPC_RMID, NULL);
        semctl(made[who].set, 0, IPC_RMID);
        msgctl(made[who].queue, IPC_RMID, NULL);
        if (who < LIVES && who != DAEMON)
            child_end(made[who].pid);
        if (made[who].taker > 0)
            child_end(made[who].taker);
    }
    return 0;
}

// --- what may be said of them -----------------------------------------------------------------------

static const json_t *row(const json_t *root, const char *table, const char *column, int id)
{
    const json_t *r;
    size_t i;

    json_array_foreach(json_object_get(root, table), i,
                       r) if (json_integer_value(json_object_get(r, column)) == id) return r;
    fail_msg("no %s %d", table, id);
    return NULL;
}

// One of the words between blanks, or null.
static void is_one_of(const json_t *r, const char *column, const char *words, const char *who,
                      const char *when)
{
    const json_t *value = json_object_get(r, column);
    char *said = json_dumps(value, JSON_ENCODE_ANY), wanted[64], list[128];

    snprintf(wanted, sizeof wanted, " %s ",
             json_is_string(value) ? json_string_value(value) : said);
    snprintf(list, sizeof list, " %s ", words);
    if (!strstr(list, wanted))
        fail_msg("%s, %s: %s is %s, not one of %s", when, who, column, said, words);
    free(said);
}

struct expected {
    const char *orphan, *creator; // of a segment; of sets and queues the same
};

static void check(const json_t *root, const char *when, enum maker who, struct expected e)
{
    const struct made *m = &made[who];
    const char *name = names[who];

    is_one_of(row(root, "segments", "shmid", m->segment), "orphan", e.orphan, name, when);
    is_one_of(row(root, "segments", "shmid", m->segment), "creator_state", e.creator, name, when);
    is_one_of(row(root, "semaphores", "semid", m->set), "orphan", e.orphan, name, when);
    is_one_of(row(root, "elements", "semid", m->set), "pid_state", e.creator, name, when);
    is_one_of(row(root, "queues", "msqid", m->queue), "orphan", e.orphan, name, when);
}

// Nothing that lives is an orphan or another process, whatever the clock did.
static void check_living(const json_t *root, const char *when)
{
    for (enum maker who = 0; who < LIVES; who++)
        check(root, when, who,
              (struct expected){"false null", who == DAEMON ? "gone null" : "alive null"});
}

static void check_dead(const json_t *root, const char *when, bool proven)
{
    check(root, when, DEAD, (struct expected){"true null", "gone"});
    // A small step back that nobody saw cannot be known.
    if (!proven)
        return;
    check(root, when, TAKEN, (struct expected){"true null", "reused null"});
    check(root, when, TAKEN_OURS, (struct expected){"true null", "reused null"});
}

// Without a step all is known.
static void check_before(const json_t *root)
{
    for (enum maker who = 0; who < LIVES; who++)
        if (who != DAEMON)
            check(root, "before", who, (struct expected){"false", "alive"});
    check(root, "before", DAEMON, (struct expected){"null", "gone"});
    check(root, "before", DEAD, (struct expected){"true", "gone"});
    check(root, "before", TAKEN, (struct expected){"true", "reused"});
}

// What would be removed is still said to be in use, perhaps.
static void check_prompts(const char *when)
{
    for (enum maker who = 0; who < LIVES; who++) {
        char arguments[100];
        snprintf(arguments, sizeof arguments, "--remove --force --attached -i %d segments",
                 made[who].segment);
        struct said said = program_run(arguments, false);
        if (!strstr(said.out, "running") && !strstr(said.out, "may need it"))
            fail_msg("%s, %s: no warning in\n%s%s", when, names[who], said.out, said.err);
        said_clear(&said);
    }
}

// --- the steps ------------------------------------------------------------------------------------

static void step(int seconds)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    now.tv_sec += seconds;
    assert_int_equal(clock_settime(CLOCK_REALTIME, &now), 0);
}

static json_t *next_picture(FILE *monitor)
{
    static char *line;
    static size_t cap;

    assert_true(getline(&line, &cap, monitor) > 0);
    json_t *root = json_loads(line, 0, NULL);
    assert_non_null(root);
    return root;
}

static void stepped(int seconds)
{
    char when[64];
    FILE *monitor = popen("exec " BUILD_DIR "/ipctop --json -d 0.2 -n 0 " TABLES, "re");
    assert_non_null(monitor);
    for (int i = 0; i < PICTURES; i++) {
        json_t *root = next_picture(monitor);
        if (i > 0)
            check_before(root);
        json_decref(root);
    }
    step(seconds);
    for (int i = 0; i < PICTURES; i++) { // one was being made, perhaps
        json_t *root = next_picture(monitor);
        snprintf(when, sizeof when, "%+d s, picture %d", seconds, i);
        check_living(root, when);
        check_dead(root, when, i > 0);
        json_decref(root);
    }
    snprintf(when, sizeof when, "%+d s before the start", seconds);
    json_t *root = program_document("--json " TABLES, false);
    check_living(root, when);
    check_dead(root, when, seconds != -3);
    check_prompts(when);
    json_decref(root);
    step(-seconds);
    root = program_document("--json " TABLES, false);
    check_living(root, "and set right");
    json_decref(root);
    root = next_picture(monitor);
    json_decref(root);
    root = next_picture(monitor);
    check_living(root, "and set right, a monitor");
    check_dead(root, "and set right, a monitor", true);
    json_decref(root);
    pclose(monitor); // it ends where it writes next
}

TEST(three_seconds_forward, .setup = setup, .teardown = teardown)
{
    stepped(3);
}

TEST(an_hour_forward, .setup = setup, .teardown = teardown)
{
    stepped(3600);
}

TEST(three_seconds_back, .setup = setup, .teardown = teardown)
{
    stepped(-3);
}

TEST(an_hour_back, .setup = setup, .teardown = teardown)
{
    stepped(-3600);
}

// By less than the machine is up: no object is older than the boot then.
TEST(twenty_seconds_forward, .setup = setup, .teardown = teardown)
{
    stepped(20);
}

int main(void)
{
    if (!machine_is_ours())
        return 77;
    made = machine_shared(MAKERS * sizeof *made);
    return tests_run();
}
