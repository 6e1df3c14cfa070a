// Who holds a segment, in the situations that fool the usual tools. Every process is asked through
// PROCMAP_QUERY and through text, and both must answer the same.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/holders/attachments.h"
#include "linux/process/same_memory.h"
#include "linux/process/stat.h"
#include "support/ns.h"
#include "support/test.h"

enum { PAGE = 4096, SIZE = 4 * PAGE };
enum { KEY = 0x00a72921 };

static struct attachments *by_best, *by_text;
static enum scan_method best_method;
static int shmid = -1;

static int with_segment(void **state)
{
    (void)state;
    shmid = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0666);
    return shmid < 0 ? -1 : 0;
}

static int without_segment(void **state)
{
    (void)state;
    return shmctl(shmid, IPC_RMID, NULL);
}

TEST_FIXTURE(with_segment, without_segment)

static uint64_t nattch(void)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(shmid, IPC_STAT, &ds), 0);
    return ds.shm_nattch;
}

static void assert_same(const struct answer *a, const struct answer *b)
{
    assert_int_equal(a->error, b->error);
    assert_int_equal(a->exiting, b->exiting);
    assert_int_equal(a->namespace_differs, b->namespace_differs);
    assert_int_equal(a->foreign, b->foreign);
    assert_int_equal(a->process.known, b->process.known);
    assert_int_equal(a->process.start_ticks, b->process.start_ticks);
    assert_int_equal(a->mappings.n, b->mappings.n);
    for (size_t i = 0; i < a->mappings.n; i++) {
        const struct mapping *x = &a->mappings.at[i], *y = &b->mappings.at[i];
        assert_int_equal(x->pid, y->pid);
        assert_int_equal(x->shmid, y->shmid);
        assert_int_equal(x->key, y->key);
        assert_int_equal(x->start, y->start);
        assert_int_equal(x->end, y->end);
        assert_int_equal(x->offset, y->offset);
        assert_int_equal(x->perms, y->perms);
        assert_int_equal(x->known, y->known);
        assert_int_equal(x->handle, y->handle);
    }
}

// The reading for both finds what one for each does.
static void ask_for_both(struct attachments *by, pid_t pid, const struct answer *segments)
{
    struct answer both = {0}, shared = {0};

    attachments_probe(by, PROBE_ATTACHMENTS, pid, PROBE_WITH_SHARED, &both);
    attachments_probe(by, PROBE_SHARED, pid, 0, &shared);
    assert_same(&both, segments);
    if (!both.error && both.mappings.n)
        assert_int_equal(both.method, segments->method);
    assert_int_equal(both.error, shared.error);
    assert_int_equal(both.shared.n, shared.shared.n);
    assert_int_equal(both.shared_maps.n, shared.shared_maps.n);
    for (size_t i = 0; i < shared.shared.n; i++)
        assert_int_equal(shared_order(&both.shared.at[i].id, &shared.shared.at[i].id), 0);
    for (size_t i = 0; i < shared.shared_maps.n; i++)
        assert_int_equal(both.shared_maps.at[i].start, shared.shared_maps.at[i].start);
    answer_clear(&both);
    answer_clear(&shared);
}

// What a quiet process answers, the same both ways. answer_clear() it.
static struct answer ask(pid_t pid)
{
    struct answer best = {0}, text = {0};

    attachments_probe(by_best, PROBE_ATTACHMENTS, pid, 0, &best);
    attachments_probe(by_text, PROBE_ATTACHMENTS, pid, 0, &text);
    assert_same(&best, &text);
    if (!best.error && best.mappings.n) {
        assert_int_equal(best.method, best_method);
        assert_int_equal(text.method, SCAN_TEXT);
    }
    ask_for_both(by_best, pid, &best);
    ask_for_both(by_text, pid, &text);
    answer_clear(&text);
    return best;
}

static size_t count_of(pid_t pid)
{
    struct answer answer = ask(pid);
    size_t n = answer.mappings.n;

    assert_int_equal(answer.error, 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(answer.mappings.at[i].pid, pid);
        assert_int_equal(answer.mappings.at[i].shmid, shmid);
        assert_int_equal(answer.mappings.at[i].key, KEY);
    }
    answer_clear(&answer);
    return n;
}

static uint64_t start_of(pid_t pid)
{
    struct task_stat stat;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    assert_int_equal(stat_read(AT_FDCWD, path, &stat), 0);
    return stat.start_ticks;
}

static void hold(void *arg, int ready)
{
    (void)arg;
    if (shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void idle(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_holder_with_its_identity)
{
    pid_t child = child_start(hold, NULL), other = child_start(idle, NULL);

    for (int again = 0; again < 3; again++) { // also once its start time is remembered
        struct answer answer = ask(child);
        assert_int_equal(answer.error, 0);
        assert_int_equal(answer.mappings.n, 1);
        assert_true(answer.process.known & PROC_KNOWS_START);
        assert_int_equal(answer.process.pid, child);
        assert_int_equal(answer.process.start_ticks, start_of(child));
        assert_false(answer.namespace_differs || answer.foreign || answer.exiting);
        answer_clear(&answer);
    }
    assert_int_equal(count_of(other), 0);
    assert_int_equal(nattch(), 1);
    child_end(child);
    child_end(other);
}

static bool share_memory(pid_t a, pid_t b)
{
    struct answer answer = {0};

    vec_push(&answer.tasks, a);
    vec_push(&answer.tasks, b);
    same_memory_probe(&answer);
    bool same = !answer.error && answer.same[1] == 0;
    answer_clear(&answer);
    return same;
}

TEST(fork_adds_all_of_the_parents)
{
    void *a = shmat(shmid, NULL, 0), *b = shmat(shmid, NULL, SHM_RDONLY);
    pid_t child = child_start(idle, NULL), second = child_start(idle, NULL);

    assert_int_equal(count_of(getpid()) + count_of(child) + count_of(second), 6);
    assert_int_equal(nattch(), 6);
    assert_false(share_memory(getpid(), child));
    assert_false(share_memory(child, second));
    assert_true(share_memory(child, child));
    child_end(child);
    child_end(second);
    shmdt(a);
    shmdt(b);
}

static int sleep_shared(void *arg)
{
    (void)arg;
    for (;;)
        pause();
    return 0;
}

// One address space, several pids: one attachment.
TEST(shared_memory_is_one_address_space)
{
    static char stack[65536] __attribute__((aligned(16)));
    void *at = shmat(shmid, NULL, 0);

    pid_t child = clone(sleep_shared, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
    assert_true(child > 0);
    assert_int_equal(count_of(child), 1);
    assert_int_equal(count_of(getpid()), 1);
    assert_int_equal(nattch(), 1);
    assert_true(share_memory(getpid(), child));
    child_end(child);
    shmdt(at);
}

static pid_t vforked(pid_t parent)
{
    char path[64];
    int child = -1;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%d", &child) != 1)
        child = -1;
    if (file)
        fclose(file);
    return child;
}

static bool has_vforked(void *arg)
{
    return vforked(*(pid_t *)arg) > 0;
}

static void hold_in_vfork(void *arg, int ready)
{
    (void)arg;
    if (shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    if (vfork() == 0)
        for (;;)
            pause();
}

TEST(a_vfork_child_shows_its_parents_mappings)
{
    pid_t parent = child_start(hold_in_vfork, NULL);

    assert_true(parent > 0);
    if (!await(has_vforked, &parent, 60)) {
        child_end(parent);
        printf("skip: no list of children in this kernel's /proc\n");
        skip();
    }
    pid_t child = vforked(parent);
    assert_int_equal(count_of(parent), 1);
    assert_int_equal(count_of(child), 1);
    assert_int_equal(nattch(), 1);
    assert_true(share_memory(parent, child));
    kill(child, SIGKILL);
    child_end(parent);
}

static void *sleep_in_thread(void *arg)
{
    (void)arg;
    for (;;)
        pause();
    return NULL;
}

static void hold_without_leader(void *arg, int ready)
{
    pthread_t thread;

    (void)arg;
    char *at = shmat(shmid, NULL, 0);
    if (at == (void *)-1 || pthread_create(&thread, NULL, sleep_in_thread, NULL))
        _exit(1);
    *at = 1;
    child_ready(ready);
    pthread_exit(NULL);
}

static bool is_zombie(void *arg)
{
    char path[64];
    struct task_stat stat;

    snprintf(path, sizeof path, "/proc/%d/stat", *(pid_t *)arg);
    return stat_read(AT_FDCWD, path, &stat) == 0 && stat.state == 'Z';
}

TEST(an_exited_main_thread_does_not_hide_the_others)
{
    pid_t child = child_start(hold_without_leader, NULL);
    struct answer answer = {0};

    assert_true(await(is_zombie, &child, 60));
    assert_int_equal(count_of(child), 1);
    assert_int_equal(nattch(), 1);
    answer = ask(child);
    assert_false(answer.exiting);
    assert_int_equal(answer.process.start_ticks, start_of(child));
    answer_clear(&answer);
    attachments_probe(by_best, PROBE_MAP_USE, child, 0, &answer);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.mappings.n, 1);
    assert_int_equal(answer.mappings.at[0].rss, PAGE);
    answer_clear(&answer);
    child_end(child);
}

TEST(a_zombie_and_a_gone_process_hold_nothing)
{
    pid_t child = child_start(hold, NULL);

    assert_int_equal(nattch(), 1);
    kill(child, SIGKILL);
    assert_true(await(is_zombie, &child, 60));
    assert_int_equal(nattch(), 0);
    struct answer answer = ask(child);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.mappings.n, 0);
    assert_false(answer.exiting);
    answer_clear(&answer);
    waitpid(child, NULL, 0);
    answer = ask(child);
    assert_int_equal(answer.error, -ENOENT);
    assert_int_equal(answer.mappings.n, 0);
    answer_clear(&answer);
    for (pid_t pid = -1; pid <= 0; pid++) { // never read as "all" or "myself"
        answer = ask(pid);
        assert_int_equal(answer.error, -ESRCH);
        answer_clear(&answer);
    }
}

TEST(exec_lets_go)
{
    int fds[2], input[2];
    char byte;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(pipe(input), 0);
    pid_t child = fork();
    if (child == 0) {
        shmat(shmid, NULL, 0);
        dup2(fds[1], STDOUT_FILENO);
        dup2(input[0], STDIN_FILENO);
        execlp("cat", "cat", "/proc/self/stat", "-", NULL); // runs until its input ends
        _exit(1);
    }
    close(fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 1); // the new program runs
    assert_int_equal(count_of(child), 0);
    assert_int_equal(nattch(), 0);
    child_end(child);
    close(fds[0]);
    close(input[0]);
    close(input[1]);
}

static void hold_and_exit_slowly(void *arg, int ready)
{
    (void)arg;
    enum { LARGE = 512 << 20 };
    void *at = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED || shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    madvise(at, LARGE, MADV_NOHUGEPAGE); // small pages take longer to give back
    memset(at, 1, LARGE);
    child_ready(ready);
    _exit(0);
}

// On its way out a process is still counted while its maps are empty already.
TEST(exiting_is_told_from_gone)
{
    bool seen = false;

    for (int tries = 0; tries < 5 && !seen; tries++) {
        struct answer answer = {0};
        pid_t child = child_start(hold_and_exit_slowly, NULL);
        assert_true(child > 0);
        while (!seen && !is_zombie(&child)) {
            uint64_t counted = nattch();
            answer_clear(&answer);
            attachments_probe(tries % 2 ? by_best : by_text, PROBE_ATTACHMENTS, child, 0, &answer);
            seen = answer.exiting && answer.mappings.n == 0 && answer.error == 0 && counted == 1;
        }
        answer_clear(&answer);
        child_end(child);
    }
    if (!seen) {
        printf("skip: processes of 512 MiB end too quickly here to be caught at it\n");
        skip();
    }
}

// --- namespaces ----------------------------------------------------------------------------------

static struct answer ask_exact(pid_t pid)
{
    struct answer best = {0}, text = {0};

    attachments_probe(by_best, PROBE_EXACT, pid, 0, &best);
    attachments_probe(by_text, PROBE_EXACT, pid, 0, &text);
    assert_same(&best, &text);
    answer_clear(&text);
    return best;
}

static void hold_then_leave(void *arg, int ready)
{
    (void)arg;
    if (shmat(shmid, NULL, 0) == (void *)-1 || unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void hold_the_same_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    int id; // the same key, size and, after as many removals as it takes, id
    do
        id = shmget(KEY, SIZE, IPC_CREAT | 0600);
    while (id >= 0 && id != shmid && shmctl(id, IPC_RMID, NULL) == 0);
    if (id != shmid || shmat(id, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(handles_tell_namespaces_apart)
{
    pid_t inside = child_start(hold, NULL), left = child_start(hold_then_leave, NULL);
    pid_t elsewhere = child_start(hold_the_same_elsewhere, NULL);

    assert_true(inside > 0 && left > 0 && elsewhere > 0);
    assert_int_equal(nattch(), 2); // the one that left still counts
    struct answer in = ask_exact(inside), out = ask(left), other = ask(elsewhere);
    assert_int_equal(in.mappings.n, 1);
    assert_int_equal(out.mappings.n, 1);
    assert_int_equal(other.mappings.n, 1);
    assert_false(in.namespace_differs || in.foreign);
    assert_true(out.namespace_differs && other.namespace_differs);
    // By everything maps shows, all three are the same segment.
    const struct mapping *a = in.mappings.at, *b = out.mappings.at, *c = other.mappings.at;
    assert_int_equal(a->shmid, c->shmid);
    assert_int_equal(a->key, c->key);
    assert_int_equal(a->dev_minor, c->dev_minor);
    if (a->known & MAP_KNOWS_HANDLE) {
        assert_true(b->known & c->known & MAP_KNOWS_HANDLE);
        assert_false(out.foreign || other.foreign);
        assert_int_equal(a->handle, b->handle);
        assert_true(a->handle != c->handle);
    } else {
        assert_false(ns_was_root()); // root may always ask
        assert_true(out.foreign && other.foreign);
    }
    // Without need no handle is asked for.
    struct answer plain = ask(inside);
    assert_false(plain.mappings.at[0].known & MAP_KNOWS_HANDLE);
    answer_clear(&plain);
    answer_clear(&in);
    answer_clear(&out);
    answer_clear(&other);
    child_end(inside);
    child_end(left);
    child_end(elsewhere);
}

// --- who may look --------------------------------------------------------------------------------

TEST(an_ordinary_user_is_told_what_it_cannot_read)
{
    int status;

    if (!ns_was_root()) {
        printf("skip: only root can become somebody else\n");
        skip();
    }
    pid_t theirs = child_start(hold, NULL), without_leader = child_start(hold_without_leader, NULL);
    assert_true(await(is_zombie, &without_leader, 60));
    pid_t reader = fork();
    if (reader == 0) {
        child_become_nobody();
        struct attachments *both[] = {attachments_new("/proc", false, false),
                                      attachments_new("/proc", true, false)};
        for (int i = 0; i < 2; i++) {
            struct answer answer = {0};
            attachments_probe(both[i], PROBE_ATTACHMENTS, theirs, 0, &answer);
            if ((answer.error != -EACCES && answer.error != -EPERM) || answer.mappings.n)
                _exit(2 + i);
            answer_clear(&answer);
            attachments_probe(both[i], PROBE_ATTACHMENTS, without_leader, 0, &answer);
            if ((answer.error != -EACCES && answer.error != -EPERM) || answer.mappings.n)
                _exit(4 + i);
            answer_clear(&answer);
            attachments_probe(both[i], PROBE_MAP_USE, theirs, 0, &answer);
            if (answer.error != -EACCES && answer.error != -EPERM)
                _exit(6 + i);
            answer_clear(&answer);
            attachments_free(both[i]);
        }
        _exit(share_memory(getpid(), theirs) ? 8 : 0);
    }
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
    child_end(theirs);
    child_end(without_leader);
}

// An ordinary user does see its own processes, and by the namespace link whose segments they map.
static void hold_as_nobody(void *arg, int ready)
{
    child_become_nobody();
    prctl(PR_SET_DUMPABLE, 1); // the change of user made it root's alone to look at
    hold(arg, ready);
}

TEST(an_ordinary_user_sees_its_own)
{
    int status;

    if (!ns_was_root()) {
        printf("skip: only root can become somebody else\n");
        skip();
    }
    pid_t own = child_start(hold_as_nobody, NULL), reader = fork();
    if (reader == 0) {
        struct answer answer = {0};
        child_become_nobody();
        prctl(PR_SET_DUMPABLE, 1);
        struct attachments *attachments = attachments_new("/proc", false, false);
        attachments_probe(attachments, PROBE_ATTACHMENTS, own, 0, &answer);
        bool good = answer.error == 0 && answer.mappings.n == 1 && !answer.foreign &&
                    (answer.process.known & PROC_KNOWS_START);
        answer_clear(&answer);
        attachments_free(attachments);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(reader, &status, 0), reader);
    child_end(own);
    assert_int_equal(status, 0);
}

// A recycled pid is another process: the start time remembered is not the new one's.
TEST(a_recycled_pid_is_somebody_else)
{
    pid_t first = child_start(hold, NULL);
    uint64_t before = start_of(first);
    struct answer answer = ask(first);
    struct timespec tick = {.tv_nsec = 20000000}; // start times have the grain of clock ticks

    assert_int_equal(answer.process.start_ticks, before);
    answer_clear(&answer);
    child_end(first);
    nanosleep(&tick, NULL);
    FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "we");
    bool set = file && fprintf(file, "%d", first - 1) > 0;
    set = file && fclose(file) == 0 && set;
    pid_t second = child_start(hold, NULL);
    if (!set || second != first) {
        child_end(second);
        printf("skip: pids cannot be chosen here\n");
        skip();
    }
    assert_true(start_of(second) > before);
    answer = ask(second);
    assert_int_equal(answer.process.start_ticks, start_of(second));
    answer_clear(&answer);
    child_end(second);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}

static bool is_frozen(void *arg)
{
    char path[128], text[32] = "";

    snprintf(path, sizeof path, "%s/freezer.state", (const char *)arg);
    FILE *file = fopen(path, "re");
    bool frozen = file && fgets(text, sizeof text, file) && strcmp(text, "FROZEN\n") == 0;
    if (file)
        fclose(file);
    return frozen;
}

// Killed but frozen by the old freezer, it cannot die: it holds on, and is found. (The new one,
// cgroup.freeze, lets the killed go.)
TEST(a_frozen_cgroup_keeps_a_killed_process_holding)
{
    char group[64], path[128], pid[16];
    snprintf(group, sizeof group, "/mnt/ipctop-test-%d", getpid());

    bool mounted = mount("none", "/mnt", "cgroup", 0, "freezer") == 0;
    bool made = mounted && mkdir(group, 0700) == 0;
    pid_t child = child_start(hold, NULL);
    snprintf(pid, sizeof pid, "%d", child);
    snprintf(path, sizeof path, "%s/cgroup.procs", group);
    bool moved = made && write_text(path, pid);
    snprintf(path, sizeof path, "%s/freezer.state", group);
    bool frozen = moved && write_text(path, "FROZEN") && await(is_frozen, group, 60);
    size_t found = 0;
    uint64_t counted = 0;
    if (frozen) {
        kill(child, SIGKILL);
        found = count_of(child);
        counted = nattch();
    }
    if (moved)
        write_text(path, "THAWED");
    child_end(child);
    if (made)
        rmdir(group);
    if (mounted)
        umount("/mnt");
    if (!frozen) {
        printf("skip: no cgroup may be frozen here\n");
        skip();
    }
    assert_int_equal(found, 1);
    assert_int_equal(counted, 1);
}

static int make_readers(void **state)
{
    (void)state;
    by_best = attachments_new("/proc", false, false);
    by_text = attachments_new("/proc", true, false);
    if (!by_best || !by_text)
        return -1;
    struct answer answer = {0};
    attachments_probe(by_best, PROBE_ATTACHMENTS, getpid(), 0, &answer);
    best_method = answer.method;
    answer_clear(&answer);
    if (best_method != SCAN_PROCMAP_QUERY)
        printf("skip: this kernel has no PROCMAP_QUERY, text alone is tested\n");
    return 0;
}

static int free_readers(void **state)
{
    (void)state;
    attachments_free(by_best);
    attachments_free(by_text);
    return 0;
}

TEST_GROUP_FIXTURE(make_readers, free_readers)

int main(void)
{
    return ns_run(tests_run);
}
