// Data directories: who is asked for them, how often, and which are kept.
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/databases.h"
#include "support/fake.h"
#include "support/test.h"

enum { PG = 26, MASTER = 100, BACKEND = 101, MANY_FROM = 1000, INODE = 4711 };

static struct {
    _Atomic unsigned places, servers;
    _Atomic int last;   // process asked
    uint64_t at_places; // inode of the directory found there; 0: none
    bool silent;        // servers do not say
} world;

static struct prober *prober_new(void *self)
{
    return self;
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self, (void)prober;
}

static void add(struct answer *answer, uint64_t inode)
{
    struct instance instance = {.device = 1, .inode = inode, .uid = PG};

    snprintf(instance.directory, sizeof instance.directory, "/data/%d", (int)inode);
    vec_push(&answer->instances, instance);
}

static void probe(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer)
{
    (void)self, (void)prober;
    if (probe->what == PROBE_PLACES) {
        world.places++;
        if (world.at_places)
            add(answer, world.at_places);
    } else if (probe->what == PROBE_SERVER) {
        world.servers++;
        world.last = (int)probe->id;
        if (world.silent)
            answer->error = -EACCES;
        else
            add(answer, INODE);
    }
}

static struct prober_pool *begin(struct databases **in)
{
    static const struct source source = {
        .self = &world, .prober_new = prober_new, .prober_free = prober_free, .probe = probe};

    *in = mem_zero(1, databases_collector.size);
    world.places = world.servers = 0;
    world.at_places = 0;
    world.silent = false;
    return prober_pool_new(&source, &(struct prober_pool_options){
                                        .threads = 2, .deadline_ms = 60000, .join_ms = 60000});
}

static void finish(void *in, struct prober_pool *probers, struct snapshot *s)
{
    databases_collector.release(in);
    free(in);
    assert_int_equal(prober_pool_free(probers), 0);
    snapshot_unref(s);
}

static void update_with(void *in, struct prober_pool *probers, struct snapshot *s,
                        enum effort effort)
{
    const struct want want = {.need = NEED_APPS};

    databases_collector.update(
        in, &(struct round){.pool = probers, .want = &want, .effort = effort, .tables = s});
}

static void update(void *in, struct prober_pool *probers, struct snapshot *s)
{
    update_with(in, probers, s, EFFORT_AS_NEEDED);
}

// A postmaster and a backend of it on one segment, and a segment of somebody else.
static struct snapshot *server(void)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 4, INODE, PG, 56, 2);

    g->cpid = MASTER;
    fake_segment(s, 5, 7, 0, 56, 0)->cpid = 300;
    fake_process(s, MASTER, PG, "postgres", NULL);
    fake_process(s, BACKEND, PG, "postgres", NULL);
    fake_process(s, 300, 0, "python", NULL);
    fake_hold(s, 4, MASTER, 1, 3);
    fake_hold(s, 4, BACKEND, 1, 3);
    fake_account(s, 4, 0);
    return s;
}

TEST(the_postmaster_is_asked)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = server();

    update(in, probers, s);
    assert_int_equal(world.places, 1);
    assert_int_equal(world.servers, 1); // its backend would say the same
    assert_int_equal(world.last, MASTER);
    databases_collector.fill(in, s);
    assert_int_equal(s->instances.n, 1);
    assert_string_equal(s->instances.at[0].directory, "/data/4711");
    finish(in, probers, s);
}

TEST(what_is_left_of_a_server_is_asked)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = server();

    ((struct process *)snapshot_process(s, MASTER))->gone = true;
    update(in, probers, s);
    assert_int_equal(world.servers, 1);
    assert_int_equal(world.last, BACKEND);
    finish(in, probers, s);
}

TEST(one_directory_is_told_once)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = server();

    world.at_places = INODE; // the usual place is the server's own
    update(in, probers, s);
    assert_int_equal(in->known.n, 1);
    world.at_places = INODE + 1;
    update_with(in, probers, s, EFFORT_FULL);
    assert_int_equal(in->known.n, 2);
    assert_int_equal(in->known.at[0].inode, INODE); // who runs comes first
    finish(in, probers, s);
}

TEST(they_are_asked_at_a_slow_pace)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = server();

    update(in, probers, s);
    update(in, probers, s);
    assert_int_equal(world.places, 1);
    in->asked_ns -= 29 * CLOCK_SECOND;
    update(in, probers, s);
    assert_int_equal(world.places, 1);
    in->asked_ns -= 1 * CLOCK_SECOND;
    update(in, probers, s);
    assert_int_equal(world.places, 2); // twice a minute

    fake_segment(s, 6, 8, 0, 56, 0); // a new one: sooner, but not at once
    update(in, probers, s);
    assert_int_equal(world.places, 2);
    in->asked_ns -= 2 * CLOCK_SECOND;
    update(in, probers, s);
    assert_int_equal(world.places, 3);
    update_with(in, probers, s, EFFORT_FULL); // asked for
    assert_int_equal(world.places, 4);
    finish(in, probers, s);
}

// Its server gone, a directory explains what it left behind, as long as that is there.
TEST(a_directory_is_kept_while_it_explains)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = server();

    world.at_places = INODE + 1; // explains nothing
    update(in, probers, s);
    assert_int_equal(in->known.n, 2);
    world.at_places = 0;
    world.silent = true;
    update_with(in, probers, s, EFFORT_FULL);
    assert_int_equal(in->known.n, 1);
    assert_int_equal(in->known.at[0].inode, INODE);
    s->segments.at[0].o.key = 99;
    update_with(in, probers, s, EFFORT_FULL);
    assert_int_equal(in->known.n, 0);
    finish(in, probers, s);
}

TEST(many_servers_are_not_all_asked)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = fake_snapshot();

    for (int i = 0; i < 200; i++) {
        fake_process(s, MANY_FROM + i, PG, "postgres", NULL);
        fake_segment(s, i, (uint32_t)i + 1, PG, 56, 0)->cpid = MANY_FROM + i;
    }
    update(in, probers, s);
    assert_int_equal(world.places, 1);
    assert_int_equal(world.servers, 48);
    finish(in, probers, s);
}

// Whose processes are named so in numbers, and made their segments first, hides no other's server.
TEST(many_of_one_user_hide_nobody)
{
    struct databases *in;
    struct prober_pool *probers = begin(&in);
    struct snapshot *s = fake_snapshot();

    for (int i = 0; i < 200; i++) {
        fake_process(s, MANY_FROM + i, 1001, "postgres", NULL);
        fake_segment(s, i, (uint32_t)i + 1, 1001, 56, 0)->cpid = MANY_FROM + i;
    }
    fake_process(s, MANY_FROM + 200, PG, "postgres", NULL);
    fake_segment(s, 200, 1000, PG, 56, 0)->cpid = MANY_FROM + 200;
    update(in, probers, s);
    assert_int_equal(world.servers, 49);
    finish(in, probers, s);
}
