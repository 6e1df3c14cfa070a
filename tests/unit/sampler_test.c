#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "engine/sampler.h"
#include "model/kinds/registry.h"
#include "support/kernel.h"
#include "support/ns.h"
#include "support/test.h"

enum { HANG_SECONDS = 60 };

static const struct want holders = {.need = NEED_SEGMENTS | NEED_HOLDERS};
static const struct want everything = {.need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES |
                                               NEED_HOLDERS | NEED_PROCESSES | NEED_COMMANDS |
                                               NEED_NAMES | NEED_WAITERS};

// A segment that 100 and 101 hold, among 300 processes; long at rest.
static struct kernel *small_world(void)
{
    struct kernel *k = kernel_new();

    for (int pid = 1; pid <= 300; pid++)
        kernel_spawn(k, pid);
    kernel_segment(k, 0, 0x1234);
    kernel_segment(k, 7, 0);
    kernel_attach(k, 100, 0, 0x10000, 100);
    kernel_attach(k, 101, 0, 0x10000, 100);
    kernel_attach(k, 101, 0, 0x20000, 100);
    return k;
}

// Threads that were left behind may still be on their way out of a kernel: it stays to the end.
static struct kernel *volatile left_over[16];
static size_t n_left_over;

static void end(struct sampler *s, struct kernel *k)
{
    if (sampler_free(s))
        left_over[n_left_over++] = k;
    else
        kernel_free(k);
}

static struct sampler *start(struct kernel *k, bool one_shot, double interval)
{
    struct source source = kernel_source(k);
    struct sampler *s = sampler_new(
        &source, &(struct sampler_options){
                     .interval = interval, .deadline_ms = 50, .one_shot = one_shot, .max_left = 4});

    assert_non_null(s);
    return s;
}

// The next picture that satisfies `good`; fails when there is none in time.
static struct snapshot *wait_picture(struct sampler *s, bool (*good)(const struct snapshot *p))
{
    int64_t end_ns = clock_ns() + HANG_SECONDS * CLOCK_SECOND;

    while (clock_ns() < end_ns) {
        struct pollfd p = {.fd = sampler_fd(s), .events = POLLIN};
        poll(&p, 1, 1000);
        struct snapshot *picture = sampler_take(s);
        if (picture && good(picture))
            return picture;
        snapshot_unref(picture);
    }
    fail_msg("no such picture");
    return NULL;
}

static bool has_age(const struct snapshot *p)
{
    return p->orphan_age != 0;
}

static bool has_holders(const struct snapshot *p)
{
    return p->has & NEED_HOLDERS;
}

TEST(a_collection_is_complete)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, true, 1);
    struct snapshot *p = sampler_collect(s, &everything);

    assert_int_equal(p->has & everything.need, everything.need);
    const struct segment_account *account = scan_account(p->scan, 0);
    assert_int_equal(account->nattch, 3);
    assert_int_equal(account->found, 3);
    assert_int_equal(account->holders, 2);
    assert_int_equal(account->unseen, 0);
    assert_true(account->key_known);
    assert_int_equal(account->original_key, 0x1234);
    assert_int_equal(scan_account(p->scan, 7)->found, 0);
    assert_int_equal(p->scan->processes, 300);
    size_t n;
    const struct holder *h = scan_holders(p->scan, 0, &n);
    assert_int_equal(n, 2);
    assert_int_equal(h[0].pid, 100);
    assert_int_equal(h[1].attaches, 2);
    assert_string_equal(process_string(snapshot_process(p, 101), PROCESS_COMMAND), "p101 --run");
    assert_string_equal(snapshot_user(p, 0), "u0");
    assert_false(p->partial);
    snapshot_unref(p);
    end(s, k);
}

TEST(every_collection_is_fresh)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, true, 1);
    struct snapshot *p = sampler_collect(s, &holders);

    kernel_protect(k, 100, MAP_R | MAP_SHARED_BIT); // leaves no trace in any table
    snapshot_unref(p);
    p = sampler_collect(s, &holders);
    assert_int_equal(p->scan->holders.at[0].access, MAP_R);
    snapshot_unref(p);
    end(s, k);
}

TEST(one_segment_asks_for_its_processes_alone)
{
    struct kernel *k = small_world();
    struct want want = {.need = NEED_HOLDERS | NEED_PROCESSES,
                        .focused = true,
                        .alone = true,
                        .focus = {.kind = KIND_SEGMENT, .id = 7}};

    kernel_attach(k, 102, 7, 0x10000, 100);
    struct sampler *s = start(k, true, 1);
    struct snapshot *p = sampler_collect(s, &want);
    assert_int_equal(kernel_count(k, PROBE_PROCESS), 2);
    assert_string_equal(snapshot_process(p, 102)->comm, "p102");
    assert_non_null(snapshot_process(p, 1)); // its creator
    assert_null(snapshot_process(p, 100));
    assert_int_equal(scan_account(p->scan, 0)->found, 3); // the scan is of all
    snapshot_unref(p);
    end(s, k);
}

// --- the five conditions ------------------------------------------------------------------------

static struct snapshot *refreshed(struct sampler *s, const struct want *want)
{
    return sampler_collect(s, want); // not one_shot: as F5, with skipping
}

// With the first picture after it was asked for, not with the next tick.
TEST(the_age_of_orphans_comes_with_the_picture)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);
    struct want want = holders;
    struct snapshot *p = refreshed(s, &want);

    assert_int_equal(p->orphan_age, 0);
    snapshot_unref(p);
    want.orphan_age = 300;
    sampler_want(s, &want);
    p = wait_picture(s, has_age);
    assert_int_equal(p->orphan_age, 300);
    snapshot_unref(p);
    end(s, k);
}

TEST(at_rest_only_holders_are_asked)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);
    struct snapshot *p = refreshed(s, &holders);
    uint64_t asked = kernel_count(k, PROBE_ATTACHMENTS), listed = kernel_listings(k);
    int64_t finished = p->scan->finished_ns;

    assert_int_equal(asked, 300);
    snapshot_unref(p);
    for (int i = 1; i <= 5; i++) {
        p = refreshed(s, &holders);
        assert_int_equal(kernel_count(k, PROBE_ATTACHMENTS) - asked, 2 * i);
        assert_true(p->scan->finished_ns > finished); // it was checked: it is new
        finished = p->scan->finished_ns;
        assert_int_equal(scan_account(p->scan, 0)->found, 3);
        snapshot_unref(p);
    }
    assert_int_equal(kernel_listings(k), listed);
    end(s, k);
}

// Waits out the pacing, which refreshes observe too, in a smaller measure.
static struct snapshot *until_scanned(struct sampler *s, struct kernel *k, uint64_t at_least)
{
    int64_t end_ns = clock_ns() + HANG_SECONDS * CLOCK_SECOND;

    for (;;) {
        uint64_t before = kernel_count(k, PROBE_ATTACHMENTS);
        struct snapshot *p = refreshed(s, &holders);
        if (kernel_count(k, PROBE_ATTACHMENTS) - before >= at_least)
            return p;
        snapshot_unref(p);
        assert_true(clock_ns() < end_ns);
    }
}

TEST(a_change_in_the_table_scans_all)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);

    snapshot_unref(refreshed(s, &holders));
    kernel_attach(k, 200, 7, 0x50000, 50);
    struct snapshot *p = until_scanned(s, k, 300);
    assert_int_equal(scan_account(p->scan, 7)->found, 1);
    assert_int_equal(scan_account(p->scan, 7)->holders, 1);
    snapshot_unref(p);
    kernel_detach(k, 101, 0, 40);
    p = until_scanned(s, k, 300);
    assert_int_equal(scan_account(p->scan, 0)->found, 2);
    snapshot_unref(p);
    end(s, k);
}

// One second's grain: what happened a moment before a scan may happen again without a trace.
TEST(a_fresh_time_scans_again)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);

    kernel_attach(k, 200, 7, 0x50000, 0);
    snapshot_unref(refreshed(s, &holders));
    snapshot_unref(until_scanned(s, k, 300));
    end(s, k);
}

TEST(a_holder_that_answers_otherwise_scans_all)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);

    snapshot_unref(refreshed(s, &holders));
    kernel_protect(k, 101, MAP_R | MAP_SHARED_BIT);
    struct snapshot *p = until_scanned(s, k, 300);
    assert_int_equal(p->scan->holders.at[1].access, MAP_R);
    snapshot_unref(p);
    end(s, k);
}

TEST(after_forks_only_the_new_are_asked)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);

    snapshot_unref(refreshed(s, &holders));
    uint64_t asked = kernel_count(k, PROBE_ATTACHMENTS);
    kernel_spawn(k, 1000);
    kernel_spawn(k, 1001);
    kernel_exit(k, 50);
    kernel_spawn(k, 50); // another process by a known pid
    kernel_fork(k, 101, 1002, true);
    struct snapshot *p;
    int64_t end_ns = clock_ns() + HANG_SECONDS * CLOCK_SECOND;
    do { // reading the list is paced too
        p = refreshed(s, &holders);
        snapshot_ref(p);
        snapshot_unref(p);
        if (p->scan->holders.n == 3)
            break;
        snapshot_unref(p);
    } while (clock_ns() < end_ns);
    assert_true(kernel_count(k, PROBE_ATTACHMENTS) - asked < 50);
    // The vfork child has its parent's mappings, counted once.
    assert_int_equal(scan_account(p->scan, 0)->found, 3);
    assert_int_equal(scan_account(p->scan, 0)->holders, 3);
    assert_int_equal(p->scan->holders.at[2].pid, 1002);
    assert_int_equal(p->scan->holders.at[2].shares_memory_with, 101);
    snapshot_unref(p);
    end(s, k);
}

static bool unseen_two(const struct snapshot *p)
{
    const struct segment_account *account = p->scan ? scan_account(p->scan, 0) : NULL;

    return account && account->nattch == 3 && account->found == 1 && !p->partial;
}

static bool resolved(const struct snapshot *p)
{
    const struct segment_account *account = p->scan ? scan_account(p->scan, 0) : NULL;

    return account && account->nattch == 3 && account->found == 3;
}

// What does not come out is looked at again by itself, without any sign in the tables.
TEST(the_unresolved_is_scanned_again)
{
    struct kernel *k = small_world();

    kernel_fail(k, 101, -EACCES);
    struct sampler *s = start(k, false, 0.02);
    sampler_want(s, &holders);
    struct snapshot *p = wait_picture(s, unseen_two);
    assert_int_equal(scan_account(p->scan, 0)->unseen, UNSEEN_UNREADABLE);
    assert_int_equal(p->scan->unreadable, 1);
    snapshot_unref(p);
    kernel_fail(k, 101, 0);
    p = wait_picture(s, resolved);
    assert_int_equal(scan_account(p->scan, 0)->unseen, 0);
    snapshot_unref(p);
    end(s, k);
}

// What could not be asked for lack of a descriptor is neither refused nor stuck, and is asked again.
TEST(who_could_not_be_asked_is_asked_again)
{
    struct kernel *k = small_world();

    kernel_fail(k, 101, -EMFILE);
    struct sampler *s = start(k, false, 0.02);
    sampler_want(s, &holders);
    struct snapshot *p = wait_picture(s, unseen_two);
    assert_true(scan_account(p->scan, 0)->unseen & UNSEEN_UNASKED);
    assert_int_equal(p->scan->unasked, 1);
    assert_int_equal(p->scan->stuck + p->scan->unreadable, 0);
    snapshot_unref(p);
    kernel_fail(k, 101, 0);
    p = wait_picture(s, resolved);
    assert_int_equal(p->scan->unasked, 0);
    snapshot_unref(p);
    end(s, k);
}

TEST(nothing_attached_asks_nobody)
{
    struct kernel *k = kernel_new();

    kernel_spawn(k, 1);
    kernel_segment(k, 3, 3);
    struct sampler *s = start(k, false, 3600);
    struct snapshot *p = refreshed(s, &holders);
    assert_int_equal(scan_account(p->scan, 3)->found, 0);
    assert_int_equal(kernel_count(k, PROBE_ATTACHMENTS), 0);
    snapshot_unref(p);
    end(s, k);
}

// --- pacing -------------------------------------------------------------------------------------

static bool old_holders(const struct snapshot *p)
{
    return p->scan && p->time_ns - p->scan->finished_ns > 0;
}

// Under constant change the tables are as fresh as ever, the holders say their age.
TEST(change_without_end_is_paced)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 0.01);

    kernel_delay(k, 20); // a scan takes 6 ms
    sampler_want(s, &holders);
    snapshot_unref(wait_picture(s, has_holders));
    uint64_t asked = kernel_count(k, PROBE_ATTACHMENTS);
    uint64_t rounds = 0, scans = 0;
    bool aged = false;
    int64_t end_ns = clock_ns() + HANG_SECONDS * CLOCK_SECOND;
    while ((rounds < 40 || scans >= rounds || !aged) && clock_ns() < end_ns) {
        kernel_attach(k, 200, 7, 0x50000, 0);
        struct snapshot *p = wait_picture(s, has_holders);
        aged |= old_holders(p);
        snapshot_unref(p);
        scans = (kernel_count(k, PROBE_ATTACHMENTS) - asked) / 300;
        rounds++;
    }
    assert_true(scans < rounds);
    assert_true(aged);
    end(s, k);
}

// --- what hangs ---------------------------------------------------------------------------------

static bool says_stale(const struct snapshot *p)
{
    return p->scan && p->scan->stuck == 1 && p->scan->holders.n == 2;
}

static bool says_stuck(const struct snapshot *p) // what went ahead has the processes of before
{
    return says_stale(p) && snapshot_process(p, 101)->stuck;
}

static bool says_well(const struct snapshot *p)
{
    return p->scan && p->scan->stuck == 0 && p->scan->holders.n == 2;
}

TEST(a_stuck_holder_keeps_what_it_held)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 0.02);
    struct want want = {.need = holders.need | NEED_PROCESSES};

    sampler_want(s, &want);
    snapshot_unref(wait_picture(s, says_well));
    kernel_hang(k, PROBE_ATTACHMENTS, 101);
    struct snapshot *p = wait_picture(s, says_stuck);
    assert_true(p->scan->holders.at[1].stale);
    assert_false(p->scan->holders.at[0].stale);
    assert_int_equal(scan_account(p->scan, 0)->found, 3);
    assert_int_equal(scan_account(p->scan, 0)->stale, 2);
    snapshot_unref(p);
    // It stays so, without another thread being lost, while the tables go on.
    for (int i = 0; i < 20; i++)
        snapshot_unref(wait_picture(s, says_stale));
    assert_int_equal(kernel_hanging(k), 1);
    kernel_release(k, PROBE_ATTACHMENTS, 101);
    p = wait_picture(s, says_well);
    assert_false(p->scan->holders.at[1].stale);
    assert_int_equal(scan_account(p->scan, 0)->stale, 0);
    snapshot_unref(p);
    end(s, k);
}

static bool says_let_go(const struct snapshot *p)
{
    const struct segment_account *account = p->scan ? scan_account(p->scan, 0) : NULL;

    return account && account->nattch == 1 && p->scan->holders.n == 1 && account->stale == 0;
}

// Where the others account for all, a stuck one holds nothing any more, whatever was known.
TEST(what_a_stuck_holder_lost_is_dropped)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 0.02);

    sampler_want(s, &holders);
    snapshot_unref(wait_picture(s, says_well));
    kernel_hang(k, PROBE_ATTACHMENTS, 101);
    snapshot_unref(wait_picture(s, says_stale));
    kernel_detach(k, 101, 0, 50);
    kernel_detach(k, 101, 0, 50);
    struct snapshot *p = wait_picture(s, says_let_go);
    assert_int_equal(scan_account(p->scan, 0)->found, 1);
    snapshot_unref(p);
    kernel_release(k, PROBE_ATTACHMENTS, 101);
    end(s, k);
}

static bool has_tables(const struct snapshot *p)
{
    return p->segments.n == 2;
}

static bool has_queue(const struct snapshot *p)
{
    return has_tables(p) && p->queues.n == 1;
}

static bool one_hangs(void *kernel)
{
    return kernel_hanging(kernel) > 0;
}

// The tables go ahead while somebody hangs or the scan takes long.
TEST(tables_do_not_wait)
{
    enum { DEADLINE_MS = 60000 };
    struct kernel *k = small_world();
    struct source source = kernel_source(k);
    struct sampler *s = sampler_new(
        &source,
        &(struct sampler_options){.interval = 3600, .deadline_ms = DEADLINE_MS, .probers = 1});
    int64_t begin = clock_ns();

    kernel_hang(k, PROBE_ATTACHMENTS, 1);
    sampler_want(s, &holders);
    struct snapshot *p = wait_picture(s, has_tables);
    assert_null(p->scan);
    assert_true(p->partial);
    snapshot_unref(p);
    // Another view at that moment gets its tables, too.
    kernel_queue(k, 5);
    sampler_want(s, &(struct want){.need = NEED_SEGMENTS | NEED_QUEUES});
    snapshot_unref(wait_picture(s, has_queue));
    assert_true(await(one_hangs, k, 60));
    kernel_hang(k, PROBE_ATTACHMENTS, 2);
    size_t left = sampler_free(s);
    assert_true(left >= 1);
    assert_true(clock_ns() - begin < DEADLINE_MS * CLOCK_MS); // nobody waited for one that hangs
    kernel_release(k, PROBE_ATTACHMENTS, 1);
    kernel_release(k, PROBE_ATTACHMENTS, 2);
    left_over[n_left_over++] = k;
}

TEST(a_stuck_command_hides_nothing_else)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, true, 1);

    kernel_hang(k, KERNEL_COMMAND, 100);
    struct snapshot *p = sampler_collect(s, &everything);
    const struct process *process = snapshot_process(p, 100);
    assert_true(process->stuck);
    assert_true(process->known & PROC_KNOWS_STATE);
    assert_false(process->known & PROC_KNOWS_COMMAND);
    assert_string_equal(process->comm, "p100");
    assert_string_equal(process_string(snapshot_process(p, 101), PROCESS_COMMAND), "p101 --run");
    snapshot_unref(p);
    kernel_release(k, KERNEL_COMMAND, 100);
    end(s, k);
}

TEST(where_units_cannot_be_read_all_else_is_known)
{
    const struct want want = {.need = (everything.need & ~(uint64_t)NEED_COMMANDS) | NEED_RESTART};
    struct kernel *k = small_world();
    struct sampler *s = start(k, true, 1);

    kernel_hang(k, KERNEL_RESTART, 100);
    struct snapshot *p = sampler_collect(s, &want);
    const struct process *process = snapshot_process(p, 100);
    assert_true(process->known & PROC_KNOWS_STATE);
    assert_string_equal(process->comm, "p100");
    assert_int_equal(kernel_hanging(k), 1);
    snapshot_unref(p);
    kernel_release(k, KERNEL_RESTART, 100);
    end(s, k);
}

TEST(a_stuck_name_service_stops_nothing)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, true, 1);

    kernel_hang(k, PROBE_USER, 0);
    kernel_hang(k, PROBE_GROUP, 0);
    for (int i = 0; i < 5; i++) {
        struct snapshot *p = sampler_collect(s, &everything);
        assert_null(snapshot_user(p, 0));
        assert_int_equal(scan_account(p->scan, 0)->found, 3);
        snapshot_unref(p);
    }
    assert_int_equal(kernel_hanging(k), 1);
    kernel_release(k, PROBE_USER, 0);
    kernel_release(k, PROBE_GROUP, 0);
    end(s, k);
}

// --- details ------------------------------------------------------------------------------------

TEST(a_new_program_is_asked_for_its_arguments)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);

    snapshot_unref(sampler_collect(s, &everything));
    uint64_t commands = kernel_count(k, KERNEL_COMMAND);
    for (int i = 0; i < 10; i++)
        snapshot_unref(sampler_collect(s, &everything));
    assert_int_equal(kernel_count(k, KERNEL_COMMAND), commands);
    kernel_comm(k, 100, "new");
    struct snapshot *p = sampler_collect(s, &everything);
    for (int i = 0;
         i < 10 && strcmp(process_string(snapshot_process(p, 100), PROCESS_COMMAND), "new --run");
         i++) {
        snapshot_unref(p);
        p = sampler_collect(s, &everything);
    }
    assert_string_equal(process_string(snapshot_process(p, 100), PROCESS_COMMAND), "new --run");
    snapshot_unref(p);
    end(s, k);
}

TEST(who_is_gone_is_noticed)
{
    struct kernel *k = small_world(); // pid 1 created the segments
    struct sampler *s = start(k, false, 3600);
    struct snapshot *p = sampler_collect(s, &everything);

    assert_false(snapshot_process(p, 1)->gone);
    snapshot_unref(p);
    kernel_exit(k, 1);
    p = sampler_collect(s, &everything);
    for (int i = 0; i < 10 && !snapshot_process(p, 1)->gone; i++) {
        snapshot_unref(p);
        p = sampler_collect(s, &everything);
    }
    assert_true(snapshot_process(p, 1)->gone);
    assert_int_equal(snapshot_process(p, 1)->known, 0);
    snapshot_unref(p);
    end(s, k);
}

TEST(waiters_are_found_where_somebody_waits)
{
    struct kernel *k = small_world();
    struct want want = {.need = NEED_WAITERS};

    kernel_set(k, 4, 0);
    struct sampler *s = start(k, false, 3600);
    snapshot_unref(sampler_collect(s, &want));
    assert_int_equal(kernel_count(k, PROBE_WAITERS), 0); // the kernel counts nobody
    kernel_wait(k, 60, KIND_SEMSET, 4);
    kernel_set(k, 4, 1);
    struct snapshot *p = sampler_collect(s, &want);
    assert_int_equal(p->waiters.n, 1);
    assert_int_equal(p->waiters.at[0].pid, 60);
    snapshot_unref(p);
    snapshot_unref(sampler_collect(s, &want));
    assert_true(kernel_count(k, PROBE_WAITERS) < 2 * 300);
    end(s, k);
}

// --- thousands of objects -----------------------------------------------------------------------

static bool set_4_waits(const struct snapshot *p)
{
    return snapshot_semset(p, 4)->waiters == 9;
}

static bool any(const struct snapshot *p)
{
    return p->number > 0;
}

// Sets out of sight are good for seconds; in sight, and where somebody asks, they are read at once.
TEST(many_objects_out_of_sight_are_read_seldom)
{
    struct kernel *k = small_world();
    struct want want = {.need = NEED_SEGMENTS | NEED_SEGMENT_USE | NEED_SEMSETS};
    int64_t begin = clock_ns();

    for (int i = 0; i < 3000; i++) {
        kernel_set(k, i, 0);
        kernel_segment(k, 10 + i, 0);
    }
    struct sampler *s = start(k, false, 0.01);
    sampler_want(s, &want);
    for (int i = 0; i < 20; i++) {
        struct snapshot *p = wait_picture(s, any);
        assert_int_equal(p->semsets.n, 3000);
        assert_int_equal(p->segments.n, 3002);
        assert_int_equal(p->has & want.need, want.need);
        assert_int_equal(snapshot_segment(p, 10)->rss, 4096); // kept while it is not read
        assert_true(snapshot_segment(p, 10)->known & SEG_KNOWS_RSS);
        snapshot_unref(p);
    }
    uint64_t most = (uint64_t)((clock_ns() - begin) / (3 * CLOCK_SECOND)) + 1;
    assert_true(kernel_reads(k) >= 20);
    assert_in_range(kernel_set_reads(k), 1, most);
    assert_in_range(kernel_use_reads(k), 1, most);

    kernel_set(k, 4, 9);
    want.in_sight = NEED_SEMSETS;
    sampler_want(s, &want);
    snapshot_unref(wait_picture(s, set_4_waits));
    kernel_set(k, 4, 0);
    want.in_sight = 0;
    struct snapshot *p = sampler_collect(s, &want); // as F5
    assert_false(set_4_waits(p));
    snapshot_unref(p);
    end(s, k);
}

// --- actions ------------------------------------------------------------------------------------

static bool one_segment(const struct snapshot *p)
{
    return p->segments.n == 1;
}

TEST(an_action_comes_with_its_picture)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 3600);
    struct outcome_vec outcomes = {0};
    struct action remove = {.verb = ACTION_REMOVE, .target = {.kind = KIND_SEGMENT, .id = 7}};

    sampler_want(s, &holders);
    snapshot_unref(wait_picture(s, has_holders));
    assert_false(sampler_outcomes(s, &outcomes));
    sampler_act(s, &remove, 1);
    snapshot_unref(wait_picture(s, one_segment));
    while (!sampler_outcomes(s, &outcomes))
        snapshot_unref(wait_picture(s, one_segment));
    assert_int_equal(outcomes.n, 1);
    assert_int_equal(outcomes.at[0].state, OUTCOME_DONE);
    assert_int_equal(outcomes.at[0].action.target.id, 7);
    vec_free(&outcomes);
    end(s, k);
}

static atomic_bool log_answers;

static void slow_log(void *arg, struct outcome *outcome)
{
    (void)arg;
    (void)outcome;
    while (!log_answers)
        sched_yield();
}

// The object is gone, and the outcome waits for the log: pictures taken between know whose doing it is.
TEST(what_an_action_did_is_no_event_before_its_outcome)
{
    struct kernel *k = small_world();
    struct source source = kernel_source(k);
    struct sampler *s =
        sampler_new(&source, &(struct sampler_options){.interval = 0.02,
                                                       .deadline_ms = 50,
                                                       .patience_ms = HANG_SECONDS * 1000,
                                                       .acted = slow_log});
    struct action remove = {.verb = ACTION_REMOVE};
    struct outcome_vec outcomes = {0};

    log_answers = false;
    sampler_want(s, &holders);
    struct snapshot *p = wait_picture(s, has_holders);
    kind_segments.identify(p, snapshot_segment(p, 7), &remove.target);
    snapshot_unref(p);
    sampler_act(s, &remove, 1);
    for (int i = 0; i < 5; i++) {
        p = wait_picture(s, one_segment);
        assert_int_equal(kind_count(&kind_events, p), 0);
        snapshot_unref(p);
    }
    log_answers = true;
    while (!sampler_outcomes(s, &outcomes))
        snapshot_unref(wait_picture(s, one_segment));
    while (kind_count(&kind_events, p = wait_picture(s, one_segment)) == 0)
        snapshot_unref(p);
    assert_int_equal(kind_count(&kind_events, p), 1); // the action's own
    snapshot_unref(p);
    vec_free(&outcomes);
    end(s, k);
}

// Killing a process whose files hang: the screen goes on, and so do the actions after it.
TEST(an_action_that_hangs_stops_nothing)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 0.02);
    struct outcome_vec outcomes = {0};
    // clang-format off
    struct action actions[] = {
        {.verb = ACTION_SIGNAL, .target = {.kind = KIND_HOLDER, .pid = 100}, .signal = 9},
        {.verb = ACTION_REMOVE, .target = {.kind = KIND_SEGMENT, .id = 7}},
    };
    // clang-format on

    sampler_want(s, &holders);
    kernel_hang_acts(k, true);
    sampler_act(s, actions, 2);
    snapshot_unref(wait_picture(s, one_segment)); // the second was done
    while (outcomes.n < 2) {
        snapshot_unref(wait_picture(s, one_segment));
        sampler_outcomes(s, &outcomes);
    }
    assert_int_equal(outcomes.at[0].state, OUTCOME_FAILED);
    assert_int_equal(outcomes.at[0].error, ETIMEDOUT);
    assert_int_equal(outcomes.at[1].state, OUTCOME_DONE);
    kernel_hang_acts(k, false); // what it came to is told all the same
    while (outcomes.n < 3) {
        snapshot_unref(wait_picture(s, one_segment));
        sampler_outcomes(s, &outcomes);
    }
    assert_int_equal(outcomes.at[2].state, OUTCOME_DONE);
    vec_free(&outcomes);
    end(s, k);
}

// More of them hang than threads may be left behind for: the rest waits, but can be cancelled, and
// everything is accounted for.
TEST(many_that_hang_can_be_cancelled)
{
    enum { ACTIONS = 12, LEFT = 8 };
    struct kernel *k = small_world();
    struct source source = kernel_source(k);
    struct sampler *s =
        sampler_new(&source, &(struct sampler_options){.interval = 0.02, .patience_ms = 10});
    struct action actions[ACTIONS];
    struct outcome_vec outcomes = {0};
    size_t states[OUTCOME_STATES] = {0}, extra = 0, hung, n = ACTIONS;

    for (int i = 0; i < ACTIONS; i++)
        actions[i] = (struct action){
            .verb = ACTION_SIGNAL, .signal = 9, .target = {.kind = KIND_HOLDER, .pid = 100 + i}};
    sampler_want(s, &holders);
    kernel_hang_acts(k, true);
    sampler_act(s, actions, ACTIONS);
    while (outcomes.n < LEFT) {
        snapshot_unref(wait_picture(s, has_holders));
        sampler_outcomes(s, &outcomes);
    }
    sampler_cancel(s);
    while (outcomes.n < ACTIONS) {
        snapshot_unref(wait_picture(s, has_holders));
        sampler_outcomes(s, &outcomes);
    }
    for (size_t i = 0; i < ACTIONS; i++)
        states[outcomes.at[i].state]++;
    hung = states[OUTCOME_FAILED]; // with the ninth, if that had begun already
    assert_true(hung == LEFT || hung == LEFT + 1);
    assert_int_equal(states[OUTCOME_CANCELLED], ACTIONS - hung);
    do { // until there is nobody to do it any more
        sampler_act(s, actions, 1);
        n++;
        while (outcomes.n < n) {
            snapshot_unref(wait_picture(s, has_holders));
            sampler_outcomes(s, &outcomes);
        }
        hung += outcomes.at[n - 1].error == ETIMEDOUT;
    } while (outcomes.at[n - 1].error == ETIMEDOUT);
    assert_int_equal(outcomes.at[n - 1].error, EAGAIN);
    assert_int_equal(hung, LEFT + 1);
    kernel_hang_acts(k, false);
    while (outcomes.n < n + hung) {
        snapshot_unref(wait_picture(s, has_holders));
        sampler_outcomes(s, &outcomes);
    }
    for (size_t i = 0; i < outcomes.n; i++)
        extra += outcomes.at[i].extra && outcomes.at[i].state == OUTCOME_DONE;
    assert_int_equal(extra, hung);
    vec_free(&outcomes);
    end(s, k);
}

TEST(paused_reads_nothing)
{
    struct kernel *k = small_world();
    struct sampler *s = start(k, false, 0.01);

    sampler_want(s, &holders);
    snapshot_unref(wait_picture(s, has_holders));
    sampler_pause(s, true);
    sampler_refresh(s);
    snapshot_unref(wait_picture(s, has_holders));
    while (poll(&(struct pollfd){.fd = sampler_fd(s), .events = POLLIN}, 1, 100) > 0)
        snapshot_unref(sampler_take(s)); // what was under way
    uint64_t reads = kernel_reads(k);
    assert_int_equal(poll(&(struct pollfd){.fd = sampler_fd(s), .events = POLLIN}, 1, 100), 0);
    assert_int_equal(kernel_reads(k), reads);
    sampler_pause(s, false);
    snapshot_unref(wait_picture(s, has_holders));
    end(s, k);
}
