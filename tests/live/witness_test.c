// Tracing: what was done, by which process, also where that has ended; and that nothing of it stays.
#include <errno.h>
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "linux/bpf/witness.h"
#include "support/bpf.h"
#include "support/ns.h"
#include "support/test.h"

enum { SECONDS = 60, CALLERS = 500 };

static const char KEEPER[] = "ipctop-keeper";
static struct witness *witness;
static struct trace_vec traces;

static bool is_on(void *arg)
{
    struct trace_status status;

    witness_status(arg, &status);
    if (status.state == TRACE_REFUSED)
        print_error("%s\n", status.reason);
    return status.state == TRACE_ON;
}

static void start(const struct witness_options *options)
{
    witness = witness_start(options);
    assert_true(await(is_on, witness, SECONDS));
}

static int setup(void **state)
{
    (void)state;
    start(&(struct witness_options){0});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    witness_stop(witness);
    witness = NULL;
    vec_free(&traces);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void take(void)
{
    vec_clear(&traces);
    witness_take(witness, true, &traces);
}

// The only trace of `what` about that object; NULL where there is none, or more.
static const struct trace *only(enum trace_what what, enum kind_id kind, int id)
{
    const struct trace *found = NULL;

    for (size_t i = 0; i < traces.n; i++) {
        const struct trace *t = &traces.at[i];
        if (t->what != what || t->kind != kind || t->id != id)
            continue;
        if (found)
            return NULL;
        found = t;
    }
    return found;
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int segment(void)
{
    int id = shmget(IPC_PRIVATE, 4096, 0600);

    assert_true(id >= 0);
    return id;
}

TEST(what_it_costs_is_measured)
{
    struct trace_status status;

    witness_status(witness, &status);
    assert_true(status.before_ns > 0);
    assert_true(status.after_ns == 0 ||
                status.after_ns > status.before_ns); // 0: not measurable now
    assert_int_equal(status.lost, 0);
    assert_true(status.since_ns / CLOCK_SECOND >= clock_epoch_s() - SECONDS);
}

static _Noreturn void remove_as(int id, int number)
{
    char name[24];

    snprintf(name, sizeof name, "caller-%d", number);
    prctl(PR_SET_NAME, name);
    _exit(shmctl(id, IPC_RMID, NULL) == 0 ? 0 : 1);
}

// All, but what the kernel itself says it ran past (Linux 7 may, on a busy processor): that is counted.
TEST(callers_that_have_ended_are_all_named)
{
    static int ids[CALLERS];
    static pid_t pids[CALLERS];
    struct trace_status status;
    size_t missed = 0;
    char name[24];

    for (int i = 0; i < CALLERS; i++)
        ids[i] = segment();
    int64_t before = clock_epoch_s();
    for (int i = 0; i < CALLERS; i++)
        if ((pids[i] = fork()) == 0)
            remove_as(ids[i], i);
    for (int i = 0; i < CALLERS; i++)
        reap(pids[i]);
    take();
    for (int i = 0; i < CALLERS; i++) {
        const struct trace *t = only(TRACE_REMOVED, KIND_SEGMENT, ids[i]);
        if (!t) {
            missed++;
            continue;
        }
        assert_int_equal(t->by.pid, pids[i]);
        assert_int_equal(t->by.parent_pid, getpid());
        assert_int_equal(t->by.uid, 0);
        snprintf(name, sizeof name, "caller-%d", i);
        assert_string_equal(t->by.comm, name);
        assert_true(t->time_ns / CLOCK_SECOND >= before);
        assert_true(t->time_ns / CLOCK_SECOND <= clock_epoch_s());
        assert_true(t->by.outer_pid > 0);
    }
    witness_status(witness, &status);
    assert_in_range(missed, 0, status.run_past);
}

static _Noreturn void make_and_remove_all(void)
{
    union semun {
        int val;
        struct semid_ds *buf;
    } one = {.val = 1};
    struct shmid_ds shm;
    struct msqid_ds msg;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600),
        semid = semget(0x5e7, 1, IPC_CREAT | IPC_EXCL | 0600);
    int msqid = msgget(0x5e7, IPC_CREAT | 0600);

    if (shmctl(shmid, IPC_STAT, &shm) < 0 || shmctl(shmid, IPC_SET, &shm) < 0 ||
        shmctl(shmid, SHM_LOCK, NULL) < 0 || shmctl(shmid, SHM_UNLOCK, NULL) < 0 ||
        semctl(semid, 0, SETVAL, one) < 0 || msgctl(msqid, IPC_STAT, &msg) < 0 ||
        msgctl(msqid, IPC_SET, &msg) < 0 || msgget(0x5e7, 0) != msqid ||
        shmctl(shmid, IPC_RMID, NULL) < 0 || semctl(semid, 0, IPC_RMID) < 0 ||
        msgctl(msqid, IPC_RMID, NULL) < 0)
        _exit(1);
    _exit(0);
}

TEST(every_change_of_every_kind_is_seen)
{
    static const struct {
        enum trace_what what;
        enum kind_id kind;
    } wanted[] = {
        {TRACE_GOT, KIND_SEGMENT},     {TRACE_GOT, KIND_SEMSET},     {TRACE_GOT, KIND_QUEUE},
        {TRACE_CHANGED, KIND_SEGMENT}, {TRACE_LOCKED, KIND_SEGMENT}, {TRACE_UNLOCKED, KIND_SEGMENT},
        {TRACE_VALUES, KIND_SEMSET},   {TRACE_CHANGED, KIND_QUEUE},  {TRACE_REMOVED, KIND_SEGMENT},
        {TRACE_REMOVED, KIND_SEMSET},  {TRACE_REMOVED, KIND_QUEUE},
    };
    pid_t pid = fork();

    if (pid == 0)
        make_and_remove_all();
    reap(pid);
    take();
    assert_int_equal(traces.n, sizeof wanted / sizeof *wanted); // lookups and IPC_STAT are none
    for (size_t i = 0; i < traces.n; i++) {
        assert_int_equal(traces.at[i].what, wanted[i].what);
        assert_int_equal(traces.at[i].kind, wanted[i].kind);
        assert_int_equal(traces.at[i].by.pid, pid);
    }
    assert_int_equal(traces.at[1].key, 0x5e7);
    assert_true(traces.at[0].exclusive && traces.at[1].exclusive && !traces.at[2].exclusive);
}

TEST(another_users_call_has_that_user)
{
    int id = segment();
    struct shmid_ds ds;

    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    ds.shm_perm.uid = 65534;
    assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        child_become_nobody();
        remove_as(id, 0);
    }
    reap(pid);
    take();
    const struct trace *t = only(TRACE_REMOVED, KIND_SEGMENT, id);
    assert_non_null(t);
    assert_int_equal(t->by.uid, 65534);
    assert_int_equal(t->by.euid, 65534);
    t = only(TRACE_CHANGED, KIND_SEGMENT, id);
    assert_non_null(t);
    assert_int_equal(t->by.uid, 0);
}

TEST(what_fails_leaves_nothing)
{
    int id = segment();

    pid_t pid = fork();
    if (pid == 0) {
        child_become_nobody();
        _exit(shmctl(id, IPC_RMID, NULL) < 0 ? 0 : 1);
    }
    reap(pid);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    take();
    assert_non_null(only(TRACE_REMOVED, KIND_SEGMENT, id));
}

TEST(the_same_id_in_another_namespace_is_not_ours)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (unshare(CLONE_NEWIPC) < 0)
            _exit(1);
        for (int i = 0; i < 20; i++) { // ids of the first places: some of ours
            int id = shmget(IPC_PRIVATE, 4096, 0600);
            if (id < 0 || shmctl(id, IPC_RMID, NULL) < 0)
                _exit(1);
        }
        _exit(0);
    }
    reap(pid);
    take();
    assert_int_equal(traces.n, 0);
}

static void every_namespace(void)
{
    teardown(NULL);
    start(&(struct witness_options){.every_namespace = true});
}

TEST(every_namespace_is_seen_where_that_is_asked)
{
    every_namespace();
    int ours = segment();
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWIPC) == 0 && shmget(IPC_PRIVATE, 4096, 0600) >= 0 ? 0 : 1);
    reap(pid);
    assert_int_equal(shmctl(ours, IPC_RMID, NULL), 0);
    take();
    uint32_t theirs = 0, own = 0; // others may work on this machine too
    for (size_t i = 0; i < traces.n; i++) {
        if (traces.at[i].by.pid == pid)
            theirs = traces.at[i].ipc_namespace;
        if (traces.at[i].by.pid == getpid())
            own = traces.at[i].ipc_namespace;
    }
    assert_true(theirs && own && theirs != own);
}

TEST(pids_are_ours_also_of_a_process_in_a_namespace_below)
{
    int id = segment(), status;
    pid_t pid = fork();

    if (pid == 0) {
        if (unshare(CLONE_NEWPID) < 0)
            _exit(1);
        pid_t inner = fork();
        if (inner == 0)
            remove_as(id, getpid()); // 1 there
        _exit(waitpid(inner, &status, 0) == inner && status == 0 ? 0 : 1);
    }
    reap(pid);
    take();
    const struct trace *t = only(TRACE_REMOVED, KIND_SEGMENT, id);
    assert_non_null(t);
    assert_string_equal(t->by.comm, "caller-1");
    assert_true(t->by.pid > pid); // as this namespace numbers it
    assert_int_equal(t->by.parent_pid, pid);
}

// As process 1 of a PID namespace of its own: what its parent does outside has pid 0.
static _Noreturn void watch_the_outside(int ready, int go)
{
    char byte;

    start(&(struct witness_options){0});
    if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
        _exit(2);
    take();
    for (size_t i = 0; i < traces.n; i++)
        if (traces.at[i].what == TRACE_REMOVED)
            _exit(traces.at[i].by.pid == 0 && traces.at[i].by.outer_pid > 0 ? 0 : 1);
    _exit(3);
}

TEST(a_process_outside_our_pid_namespace_has_no_pid)
{
    int ready[2], go[2], id = segment();
    char byte;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    assert_int_equal(unshare(CLONE_NEWPID), 0); // of the children to come
    pid_t pid = fork();
    if (pid == 0)
        watch_the_outside(ready[1], go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    assert_int_equal(write(go[1], "", 1), 1);
    reap(pid);
    int ns = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    assert_int_equal(setns(ns, CLONE_NEWPID), 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[i]);
    }
    close(ns);
}

TEST(attaches_are_summed_and_every_detach_has_its_way)
{
    int id = segment();
    char *first = shmat(id, NULL, 0), *second = shmat(id, NULL, 0);
    pid_t exits = fork();

    if (exits == 0)
        _exit(0);
    reap(exits);
    pid_t execs = fork();
    if (execs == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    reap(execs);
    assert_int_equal(shmdt(first), 0);
    assert_int_equal(shmdt(second), 0);
    take();
    uint32_t sums[TRACE_WHATS][4] = {{0}};
    for (size_t i = 0; i < traces.n; i++) {
        const struct trace *t = &traces.at[i];
        if (t->what != TRACE_ATTACHED && t->what != TRACE_DETACHED)
            continue;
        assert_int_equal(t->id, id);
        sums[t->what][t->way] += t->count;
        pid_t by = t->way == TRACE_BY_EXIT ? exits : t->way == TRACE_BY_EXEC ? execs : getpid();
        assert_int_equal(t->by.pid, by);
    }
    assert_int_equal(sums[TRACE_ATTACHED][TRACE_BY_CALL], 2);
    assert_int_equal(sums[TRACE_ATTACHED][TRACE_BY_FORK], 4);
    assert_int_equal(sums[TRACE_DETACHED][TRACE_BY_EXIT], 2);
    assert_int_equal(sums[TRACE_DETACHED][TRACE_BY_EXEC], 2);
    assert_int_equal(sums[TRACE_DETACHED][TRACE_BY_CALL], 2);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
}

static void hold_and_exit(void *arg, int ready)
{
    int id = *(int *)arg;
    sigset_t usr1;
    int signal;

    if (shmat(id, NULL, 0) == (void *)-1 || shmat(id, NULL, SHM_RDONLY) == (void *)-1)
        _exit(1);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    child_ready(ready);
    sigwait(&usr1, &signal);
    _exit(0);
}

TEST(who_was_attached_before_tracing_began_is_known)
{
    int id = segment();

    witness_stop(witness);
    char *at = shmat(id, NULL, 0);
    pid_t pid = child_start(hold_and_exit, &id);
    assert_true(pid > 0);
    start(&(struct witness_options){0});
    assert_int_equal(shmdt(at), 0);
    kill(pid, SIGUSR1);
    reap(pid);
    take();
    assert_int_equal(traces.n, 2);
    assert_int_equal(traces.at[0].way, TRACE_BY_CALL);
    assert_int_equal(traces.at[0].by.pid, getpid());
    assert_int_equal(traces.at[0].id, id);
    assert_int_equal(traces.at[1].way, TRACE_BY_EXIT);
    assert_int_equal(traces.at[1].by.pid, pid);
    assert_int_equal(traces.at[1].count, 3); // one inherited
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
}

TEST(a_full_ring_loses_nothing_silently)
{
    enum { MADE = 3000 };
    struct trace_status status;
    struct shmid_ds ds;
    int id = segment();

    teardown(NULL);
    start(&(struct witness_options){.ring_bytes = 4096});
    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    for (int i = 0; i < MADE; i++)
        assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
    take();
    witness_status(witness, &status);
    assert_true(traces.n + status.lost >= MADE);
    assert_true(traces.n + status.lost - status.run_past <= MADE); // else calls of others
    assert_true(traces.n > 0);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
}

TEST(junk_in_the_upper_half_of_a_register_hides_nothing)
{
    const long junk = (long)0xdead00000000;
    int id = segment();

    assert_int_equal(syscall(SYS_shmctl, (long)id, junk | IPC_RMID, NULL), 0);
    take();
    assert_non_null(only(TRACE_REMOVED, KIND_SEGMENT, id));
    long got = syscall(SYS_shmget, junk | IPC_PRIVATE, 4096L, junk | 0600);
    assert_true(got >= 0);
    take();
    assert_non_null(only(TRACE_GOT, KIND_SEGMENT, (int)got));
    assert_int_equal(shmctl((int)got, IPC_RMID, NULL), 0);
}

#ifdef __x86_64__
static long call32(long number, long a, long b, long c, long d)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}

TEST(a_caller_of_32_bits_is_not_seen_and_nobody_else_is_blamed)
{
    enum { NR_IPC = 117, SHMCTL = 24 };
    int id = segment(), status;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL); // what such a call ends in where there are none
        _exit(call32(NR_IPC, SHMCTL, id, IPC_RMID, 0) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status != 0) {
        printf("skip: no 32-bit system calls on this machine (ia32_emulation=)\n");
        skip();
    }
    take();
    assert_null(only(TRACE_REMOVED, KIND_SEGMENT, id));
}
#endif

// --- ending -------------------------------------------------------------------------------------

static bool is_gone(void *arg)
{
    const uint32_t *ids = arg; // ended by 0

    for (; *ids; ids++)
        if (bpf_program_exists(*ids))
            return false;
    return true;
}

static void run_witness(void *arg, int ready)
{
    char byte;
    int go = *(int *)arg;

    start(&(struct witness_options){0});
    child_ready(ready);
    if (read(go, &byte, 1) == 1)
        _exit(0); // a sanitizer takes its time
    pause();
}

// A process that traces; *ids are its programs', ended by 0.
static pid_t start_tracer(int *go, uint32_t *ids, size_t cap)
{
    int ends[2];

    bpf_await_end(KEEPER); // of an earlier test
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = child_start(run_witness, &ends[0]);
    assert_true(pid > 0);
    close(ends[0]);
    *go = ends[1];
    pid_t keeper = bpf_process(KEEPER);
    assert_true(keeper > 0);
    size_t n = bpf_programs_of(keeper, ids, cap - 1);
    assert_true(n > 0);
    ids[n] = 0;
    assert_false(is_gone(ids));
    return pid;
}

static int nothing(void **state)
{
    (void)state;
    return 0;
}

static size_t mounts(void)
{
    char text[65536];
    int fd = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text);

    close(fd);
    return (size_t)n;
}

TEST(sigkill_leaves_no_program_and_no_mount, .setup = nothing, .teardown = nothing)
{
    uint32_t ids[128];
    int go;
    size_t before = mounts();
    pid_t pid = start_tracer(&go, ids, 128);

    child_end(pid);
    bpf_await_end(KEEPER);
    assert_true(await(is_gone, ids, SECONDS));
    assert_int_equal(mounts(), before);
    close(go);
}

// The kernel releases programs after grace periods. One that ends while it still has some did not wait.
TEST(ending_does_not_wait_for_the_kernel, .setup = nothing, .teardown = nothing)
{
    int early = 0;

    for (int attempt = 0; attempt < 5; attempt++) { // the machine may be busy
        uint32_t ids[128];
        int go, status;
        pid_t pid = start_tracer(&go, ids, 128);
        assert_int_equal(write(go, "", 1), 1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        early += !is_gone(ids);
        assert_int_equal(status, 0);
        assert_true(await(is_gone, ids, SECONDS));
        close(go);
    }
    print_message("%d of five ended before their programs\n", early);
    assert_true(early > 0);
}

static bool has_ended(void *arg)
{
    struct trace_status status;

    witness_status(arg, &status);
    return status.state == TRACE_ENDED && *status.reason;
}

TEST(the_end_of_the_keeper_is_noticed, .setup = nothing)
{
    bpf_await_end(KEEPER);
    setup(NULL);
    pid_t keeper = bpf_process(KEEPER);
    assert_true(keeper > 0);
    kill(keeper, SIGKILL);
    assert_true(await(has_ended, witness, SECONDS));
}

TEST(stopping_at_any_moment_is_harmless, .setup = nothing, .teardown = nothing)
{
    for (int i = 0; i < 20; i++) {
        struct witness *w = witness_start(&(struct witness_options){0});
        struct trace_vec none = {0};
        usleep((useconds_t)(i * 4000));
        witness_take(w, true, &none);
        witness_stop(w);
        vec_free(&none);
    }
    bpf_await_end(KEEPER);
}

static void without_rights(void *arg, int ready)
{
    (void)arg;
    child_become_nobody();
    struct witness *w = witness_start(&(struct witness_options){0});
    struct trace_status status;
    do
        witness_status(w, &status);
    while (status.state == TRACE_STARTING);
    if (status.state != TRACE_REFUSED || !strstr(status.reason, "root"))
        _exit(1);
    witness_stop(w);
    child_ready(ready);
}

TEST(without_rights_the_reason_is_one_line, .setup = nothing, .teardown = nothing)
{
    pid_t pid = child_start(without_rights, NULL);

    assert_true(pid > 0);
    child_end(pid);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return bpf_run(tests);
}
