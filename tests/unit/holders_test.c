// The holders of segments under attack: processes with tens of thousands of attachments each.
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/ask/collector.h"
#include "engine/holders/ask.h"
#include "support/fake.h"
#include "support/test.h"

extern const struct collector holders_collector;

enum { SEGMENTS = 4, ATTACKER = 100, ATTACKERS = 12, VICTIM = 50 };

static struct {
    uint32_t attachments; // of each attacker
    bool elsewhere;       // every second one is in another IPC namespace
} world;

static struct prober *prober_new(void *self)
{
    return self;
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self, (void)prober;
}

static void add_mapping(struct answer *answer, uint32_t i, bool handle)
{
    int32_t shmid = (int32_t)(i % SEGMENTS);

    vec_push(&answer->mappings, (struct mapping){.shmid = shmid,
                                                 .key = 0x100u + (uint32_t)shmid,
                                                 .start = (i + 1) * 0x10000u,
                                                 .end = (i + 1) * 0x10000u + 4096,
                                                 .perms = MAP_R | MAP_SHARED_BIT,
                                                 .handle = handle ? 0xf00u + (uint32_t)shmid : 0,
                                                 .known = handle ? MAP_KNOWS_HANDLE : 0});
}

static void probe(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer)
{
    bool exact = probe->what == PROBE_EXACT;

    (void)self, (void)prober;
    if (probe->what == PROBE_SAME_MEMORY) {
        answer->error = -1;
        return;
    }
    if (probe->id == 1) // holds nothing
        return;
    if (probe->id == VICTIM) {
        add_mapping(answer, 0, exact);
        return;
    }
    answer->namespace_differs = world.elsewhere && probe->id % 2;
    for (uint32_t i = 0; i < world.attachments; i++)
        add_mapping(answer, i, exact || answer->namespace_differs);
}

static int list(void *self, struct pid_entry_vec *out)
{
    (void)self;
    vec_clear(out);
    vec_push(out, (struct pid_entry){1, 1});
    vec_push(out, (struct pid_entry){VICTIM, 1});
    for (int i = 0; i < ATTACKERS; i++)
        vec_push(out, (struct pid_entry){ATTACKER + i, 1});
    return 0;
}

static int forks(void *self, uint64_t *number)
{
    (void)self;
    *number = 1;
    return 0;
}

static int read_tables(void *self, const struct want *want, struct snapshot *fresh)
{
    (void)self, (void)want;
    for (int32_t i = 0; i < SEGMENTS; i++)
        vec_push(&fresh->segments,
                 (struct segment){.o = {.kind = KIND_SEGMENT, .id = i, .key = 0x100u + (uint32_t)i},
                                  .size = 65536,
                                  .nattch = (uint64_t)ATTACKERS * world.attachments / SEGMENTS});
    fresh->has |= NEED_SEGMENTS;
    return 0;
}

static const struct source source = {.read = read_tables,
                                     .processes = list,
                                     .forks = forks,
                                     .prober_new = prober_new,
                                     .prober_free = prober_free,
                                     .probe = probe};

// A full scan; the processor time it took is bounded, whatever else the machine does.
static struct snapshot *scan(int64_t *used_ns)
{
    static const struct want want = {.need = NEED_HOLDERS};
    struct prober_pool *pool = prober_pool_new(
        &source,
        &(struct prober_pool_options){.threads = 2, .deadline_ms = 60000, .join_ms = 60000});
    struct process_list processes = {0};
    struct snapshot *tables = snapshot_new();
    void *holders = mem_zero(1, holders_collector.size);
    const struct round round = {.source = &source,
                                .pool = pool,
                                .processes = &processes,
                                .want = &want,
                                .effort = EFFORT_FULL,
                                .tables = tables};

    read_tables(NULL, &want, tables);
    int64_t before = clock_used_ns();
    holders_collector.update(holders, &round);
    *used_ns = clock_used_ns() - before;
    assert_true(holders_collector.fill(holders, tables));
    holders_collector.release(holders);
    free(holders);
    process_list_free(&processes);
    assert_int_equal(prober_pool_free(pool), 0);
    return tables;
}

TEST(many_attachments_in_two_namespaces_take_no_square_of_time)
{
    int64_t few, many;

    world.elsewhere = true;
    world.attachments = 1000;
    snapshot_unref(scan(&few));
    world.attachments = 10000;
    struct snapshot *s = scan(&many);
    assert_true(many < 40 * few + CLOCK_SECOND); // ten times as many; a hundred times would be 100
    assert_true(many < 20 * CLOCK_SECOND);
    assert_int_equal(scan_account(s->scan, 1)->found, ATTACKERS * 10000 / SEGMENTS);
    assert_int_equal(scan_account(s->scan, 1)->unseen, 0);
    snapshot_unref(s);
}

TEST(what_is_kept_is_bounded_and_what_is_left_out_is_said)
{
    int64_t used;

    world.elsewhere = false;
    world.attachments = 60000;
    struct snapshot *s = scan(&used);
    assert_true(s->scan->mappings.n <= 1 << 17);
    assert_true(s->scan->mappings.n > 1 << 15);
    assert_true(s->scan->left_out > 0);
    assert_true(scan_account(s->scan, 0)->unseen & UNSEEN_LEFT_OUT);
    assert_non_null(scan_holder(s->scan, 0, VICTIM)); // those with few lose nothing
    for (int i = 0; i < ATTACKERS; i++)
        assert_non_null(scan_holder(s->scan, 0, ATTACKER + i));
    char *line = scan_accounting_line(s->scan, 0, "root");
    assert_non_null(strstr(line, "left out: too many mappings"));
    free(line);
    snapshot_unref(s);
}
