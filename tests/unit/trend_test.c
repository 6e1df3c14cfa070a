// What a series of pictures shows: leaks in progress, and not servers that start or clients that
// come and go.
#include "base/clock.h"
#include "model/triage/trends.h"
#include "support/fake.h"
#include "support/test.h"

enum { LEAKER = 48, OTHER = 1000, TICK = 2 };

struct film { // pictures that follow each other
    struct trend *trend;
    struct snapshot *last;
    int64_t seconds;
};

static struct film begin(void)
{
    return (struct film){.trend = trend_new(), .seconds = 1000};
}

static void end(struct film *film)
{
    trend_free(film->trend);
    snapshot_unref(film->last);
}

// The next picture, `after` seconds later: so many sets of the leaker, with ids upwards of `from`.
static void show(struct film *film, int after, int from, int sets)
{
    struct snapshot *s = snapshot_new();

    film->seconds += after;
    s->time_ns = film->seconds * CLOCK_SECOND;
    s->has = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES;
    for (int i = 0; i < sets; i++)
        fake_semset(s, from + i, LEAKER, 1)->o.ctime = film->seconds;
    fake_semset(s, 100000, OTHER, 1);
    fake_queue(s, 3, LEAKER, 0, 0);
    trend_note(film->trend, s);
    snapshot_unref(film->last);
    film->last = s;
}

static const struct growth *told(const struct film *film)
{
    assert_true(film->last->growths.n <= 1);
    return film->last->growths.n ? &film->last->growths.at[0] : NULL;
}

TEST(a_leak_is_told_with_its_pace)
{
    struct film film = begin();
    int sets = 10;

    for (int i = 0; i < 20; i++)
        show(&film, TICK, 0, sets);
    for (int i = 0; i < 29; i++) {
        show(&film, TICK, 0, ++sets);
        assert_null(told(&film)); // not before a minute
    }
    show(&film, TICK, 0, ++sets);
    const struct growth *g = told(&film);
    assert_non_null(g);
    assert_int_equal(g->kind, KIND_SEMSET);
    assert_int_equal(g->uid, LEAKER);
    assert_int_equal(g->from, 10);
    assert_int_equal(g->to, 40);
    assert_int_equal(g->seconds, 60);
    assert_int_equal(g->example, 10); // that came first; it stays while it exists
    show(&film, TICK, 11, sets - 11); // it ended at last
    assert_null(told(&film));
    end(&film);
}

TEST(a_slow_leak_is_found_in_its_own_time)
{
    struct film film = begin();
    int sets = 3;

    show(&film, TICK, 0, sets);
    for (int rise = 0; rise < 8; rise++) {
        for (int i = 0; i < 59; i++) // every two minutes
            show(&film, TICK, 0, sets);
        show(&film, TICK, 0, ++sets);
        if (rise < 5)
            assert_null(told(&film));
    }
    assert_non_null(told(&film));
    assert_int_equal(told(&film)->from, 3);
    assert_int_equal(told(&film)->to, 11);
    for (int i = 0; i < 3 * 60 + 10 + 60; i++) // and it ends when it has paused for long
        show(&film, TICK, 0, sets);
    assert_null(told(&film));
    end(&film);
}

TEST(a_server_that_starts_does_not_leak)
{
    struct film film = begin();
    int sets = 0;

    for (int i = 0; i < 10; i++)
        show(&film, TICK, 0, sets += 20);
    for (int i = 0; i < 100; i++) {
        show(&film, TICK, 0, sets);
        assert_null(told(&film));
    }
    end(&film);
}

// Five at its start, one when its backup runs: that is no pace.
TEST(what_happens_now_and_then_is_no_leak)
{
    struct film film = begin();
    int sets = 0;

    show(&film, TICK, 0, sets);
    for (int i = 0; i < 5; i++)
        show(&film, TICK, 0, ++sets);
    for (int i = 0; i < 150; i++)
        show(&film, TICK, 0, sets);
    show(&film, TICK, 0, ++sets);
    for (int i = 0; i < 400; i++) {
        show(&film, TICK, 0, sets);
        assert_null(told(&film));
    }
    end(&film);
}

TEST(clients_that_come_and_go_do_not_leak)
{
    static const int waves[] = {0, 1, 2, 3, 2, 3, 4, 5, 6, 5, 4, 3};
    struct film film = begin();

    for (int i = 0; i < 600; i++) {
        show(&film, TICK, i, 10 + waves[i % 12]);
        assert_null(told(&film));
    }
    end(&film);
}

TEST(what_is_there_at_the_start_did_not_come)
{
    struct film film = begin();

    show(&film, TICK, 0, 5000);
    show(&film, 3600, 0, 5000);
    assert_null(told(&film));
    struct snapshot *s = snapshot_new(); // nothing read: nothing learned
    s->time_ns = (film.seconds += TICK) * CLOCK_SECOND;
    trend_note(film.trend, s);
    assert_int_equal(s->growths.n, 0);
    snapshot_unref(s);
    show(&film, TICK, 0, 5000);
    assert_null(told(&film));
    end(&film);
}

// More owners than are followed: the memory stays bounded, and nothing is told of the others.
TEST(many_owners_are_too_many)
{
    struct trend *trend = trend_new();

    for (int tick = 1; tick <= 40; tick++) {
        struct snapshot *s = snapshot_new();
        s->time_ns = tick * 5 * CLOCK_SECOND;
        s->has = NEED_QUEUES;
        for (int id = 0; id < 2 * TREND_SERIES; id++) {
            struct queue queue = {.o = {.kind = KIND_QUEUE, .id = id, .uid = (uint32_t)id}};
            vec_push(&s->queues, queue);
        }
        for (int id = 0; id < tick; id++) {
            struct queue queue = {.o = {.kind = KIND_QUEUE, .id = 5000 + id, .uid = 7}};
            vec_push(&s->queues, queue);
            queue.o.uid = TREND_SERIES + 7;
            vec_push(&s->queues, queue);
        }
        trend_note(trend, s);
        assert_int_equal(s->growths.n, tick > 12 ? 1 : 0);
        if (tick > 12)
            assert_int_equal(s->growths.at[0].uid, 7);
        snapshot_unref(s);
    }
    trend_free(trend);
}

// --- semaphores waited for ----------------------------------------------------------------------

static struct snapshot *waiting(struct trend *trend, int64_t seconds, int32_t pid, uint32_t ncount)
{
    struct snapshot *s = snapshot_new();

    s->time_ns = seconds * CLOCK_SECOND;
    s->has = NEED_ELEMENTS;
    for (uint32_t i = 0; i < 3; i++) {
        struct element *e = fake_element(s, 7, i, 0);
        e->known |= ELEMENT_KNOWS_PID;
        e->pid = i == 1 ? pid : 200;
        e->ncount = i == 1 ? ncount : 0;
    }
    trend_note(trend, s);
    return s;
}

TEST(waiting_is_timed_until_somebody_operates)
{
    static const struct {
        int64_t at;
        int32_t pid;
        uint32_t ncount;
        int64_t waited;
        // clang-format off
    } looks[] = {
        {100, 1, 1, 0}, {102, 1, 1, 2},  {160, 1, 3, 60}, {162, 2, 3, 0}, // operated by another
        {170, 2, 3, 8}, {172, 2, 0, 0}, {174, 2, 1, 0},  {175, 2, 1, 1},
    };
    // clang-format on
    struct trend *trend = trend_new();

    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct snapshot *s = waiting(trend, looks[i].at, looks[i].pid, looks[i].ncount);
        assert_int_equal(s->elements.at[0].waited, 0);
        assert_int_equal(s->elements.at[1].waited, looks[i].waited);
        assert_int_equal(s->elements.at[2].waited, 0);
        snapshot_unref(s);
    }
    trend_free(trend);
}

// One stays of every few, which come and go: what stays grows.
TEST(a_leak_beside_traffic_is_found)
{
    struct film film = begin();
    int stay = 0;

    for (int i = 0; i < 60; i++) {
        stay += i % 2 == 0;
        show(&film, TICK, 0, stay + i % 3 * 2);
    }
    assert_non_null(told(&film));
    assert_int_equal(told(&film)->uid, LEAKER);
    end(&film);
}

TEST(traffic_alone_does_not_leak)
{
    struct film film = begin();

    for (int i = 0; i < 200; i++) {
        show(&film, TICK, 0, 5 + i * 7 % 5);
        assert_null(told(&film));
    }
    end(&film);
}
