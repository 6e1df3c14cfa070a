// What looking into other IPC namespaces costs.
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "engine/elsewhere.h"
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

int main(void)
{
    return tests_run();
}
