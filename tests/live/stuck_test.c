// Processes in the states in which ps, top and lsof hang: the sampler goes on, says so, keeps what
// they held, recovers with them, and quits at once.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/ask/prober_pool.h"
#include "engine/sampler.h"
#include "linux/source.h"
#include "session/actions/targets.h"
#include "support/ns.h"
#include "support/stall.h"
#include "support/test.h"
#include "support/tree.h"

enum state { FAULT, REPLACE, EXEC };
enum { FAULT_READS = STALL_READS | STALL_READS_FAIL_FIRST };
enum { MANY = 25, THROUGH = 2, TRIES = 20 };
// What is shared with the sick process: when to begin (or THROUGH); the page that it touches; how often
// its arguments were read.
enum { GO, TOUCHED, READS };
enum { PATIENCE_MS = 60000 }; // whoever waited for the stuck one would wait for ever

static const struct want wanted = {.need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES |
                                           NEED_COMMANDS | NEED_SYSTEM};

struct world {
    struct stall stall;
    struct linux_source *linux_source;
    struct source source;
    struct sampler *sampler;
    int shmid;
    pid_t pid;
    enum state state;
    _Atomic int *go;
    pid_t crowd[MANY];
};

// Threads that were left behind may still be on their way out of a source: it stays to the end.
static struct linux_source *volatile left_over[16];
static size_t n_left_over;

// --- the sick process ---------------------------------------------------------------------------

static char *volatile map;

static sigjmp_buf before_touch;

static void touch_again(int signal)
{
    (void)signal;
    siglongjmp(before_touch, 1);
}

// How often the kernel tries to read for one fault depends on who else wants the map's lock: where
// it gave up, once more.
static void *touch(void *arg)
{
    struct world *w = arg;
    static volatile int page;

    signal(SIGBUS, touch_again);
    for (page = 0; page < TRIES; page++) {
        while (atomic_load(&w->go[TOUCHED]) < page)
            usleep(1000);
        if (sigsetjmp(before_touch, 1))
            stall_hold(&w->stall, FAULT_READS);
        volatile char byte = map[(size_t)page * 4096];
        (void)byte;
    }
    return NULL;
}

static _Noreturn void *remap(void *arg)
{
    (void)arg;
    for (;;) {
        void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(p, 4096);
        usleep(1000);
    }
}

static void sick(void *arg, int ready)
{
    struct world *w = arg;
    pthread_t thread;

    // The segment lies above: what is taken down in order of addresses meets the file first.
    if (shmat(w->shmid, NULL, 0) == (void *)-1)
        _exit(1);
    int fd = open(w->stall.file, O_RDWR | O_CLOEXEC);
    map = mmap(NULL, STALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        _exit(1);
    close(fd);
    if (w->state != FAULT)
        map[0] = 1; // to be written back when it goes
    child_ready(ready);
    while (!atomic_load(w->go))
        usleep(1000);
    if (w->state == FAULT) {
        pthread_create(&thread, NULL, touch, w);
        pthread_create(&thread, NULL, remap, NULL);
    } else if (w->state == REPLACE) {
        mmap(map, STALL_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        atomic_store(w->go, THROUGH);
    } else {
        execl("/bin/sleep", "sleep", "1000", NULL);
    }
    for (;;)
        pause();
}

static void hold(void *arg, int ready)
{
    if (shmat(((struct world *)arg)->shmid, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static int setup(void **state, enum state kind)
{
    struct world *w = calloc(1, sizeof *w);
    const struct linux_source_options options = {.proc = "/proc"};

    *state = w;
    w->state = kind;
    w->shmid = -1;
    w->linux_source = linux_source_new(&options);
    w->source = linux_source_seam(w->linux_source);
    int error = stall_start(&w->stall);
    if (error) {
        printf("skip: no file system of our own: %s\n", strerror(-error));
        return 0;
    }
    w->go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    w->shmid = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    w->pid = child_start(sick, w);
    return w->pid > 0 ? 0 : -1;
}

static int setup_fault(void **state)
{
    return setup(state, FAULT);
}

static int setup_replace(void **state)
{
    return setup(state, REPLACE);
}

static int setup_exec(void **state)
{
    return setup(state, EXEC);
}

static int teardown(void **state)
{
    struct world *w = *state;
    size_t left = 0;

    if (w->sampler)
        left = sampler_free(w->sampler);
    if (w->stall.daemon > 0)
        stall_end(&w->stall);
    child_end(w->pid);
    if (w->shmid >= 0)
        shmctl(w->shmid, IPC_RMID, NULL);
    if (w->go)
        munmap(w->go, 4096);
    if (left)
        left_over[n_left_over++] = w->linux_source;
    else
        linux_source_free(w->linux_source);
    free(w);
    return 0;
}

static struct world *world(void **state)
{
    struct world *w = *state;

    if (w->stall.daemon <= 0)
        skip();
    return w;
}

static bool is_held(void *stall)
{
    return stall_held(stall) > 0;
}

static bool is_free(void *stall)
{
    return stall_held(stall) == 0;
}

// What its status says, which never blocks.
static bool status_has(pid_t pid, const char *line)
{
    char path[64], text[256];
    bool has = false;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(text, sizeof text, file))
        has |= strncmp(text, line, strlen(line)) == 0;
    if (file)
        fclose(file);
    return has;
}

static bool came_through(const struct world *w)
{
    return w->state == REPLACE ? atomic_load(w->go) == THROUGH
                               : w->state == EXEC && status_has(w->pid, "Name:\tsleep\n");
}

static bool is_decided(void *arg)
{
    const struct world *w = arg;

    if (came_through(w))
        return true;
    for (int i = 0; i < 10; i++, usleep(10000))
        if (!status_has(w->pid, "State:\tD"))
            return false;
    return !came_through(w);
}

// Where the file system's answer is not waited for nothing is stuck: up to Linux 6.15 FUSE writes back a
// copy (fs/fuse/file.c), and later kernels end the old image of an exec otherwise.
static void skip_unless_stuck(struct world *w)
{
    if (w->state == FAULT)
        return;
    assert_true(await(is_decided, w, 60));
    if (came_through(w)) {
        printf("skip: this kernel does not wait for what is written back as a mapping goes\n");
        skip();
    }
}

static void read_arguments(void *arg, int ready)
{
    struct world *w = arg;
    char path[64], text[64];

    child_ready(ready);
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)w->pid);
    for (;; usleep(1000)) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        (void)!read(fd, text, sizeof text);
        close(fd);
        atomic_fetch_add(&w->go[READS], 1);
    }
}

// Whether who reads them waits: they do not go on for half a second, within three.
static bool arguments_block(struct world *w)
{
    pid_t reader = child_start(read_arguments, w);
    int64_t begin = clock_ns(), last = begin;

    for (int seen = -1; last - begin < 3 * CLOCK_SECOND && clock_ns() - last < CLOCK_SECOND / 2;) {
        int now = atomic_load(&w->go[READS]);
        if (now != seen)
            last = clock_ns();
        seen = now;
        usleep(1000);
    }
    child_end(reader);
    return last - begin < 3 * CLOCK_SECOND;
}

static void get_stuck(struct world *w)
{
    stall_hold(&w->stall, w->state == FAULT ? FAULT_READS : STALL_WRITES);
    atomic_store(w->go, 1);
    assert_true(await(is_held, &w->stall, 60));
    // The kernel may wait for a page without the map's lock: then for the next page.
    for (int i = 1; w->state == FAULT && !arguments_block(w); i++) {
        assert_in_range(i, 1, TRIES - 1);
        stall_hold(&w->stall, 0);
        assert_true(await(is_free, &w->stall, 60));
        stall_hold(&w->stall, FAULT_READS);
        atomic_store(&w->go[TOUCHED], i);
        assert_true(await(is_held, &w->stall, 60));
    }
    skip_unless_stuck(w);
}

// --- looking at it ------------------------------------------------------------------------------

static void start(struct world *w)
{
    w->sampler = sampler_new(&w->source, &(struct sampler_options){.interval = 0.05});
    sampler_want(w->sampler, &wanted);
}

static const struct holder *holder(const struct world *w, const struct snapshot *p)
{
    size_t n;
    const struct holder *h = p->scan ? scan_holders(p->scan, w->shmid, &n) : NULL;

    return h && n == 1 ? h : NULL;
}

static bool is_well(const struct world *w, const struct snapshot *p)
{
    const struct holder *h = holder(w, p);
    const struct process *process = snapshot_process(p, w->pid);

    return h && !h->stale && p->scan->stuck == 0 && process && !process->stuck &&
           process->known & PROC_KNOWS_COMMAND;
}

static bool is_stale(const struct world *w, const struct snapshot *p)
{
    const struct holder *h = holder(w, p);
    const struct process *process = snapshot_process(p, w->pid);

    return h && h->stale && p->scan->stuck == 1 && process && process->stuck;
}

static bool has_let_go(const struct world *w, const struct snapshot *p)
{
    const struct process *process = snapshot_process(p, w->pid);

    return p->scan && p->scan->stuck == 0 && !holder(w, p) && (!process || !process->stuck);
}

// The next picture as wanted. *gap receives the longest time without a picture, in ms.
static struct snapshot *wait_picture(struct world *w, int *gap,
                                     bool (*good)(const struct world *, const struct snapshot *))
{
    int64_t last = clock_ns(), end = last + PATIENCE_MS * CLOCK_MS;

    while (clock_ns() < end) {
        struct pollfd p = {.fd = sampler_fd(w->sampler), .events = POLLIN};
        poll(&p, 1, 1000);
        struct snapshot *picture = sampler_take(w->sampler);
        if (!picture)
            continue;
        int64_t now = clock_ns();
        if (gap && (now - last) / CLOCK_MS > *gap)
            *gap = (int)((now - last) / CLOCK_MS);
        last = now;
        if (good(w, picture))
            return picture;
        snapshot_unref(picture);
    }
    fail_msg("no such picture");
    return NULL;
}

static bool any(const struct world *w, const struct snapshot *p)
{
    (void)w;
    (void)p;
    return true;
}

static void quit_at_once(struct world *w, const char *what)
{
    int64_t begin = clock_ns();
    size_t left = sampler_free(w->sampler);
    int took = (int)((clock_ns() - begin) / CLOCK_MS);

    w->sampler = NULL;
    printf("%s: quit after %d ms, %zu threads left behind\n", what, took, left);
    assert_in_range(took, 0, PATIENCE_MS);
    assert_true(left > 0);
    left_over[n_left_over++] = w->linux_source;
    w->linux_source = NULL; // stays for them
}

// Somebody who comes when it is stuck already gets an answer in time, and the reason.
static void newcomer(struct world *w, const char *what, bool unseen)
{
    struct sampler *s = sampler_new(&w->source, &(struct sampler_options){.one_shot = true});
    int64_t begin = clock_ns();
    struct snapshot *p = sampler_collect(s, &wanted);
    int took = (int)((clock_ns() - begin) / CLOCK_MS);
    const struct segment_account *account = scan_account(p->scan, w->shmid);

    printf("%s: a first picture after %d ms\n", what, took);
    assert_in_range(took, 0, PATIENCE_MS);
    const struct process *process = snapshot_process(p, w->pid);
    assert_true(process->stuck);
    assert_string_equal(process->comm, "stuck_test"); // whatever it is stuck in
    assert_true(process->known & PROC_KNOWS_UID);
    assert_int_not_equal(process->state, 0);
    if (unseen) {
        assert_int_equal(account->nattch, 1);
        assert_int_equal(account->found, 0);
        assert_true(account->unseen & UNSEEN_STUCK);
        assert_int_equal(p->scan->stuck, 1);
    }
    snapshot_unref(p);
    size_t left = sampler_free(s);
    assert_true(left > 0);
    left_over[n_left_over++] = w->linux_source;
}

static void keeps_going(struct world *w, const char *what,
                        bool (*looks)(const struct world *, const struct snapshot *))
{
    int gap = 0;

    get_stuck(w);
    struct snapshot *p = wait_picture(w, &gap, looks);
    const struct segment_account *account = scan_account(p->scan, w->shmid);
    assert_int_equal(account->nattch, 1);
    assert_int_equal(account->found, 1);
    assert_int_equal(account->stale, 1);
    snapshot_unref(p);
    for (int i = 0; i < 20; i++)
        snapshot_unref(wait_picture(w, &gap, any));
    printf("%s: longest time without a picture %d ms at an interval of 50 ms\n", what, gap);
    assert_in_range(gap, 0, PATIENCE_MS);
    snapshot_unref(wait_picture(w, NULL, looks)); // it still says so
}

// --- the cases of the kernel's table ------------------------------------------------------------

TEST(a_stalled_fault_hides_the_arguments_alone, .setup = setup_fault, .teardown = teardown)
{
    struct world *w = world(state);
    struct snapshot *p = NULL;

    start(w);
    snapshot_unref(wait_picture(w, NULL, is_well));
    get_stuck(w);
    // Once the other thread waits for the map's lock, its arguments cannot be read.
    int64_t end = clock_ns() + PATIENCE_MS * CLOCK_MS;
    size_t left = 0;
    do {
        snapshot_unref(p);
        struct sampler *s = sampler_new(&w->source, &(struct sampler_options){.one_shot = true});
        p = sampler_collect(s, &wanted);
        left = sampler_free(s);
    } while (!left && clock_ns() < end);
    assert_true(left > 0);
    left_over[n_left_over++] = w->linux_source;
    const struct process *process = snapshot_process(p, w->pid);
    assert_true(process->stuck);
    assert_true(process->known & PROC_KNOWS_STATE);
    assert_false(process->known & PROC_KNOWS_COMMAND);
    // Its mappings can, on kernels that read them without that lock.
    const struct holder *h = holder(w, p);
    assert_true(h ? !h->stale : p->scan->stuck == 1);
    snapshot_unref(p);
    stall_hold(&w->stall, 0);
    snapshot_unref(wait_picture(w, NULL, is_well));
    w->linux_source = NULL;
}

TEST(a_mapping_replaced, .setup = setup_replace, .teardown = teardown)
{
    struct world *w = world(state);

    start(w);
    snapshot_unref(wait_picture(w, NULL, is_well));
    keeps_going(w, "replaced mapping", is_stale);
    newcomer(w, "replaced mapping", true);
    stall_hold(&w->stall, 0);
    snapshot_unref(wait_picture(w, NULL, is_well)); // it answers again, and is believed again
    w->linux_source = NULL;
}

TEST(an_exec_stalled, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);

    start(w);
    snapshot_unref(wait_picture(w, NULL, is_well));
    keeps_going(w, "stalled exec", is_stale);
    newcomer(w, "stalled exec", true);
    stall_hold(&w->stall, 0); // the old image goes, and its attachment with it
    struct snapshot *p = wait_picture(w, NULL, has_let_go);
    assert_int_equal(scan_account(p->scan, w->shmid)->nattch, 0);
    snapshot_unref(p);
    w->linux_source = NULL;
}

TEST(quitting_beside_a_stalled_exec, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);

    start(w);
    snapshot_unref(wait_picture(w, NULL, is_well));
    get_stuck(w);
    snapshot_unref(wait_picture(w, NULL, is_stale));
    quit_at_once(w, "stalled exec");
}

static void (*real_probe)(void *, struct prober *, const struct probe *, struct answer *);
static _Atomic int32_t probed;

static void noting_probe(void *self, struct prober *prober, const struct probe *probe,
                         struct answer *answer)
{
    atomic_store(&probed, (int32_t)probe->id);
    real_probe(self, prober, probe, answer);
}

static bool is_probed(void *w)
{
    return atomic_load(&probed) == ((struct world *)w)->pid;
}

TEST(quitting_before_it_is_known, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);

    get_stuck(w);
    real_probe = w->source.probe;
    w->source.probe = noting_probe;
    w->sampler = sampler_new(
        &w->source, &(struct sampler_options){.probers = 1, .deadline_ms = 2 * PATIENCE_MS});
    sampler_want(w->sampler, &wanted);
    snapshot_unref(wait_picture(w, NULL, any)); // the tables go ahead; the scan waits for it
    assert_true(await(is_probed, w, 60));
    quit_at_once(w, "scan under way");
}

// Killing it: nothing that tells who it is hangs, where the kernel numbers processes for good.
static void kill_it(struct world *w, struct action *action)
{
    struct outcome_vec outcomes = {0};
    int gap = 0;

    action->verb = ACTION_SIGNAL;
    action->signal = SIGKILL;
    sampler_act(w->sampler, action, 1);
    int64_t end = clock_ns() + PATIENCE_MS * CLOCK_MS;
    while (!sampler_outcomes(w->sampler, &outcomes) && clock_ns() < end)
        snapshot_unref(wait_picture(w, &gap, any));
    assert_true(outcomes.n > 0);
    printf("kill of a stalled exec: %s\n", outcomes.at[0].text);
    assert_in_range(gap, 0, PATIENCE_MS);
    if (action->target.instance) {
        assert_int_equal(outcomes.at[0].state, OUTCOME_DONE);
        assert_non_null(strstr(outcomes.at[0].text, "SIGKILL sent to process"));
    } else {
        assert_int_equal(outcomes.at[0].error, ETIMEDOUT); // it follows when its stat answers
    }
    vec_free(&outcomes);
}

TEST(killing_what_is_stuck, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);

    start(w);
    struct snapshot *p = wait_picture(w, NULL, is_well);
    struct action action = {.target = {.kind = KIND_HOLDER,
                                       .id = w->shmid,
                                       .pid = w->pid,
                                       .start_ticks = holder(w, p)->start_ticks,
                                       .instance = snapshot_process(p, w->pid)->instance}};
    snapshot_unref(p);
    get_stuck(w);
    snapshot_unref(wait_picture(w, NULL, is_stale));
    kill_it(w, &action);
    stall_hold(&w->stall, 0);
    snapshot_unref(wait_picture(w, NULL, has_let_go));
}

static bool is_named(const struct world *w, const struct snapshot *p)
{
    const struct process *process = snapshot_process(p, w->pid);

    return p->scan && p->scan->stuck == 1 && process && process->stuck && process->comm[0];
}

// In the outage one comes when it is stuck already, and nothing that names it but that it is.
TEST(killing_what_was_stuck_before, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);
    struct identity_vec targets = {0};
    struct menu_vec labels = {0};

    get_stuck(w);
    void *at = shmat(w->shmid, NULL, 0); // lpid is somebody else
    shmdt(at);
    start(w);
    struct snapshot *p = wait_picture(w, NULL, is_named);
    const struct process *process = snapshot_process(p, w->pid);
    assert_int_equal(process->start_ticks, 0);
    assert_int_equal(p->scan->stuck_pids.n, 1);
    assert_int_equal(p->scan->stuck_pids.at[0], w->pid);
    const struct identity row = {.kind = KIND_HOLDER, .id = -1, .pid = w->pid};
    struct identity_vec without = {0};
    targets_signal(p, &row, 1, &targets, &labels, &without);
    vec_free(&without);
    if (!process->instance) {
        assert_int_equal(targets.n, 0); // nobody could tell whom it would hit
        printf("skip: this kernel does not number processes for good\n");
    } else {
        assert_int_equal(targets.n, 1);
        kill_it(w, &(struct action){.target = targets.at[0]});
        stall_hold(&w->stall, 0);
        snapshot_unref(wait_picture(w, NULL, has_let_go));
    }
    snapshot_unref(p);
    vec_free(&targets);
    vec_free(&labels);
}

// Comparing its memory with another's waits for the exec as well: a probing thread does that.
static void tell_two(void *arg, const struct probe *probe, struct answer *answer)
{
    (void)probe;
    vec_push(&answer->tasks, getpid());
    vec_push(&answer->tasks, ((struct world *)arg)->pid);
}

static void take_none(void *arg, const struct probe *probe, struct answer *answer)
{
    (void)arg, (void)probe, (void)answer;
}

TEST(comparing_its_memory, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);
    struct probe probe = {.what = PROBE_SAME_MEMORY, .id = 0};
    uint8_t asked;
    const struct asking batch = {.probes = {&probe, 1, 1},
                                 .asked = &asked,
                                 .prepare = tell_two,
                                 .take = take_none,
                                 .arg = w};
    struct prober_pool *pool =
        prober_pool_new(&w->source, &(struct prober_pool_options){.threads = 1});

    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(asked, ASKED_DONE);
    get_stuck(w);
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(asked, ASKED_STUCK);
    assert_int_equal(prober_pool_free(pool), 1);
    left_over[n_left_over++] = w->linux_source;
    w->linux_source = NULL;
}

// A dead file server takes many along: who is well is still seen, and who is not is told.
static bool are_stuck(void *arg)
{
    struct world *w = arg;
    int stuck = 0;

    for (int i = 0; i < MANY; i++)
        stuck += status_has(w->crowd[i], "State:\tD");
    return stuck == MANY;
}

TEST(many_at_once, .setup = setup_exec, .teardown = teardown)
{
    struct world *w = world(state);

    for (int i = 0; i < MANY; i++)
        w->crowd[i] = child_start(sick, w);
    pid_t well = child_start(hold, w); // the last pid: asked last
    stall_hold(&w->stall, STALL_WRITES);
    atomic_store(w->go, 1);
    skip_unless_stuck(w);
    assert_true(await(are_stuck, w, 60));
    struct sampler *s = sampler_new(&w->source, &(struct sampler_options){.one_shot = true});
    int64_t begin = clock_ns();
    struct snapshot *p = sampler_collect(s, &wanted);
    int took = (int)((clock_ns() - begin) / CLOCK_MS);
    size_t n;
    const struct holder *holders = scan_holders(p->scan, w->shmid, &n);

    printf("%d at once: a first picture after %d ms\n", MANY + 1, took);
    assert_int_equal(p->scan->unasked, 0);
    assert_int_equal(p->scan->stuck, MANY + 1); // and the usual one
    assert_int_equal(scan_account(p->scan, w->shmid)->nattch, MANY + 2);
    assert_int_equal(n, 1);
    assert_int_equal(holders[0].pid, well);
    for (int i = 0; i < MANY; i++)
        assert_string_equal(snapshot_process(p, w->crowd[i])->comm, "stuck_test");
    snapshot_unref(p);
    assert_true(sampler_free(s) > 0);
    left_over[n_left_over++] = w->linux_source;
    w->linux_source = NULL;
    stall_hold(&w->stall, 0);
    for (int i = 0; i < MANY; i++)
        child_end(w->crowd[i]);
    child_end(well);
}

// --- files that block ---------------------------------------------------------------------------

static bool fifo_stuck(const struct world *w, const struct snapshot *p)
{
    (void)w;
    return p->scan && p->scan->stuck == 1;
}

static bool fifo_read(const struct world *w, const struct snapshot *p)
{
    (void)w;
    return p->scan && p->scan->stuck == 0;
}

static void write_fifo(const char *path)
{
    int fd = -1;
    int64_t end = clock_ns() + PATIENCE_MS * CLOCK_MS;

    // Its reader may not be there yet.
    while (fd < 0 && clock_ns() < end)
        fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
}

TEST(a_maps_file_that_blocks)
{
    static const char table[] =
        "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  "
        "cgid      atime      dtime      ctime                   rss                  swap\n"
        "      4660          0   600                  4096    42    42      1     0     0     0  "
        "   0 1700000000          0 1700000000                  4096                     0\n";
    char *root = tree_new();
    tree_write(root, "sysvipc/shm", table);
    tree_write(root, "stat", "cpu 1 2 3\nprocesses 7\n");
    tree_write(root, "42/stat",
               "42 (holder) S 1 42 42 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 100 0 "
               "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    char *fifo = mem_format("%s/42/maps", root);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const struct linux_source_options options = {.proc = root, .text_only = true};
    struct linux_source *linux_source = linux_source_new(&options);
    struct world w = {.source = linux_source_seam(linux_source)};
    w.sampler = sampler_new(&w.source, &(struct sampler_options){.interval = 0.02});
    sampler_want(w.sampler, &(struct want){.need = NEED_SEGMENTS | NEED_HOLDERS});
    struct snapshot *p = wait_picture(&w, NULL, fifo_stuck);
    assert_int_equal(scan_account(p->scan, 0)->nattch, 1);
    assert_true(scan_account(p->scan, 0)->unseen & UNSEEN_STUCK);
    snapshot_unref(p);
    // It comes to its end, and is read; empty now, an ordinary file would be as well.
    write_fifo(fifo);
    assert_int_equal(unlink(fifo), 0);
    tree_write(root, "42/maps", "");
    snapshot_unref(wait_picture(&w, NULL, fifo_read));
    if (sampler_free(w.sampler))
        left_over[n_left_over++] = linux_source;
    else
        linux_source_free(linux_source);
    free(fifo);
    tree_free(root);
}

int main(void)
{
    return ns_run(tests_run);
}
