// Full scans of real processes through the real source: every attachment the kernel counts is found
// once, by both ways of reading, also where namespaces and shared address spaces lie in the way.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/ask/collector.h"
#include "linux/source.h"
#include "support/ns.h"
#include "support/test.h"

enum { PAGE = 4096, SIZE = 8 * PAGE, KEY = 0x00a72921, WAYS = 2 };

static struct way { // of reading
    struct linux_source *linux_source;
    struct source source;
    struct prober_pool *pool;
    struct process_list processes;
    void *holders; // the collector's state
    struct snapshot *tables;
} ways[WAYS];

extern const struct collector holders_collector;

static int shmid = -1;

static int open_ways(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++) {
        struct way *way = &ways[i];
        // Whether the kernel's own lists are walked depends on how many processes the machine has.
        const struct linux_source_options options = {
            .proc = "/proc", .text_only = i == 1, .no_walk = true};
        const struct prober_pool_options patient = {.deadline_ms =
                                                        10000}; // a busy machine is not sick
        way->linux_source = linux_source_new(&options);
        way->source = linux_source_seam(way->linux_source);
        way->pool = prober_pool_new(&way->source, &patient);
        way->holders = mem_zero(1, holders_collector.size);
    }
    return 0;
}

static int close_ways(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++) {
        holders_collector.release(ways[i].holders);
        free(ways[i].holders);
        snapshot_unref(ways[i].tables);
        if (prober_pool_free(ways[i].pool) != 0)
            return -1;
        process_list_free(&ways[i].processes);
        linux_source_free(ways[i].linux_source);
    }
    return 0;
}

TEST_GROUP_FIXTURE(open_ways, close_ways)

static int with_segment(void **state)
{
    (void)state;
    shmid = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    return shmid < 0 ? -1 : 0;
}

static int without_segment(void **state)
{
    (void)state;
    return shmctl(shmid, IPC_RMID, NULL);
}

static void scan(struct way *way)
{
    static const struct want want = {.need = NEED_SEGMENTS | NEED_SYSTEM};
    struct snapshot *tables = snapshot_new();
    const struct round round = {.source = &way->source,
                                .pool = way->pool,
                                .processes = &way->processes,
                                .want = &want,
                                .effort = EFFORT_FULL,
                                .tables = tables};

    assert_int_equal(way->source.read(way->source.self, &want, tables), 0);
    holders_collector.update(way->holders, &round);
    assert_true(holders_collector.fill(way->holders, tables));
    snapshot_unref(way->tables);
    way->tables = tables;
}

// Scans both ways and checks that all `nattch` are found in `pids` processes.
static void assert_accounted(uint64_t nattch, uint32_t holders)
{
    for (int i = 0; i < WAYS; i++) {
        scan(&ways[i]);
        const struct segment_account *account = scan_account(ways[i].tables->scan, shmid);
        assert_non_null(account);
        assert_int_equal(account->nattch, nattch);
        assert_int_equal(account->found, nattch);
        assert_int_equal(account->holders, holders);
        assert_int_equal(account->unseen, 0);
    }
}

static const struct holder *holder(int way, pid_t pid)
{
    size_t n;
    const struct holder *holders = scan_holders(ways[way].tables->scan, shmid, &n);

    for (size_t i = 0; i < n; i++)
        if (holders[i].pid == pid)
            return &holders[i];
    return NULL;
}

static _Noreturn void rest(int ready)
{
    child_ready(ready);
    for (;;)
        pause();
}

static char *attach(void)
{
    char *at = shmat(shmid, NULL, 0);

    if (at == (void *)-1)
        _exit(1);
    return at;
}

static void hold(void *arg, int ready)
{
    (void)arg;
    attach();
    rest(ready);
}

static void hold_in_pieces(void *arg, int ready)
{
    (void)arg;
    char *at = attach();
    attach();
    if (mprotect(at + PAGE, PAGE, PROT_READ) < 0 || munmap(at + 4 * PAGE, PAGE) < 0 ||
        mremap(at + 6 * PAGE, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED)
        _exit(1);
    rest(ready);
}

TEST(pieces_are_all_found, .setup = with_segment, .teardown = without_segment)
{
    pid_t child = child_start(hold_in_pieces, NULL);

    assert_accounted(6, 1);
    assert_int_equal(holder(0, child)->attaches, 6);
    assert_int_equal(holder(1, child)->access, MAP_R | MAP_W);
    child_end(child);
    assert_accounted(0, 0);
}

static int sleep_shared(void *arg)
{
    (void)arg;
    for (;;)
        pause();
    return 0;
}

// The process, a fork of it, and two that share its memory: two address spaces, four processes.
TEST(shared_memory_counts_once, .setup = with_segment, .teardown = without_segment)
{
    static char stacks[2][65536] __attribute__((aligned(16)));
    char *at = attach();
    pid_t forked = child_start(hold, NULL); // two of its own
    pid_t shared[2];

    for (int i = 0; i < 2; i++) {
        shared[i] = clone(sleep_shared, stacks[i] + sizeof stacks[i], CLONE_VM | SIGCHLD, NULL);
        assert_true(shared[i] > 0);
    }
    assert_accounted(3, 4);
    for (int i = 0; i < WAYS; i++) {
        assert_int_equal(holder(i, forked)->attaches, 2);
        assert_int_equal(holder(i, forked)->shares_memory_with, 0);
        unsigned sharers = 0;
        const pid_t all[] = {getpid(), shared[0], shared[1]};
        for (int k = 0; k < 3; k++)
            sharers += holder(i, all[k])->shares_memory_with != 0;
        assert_int_equal(sharers, 2); // one of the three stands for all
    }
    for (int i = 0; i < 2; i++)
        child_end(shared[i]);
    child_end(forked);
    shmdt(at);
}

static void hold_then_leave(void *arg, int ready)
{
    (void)arg;
    attach();
    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    rest(ready);
}

static bool make_the_same_elsewhere(void)
{
    int id;

    if (unshare(CLONE_NEWIPC) < 0)
        return false;
    do // the same key, size and, after as many removals as it takes, id
        id = shmget(KEY, SIZE, IPC_CREAT | 0600);
    while (id >= 0 && id != shmid && shmctl(id, IPC_RMID, NULL) == 0);
    return id == shmid && shmat(id, NULL, 0) != (void *)-1;
}

static void hold_the_same_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (!make_the_same_elsewhere())
        _exit(1);
    rest(ready);
}

static void hold_elsewhere_then_come_in(void *arg, int ready)
{
    (void)arg;
    int home = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    if (!make_the_same_elsewhere() || setns(home, CLONE_NEWIPC) < 0)
        _exit(1);
    rest(ready);
}

static void needs_handles(void)
{
    if (ns_was_root())
        return;
    printf("skip: only root of the machine may ask for file handles\n");
    skip();
}

TEST(who_left_is_found_and_who_is_elsewhere_is_not, .setup = with_segment,
     .teardown = without_segment)
{
    needs_handles();
    pid_t inside = child_start(hold, NULL), elsewhere = child_start(hold_the_same_elsewhere, NULL);
    pid_t left = child_start(hold_then_leave, NULL);

    assert_true(inside > 0 && elsewhere > 0 && left > 0);
    assert_accounted(2, 2);
    for (int i = 0; i < WAYS; i++) {
        assert_true(holder(i, left)->namespace_differs);
        assert_false(holder(i, inside)->namespace_differs);
        assert_null(holder(i, elsewhere));
    }
    // No holder is left inside, but the one that was showed the file.
    child_end(inside);
    assert_accounted(1, 1);
    assert_null(holder(0, elsewhere));
    child_end(left);
    assert_accounted(0, 0);
    child_end(elsewhere);
}

// An attacker's mapping that lies beyond the end of the segment, by a process that left.
static void hold_beyond_then_leave(void *arg, int ready)
{
    (void)arg;
    char *at = attach();
    at = mremap(at, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
    if (at == MAP_FAILED || munmap(at, SIZE) < 0 || unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    rest(ready);
}

static void hold_beyond(void *arg, int ready)
{
    (void)arg;
    char *at = attach();
    at = mremap(at, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
    if (at == MAP_FAILED || munmap(at, SIZE) < 0)
        _exit(1);
    rest(ready);
}

TEST(a_mapping_beyond_the_end_is_found, .setup = with_segment, .teardown = without_segment)
{
    pid_t attacker = child_start(hold_beyond, NULL);

    assert_true(attacker > 0);
    assert_accounted(1, 1);
    assert_non_null(holder(0, attacker));
    child_end(attacker);
}

// As many mappings as are missing are in another namespace, with equal id, key and size: whose they
// are is not known, and they are no holders.
TEST(an_innocent_elsewhere_is_not_blamed, .setup = with_segment, .teardown = without_segment)
{
    pid_t attacker = child_start(hold_beyond_then_leave, NULL);
    pid_t innocent = child_start(hold_the_same_elsewhere, NULL);

    assert_true(attacker > 0 && innocent > 0);
    for (int i = 0; i < WAYS; i++) {
        scan(&ways[i]);
        const struct segment_account *account = scan_account(ways[i].tables->scan, shmid);
        assert_int_equal(account->nattch, 1);
        assert_int_equal(account->found, 0);
        assert_int_equal(account->holders, 0);
        assert_null(holder(i, innocent));
        if (ns_was_root())
            assert_true(account->unseen & UNSEEN_ALIKE);
    }
    child_end(innocent);
    child_end(attacker);
}

// What processes of others are forked meanwhile is a reason of its own, on a busy machine.
static bool at_rest(void *arg)
{
    struct way *way = arg;

    scan(way);
    return !(scan_account(way->tables->scan, shmid)->unseen & UNSEEN_CHANGED);
}

TEST(who_came_in_cannot_be_told_apart, .setup = with_segment, .teardown = without_segment)
{
    needs_handles();
    pid_t stranger = child_start(hold_elsewhere_then_come_in, NULL); // the lowest pid: seen first
    pid_t first = child_start(hold, NULL), second = child_start(hold, NULL);

    assert_true(stranger > 0 && first > 0 && second > 0);
    for (int i = 0; i < WAYS; i++) { // which file is ours is not known: the answer says so
        assert_true(await(at_rest, &ways[i], 60));
        const struct segment_account *account = scan_account(ways[i].tables->scan, shmid);
        assert_int_equal(account->nattch, 2);
        assert_int_equal(account->found, 3);
        assert_int_equal(account->unseen, UNSEEN_ALIKE);
    }
    child_end(first);
    child_end(second);
    child_end(stranger);
}

// Without handles the namespace link decides: strangers are left out, and nobody is blamed.
TEST(elsewhere_is_left_out_without_handles_too, .setup = with_segment, .teardown = without_segment)
{
    pid_t inside = child_start(hold, NULL), elsewhere = child_start(hold_the_same_elsewhere, NULL);

    assert_true(inside > 0 && elsewhere > 0);
    assert_accounted(1, 1);
    assert_null(holder(0, elsewhere));
    child_end(inside);
    assert_accounted(0, 0);
    child_end(elsewhere);
}

TEST(the_key_is_told_after_removal, .setup = with_segment, .teardown = without_segment)
{
    pid_t child = child_start(hold, NULL);

    assert_int_equal(shmctl(shmid, IPC_RMID, NULL), 0);
    assert_accounted(1, 1);
    for (int i = 0; i < WAYS; i++) {
        const struct segment_account *account = scan_account(ways[i].tables->scan, shmid);
        assert_true(account->key_known);
        assert_int_equal(account->original_key, KEY);
    }
    child_end(child);
    shmid = shmget(IPC_PRIVATE, PAGE, 0600); // for without_segment
}

enum { HUGE = 2 << 20 };
static const char pool[] = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";

static long pool_size(long to)
{
    FILE *file = fopen(pool, to < 0 ? "re" : "we");
    long n = -1;

    if (file && to >= 0)
        n = fprintf(file, "%ld\n", to) > 0 ? to : -1;
    else if (file && fscanf(file, "%ld", &n) != 1)
        n = -1;
    if (file && fclose(file) != 0)
        n = -1;
    return n;
}

static int huge_id = -1;

static void hold_huge(void *arg, int ready)
{
    (void)arg;
    char *at = shmat(huge_id, NULL, 0);
    if (at == (void *)-1)
        _exit(1);
    *at = 1;
    child_ready(ready);
    for (;;)
        pause();
}

// Known by a mapping alone; and the kernel's rss of such segments is not believed beyond their
// size.
TEST(huge_pages_are_told_by_a_mapping)
{
    long before = pool_size(-1);

    bool raised = before >= 0 && pool_size(before + 1) > before;
    huge_id = shmget(IPC_PRIVATE, HUGE, SHM_HUGETLB | IPC_CREAT | 0600);
    if (huge_id < 0) {
        if (raised)
            pool_size(before);
        printf("skip: no huge pages of 2 MiB, and none may be reserved\n");
        skip();
    }
    pid_t child = child_start(hold_huge, NULL);
    struct segment_account accounts[WAYS];
    uint64_t rss[WAYS], known[WAYS];
    for (int i = 0; i < WAYS; i++) {
        struct snapshot *tables = snapshot_new();
        const struct want want = {.need = NEED_SEGMENTS};
        ways[i].source.read(ways[i].source.self, &want, tables);
        rss[i] = snapshot_segment(tables, huge_id)->rss;
        known[i] = snapshot_segment(tables, huge_id)->known & SEG_KNOWS_RSS;
        snapshot_unref(tables);
        scan(&ways[i]);
        accounts[i] = *scan_account(ways[i].tables->scan, huge_id);
    }
    child_end(child);
    shmctl(huge_id, IPC_RMID, NULL);
    if (raised)
        pool_size(before); // before anything may fail
    for (int i = 0; i < WAYS; i++) {
        assert_true(accounts[i].hugetlb);
        assert_int_equal(accounts[i].nattch, 1);
        assert_int_equal(accounts[i].found, 1);
        assert_true(known[i] ? rss[i] <= HUGE : rss[i] == 0);
    }
}

TEST(a_storm_of_forks, .setup = with_segment, .teardown = without_segment)
{
    enum { N = 200 };
    pid_t children[N];
    char *at = attach();

    for (int i = 0; i < N; i++) {
        children[i] = fork();
        if (children[i] == 0)
            for (;;)
                pause();
    }
    assert_accounted(N + 1, N + 1);
    for (int i = 0; i < N; i++)
        child_end(children[i]);
    assert_accounted(1, 1);
    shmdt(at);
}

int main(void)
{
    return ns_run(tests_run);
}
