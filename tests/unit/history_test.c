// The past that is plotted: of sums and objects, bounded, and the lines drawn of it.
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/kinds/registry.h"
#include "session/history.h"
#include "support/canvas_row.h"
#include "support/fake.h"
#include "support/test.h"
#include "ui/canvas/plot.h"

static void look(struct history *h, int64_t seconds, uint64_t attached)
{
    struct snapshot *s = fake_snapshot();

    s->time_ns = seconds * CLOCK_SECOND;
    fake_segment(s, 3, 1, 0, 4096, attached);
    fake_segment(s, 7, 2, 0, 8192, 1);
    history_add(h, s);
    snapshot_unref(s);
}

static struct identity segment(int32_t id, uint32_t key)
{
    struct snapshot *s = fake_snapshot();
    struct identity identity = identity_of(&fake_segment(s, id, key, 0, 4096, 0)->o);

    snapshot_unref(s);
    return identity;
}

TEST(what_was_is_kept_by_object)
{
    struct history h = {0};
    const struct column *att = kind_column(&kind_segments, "nattch");
    const struct identity first = segment(3, 1), none = segment(5, 1);

    for (int64_t i = 1; i <= 5; i++)
        look(&h, i, (uint64_t)i * 10);
    const struct series *series = history_of(&h, &first, att);
    assert_non_null(series);
    assert_int_equal(series->n, 5);
    assert_true(series_at(series, 0) == 10 && series_at(series, 4) == 50);
    assert_true(series_at(&h.sums[SUM_SHARED], 4) == 4096 + 8192);
    assert_null(history_of(&h, &none, att));
    assert_null(history_of(&h, &first, kind_column(&kind_segments, "size")));
    history_free(&h);
}

TEST(the_past_is_bounded)
{
    struct history h = {0};
    const struct column *att = kind_column(&kind_segments, "nattch");
    const struct identity first = segment(3, 1);

    for (int64_t i = 1; i <= PLOT_SAMPLES + 20; i++)
        look(&h, i, (uint64_t)i);
    const struct series *series = history_of(&h, &first, att);
    assert_int_equal(series->n, PLOT_SAMPLES);
    assert_true(series_at(series, 0) == 21);
    assert_true(series_at(series, PLOT_SAMPLES - 1) == PLOT_SAMPLES + 20);
    look(&h, PLOT_SAMPLES + 20, 99); // the same moment
    assert_true(series_at(history_of(&h, &first, att), PLOT_SAMPLES - 1) == PLOT_SAMPLES + 20);
    struct snapshot *gone = fake_snapshot();
    gone->time_ns = 1000 * CLOCK_SECOND;
    history_add(&h, gone);
    snapshot_unref(gone);
    assert_int_equal(h.objects[KIND_SEGMENT].n, 0);
    struct snapshot *crowd = fake_crowd(PLOT_OBJECTS + 1);
    crowd->time_ns = 2000 * CLOCK_SECOND;
    history_add(&h, crowd);
    snapshot_unref(crowd);
    assert_int_equal(h.objects[KIND_SEGMENT].n, 0);
    history_free(&h);
}

static void must_plot(bool ascii, const float *values, size_t n, const char *expected)
{
    struct canvas c = {.ascii = ascii};

    canvas_resize(&c, 12, 1);
    plot_draw(&c, 1, 0, 8, STYLE_PLAIN, values, n);
    char *row = canvas_row(&c, 0);
    assert_string_equal(row, expected);
    free(row);
    canvas_free(&c);
}

TEST(lines_go_from_the_least_to_the_largest)
{
    static const float rising[] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, flat[] = {5, 5, 5};

    must_plot(false, rising + 1, 8, " ▁▂▃▄▅▆▇█");
    must_plot(true, rising + 1, 8, " _.-:=+*#");
    must_plot(false, rising, 9, " ▁▂▃▄▅▆▇█"); // the newest
    must_plot(false, flat, 3, "      ▁▁▁");
    must_plot(false, NULL, 0, "");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    return tests_run();
}
