// What looking into other IPC namespaces costs, and that what is known of one is not taken for another's.
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "engine/elsewhere.h"
#include "engine/tables.h"
#include "support/kernel.h"
#include "support/test.h"

static int tries;

// The way into a namespace that does not answer takes time, though none of the processor.
static int read_slowly(void *self, const struct want *want, struct snapshot *fresh)
{
    const struct timespec while_away = {.tv_nsec = 40 * CLOCK_MS};

    (void)self, (void)want, (void)fresh;
    tries++;
    nanosleep(&while_away, NULL);
    return -ETIMEDOUT;
}

static struct snapshot *picture_of(size_t namespaces)
{
    struct snapshot *s = snapshot_new();

    s->system.ipc_namespace = 1000;
    for (size_t i = 0; i < namespaces; i++)
        vec_push(&s->namespaces, (struct ipc_namespace){.inode = 1 + i});
    return s;
}

TEST(a_way_that_does_not_answer_is_paid_by_the_time_it_took)
{
    struct kernel *k = kernel_new();
    struct source source = kernel_source(k);
    struct prober_pool *pool = prober_pool_new(&source, &(struct prober_pool_options){0});
    source.read = read_slowly;
    struct elsewhere *elsewhere = elsewhere_new(&source, pool);
    struct snapshot *s = picture_of(8);

    elsewhere_update(elsewhere, OTHERS_FINDINGS, s, EFFORT_AS_NEEDED);
    assert_int_equal(tries, 1); // the others wait for their turn
    assert_int_equal(s->namespaces.at[0].error, -ETIMEDOUT);
    assert_int_equal(s->namespaces.at[1].error, 0);
    elsewhere_update(elsewhere, OTHERS_FINDINGS, s, EFFORT_FULL);
    assert_int_equal(tries, 9); // asked for, all are tried
    elsewhere_update(elsewhere, OTHERS_LIST, s, EFFORT_FULL);
    assert_int_equal(tries, 9);
    snapshot_unref(s);
    elsewhere_free(elsewhere);
    prober_pool_free(pool);
    kernel_free(k);
}

// --- thousands of objects are not read each time -------------------------------------------------

enum { MANY_QUEUES = 5000 };

static int read_queues(void *self, const struct want *want, struct snapshot *fresh)
{
    (void)self;
    if (fresh->has & NEED_QUEUES)
        return 0;
    tries++;
    for (int i = 0; i < MANY_QUEUES; i++)
        vec_push(&fresh->queues, (struct queue){.o.id = i, .o.key = (uint32_t)want->ipc_namespace});
    fresh->has |= NEED_QUEUES;
    return 0;
}

TEST(queues_of_another_namespace_are_not_kept)
{
    const struct source source = {.read = read_queues};
    const struct want here = {.need = NEED_QUEUES},
                      there = {.need = NEED_QUEUES, .ipc_namespace = 7};
    struct tables own = {0}, other = {0};

    tries = 0;
    tables_read(&own, &source, &here, NULL);
    struct snapshot *last = snapshot_ref(own.now);
    tables_read(&own, &source, &here, last);
    assert_int_equal(tries, 1); // kept: they are a moment old
    tables_read(&other, &source, &there, NULL);
    tables_read(&other, &source, &there, last);
    assert_int_equal(tries, 3);
    assert_int_equal(other.now->queues.at[0].o.key, 7);
    snapshot_unref(last);
    tables_free(&own);
    tables_free(&other);
}

int main(void)
{
    return tests_run();
}
