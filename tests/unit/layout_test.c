#include <string.h>

#include "support/test.h"
#include "ui/parts/layout.h"

enum { MAX_W = 220, MAX_H = 70 };

static void collect(const struct layout *l, const struct rect **out)
{
    const struct rect *all[] = {&l->header, &l->findings, &l->tabs,    &l->above, &l->titles,
                                &l->table,  &l->below,    &l->message, &l->bar};
    memcpy(out, all, sizeof all);
}

static void check(int w, int h, const struct layout_wish *wish)
{
    const struct rect *parts[9];
    struct layout l;
    int covered = 0;

    layout_compute(&l, w, h, wish);
    collect(&l, parts);
    assert_int_equal(l.too_small, w < LAYOUT_MIN_W || h < LAYOUT_MIN_H);
    for (size_t i = 0; i < 9; i++) {
        const struct rect *r = parts[i];
        if (l.too_small) {
            assert_int_equal(r->h, 0);
            continue;
        }
        assert_true(r->x == 0 && r->w == w && r->h >= 0);
        assert_int_equal(r->y, covered); // one below the other: no gap, no overlap
        covered += r->h;
    }
    if (l.too_small)
        return;
    assert_int_equal(covered, h);
    assert_true(l.table.h >= LAYOUT_TABLE_MIN);
    assert_true(l.tabs.h == 1 && l.titles.h == 1 && l.message.h == 1 && l.bar.h == 1);
    assert_int_equal(l.findings.h, wish->findings ? 1 : 0);
    assert_true(l.above.h <= wish->above && l.below.h <= wish->below);
    assert_true(wish->above <= 0 || l.above.h >= 1); // at least the accounting
    if (wish->header == HEADER_NONE)
        assert_int_equal(l.header.h, 0);
    else
        assert_true(l.header.h == 1 || l.header.h == 4);
}

TEST(parts_fill_every_screen_and_never_overlap)
{
    for (int w = 1; w <= MAX_W; w += w < 45 ? 1 : 7) {
        for (int h = 1; h <= MAX_H; h++) {
            for (unsigned i = 0; i < 4 * 2 * 3 * 3; i++) {
                const int lines[] = {0, 3, 1000};
                check(w, h,
                      &(struct layout_wish){.header = i % 4,
                                            .findings = i / 4 % 2,
                                            .above = lines[i / 8 % 3],
                                            .below = lines[i / 24 % 3]});
            }
        }
    }
}

static int header_of(int h, enum header_size size)
{
    struct layout l;

    layout_compute(&l, 80, h, &(struct layout_wish){.header = size, .findings = true});
    return l.header.h;
}

TEST(the_header_shrinks_on_a_low_screen)
{
    assert_int_equal(header_of(25, HEADER_AUTO), 4);
    assert_int_equal(header_of(24, HEADER_AUTO), 1);
    assert_int_equal(header_of(24, HEADER_FULL), 4); // chosen
    assert_int_equal(header_of(10, HEADER_FULL), 1); // the table comes first
    assert_int_equal(header_of(60, HEADER_LINE), 1);
    assert_int_equal(header_of(60, HEADER_NONE), 0);
}

static void nothing(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)s;
    (void)row;
    (void)out;
}

#define COLUMN(n, t, w, wide, prio, f)                                                             \
    {                                                                                              \
        .name = n, .title = n, .help = n, .type = t, .width = w, .widest = wide, .priority = prio, \
        .flags = COL_SCREEN | (f), .get = nothing                                                  \
    }
static const struct column table[] = {
    COLUMN("key", CELL_KEY, 10, 0, 3, 0),
    COLUMN("id", CELL_NUMBER, 6, 10, 0, COL_KEEP),
    COLUMN("owner", CELL_TEXT, 6, 12, 2, 0),
    COLUMN("size", CELL_SIZE, 5, 0, 0, COL_KEEP),
    COLUMN("rss", CELL_SIZE, 5, 0, 7, 0),
    COLUMN("att", CELL_COUNT, 3, 7, 0, COL_KEEP),
    COLUMN("status", CELL_FLAGS, 6, 19, 0, COL_KEEP),
    COLUMN("command", CELL_TEXT, 20, 255, 1, 0),
};
enum { N = sizeof table / sizeof table[0] };
static const struct column *const all[N] = {&table[0], &table[1], &table[2], &table[3],
                                            &table[4], &table[5], &table[6], &table[7]};

static size_t kept(const struct fitted_vec *v)
{
    size_t n = 0;

    for (size_t i = 0; i < v->n; i++)
        n += v->at[i].column->flags & COL_KEEP ? 1 : 0;
    return n;
}

static bool shows(const struct fitted_vec *v, const char *name)
{
    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->at[i].column->name, name) == 0)
            return true;
    }
    return false;
}

TEST(columns_never_overlap_and_kept_ones_stay)
{
    const int texts[][N] = {{0}, {10, 6, 6, 4, 4, 2, 4, 30}, {10, 10, 12, 5, 5, 7, 19, 250}};
    struct fitted_vec v = {0};

    for (size_t t = 0; t < 3; t++) {
        for (int w = 1; w <= MAX_W; w++) {
            for (size_t pan = 0; pan < N + 2; pan++) {
                layout_columns(&v, all, texts[t], N, w, pan);
                assert_int_equal(kept(&v), 4);
                int x = 0;
                for (size_t i = 0; i < v.n; i++) {
                    assert_true(v.at[i].x >= x && v.at[i].w >= 1);
                    x = v.at[i].x + v.at[i].w + 1;
                }
                if (w >= 7) // four columns and the blanks between them
                    assert_true(x - 1 <= w);
            }
        }
    }
    vec_free(&v);
}

TEST(columns_drop_by_priority)
{
    const int texts[N] = {10, 6, 6, 4, 4, 2, 4, 30};
    struct fitted_vec v = {0};

    layout_columns(&v, all, texts, N, 80, 0);
    assert_int_equal(v.n, N);
    assert_int_equal(v.at[N - 1].w, 30); // as much of what is left as its texts need
    layout_columns(&v, all, texts, N, 66, 0);
    assert_false(shows(&v, "rss"));
    assert_true(shows(&v, "key"));
    layout_columns(&v, all, texts, N, 52, 0);
    assert_false(shows(&v, "key"));
    assert_true(shows(&v, "owner"));
    layout_columns(&v, all, texts, N, 44, 0);
    assert_false(shows(&v, "owner"));
    assert_true(shows(&v, "command"));
    layout_columns(&v, all, texts, N, 37, 0);
    assert_int_equal(v.n, 5);
    assert_int_equal(v.at[4].w, 37 - (6 + 5 + 3 + 6 + 4)); // words are cut before they go
    layout_columns(&v, all, texts, N, 33, 0);
    assert_int_equal(v.n, 4);
    vec_free(&v);
}

TEST(kept_columns_are_not_cut_for_others)
{
    const int texts[N] = {10, 10, 12, 5, 5, 7, 11, 30};
    struct fitted_vec v = {0};

    layout_columns(&v, all, texts, N, 40, 0);
    for (size_t i = 0; i < v.n; i++) {
        if (v.at[i].column == &table[1])
            assert_int_equal(v.at[i].w, 10);
        if (v.at[i].column == &table[6])
            assert_int_equal(v.at[i].w, 11);
    }
    vec_free(&v);
}

TEST(a_list_does_not_widen_before_names_are_whole)
{
    const int texts[N] = {10, 6, 10, 4, 4, 2, 4, 60};
    struct fitted_vec v = {0};

    for (int w = 73; w <= 120; w++) { // nothing is dropped
        layout_columns(&v, all, texts, N, w, 0);
        assert_int_equal(v.n, N);
        for (size_t i = 0; i < v.n; i++)
            if (v.at[i].column == &table[2] && v.at[N - 1].w > table[7].width)
                assert_int_equal(v.at[i].w, 10);
    }
    assert_true(v.at[N - 1].w > table[7].width);
    vec_free(&v);
}

TEST(panning_brings_further_columns)
{
    const int texts[N] = {10, 6, 6, 4, 4, 2, 4, 30};
    struct fitted_vec v = {0};

    layout_columns(&v, all, texts, N, 37, 3); // key, owner, rss away
    assert_false(shows(&v, "key") || shows(&v, "owner") || shows(&v, "rss"));
    layout_columns(&v, all, texts, N, 60, 3);
    assert_true(shows(&v, "command"));
    assert_true(shows(&v, "id"));
    layout_columns(&v, all, texts, N, 60, 99); // the last one stays
    assert_true(shows(&v, "command"));
    vec_free(&v);
}
