// Settings as text: what is written reads back, and no bytes whatever do harm.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/settings.h"
#include "support/test.h"

enum { WHY = 400 };

static size_t parse(struct settings *out, const char *text, char *why)
{
    return settings_parse(out, text, strlen(text), why, WHY);
}

static char *config_text(const struct settings *config)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    settings_write(config, out);
    fclose(out);
    return text;
}

TEST(everything_is_read)
{
    struct settings c;
    char why[WHY];

    assert_int_equal(
        parse(
            &c,
            "# ours\n\n  interval=0.5\r\norphan_age = 2h\nheader = line\n\tcolors =high-contrast \n"
            "sort.segments = -rss\nsort.queues=+msqid\nsort.findings = none\n"
            "columns.segments = shmid,SIZE,key,shmid\ncolumns.holders = pid",
            why),
        0);
    assert_string_equal(why, "");
    assert_true(c.interval == 0.5);
    assert_int_equal(c.header, HEADER_LINE);
    assert_int_equal(c.orphan_age, 7200);
    assert_int_equal(c.scheme, SCHEME_CONTRAST);
    assert_string_equal(c.tables[KIND_SEGMENT].sort->name, "rss");
    assert_true(c.tables[KIND_SEGMENT].descending && !c.tables[KIND_QUEUE].descending);
    assert_true(c.tables[KIND_FINDING].sorted && !c.tables[KIND_FINDING].sort);
    assert_false(c.tables[KIND_SEMSET].sorted);
    const struct arrangement *a = &c.tables[KIND_SEGMENT];
    assert_int_equal(a->n, 3); // one named twice counts once
    assert_string_equal(a->columns[0]->name, "shmid");
    assert_string_equal(a->columns[1]->name, "size");
    assert_string_equal(a->columns[2]->name, "key");
    assert_int_equal(c.tables[KIND_HOLDER].n, 1);
}

TEST(what_is_written_reads_back)
{
    struct settings before, after;
    char why[WHY];

    assert_int_equal(parse(&before,
                           "interval = 12.25\nheader = none\ncolors = light\nsort.holders = +pid\n"
                           "sort.segments = none\norphan_age = 90\ncolumns.maps = end,start\n",
                           why),
                     0);
    char *text = config_text(&before);
    assert_int_equal(parse(&after, text, why), 0);
    char *again = config_text(&after);
    assert_string_equal(again, text);
    assert_true(after.interval == 12.25);
    assert_int_equal(after.header, HEADER_NONE);
    assert_int_equal(after.orphan_age, 90);
    assert_int_equal(after.tables[KIND_MAPPING].n, 2);
    assert_string_equal(after.tables[KIND_MAPPING].columns[0]->name, "end");
    assert_true(after.tables[KIND_SEGMENT].sorted && !after.tables[KIND_SEGMENT].sort);
    free(text);
    free(again);
}

// Each wrong line is skipped and named; those around it count.
TEST(wrong_lines_are_named_by_number)
{
    static const struct {
        const char *line, *told;
        // clang-format off
    } wrong[] = {
        {"interval = nan", "interval takes seconds"},
        {"interval = 1e2", "interval takes seconds"},
        {"interval =", "interval takes seconds"},
        {"interval = 1.2.3", "interval takes seconds"},
        {"interval = 0.01", "interval takes seconds"},
        {"header = tall", "header takes"},
        {"orphan_age = -5m", "orphan_age takes an age"},
        {"orphan_age = soon", "orphan_age takes an age"},
        {"orphan_age =", "orphan_age takes an age"},
        {"colors = pink", "colors takes"},
        {"sort.segments = -sizze", "no column '-sizze' in segments"},
        {"sort.nothing = size", "no table 'nothing'"},
        {"sort = size", "no setting 'sort'"},
        {"interval.segments = 2", "no setting 'interval.segments'"},
        {"columns.segments = key,,size", "no column '' in segments"},
        {"columns.segments =", "no column '' in segments"},
        {"volume = 11", "no setting 'volume'"},
        {"hello", "no 'key = value'"},
        {"= 3", "no setting ''"},
        {"\033[2J\033]0;x\a = 3", "no setting '\\e[2J\\e]0;x\\x07'"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct settings c;
        char text[200], why[WHY], number[] = "line 2: ";

        snprintf(text, sizeof text, "header = line\n%s\ncolors = mono\n", wrong[i].line);
        assert_int_equal(parse(&c, text, why), 1);
        if (!strstr(why, wrong[i].told) || strncmp(why, number, strlen(number)) != 0)
            fail_msg("'%s' is told as '%s'", wrong[i].line, why);
        assert_int_equal(c.header, HEADER_LINE);
        assert_int_equal(c.scheme, SCHEME_MONO);
        assert_true(c.interval == 0 && c.orphan_age == 0 && !c.tables[KIND_SEGMENT].sorted &&
                    !c.tables[KIND_SEGMENT].n);
    }
}

TEST(many_wrong_lines_are_counted)
{
    struct settings c;
    char why[WHY];

    assert_int_equal(parse(&c, "a\nb\nc\nd\ne\nheader=full\n", why), 5);
    assert_non_null(strstr(why, "line 1: "));
    assert_non_null(strstr(why, "line 3: "));
    assert_null(strstr(why, "line 4: "));
    assert_non_null(strstr(why, "and 2 more"));
    assert_int_equal(c.header, HEADER_FULL);
}

TEST(bytes_of_any_kind_do_no_harm)
{
    struct settings c;
    char why[WHY], *junk = mem_alloc(CONFIG_BYTES);
    unsigned seed = 4711;

    memset(junk, 'x', CONFIG_BYTES);
    assert_int_equal(settings_parse(&c, junk, CONFIG_BYTES, why, sizeof why), 1);
    assert_string_equal(why, "line 1: too long");
    assert_int_equal(settings_parse(&c, "interval = 3\0\n", 14, why, sizeof why), 1);
    assert_string_equal(why, "line 1: not text");
    assert_int_equal(settings_parse(&c, "", 0, why, sizeof why), 0);
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < CONFIG_BYTES / 16; i++)
            junk[i] =
                "columns.sort=-+,segments\n#\0\xff interval"[(seed = seed * 1103515245 + 12345) >>
                                                                 16 &
                                                             31];
        settings_parse(&c, junk, CONFIG_BYTES / 16, why, sizeof why);
        char *text = config_text(&c); // and what it made of it can be written
        assert_int_equal(parse(&c, text, why), 0);
        free(text);
    }
    free(junk);
}

TEST(schemes_have_names)
{
    for (int i = 0; i < SCHEME_COUNT; i++) {
        enum scheme found;
        assert_true(scheme_by_name(scheme_name((enum scheme)i), &found));
        assert_int_equal(found, i);
    }
}
