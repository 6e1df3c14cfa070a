// The text of OpenMetrics: what is hostile in labels, what is unknown, and that groups are bounded.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/kinds/registry.h"
#include "output/formats.h"
#include "support/fake.h"
#include "support/test.h"

static const struct format *openmetrics(void)
{
    for (size_t i = 0; i < n_formats; i++)
        if (formats[i]->name && strcmp(formats[i]->name, "openmetrics") == 0)
            return formats[i];
    fail();
    return NULL;
}

static char *metrics(const struct snapshot *s, const struct kind *kind, unsigned style)
{
    const struct column **columns = mem_zero(kind->n_columns, sizeof *columns);
    struct table_request table = {.style = style, .query = {.kind = kind}, .columns = columns};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; i < kind->n_columns; i++)
        if (kind->columns[i].flags & openmetrics()->columns)
            columns[table.n_columns++] = &kind->columns[i];
    assert_int_equal(openmetrics()->write(out, s, &table, 1), 0);
    fclose(out);
    free(columns);
    return text;
}

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no '%s' in %s", line, text);
}

TEST(labels_are_escaped)
{
    struct snapshot *s = fake_snapshot();

    fake_user(s, 100, "a\"b\\c\nd");
    fake_segment(s, 1, 0x1, 100, 4096, 0);
    char *text = metrics(s, &kind_segments, STYLE_PER_OBJECT);
    has(text, "\nipctop_segments_size_bytes{owner=\"a\\\"b\\\\c\\nd\"");
    has(text,
        "\nipctop_segment_size_bytes{key=\"0x00000001\",shmid=\"1\",owner=\"a\\\"b\\\\c\\nd\"");
    free(text);
    snapshot_unref(s);
}

TEST(unknown_is_no_zero)
{
    struct snapshot *s = fake_few();
    char *text = metrics(s, &kind_segments, STYLE_PER_OBJECT);

    // Of segment 7 the memory is not known.
    has(text, "\nipctop_segment_size_bytes{key=\"0x00000000\",shmid=\"7\"");
    assert_null(strstr(text, "\nipctop_segment_rss_bytes{key=\"0x00000000\",shmid=\"7\""));
    free(text);
    s->has &= ~(uint64_t)NEED_SEGMENTS;
    text = metrics(s, &kind_segments, 0);
    has(text, "\nipctop_table_known{table=\"segments\"} 0\n");
    assert_null(strstr(text, "\nipctop_segments"));
    free(text);
    snapshot_unref(s);
}

TEST(none_is_zero)
{
    struct snapshot *s = fake_snapshot();
    char *text = metrics(s, &kind_segments, 0);

    has(text, "\nipctop_segments 0\n");
    free(text);
    snapshot_unref(s);
}

// By the thousands of programs that a busy machine runs, too.
TEST(groups_of_processes_are_bounded)
{
    struct snapshot *s = fake_snapshot();
    size_t lines = 0, rss = 0;
    char comm[16];

    for (int32_t i = 0; i < 1000; i++) {
        snprintf(comm, sizeof comm, "job%d", i);
        struct process *p = fake_process(s, 1000 + i, 0, comm, comm);
        p->rss = 4096;
        p->known |= PROC_KNOWS_RSS;
        vec_push(&s->totals, (struct process_totals){.pid = 1000 + i, .known = TOTALS_KNOW_HELD});
    }
    s->has |= kind_get(KIND_PROCESS)->need;
    if (!s->scan)
        s->scan = scan_new();
    char *text = metrics(s, kind_get(KIND_PROCESS), 0);
    for (char *at = text; (at = strstr(at, "\nipctop_processes_rss_bytes{")); at++) {
        lines++;
        rss += strtoul(strchr(at, '}') + 2, NULL, 10);
    }
    assert_int_equal(lines, 201);
    assert_int_equal(rss, 1000 * 4096);
    free(text);
    snapshot_unref(s);
}

TEST(groups_are_bounded)
{
    enum { OWNERS = 1000, GROUPS = 201 };
    struct snapshot *s = fake_snapshot();
    size_t lines = 0, segments = 0, bytes = 0;

    for (int i = 0; i < OWNERS; i++)
        fake_segment(s, i, 0, (uint32_t)(10000 + i), 4096, 0);
    char *text = metrics(s, &kind_segments, 0);
    for (char *at = text; (at = strstr(at, "\nipctop_segments{")); at++) {
        lines++;
        segments += strtoul(strchr(at, '}') + 2, NULL, 10);
    }
    for (char *at = text; (at = strstr(at, "\nipctop_segments_size_bytes{")); at++)
        bytes += strtoul(strchr(at, '}') + 2, NULL, 10);
    assert_int_equal(lines, GROUPS);
    assert_int_equal(segments, OWNERS);
    assert_int_equal(bytes, OWNERS * 4096);
    has(text, "\nipctop_segments{others=\"true\"} 800\n");
    free(text);
    snapshot_unref(s);
}
