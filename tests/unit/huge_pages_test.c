// Huge pages: pools as rows of the limits, segments in them, findings.
#include <stdio.h>
#include <string.h>

#include "linux/objects/huge_pages.h"
#include "model/kinds/registry.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/triage/triage.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/tree.h"

enum { KIB = 1024, MIB = 1 << 20 };
static const uint64_t GIB = UINT64_C(1) << 30;
static const uint64_t SIZES = UINT64_C(1) << 21 | UINT64_C(1) << 30;

TEST_FIXTURE(tree_setup, tree_teardown)

static void pool_file(const char *root, const char *size, const char *name, const char *text)
{
    char path[200];

    snprintf(path, sizeof path, "kernel/mm/hugepages/hugepages-%s/%s", size, name);
    tree_write(root, path, text);
}

static void pool(const char *root, const char *size, const char *const numbers[5])
{
    static const char *const names[] = {"nr_hugepages", "free_hugepages", "resv_hugepages",
                                        "surplus_hugepages", "nr_overcommit_hugepages"};

    for (size_t i = 0; i < 5; i++)
        pool_file(root, size, names[i], numbers[i]);
}

// --- rows ---------------------------------------------------------------------------------------

TEST(each_size_has_its_rows)
{
    static const struct {
        const char *name, *path;
        uint64_t used, limit;
        // clang-format off
    } rows[] = {
        {"huge_2M", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", 30, 50},
        {"huge_2M_reserved", "/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages", 7, 50},
        {"huge_2M_surplus", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_overcommit_hugepages", 3, 4},
        {"huge_1G", "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", 0, 0},
        {"huge_1G_reserved", "/sys/kernel/mm/hugepages/hugepages-1048576kB/resv_hugepages", 0, 0},
        {"huge_1G_surplus", "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_overcommit_hugepages", 0, 0},
    };
    // clang-format on
    struct snapshot *s = snapshot_new();
    struct huge_pool got;
    double percent;

    pool(*state, "1048576kB", (const char *const[]){"0\n", "0\n", "0\n", "0\n", "0\n"});
    pool(*state, "2048kB", (const char *const[]){"50\n", "20\n", "7\n", "3\n", "4\n"});
    assert_true(huge_pages_sizes(*state) == SIZES);
    huge_pages_read(*state, &s->limits);
    assert_int_equal(s->limits.n, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < s->limits.n; i++) {
        const struct limit *l = &s->limits.at[i];
        assert_string_equal(l->name, rows[i].name);
        assert_string_equal(l->path, rows[i].path);
        assert_true(l->used == rows[i].used && l->limit == rows[i].limit);
        assert_int_equal(l->known, LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED);
        assert_true(huge_pool_is(l));
        assert_null(limit_spec_find(l->name)); // nobody sets it here
        assert_true(strlen(l->name) < LIMIT_NAME);
    }
    assert_true(limit_percent(&s->limits.at[0], &percent) && percent > 59 && percent < 61);
    assert_false(limit_percent(&s->limits.at[3], &percent)); // a pool of nothing is not full

    assert_true(huge_pool_of(s, &s->limits.at[0], &got));
    assert_true(got.page == 2 * MIB && got.total == 50 && got.free == 20 && got.reserved == 7 &&
                got.surplus == 3 && got.overcommit == 4);
    assert_false(huge_pool_of(s, &s->limits.at[1], &got));
    s->limits.at[2].known = 0;
    assert_false(huge_pool_of(s, &s->limits.at[0], &got));
    snapshot_unref(s);
}

TEST(what_cannot_be_read_is_left_out)
{
    struct limit_vec limits = {0};

    assert_true(huge_pages_sizes(*state) == 0);
    assert_true(huge_pages_sizes("/nonexistent") == 0);
    pool_file(*state, "2048kB", "nr_hugepages", "5\n"); // and no other file
    pool(*state, "64kB", (const char *const[]){"x\n", "0\n", "0\n", "0\n", "0\n"});
    pool(*state, "3000kB", (const char *const[]){"1\n", "0\n", "0\n", "0\n", "0\n"});
    pool_file(*state, "0kB", "nr_hugepages", "5\n");
    huge_pages_read(*state, &limits);
    assert_int_equal(limits.n, 0);
    vec_free(&limits);
}

// A full pool is what it is for: the row is not marked.
TEST(a_full_pool_is_not_marked)
{
    struct snapshot *s = snapshot_new();
    enum severity severity;

    huge_pool_limits(&(struct huge_pool){.page = 2 * MIB, .total = 8}, &s->limits);
    assert_int_equal(s->limits.at[0].used, 8);
    assert_false(kind_limits.mark(s, &s->limits.at[0], &severity));
    huge_pool_limits(&(struct huge_pool){.page = 3 * MIB, .total = 8}, &s->limits);
    assert_int_equal(s->limits.n, 3); // no such pages
    snapshot_unref(s);
}

// --- segments -----------------------------------------------------------------------------------

// As Linux 6.18 shows them: 4 MiB of pages of 2 MiB, one touched, is 1 GiB.
TEST(rss_beyond_the_size_shows_huge_pages)
{
    static const struct {
        uint64_t size, rss;
        bool huge;
        uint64_t resident; // 0: unknown
    } cases[] = {
        {4 * MIB, UINT64_C(1) << 30, true, 2 * MIB},
        {4 * MIB, UINT64_C(2) << 30, true, 4 * MIB},
        {4 * MIB, UINT64_C(3) << 30, false, 0},      // more than it has
        {3 * MIB, UINT64_C(2) << 30, true, 4 * MIB}, // whole pages
        {4 * MIB, 8 * MIB, false, 0},
        {UINT64_C(3) << 30, UINT64_C(1) << 48, true, UINT64_C(1) << 30}, // a page of 1 GiB
        {UINT64_C(8) << 30, UINT64_C(4096) << 30, true, UINT64_C(8) << 30},
    };
    struct segment_vec v = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        vec_push(&v, (struct segment){
                         .size = cases[i].size, .rss = cases[i].rss, .known = SEG_KNOWS_SWAP});
    huge_segments_settle(&v, SIZES, 4 * KIB);
    for (size_t i = 0; i < v.n; i++) {
        assert_int_equal(v.at[i].flags, cases[i].huge ? SEG_HUGETLB : 0);
        assert_true(v.at[i].rss == cases[i].resident);
        assert_int_equal(v.at[i].known & SEG_KNOWS_RSS, cases[i].resident ? SEG_KNOWS_RSS : 0);
        assert_true(v.at[i].known & SEG_KNOWS_SWAP);
    }
    vec_clear(&v); // without such pages it is nothing
    vec_push(&v, (struct segment){.size = 4 * MIB, .rss = UINT64_C(1) << 30});
    huge_segments_settle(&v, 0, 4 * KIB);
    assert_true(v.at[0].flags == 0 && v.at[0].rss == 0 && v.at[0].known == 0);
    vec_free(&v);
}

TEST(what_a_mapping_shows)
{
    struct segment known = {.size = 8 * GIB, .rss = 6 * MIB, .known = SEG_KNOWS_RSS};
    struct segment either = {.size = 8 * GIB, .rss = 2 * GIB, .known = SEG_KNOWS_RSS};
    struct segment settled = {
        .size = 8 * GIB, .rss = 2 * GIB, .known = SEG_KNOWS_RSS, .flags = SEG_HUGETLB};

    huge_segment_mark(&known, SIZES, 4 * KIB);
    assert_true(known.flags == SEG_HUGETLB && known.rss == 6 * MIB && known.known == SEG_KNOWS_RSS);
    huge_segment_mark(&either, SIZES, 4 * KIB); // 2 GiB, or 4 MiB 512 times
    assert_true(either.flags == SEG_HUGETLB && either.rss == 0 && either.known == 0);
    huge_segment_mark(&settled, SIZES, 4 * KIB);
    assert_true(settled.rss == 2 * GIB && settled.known == SEG_KNOWS_RSS);
}

// --- findings -----------------------------------------------------------------------------------

static const struct finding *found(struct snapshot *s)
{
    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++)
        if (strcmp(s->findings.at[i].rule, "huge-pages") == 0)
            return &s->findings.at[i];
    return NULL;
}

// Two segments of a server at work, 6 pages each.
static struct snapshot *server(const struct huge_pool *pool)
{
    struct snapshot *s = fake_snapshot();

    fake_process(s, 70, 26, "db", "db");
    for (int32_t id = 1; id <= 2; id++) {
        struct segment *g = fake_segment(s, id, 0x70 + (uint32_t)id, 26, 12 * MIB, 1);
        g->flags = SEG_HUGETLB;
        g->rss = 12 * MIB;
        g->known |= SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
        g->cpid = g->lpid = 70;
        fake_hold(s, id, 70, 1, 3);
        fake_account(s, id, 0);
    }
    huge_pool_limits(pool, &s->limits);
    return s;
}

static void says_finding(const struct finding *f, enum severity severity)
{
    assert_non_null(f);
    assert_int_equal(f->severity, severity);
    assert_int_equal(f->about.kind, KIND_LIMIT);
    says(f->title);
    says(f->evidence);
    says(f->advice);
}

TEST(a_pool_that_serves_is_silent)
{
    struct snapshot *s = server(&(struct huge_pool){2 * MIB, 20, 8, 0, 0, 0});

    assert_null(found(s));
    snapshot_unref(s);
    s = server(&(struct huge_pool){2 * MIB, 12, 0, 0, 0, 5}); // it may grow
    assert_null(found(s));
    snapshot_unref(s);
    s = server(
        &(struct huge_pool){2 * MIB, 12, 0, 0, 0, 0}); // full, but of others: virtual machines
    s->segments.at[0].flags = s->segments.at[1].flags = 0;
    assert_null(found(s));
    snapshot_unref(s);
    s = server(&(struct huge_pool){2 * MIB, 12, 0, 0, 0, 0}); // which of two pools?
    huge_pool_limits(&(struct huge_pool){.page = GIB, .total = 4, .free = 4}, &s->limits);
    assert_null(found(s));
    snapshot_unref(s);
}

TEST(a_pool_used_up)
{
    struct snapshot *s = server(&(struct huge_pool){2 * MIB, 14, 2, 2, 0, 0});

    says_finding(found(s), SEVERITY_NOTICE);
    snapshot_unref(s);
    s = server(&(struct huge_pool){2 * MIB, 12, 0, 0, 0, 0});
    struct segment *left = fake_segment(s, 3, 0, 27, 4 * MIB, 0);
    left->flags = SEG_HUGETLB;
    left->rss = 4 * MIB, left->known |= SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
    left->cpid = left->lpid = 99;
    left->o.ctime = left->atime = left->dtime = FAKE_NOW - 9000;
    fake_gone(s, 99);
    s->limits.at[0].limit = s->limits.at[0].used = s->limits.at[1].limit = 14;
    const struct finding *f = found(s);
    says_finding(f, SEVERITY_WARNING);
    assert_int_equal(f->objects.n, 1);
    assert_int_equal(f->objects.at[0].id, 3);
    snapshot_unref(s);
}

TEST(more_promised_than_there_is)
{
    struct snapshot *s = server(&(struct huge_pool){2 * MIB, 8, 2, 0, 0, 1});

    says_finding(found(s), SEVERITY_WARNING); // of SHM_NORESERVE
    snapshot_unref(s);
}

// Made with SHM_NORESERVE: no page of any size can serve it. One finding, however many sizes.
TEST(promised_where_there_are_none)
{
    struct snapshot *s = server(&(struct huge_pool){.page = 64 * KIB});
    size_t n = 0;

    huge_pool_limits(&(struct huge_pool){.page = 2 * MIB}, &s->limits);
    says_finding(found(s), SEVERITY_WARNING);
    for (size_t i = 0; i < s->findings.n; i++)
        n += strcmp(s->findings.at[i].rule, "huge-pages") == 0;
    assert_int_equal(n, 1);
    s->segments.at[0].flags = s->segments.at[1].flags = 0;
    assert_null(found(s));
    snapshot_unref(s);
}

TEST(a_pool_lowered_below_its_use)
{
    struct snapshot *s = server(&(struct huge_pool){2 * MIB, 14, 2, 0, 10, 0});

    says_finding(found(s), SEVERITY_NOTICE);
    snapshot_unref(s);
}
