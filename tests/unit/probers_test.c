#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/ask/prober_pool.h"
#include "support/kernel.h"
#include "support/ns.h"
#include "support/test.h"

enum { MANY = 2000, HANG_SECONDS = 60 };

struct tally {
    _Atomic unsigned answered;
    _Atomic unsigned by[MANY + 1]; // of each index
};

static struct probe probes[MANY];
static uint8_t asked[MANY];

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct tally *tally = arg;

    (void)answer;
    atomic_fetch_add(&tally->answered, 1);
    atomic_fetch_add(&tally->by[probe - probes], 1);
}

static struct kernel *crowd(int n)
{
    struct kernel *k = kernel_new();

    for (int i = 0; i < n; i++) {
        kernel_spawn(k, i + 1);
        probes[i] = (struct probe){.what = PROBE_ATTACHMENTS, .id = i + 1};
    }
    return k;
}

static struct asking batch_of(struct tally *tally, size_t n)
{
    memset(tally, 0, sizeof *tally);
    return (struct asking){.probes = {probes, n, n}, .asked = asked, .take = take, .arg = tally};
}

static struct tally tally;

TEST(everybody_is_asked_once)
{
    struct kernel *k = crowd(MANY);
    struct source source = kernel_source(k);
    struct prober_pool *pool = prober_pool_new(
        &source,
        &(struct prober_pool_options){.threads = 3, .deadline_ms = 60000, .join_ms = 60000});

    for (int round = 0; round < 20; round++) {
        size_t n = round % 2 ? MANY : 1 + (size_t)round;
        struct asking batch = batch_of(&tally, n);
        assert_true(prober_pool_run(pool, &batch));
        assert_int_equal(tally.answered, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(tally.by[i], 1);
            assert_int_equal(asked[i], ASKED_DONE);
        }
    }
    assert_int_equal(prober_pool_free(pool), 0);
    kernel_free(k);
}

static bool nobody_hangs(void *k)
{
    return kernel_hanging(k) == 0;
}

TEST(who_hangs_is_left_behind)
{
    struct kernel *k = crowd(MANY);
    struct source source = kernel_source(k);
    struct prober_pool *pool = prober_pool_new(
        &source, &(struct prober_pool_options){.threads = 2, .deadline_ms = 50, .join_ms = 60000});
    struct asking batch = batch_of(&tally, MANY);
    struct probe_vec stuck = {0};

    kernel_hang(k, PROBE_ATTACHMENTS, 700);
    int64_t start = clock_ns();
    assert_true(prober_pool_run(pool, &batch));
    assert_true(clock_ns() - start >= 50 * CLOCK_MS);
    assert_int_equal(tally.answered, MANY - 1);
    assert_int_equal(asked[699], ASKED_STUCK);
    assert_int_equal(asked[700], ASKED_DONE);
    prober_pool_stuck(pool, &stuck);
    assert_int_equal(stuck.n, 1);
    assert_int_equal(stuck.at[0].id, 700);

    // It is not asked again: that costs no deadline and no thread.
    uint64_t before = kernel_count(k, PROBE_ATTACHMENTS);
    batch = batch_of(&tally, MANY);
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(asked[699], ASKED_STUCK);
    assert_int_equal(kernel_count(k, PROBE_ATTACHMENTS) - before, MANY - 1);
    assert_int_equal(kernel_hanging(k), 1);

    // Its late answer counts for nothing, then it may be asked again.
    kernel_release(k, PROBE_ATTACHMENTS, 700);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    do {
        vec_clear(&stuck);
        prober_pool_stuck(pool, &stuck);
    } while (stuck.n);
    batch = batch_of(&tally, MANY);
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(asked[699], ASKED_DONE);
    assert_int_equal(tally.by[699], 1);
    assert_int_equal(tally.answered, MANY);
    vec_free(&stuck);
    assert_int_equal(prober_pool_free(pool), 0);
    kernel_free(k);
}

// However many hang, the number of threads is bounded and the batch comes to its end.
TEST(the_number_left_behind_is_bounded)
{
    enum { LEFT = 3, THREADS = 2, SICK = 20 };
    struct kernel *k = crowd(200);
    struct source source = kernel_source(k);
    struct prober_pool *pool = prober_pool_new(
        &source, &(struct prober_pool_options){
                     .threads = THREADS, .deadline_ms = 100, .max_left = LEFT, .join_ms = 60000});
    struct asking batch = batch_of(&tally, 200);

    for (int i = 0; i < SICK; i++)
        kernel_hang(k, PROBE_ATTACHMENTS, 1 + i * 5);
    for (int round = 0; round < 3; round++)
        assert_true(prober_pool_run(pool, &batch));
    assert_in_range(kernel_hanging(k), LEFT, LEFT + THREADS);
    size_t stuck = 0, not_asked = 0;
    for (size_t i = 0; i < 200; i++) {
        stuck += asked[i] == ASKED_STUCK;
        not_asked += asked[i] == ASKED_NOT;
    }
    assert_int_equal(stuck, kernel_hanging(k));
    assert_true(not_asked > 0);
    for (int i = 0; i < SICK; i++)
        kernel_release(k, PROBE_ATTACHMENTS, 1 + i * 5);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    struct probe_vec left = {0};
    do {
        vec_clear(&left);
        prober_pool_stuck(pool, &left);
    } while (left.n);
    vec_free(&left);
    batch = batch_of(&tally, 200);
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(tally.answered, 200);
    assert_int_equal(prober_pool_free(pool), 0);
    kernel_free(k);
}

static int owner_by_pid(void *self, int32_t pid, uint32_t *uid)
{
    (void)self;
    *uid = pid <= 150 ? 1001 : 0;
    return 0;
}

// Whoever makes processes that hang, as many as he likes, keeps nobody from being asked but himself.
TEST(one_user_hangs_himself_alone)
{
    enum { LEFT = 40 };
    struct kernel *k = crowd(200);
    struct source source = kernel_source(k);
    source.owner = owner_by_pid;
    struct prober_pool *pool = prober_pool_new(
        &source, &(struct prober_pool_options){.threads = 2, .deadline_ms = 100, .max_left = LEFT});

    for (int i = 0; i < 150; i++)
        kernel_hang(k, PROBE_ATTACHMENTS, 1 + i);
    for (int round = 0; round < 3; round++) {
        struct asking batch = batch_of(&tally, 200);
        assert_true(prober_pool_run(pool, &batch));
        for (int i = 150; i < 200; i++)
            assert_int_equal(asked[i], ASKED_DONE);
    }
    assert_in_range(kernel_hanging(k), 2, LEFT - 2);
    for (int i = 0; i < 150; i++)
        kernel_release(k, PROBE_ATTACHMENTS, 1 + i);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    struct probe_vec left = {0};
    do {
        vec_clear(&left);
        prober_pool_stuck(pool, &left);
    } while (left.n);
    vec_free(&left);
    struct asking batch = batch_of(&tally, 200); // all are well: nobody has less than before
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(tally.answered, 200);
    prober_pool_free(pool);
    kernel_free(k);
}

// Several sick ones at once cost hardly more time than one: help is sent before the deadline.
TEST(several_hang_at_once)
{
    struct kernel *k = crowd(MANY);
    struct source source = kernel_source(k);
    struct prober_pool *pool =
        prober_pool_new(&source, &(struct prober_pool_options){.threads = 1, .deadline_ms = 1000});
    struct asking batch = batch_of(&tally, MANY);

    for (int i = 0; i < 6; i++)
        kernel_hang(k, PROBE_ATTACHMENTS, 100 + i);
    int64_t start = clock_ns();
    assert_true(prober_pool_run(pool, &batch));
    int64_t took = clock_ns() - start;
    assert_int_equal(tally.answered, MANY - 6);
    assert_true(took < 6 * CLOCK_SECOND); // six deadlines one after the other
    for (int i = 0; i < 6; i++)
        kernel_release(k, PROBE_ATTACHMENTS, 100 + i);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    prober_pool_free(pool);
    kernel_free(k);
}

TEST(one_by_one_stops_at_the_first)
{
    struct kernel *k = crowd(50);
    struct source source = kernel_source(k);
    struct prober_pool *pool =
        prober_pool_new(&source, &(struct prober_pool_options){.threads = 4, .deadline_ms = 100});
    struct asking batch = batch_of(&tally, 50);

    batch.one_by_one = true;
    kernel_hang(k, PROBE_ATTACHMENTS, 11);
    assert_true(prober_pool_run(pool, &batch));
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(asked[i], i < 10 ? ASKED_DONE : i == 10 ? ASKED_STUCK : ASKED_NOT);
    assert_int_equal(kernel_hanging(k), 1);
    kernel_release(k, PROBE_ATTACHMENTS, 11);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    prober_pool_free(pool);
    kernel_free(k);
}

// Threads that were left behind may still be on their way out of a kernel: it stays to the end.
static struct kernel *volatile left_over[2];

TEST(quitting_waits_for_nobody)
{
    struct kernel *k = crowd(100);
    struct source source = kernel_source(k);
    struct prober_pool *pool =
        prober_pool_new(&source, &(struct prober_pool_options){.deadline_ms = 20});
    struct asking batch = batch_of(&tally, 100);

    kernel_hang(k, PROBE_ATTACHMENTS, 50);
    assert_true(prober_pool_run(pool, &batch));
    assert_int_equal(prober_pool_free(pool), 1);
    assert_int_equal(kernel_hanging(k), 1); // still
    kernel_release(k, PROBE_ATTACHMENTS, 50);
    assert_true(await(nobody_hangs, k, HANG_SECONDS)); // it ends by itself
    left_over[0] = k;
}

static void cancel(void *pool)
{
    prober_pool_cancel(*(struct prober_pool **)pool);
}

TEST(a_batch_can_be_cancelled)
{
    struct kernel *k = crowd(MANY);
    struct source source = kernel_source(k);
    struct prober_pool *pool;
    const struct prober_pool_options options = {.deadline_ms = 2 * HANG_SECONDS * 1000,
                                                .meanwhile = {cancel, &pool}};
    struct asking batch = batch_of(&tally, MANY);

    pool = prober_pool_new(&source, &options);
    kernel_hang(k, PROBE_ATTACHMENTS, 1);
    kernel_hang(k, PROBE_ATTACHMENTS, 2);
    int64_t start = clock_ns();
    assert_false(prober_pool_run(pool, &batch));
    assert_true(clock_ns() - start < HANG_SECONDS * CLOCK_SECOND); // not the deadline
    kernel_release(k, PROBE_ATTACHMENTS, 1);
    kernel_release(k, PROBE_ATTACHMENTS, 2);
    assert_true(await(nobody_hangs, k, HANG_SECONDS));
    prober_pool_free(pool);
    left_over[1] = k;
}
