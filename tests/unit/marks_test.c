// What the screen makes of numbers: use of limits, and what deserves attention in a row.
#include <string.h>
#include <unistd.h>

#include "model/kinds/registry.h"
#include "support/fake.h"
#include "support/test.h"
#include "ui/parts/marks.h"
#include "ui/parts/usage.h"

TEST(use_is_told_in_bytes_and_without_limit_where_there_is_none)
{
    struct snapshot *s = fake_snapshot();
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct usage usage;

    fake_limit(s, "shmall", "pages", 100, 200);
    usage = usage_of(s, "shmall");
    assert_true(usage.used_known && usage.limit_known);
    assert_int_equal(usage.used, 100 * page);
    assert_int_equal(usage.limit, 200 * page);
    assert_true(usage_percent(&usage) == 50.0);

    s->limits.at[0].limit = 18446744073692774399u; // the default: no limit
    usage = usage_of(s, "shmall");
    assert_false(usage.limit_known);
    assert_true(usage_percent(&usage) == 0);
    s->system.ram = 400 * page; // memory ends there
    usage = usage_of(s, "shmall");
    assert_true(usage.limit_known && usage.of_ram);
    assert_true(usage_percent(&usage) == 25.0);
    assert_false(usage_of(s, "shmmni").of_ram);
    s->limits.at[0].limit = 200;
    assert_false(usage_of(s, "shmall").of_ram);
    s->system.ram = 0;

    s->limits.at[0].known = 0;
    fake_segment(s, 1, 1, 0, 4096, 0);
    fake_segment(s, 2, 2, 0, 8192, 0);
    usage = usage_of(s, "shmall"); // counted in the table instead
    assert_true(usage.used_known && !usage.limit_known);
    assert_int_equal(usage.used, 12288);
    assert_int_equal(usage_of(s, "shmmni").used, 2);
    s->has = 0;
    assert_false(usage_of(s, "shmmni").used_known); // not read: unknown, not 0
    assert_false(usage_of(s, "semmns").used_known);
    assert_false(usage_of(s, "msgmni").used_known);
    assert_false(usage_of(s, "nonsense").used_known);
    snapshot_unref(s);
}

TEST(colours_mean_80_and_95_percent)
{
    assert_int_equal(usage_style(0), STYLE_GOOD);
    assert_int_equal(usage_style(79.9), STYLE_GOOD);
    assert_int_equal(usage_style(80), STYLE_WARNING);
    assert_int_equal(usage_style(94.9), STYLE_WARNING);
    assert_int_equal(usage_style(95), STYLE_CRITICAL);
    assert_int_equal(usage_style(120), STYLE_CRITICAL);
}

static bool mark(const struct snapshot *s, const struct kind *kind, const void *row,
                 enum style *style)
{
    return mark_of(s, kind, row, style);
}

TEST(dots_follow_the_findings)
{
    struct snapshot *s = fake_story();
    enum style style;

    assert_true(mark(s, &kind_segments, snapshot_segment(s, 393216), &style));
    assert_int_equal(style, STYLE_CRITICAL);
    assert_true(mark(s, &kind_segments, snapshot_segment(s, 458754), &style));
    assert_int_equal(style, STYLE_WARNING);
    assert_false(mark(s, &kind_segments, snapshot_segment(s, 425985), &style));
    // Removed but attached is no fault by itself: a dot, but a calm one.
    s->segments.at[4].flags |= SEG_DEST;
    assert_true(mark(s, &kind_segments, &s->segments.at[4], &style));
    assert_int_equal(style, STYLE_LABEL);
    assert_true(mark(s, &kind_limits, &s->limits.at[0], &style)); // 85 %
    assert_int_equal(style, STYLE_WARNING);
    assert_false(mark(s, &kind_limits, &s->limits.at[1], &style));
    assert_true(mark(s, &kind_findings, &s->findings.at[0], &style));
    assert_int_equal(style, STYLE_CRITICAL);
    assert_false(mark(s, &kind_holders, &s->scan->holders.at[0], &style));
    s->scan->holders.at[0].stale = true;
    assert_true(mark(s, &kind_holders, &s->scan->holders.at[0], &style));
    assert_int_equal(style, STYLE_WARNING);
    snapshot_unref(s);
}

TEST(processes_are_new_for_some_seconds)
{
    struct snapshot *s = fake_story();
    const struct holder *holder = &s->scan->holders.at[0];
    struct process *process = (struct process *)snapshot_process(s, holder->pid);

    assert_non_null(process);
    process->start_time = FAKE_NOW - 4;
    assert_true(kind_holders.is_new(s, holder));
    process->start_time = FAKE_NOW - 5;
    assert_false(kind_holders.is_new(s, holder));
    process->start_time = FAKE_NOW;
    process->known &= (uint8_t)~PROC_KNOWS_START;
    assert_false(kind_holders.is_new(s, holder));
    snapshot_unref(s);
}

TEST(of_flags_only_some_stand_out)
{
    const struct segment marked = {.flags = SEG_DEST | SEG_LOCKED}, locked = {.flags = SEG_LOCKED};
    const struct process_totals holder = {.roles = 1};
    const struct column *status = kind_column(&kind_segments, "status");
    const struct column *roles = kind_column(&kind_processes, "roles");
    struct snapshot *s = fake_snapshot();

    assert_int_equal(mark_cell(s, status, &marked, "", STYLE_PLAIN), STYLE_WARNING);
    assert_int_equal(mark_cell(s, status, &locked, "", STYLE_PLAIN), STYLE_PLAIN);
    assert_int_equal(mark_cell(s, roles, &holder, "", STYLE_PLAIN), STYLE_PLAIN);
    snapshot_unref(s);
}
