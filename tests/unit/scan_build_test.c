#include "model/holders/accounting.h"
#include "model/holders/address_spaces.h"
#include "support/test.h"

// The parts of an input, put together by hand.
struct world {
    struct holding_vec holdings;
    struct mapping_vec mappings;
    struct segment_vec before, after;
    struct segment_handle_vec handles;
    struct scan_input in;
    struct scan *scan;
    int compared;
    bool cannot_compare;
};

static int setup(void **state)
{
    struct world *w = mem_zero(1, sizeof *w);

    w->in = (struct scan_input){.holdings = &w->holdings,
                                .mappings = &w->mappings,
                                .before = &w->before,
                                .handles = &w->handles,
                                .first_pid_namespace = true};
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    scan_unref(w->scan);
    vec_free(&w->holdings);
    vec_free(&w->mappings);
    vec_free(&w->before);
    vec_free(&w->after);
    vec_free(&w->handles);
    free(w);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static struct segment *segment(struct segment_vec *to, int32_t shmid, uint64_t nattch)
{
    vec_push(to, (struct segment){
                     .o = {.kind = KIND_SEGMENT, .id = shmid, .key = 0x100u + (uint32_t)shmid},
                     .size = 1 << 20,
                     .nattch = nattch,
                     .cpid = 1,
                     .lpid = 1});
    return &to->at[to->n - 1];
}

static struct holding *process(struct world *w, int32_t pid)
{
    vec_push(&w->holdings, (struct holding){.pid = pid,
                                            .first = (uint32_t)w->mappings.n,
                                            .start_ticks = 1000u + (uint64_t)pid});
    return &w->holdings.at[w->holdings.n - 1];
}

static struct mapping *map(struct world *w, int32_t shmid, uint64_t start)
{
    struct holding *holding = &w->holdings.at[w->holdings.n - 1];

    vec_push(&w->mappings, (struct mapping){.pid = holding->pid,
                                            .shmid = shmid,
                                            .start = start,
                                            .end = start + 4096,
                                            .key = 0x100u + (uint32_t)shmid,
                                            .perms = MAP_R | MAP_SHARED_BIT});
    holding->n++;
    return &w->mappings.at[w->mappings.n - 1];
}

// Processes 10 n … 10 n + 9 share their memory.
static bool by_tens(void *self, int32_t a, int32_t b, int *order)
{
    struct world *w = self;

    w->compared++;
    *order = (a / 10 > b / 10) - (a / 10 < b / 10);
    return !w->cannot_compare;
}

static bool same_memory(void *self, const int32_t *tasks, size_t n, uint32_t *same)
{
    address_spaces_join(by_tens, self, tasks, n, same);
    return true;
}

static const struct segment_account *build(struct world *w, int32_t shmid)
{
    w->in.same_memory = same_memory;
    w->in.self = w;
    scan_unref(w->scan);
    w->scan = scan_build(&w->in);
    return scan_account(w->scan, shmid);
}

TEST(attachments_are_counted_and_ordered)
{
    struct world *w = *state;

    segment(&w->before, 0, 3);
    segment(&w->before, 5, 1);
    segment(&w->before, 9, 0);
    process(w, 10);
    map(w, 5, 0x3000);
    map(w, 0, 0x5000)->perms |= MAP_W;
    process(w, 20);
    map(w, 0, 0x1000)->perms |= MAP_X;
    map(w, 0, 0x9000);
    w->in.processes = 7;
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 3);
    assert_int_equal(account->holders, 2);
    assert_int_equal(account->unseen, 0);
    assert_true(account->key_known);
    assert_int_equal(account->original_key, 0x100);
    assert_int_equal(scan_account(w->scan, 9)->found, 0);
    assert_false(scan_account(w->scan, 9)->key_known);
    assert_true(scan_resolved(w->scan));
    assert_int_equal(w->scan->holders.n, 3);
    assert_int_equal(w->scan->holders.at[0].pid, 10);
    assert_int_equal(w->scan->holders.at[0].access, MAP_R | MAP_W);
    assert_int_equal(w->scan->holders.at[1].pid, 20);
    assert_int_equal(w->scan->holders.at[1].attaches, 2);
    assert_int_equal(w->scan->holders.at[1].access, MAP_R | MAP_X);
    assert_int_equal(w->scan->holders.at[1].start_ticks, 1020);
    assert_int_equal(w->scan->holders.at[2].shmid, 5);
    assert_int_equal(w->scan->mappings.at[1].start, 0x1000);
    assert_int_equal(w->scan->mappings.at[2].start, 0x9000);
    assert_int_equal(w->scan->processes, 7);
    assert_int_equal(w->compared, 0); // the sum comes out: nobody has to be compared
}

TEST(shared_memory_counts_once)
{
    struct world *w = *state;

    segment(&w->before, 0, 2);
    for (int32_t pid = 10; pid <= 12; pid++) {
        process(w, pid);
        map(w, 0, 0x1000);
    }
    process(w, 20); // looks the same, is another
    map(w, 0, 0x1000);
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 2);
    assert_int_equal(account->holders, 4);
    assert_int_equal(w->scan->holders.at[0].shares_memory_with, 0);
    assert_int_equal(w->scan->holders.at[1].shares_memory_with, 10);
    assert_int_equal(w->scan->holders.at[2].shares_memory_with, 10);
    assert_int_equal(w->scan->holders.at[3].shares_memory_with, 0);
}

// The right sum may be one counted twice and one not seen.
TEST(a_right_sum_is_doubted_where_somebody_is_unseen)
{
    struct world *w = *state;

    segment(&w->before, 0, 2);
    process(w, 10);
    map(w, 0, 0x1000);
    process(w, 11);
    map(w, 0, 0x1000);
    assert_int_equal(build(w, 0)->found, 2);
    w->in.unreadable = 1;
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 1);
    assert_int_equal(account->unseen, UNSEEN_UNREADABLE);
}

TEST(who_cannot_be_compared_is_distinct)
{
    struct world *w = *state;

    segment(&w->before, 0, 3);
    w->cannot_compare = true;
    w->in.unreadable = 1;
    for (int32_t pid = 10; pid <= 12; pid++) {
        process(w, pid);
        map(w, 0, 0x1000);
    }
    assert_int_equal(build(w, 0)->found, 3);
    assert_true(w->compared > 0);
}

TEST(many_lookalikes_are_compared_quickly)
{
    struct world *w = *state;
    enum { PROCESSES = 4000 };

    segment(&w->before, 0, PROCESSES / 10);
    for (int32_t pid = 10; pid < 10 + PROCESSES; pid++) {
        process(w, pid);
        map(w, 0, 0x1000);
    }
    assert_int_equal(build(w, 0)->found, PROCESSES / 10);
    assert_in_range(w->compared, PROCESSES - PROCESSES / 10, PROCESSES * 13);
}

TEST(reasons_are_named)
{
    struct world *w = *state;

    segment(&w->before, 0, 5);
    process(w, 10);
    map(w, 0, 0x1000);
    assert_int_equal(build(w, 0)->unseen, 0); // no evidence of any
    assert_false(scan_resolved(w->scan));
    w->in.exiting = 1;
    assert_int_equal(build(w, 0)->unseen, UNSEEN_EXITING);
    w->in.stuck = 1;
    assert_int_equal(build(w, 0)->unseen, UNSEEN_EXITING | UNSEEN_STUCK);
    w->in.exiting = w->in.stuck = 0;
    w->before.at[0].lpid = 0;
    assert_int_equal(build(w, 0)->unseen, 0); // nobody is outside the first PID namespace
    w->in.first_pid_namespace = false;
    assert_int_equal(build(w, 0)->unseen, UNSEEN_OUTSIDE);
    w->in.forks_moved = true;
    assert_int_equal(build(w, 0)->unseen, UNSEEN_OUTSIDE | UNSEEN_CHANGED);
}

TEST(changes_meanwhile_are_recognised)
{
    struct world *w = *state;

    segment(&w->before, 0, 1); // one attached while processes were read, and was found
    segment(&w->after, 0, 2);
    w->in.after = &w->after;
    process(w, 10);
    map(w, 0, 0x1000);
    process(w, 20);
    map(w, 0, 0x2000);
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->nattch, 2);
    assert_int_equal(account->unseen, 0);
    w->after.at[0].nattch = 4; // and others that were not
    account = build(w, 0);
    assert_int_equal(account->nattch, 1);
    assert_int_equal(account->unseen, UNSEEN_CHANGED);
    w->in.after = NULL; // more than the kernel counted is never left unexplained
    assert_int_equal(build(w, 0)->unseen, UNSEEN_CHANGED);
}

TEST(segments_come_and_go_meanwhile)
{
    struct world *w = *state;

    segment(&w->before, 0, 1);
    segment(&w->after, 4, 1);
    w->in.after = &w->after;
    process(w, 10);
    map(w, 0, 0x1000);
    map(w, 4, 0x2000);
    map(w, 77, 0x3000); // of another namespace, or younger than both tables
    build(w, 4);
    assert_int_equal(w->scan->accounts.n, 1);
    assert_int_equal(w->scan->accounts.at[0].shmid, 4);
    assert_int_equal(w->scan->accounts.at[0].found, 1);
    assert_int_equal(w->scan->holders.n, 1);
    assert_int_equal(w->scan->mappings.n, 1);
}

TEST(stale_ones_count_until_the_sum_says_no)
{
    struct world *w = *state;

    segment(&w->before, 0, 3);
    process(w, 10);
    map(w, 0, 0x1000);
    process(w, 20)->stale = true;
    map(w, 0, 0x2000);
    map(w, 0, 0x3000);
    w->in.stuck = 1;
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 3);
    assert_int_equal(account->stale, 2);
    assert_int_equal(account->unseen, 0);
    assert_true(w->scan->holders.at[1].stale);
    w->before.at[0].nattch = 1;
    account = build(w, 0);
    assert_int_equal(account->found, 1);
    assert_int_equal(account->stale, 0);
    assert_int_equal(account->holders, 1);
    assert_int_equal(w->scan->holders.n, 1);
}

// --- other IPC namespaces -----------------------------------------------------------------------

static void stranger(struct world *w, int32_t pid, int32_t shmid, uint64_t handle)
{
    process(w, pid)->namespace_differs = true;
    struct mapping *mapping = map(w, shmid, 0x1000);
    mapping->handle = handle;
    mapping->known = handle ? MAP_KNOWS_HANDLE : 0;
}

TEST(who_left_the_namespace_is_known_by_the_handle)
{
    struct world *w = *state;

    segment(&w->before, 0, 2);
    process(w, 10);
    map(w, 0, 0x1000);
    stranger(w, 20, 0, 0xabc); // took ours along
    stranger(w, 30, 0, 0xdef); // its own, by the same id and key
    vec_push(&w->handles, (struct segment_handle){0, 0xabc});
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 2);
    assert_int_equal(w->scan->holders.n, 2);
    assert_int_equal(w->scan->holders.at[1].pid, 20);
    assert_true(w->scan->holders.at[1].namespace_differs);
}

TEST(a_segment_whose_holders_all_left)
{
    struct world *w = *state;

    segment(&w->before, 0, 2);
    stranger(w, 20, 0, 0xabc);
    stranger(w, 30, 0, 0xabc);
    const struct segment_account *account = build(w, 0);
    assert_int_equal(account->found, 0); // no holder of ours shows the file: nobody is blamed
    assert_int_equal(account->unseen, UNSEEN_ALIKE);
    assert_int_equal(w->scan->holders.n, 0);
    vec_push(&w->handles, (struct segment_handle){0, 0xabc}); // one did before
    stranger(w, 40, 0, 0xdef);
    assert_int_equal(build(w, 0)->found, 2);
    assert_int_equal(w->scan->holders.n, 2);
}

TEST(strangers_alone_are_not_ours)
{
    struct world *w = *state;

    segment(&w->before, 0, 0); // equal id, equal key, nothing of ours attached
    segment(&w->before, 3, 1);
    stranger(w, 20, 0, 0xabc);
    stranger(w, 30, 3, 0xabd); // as many as are missing
    assert_int_equal(build(w, 0)->found, 0);
    assert_int_equal(scan_account(w->scan, 0)->unseen, 0);
    assert_int_equal(scan_account(w->scan, 3)->found, 0);
    assert_int_equal(scan_account(w->scan, 3)->unseen, UNSEEN_ALIKE);
    w->before.at[1].o.key = 0x999; // another key: surely not ours
    assert_int_equal(build(w, 3)->found, 0);
    assert_int_equal(scan_account(w->scan, 3)->unseen, 0);
    w->before.at[1].flags = SEG_DEST; // the key went with the removal
    w->before.at[1].o.key = 0;
    vec_push(&w->handles, (struct segment_handle){3, 0xabd});
    assert_int_equal(build(w, 3)->found, 1);
    assert_int_equal(scan_account(w->scan, 3)->original_key, 0x103);
}

TEST(a_copy_is_the_same)
{
    struct world *w = *state;

    segment(&w->before, 0, 1);
    process(w, 10);
    map(w, 0, 0x1000)->perms |= MAP_HUGE;
    w->in.exiting = 3;
    assert_true(build(w, 0)->hugetlb);
    struct scan *copy = scan_copy(w->scan);
    assert_int_equal(copy->exiting, 3);
    assert_int_equal(scan_account(copy, 0)->found, 1);
    assert_int_equal(copy->holders.at[0].pid, 10);
    assert_int_equal(copy->mappings.at[0].start, 0x1000);
    scan_unref(copy);
}
