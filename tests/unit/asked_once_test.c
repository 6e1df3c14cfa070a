// What processes share is looked for along with the holders of segments, where both are wanted.
#include "engine/sampler.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "support/kernel.h"
#include "support/test.h"

enum { PROCESSES = 300, HOLDER = 100 };

static const uint64_t holders = NEED_SEGMENTS | NEED_HOLDERS, shared = NEED_SHARED_HOLDERS;

struct world {
    struct kernel *kernel;
    struct sampler *sampler;
};

static struct world begin(void)
{
    struct world w = {.kernel = kernel_new()};
    struct source source = kernel_source(w.kernel);

    for (int pid = 1; pid <= PROCESSES; pid++)
        kernel_spawn(w.kernel, pid);
    kernel_segment(w.kernel, 0, 0x1234);
    kernel_attach(w.kernel, HOLDER, 0, 0x10000, 100);
    w.sampler = sampler_new(
        &source, &(struct sampler_options){.interval = 3600, .deadline_ms = 50, .one_shot = true});
    return w;
}

// A thread that was left behind may still be on its way out of the kernel: that stays to the end.
static struct kernel *volatile left_over;

static void end(struct world *w)
{
    if (sampler_free(w->sampler))
        left_over = w->kernel;
    else
        kernel_free(w->kernel);
}

static struct snapshot *look(struct world *w, uint64_t need)
{
    const struct want want = {.need = need};
    struct snapshot *s = sampler_collect(w->sampler, &want);

    assert_non_null(s);
    return s;
}

static void assert_asked(struct world *w, uint64_t for_segments, uint64_t for_others)
{
    assert_int_equal(kernel_count(w->kernel, PROBE_ATTACHMENTS), for_segments);
    assert_int_equal(kernel_count(w->kernel, PROBE_SHARED), for_others);
}

static void assert_shared(const struct snapshot *s)
{
    const struct table *objects = &s->tables[kind_shared.id];
    const struct table *holding = &s->tables[kind_shared_holders.id];
    const struct shared *rows = objects->at;

    assert_true(s->has & NEED_SHARED_HOLDERS);
    assert_int_equal(objects->n, PROCESSES);
    assert_int_equal(holding->n, PROCESSES);
    for (size_t i = 0; i < objects->n; i++)
        assert_int_equal(rows[i].attached, 1);
    assert_int_equal(s->shared_look.processes, PROCESSES);
    assert_int_equal(s->shared_look.stuck, 0);
}

TEST(no_process_is_asked_twice)
{
    struct world w = begin();

    for (uint64_t i = 1; i <= 2; i++) {
        struct snapshot *s = look(&w, holders | shared);
        assert_asked(&w, i * PROCESSES, 0);
        assert_shared(s);
        assert_int_equal(s->scan->processes, PROCESSES);
        assert_int_equal(scan_account(s->scan, 0)->found, 1);
        snapshot_unref(s);
    }
    end(&w);
}

TEST(what_is_not_wanted_is_not_asked_for)
{
    struct world w = begin();
    struct snapshot *s = look(&w, holders);

    assert_asked(&w, PROCESSES, 0);
    assert_int_equal(s->tables[kind_shared.id].n, 0);
    snapshot_unref(s);
    s = look(&w, shared);
    assert_asked(&w, PROCESSES, PROCESSES);
    assert_shared(s);
    snapshot_unref(s);
    end(&w);
}

TEST(where_no_holders_are_looked_for_it_asks_for_itself)
{
    struct world w = begin();

    kernel_detach(w.kernel, HOLDER, 0, 100);
    struct snapshot *s = look(&w, holders | shared);
    assert_asked(&w, 0, PROCESSES);
    assert_shared(s);
    snapshot_unref(s);
    end(&w);
}

TEST(descriptors_are_asked_for_apart)
{
    struct world w = begin();
    struct snapshot *s = look(&w, holders | shared | NEED_SHARED_OPEN);

    assert_asked(&w, PROCESSES, PROCESSES);
    assert_shared(s);
    snapshot_unref(s);
    end(&w);
}

TEST(a_stuck_process_takes_one_thread_and_is_counted_by_both)
{
    struct world w = begin();

    kernel_hang(w.kernel, PROBE_ATTACHMENTS, 7);
    struct snapshot *s = look(&w, holders | shared);
    assert_int_equal(s->shared_look.stuck, 1);
    assert_int_equal(s->shared_look.processes, PROCESSES - 1);
    assert_int_equal(s->scan->stuck, 1);
    snapshot_unref(s);
    s = look(&w, holders); // the same file, for less
    assert_int_equal(s->scan->stuck, 1);
    assert_int_equal(kernel_hanging(w.kernel), 1);
    snapshot_unref(s);
    kernel_release(w.kernel, PROBE_ATTACHMENTS, 7);
    end(&w);
}
