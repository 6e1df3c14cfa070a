// The walk from a segment to its holders, against /proc/*/maps read in the plainest way: in every
// situation in which the kernel counts attachments, and while processes come and go.
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/bpf/walk.h"
#include "support/actors.h"
#include "support/bpf.h"
#include "support/ns.h"
#include "support/test.h"
#include "support/truth.h"

enum {
    PAGE = 4096,
    SIZE = ACTOR_PAGES * PAGE,
    STEADY = 3,
    CHURN = 8,
    WALKS = 20000,
    PATIENCE = 60
};

static struct walker *walker;
static int shmid = -1;

static int open_walker(void **state)
{
    struct reason reason;
    int error;

    (void)state;
    walker = walker_open(&reason, &error);
    if (!walker)
        print_error("%s\n", reason.text);
    return walker ? 0 : -1;
}

static int close_walker(void **state)
{
    (void)state;
    walker_close(walker);
    return 0;
}

TEST_GROUP_FIXTURE(open_walker, close_walker)

static int with_segment(void **state)
{
    (void)state;
    shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    return shmid < 0 ? -1 : 0;
}

static int without_segment(void **state)
{
    (void)state;
    return shmctl(shmid, IPC_RMID, NULL);
}

TEST_FIXTURE(with_segment, without_segment)

static int by_place(const void *a, const void *b)
{
    const struct walk_mapping *x = a, *y = b;

    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static void perms_text(uint64_t flags, char out[5])
{
    const char text[5] = {flags & 1 ? 'r' : '-', flags & 2 ? 'w' : '-', flags & 4 ? 'x' : '-', 's'};

    memcpy(out, text, 5);
}

struct looks {
    int shmid;
    struct walk_mapping_vec found;
    struct truth truth;
};

static void looks_end(struct looks *looks)
{
    truth_free(&looks->truth);
    vec_free(&looks->found);
}

// What others run beside may read /proc/PID/maps of one that ends: its memory stays until that is done.
static bool both_see_as_many(void *arg)
{
    struct looks *looks = arg;

    looks_end(looks);
    int error = walker_segment(walker, looks->shmid, NULL, &looks->found);
    if (error == -EAGAIN)
        return false; // a process is being forked, or ends, and was interrupted at that
    assert_int_equal(error, 0);
    truth_read(&looks->truth);
    return looks->found.n == truth_count(&looks->truth, looks->shmid);
}

// Every line of maps has its mapping with the same range and access, except those of processes that
// share memory with one that has it; and there are no others.
static void assert_true_to_maps(int id)
{
    struct looks looks = {.shmid = id};
    size_t matched = 0;

    assert_true(await(both_see_as_many, &looks, PATIENCE));
    const struct walk_mapping_vec found = looks.found;
    if (found.n)
        qsort(found.at, found.n, sizeof *found.at, by_place);
    for (size_t i = 0; i < looks.truth.n; i++) {
        const struct truth_line *line = &looks.truth.lines[i];
        struct walk_mapping wanted = {.pid = (uint32_t)line->pid, .start = line->start};
        char perms[5];
        const struct walk_mapping *m =
            line->shmid != id || !found.n
                ? NULL
                : bsearch(&wanted, found.at, found.n, sizeof *found.at, by_place);
        if (!m)
            continue;
        matched++;
        perms_text(m->flags, perms);
        assert_string_equal(perms, line->perms);
        assert_int_equal(m->end, line->end);
    }
    assert_int_equal(matched, found.n);
    looks_end(&looks);
}

TEST(nobody_holds_a_fresh_segment)
{
    struct walk_mapping_vec found = {0};

    assert_int_equal(walker_segment(walker, shmid, NULL, &found), 0);
    assert_int_equal(found.n, 0);
    assert_int_equal(walker_segment(walker, shmid + 1, NULL, &found), -EINVAL);
}

TEST(a_holder_is_described)
{
    struct walk_segment segment;
    struct walk_mapping_vec found = {0};
    char *at = shmat(shmid, NULL, SHM_RDONLY);

    assert_true(at != (void *)-1);
    prctl(PR_SET_NAME, "described");
    assert_int_equal(walker_segment(walker, shmid, &segment, &found), 0);
    assert_string_equal(segment.name, "SYSV00000000");
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].pid, getpid());
    assert_int_equal(found.at[0].start, (uintptr_t)at);
    assert_int_equal(found.at[0].end, (uintptr_t)at + SIZE);
    assert_int_equal(found.at[0].euid, geteuid());
    assert_string_equal(found.at[0].comm, "described");
    assert_int_equal(found.at[0].flags & 7, 1);
    assert_int_equal(found.at[0].threads, 1);
    assert_int_equal(found.at[0].elsewhere, 0);
    assert_int_equal(found.at[0].page_offset, 0);
    assert_true(found.at[0].started > 0);
    assert_int_equal(found.at[0].state, 0); // it runs: that is us
    shmdt(at);
    vec_free(&found);
}

static uint32_t dice(uint32_t sides)
{
    static uint64_t seed = 0x9e3779b97f4a7c15u;

    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % sides;
}

// The process in slot 0 stays, so that there always is one that can do something.
static enum actor_op do_something(struct actors *actors)
{
    enum actor_op op = (enum actor_op)dice(OP_COUNT);
    int slot = (int)dice(ACTORS), which = (int)dice(64);

    if (dice(3) == 0)
        op = OP_ATTACH;
    if (op == OP_ATTACH)
        which = shmid;
    if (op == OP_FORK && (which = actors_free_slot(actors)) < 0)
        op = OP_EXIT;
    if (slot == 0 && (op == OP_EXIT || op == OP_EXEC || op == OP_LEAVE || op == OP_LEADER_EXIT))
        return OP_COUNT;
    return actors_do(actors, slot, op, which, (int)dice(8)) ? op : OP_COUNT;
}

TEST(it_is_true_to_maps_in_every_situation)
{
    uint32_t did[OP_COUNT + 1] = {0};
    struct actors *actors = actors_new();

    assert_non_null(actors);
    for (int i = 0; i < 1500; i++) {
        enum actor_op op = do_something(actors);
        if (did[op]++ % 4 == 0 || op > OP_DETACH) // what changes rarely is looked at each time
            assert_true_to_maps(shmid);
    }
    actors_free(actors);
    assert_true_to_maps(shmid);
    for (int op = 0; op < OP_COUNT; op++)
        if (!did[op])
            fail_msg("%s never happened", actor_op_name((enum actor_op)op));
}

static void hold(void *arg, int ready)
{
    if (shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    if (arg && unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_holder_that_left_for_another_namespace_is_marked)
{
    struct walk_mapping_vec found = {0};
    pid_t here = child_start(hold, NULL), left = child_start(hold, &shmid);

    assert_true(here > 0 && left > 0);
    assert_int_equal(walker_segment(walker, shmid, NULL, &found), 0);
    assert_int_equal(found.n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(found.at[i].elsewhere, found.at[i].pid == (uint32_t)left);
    child_end(here);
    child_end(left);
    vec_free(&found);
}

// A namespace below this one, with a first segment of its own, which has the same id; it is held
// by `holders`. How many the walk finds there, -1 where something else failed.
static int holders_below(int id, int holders, int below)
{
    struct walk_mapping_vec found = {0};
    int inner = 0;

    if (unshare(CLONE_NEWIPC) < 0 || shmget(IPC_PRIVATE, SIZE, 0600) != id)
        return -1;
    for (int i = 0; i < holders; i++)
        if (shmat(id, NULL, 0) == (void *)-1)
            return -1;
    if (below >= 0) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(holders_below(id, below, -1) != below ? 1 : 0);
        if (waitpid(pid, &inner, 0) != pid || inner != 0)
            return -1;
    }
    return walker_segment(walker, id, NULL, &found) == 0 ? (int)found.n : -1;
}

TEST(the_same_id_in_another_namespace_is_not_ours)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(holders_below(0, 3, 0) == 3 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

TEST(more_holders_than_one_run_visits_are_complete)
{
    enum { MANY = 400 };
    struct walk_mapping_vec found = {0};
    pid_t pids[MANY];

    for (int i = 0; i < MANY; i++)
        assert_true((pids[i] = child_start(hold, NULL)) > 0);
    assert_int_equal(walker_segment(walker, shmid, NULL, &found), 0);
    assert_int_equal(found.n, MANY);
    qsort(found.at, found.n, sizeof *found.at, by_place);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(found.at[i].pid, pids[i]); // ascending, as they were made
    for (int i = 0; i < MANY; i++)
        child_end(pids[i]);
    assert_int_equal(walker_segment(walker, shmid, NULL, &found), 0);
    assert_int_equal(found.n, MANY); // nothing was added
    vec_free(&found);
}

// Attaches at several places, splits, and detaches again, as fast as it can.
static void churn(void *arg, int ready)
{
    unsigned seed = (unsigned)(uintptr_t)arg;

    child_ready(ready);
    for (;;) {
        char *at[4];
        int n = 1 + (int)(rand_r(&seed) % 4);
        for (int i = 0; i < n; i++)
            if ((at[i] = shmat(shmid, NULL, 0)) == (void *)-1)
                _exit(1);
        if (rand_r(&seed) % 2)
            mprotect(at[0] + PAGE, PAGE, PROT_READ);
        if (rand_r(&seed) % 32 == 0 && fork() == 0)
            _exit(0);
        for (int i = 0; i < n; i++)
            shmdt(at[i]);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
}

TEST(under_churn_no_answer_lacks_a_steady_holder_or_counts_one_twice)
{
    pid_t steady[STEADY], busy[CHURN];
    struct walk_mapping_vec found = {0};
    int accepted = 0;

    for (int i = 0; i < STEADY; i++)
        assert_true((steady[i] = child_start(hold, NULL)) > 0);
    for (int i = 0; i < CHURN; i++)
        assert_true((busy[i] = child_start(churn, (void *)(uintptr_t)(i + 1))) > 0);
    for (int walk = 0; walk < WALKS; walk++) {
        int seen[STEADY] = {0};
        vec_clear(&found);
        int error = walker_segment(walker, shmid, NULL, &found);
        assert_true(error == 0 || error == -EAGAIN);
        if (error)
            continue;
        accepted++;
        for (size_t i = 0; i < found.n; i++)
            for (int k = 0; k < STEADY; k++)
                seen[k] += found.at[i].pid == (uint32_t)steady[k];
        for (int k = 0; k < STEADY; k++)
            assert_int_equal(seen[k], 1);
    }
    print_message("%d of %d walks accepted\n", accepted, WALKS);
    assert_true(accepted > 0);
    for (int i = 0; i < CHURN; i++)
        child_end(busy[i]);
    for (int i = 0; i < STEADY; i++)
        child_end(steady[i]);
    vec_free(&found);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return bpf_run(tests);
}
