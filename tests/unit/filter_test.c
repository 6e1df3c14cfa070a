#include <stdio.h>
#include <string.h>

#include "model/kinds/registry.h"
#include "model/table/rows.h"
#include "support/fake.h"
#include "support/test.h"

// The ids of the rows an expression leaves, as "0 7".
static const char *left_of(const struct kind *kind, const char *expression,
                           struct column_choice shown)
{
    static char ids[128];
    struct snapshot *s = fake_few();
    struct filter_error error;
    struct filter *filter = filter_parse(kind, expression, &error);

    if (!filter)
        fail_msg("'%s': %s", expression, error.message);
    ids[0] = '\0';
    for (size_t i = 0; i < kind_count(kind, s); i++) {
        struct identity identity;
        if (!filter_match(filter, shown, s, kind_at(kind, s, i)))
            continue;
        kind->identify(s, kind_at(kind, s, i), &identity);
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%d", ids[0] ? " " : "",
                 identity.id);
    }
    filter_free(filter);
    snapshot_unref(s);
    return ids;
}

static const char *left(const struct kind *kind, const char *expression)
{
    return left_of(kind, expression, (struct column_choice){0});
}

#define SEGMENTS(expression, expected)                                                             \
    assert_string_equal(left(&kind_segments, expression), expected)

TEST(comparisons)
{
    SEGMENTS("", "0 7 2147483647");
    SEGMENTS("   ", "0 7 2147483647");
    SEGMENTS("owner=oracle", "0 7");
    SEGMENTS("owner=ORACLE", "0 7");
    SEGMENTS("owner=4242", "2147483647");
    SEGMENTS("owner!=oracle", "2147483647");
    SEGMENTS("!owner=oracle", "2147483647");
    SEGMENTS("owner~rac", "0 7");
    SEGMENTS("size>1M", "0");
    SEGMENTS("size >= 8K", "0 7");
    SEGMENTS("size<8K", "2147483647");
    SEGMENTS("size<=8192", "7 2147483647");
    SEGMENTS("att=0", "2147483647");
    SEGMENTS("nattch==0", "2147483647");
    SEGMENTS("status=dest", "7");
    SEGMENTS("status!=dest", "0 2147483647");
    SEGMENTS("status=none", "0 2147483647");
    SEGMENTS("key=0x0052e2c1", "0");
    SEGMENTS("key=-1", "2147483647"); // as programs print a key_t
    SEGMENTS("key=4294967295", "2147483647");
    SEGMENTS("perms=0640", "0");
    SEGMENTS("perms=600", "7");
    SEGMENTS("shmid=2147483647", "2147483647");
    SEGMENTS("age>2h", "2147483647");
    SEGMENTS("idle<1m", "7");
    SEGMENTS("atime>10m", "7"); // last attached more than ten minutes ago; never is not that
    SEGMENTS("atime=never", "2147483647");
    SEGMENTS("atime!=never", "0 7");
    SEGMENTS("cpid~gone", "7 2147483647");
    SEGMENTS("orphan=true", "2147483647");
    SEGMENTS("orphan=no size>1", "0 7");
}

TEST(words)
{
    SEGMENTS("oracle", "0 7");
    SEGMENTS("ORACLE", "0 7");
    SEGMENTS("!oracle", "2147483647");
    SEGMENTS("276m", "0");
    SEGMENTS("gone !dest", "2147483647");
    SEGMENTS("\"10 oracle\"", "0");
    SEGMENTS("'10 oracle'", "0");
    SEGMENTS("nothing-like-it", "");
    SEGMENTS("cpid~'10 o'", "0");
}

// What is looked for stands in a cell one sees, wherever the columns come from.
TEST(words_match_what_is_shown)
{
    const struct column *some[] = {kind_column(&kind_segments, "cpid"),
                                   kind_column(&kind_segments, "cgid")};
    const struct column_choice both = {some, 2}, first = {some, 1};

    assert_string_equal(left_of(&kind_segments, "gone", both), "7 2147483647");
    assert_string_equal(left_of(&kind_segments, "'10 oracle'", both), "0");
    assert_string_equal(left_of(&kind_segments, "dest", both), ""); // not shown
    assert_string_equal(left_of(&kind_segments, "status=dest", both), "7");
    assert_string_equal(left_of(&kind_segments, "4242", both), "2147483647");
    assert_string_equal(left_of(&kind_segments, "4242", first), "");
    assert_string_equal(left_of(&kind_segments, "!4242", both), "0 7");
}

// Unknown matches no comparison, not even a negative one; its negation does.
TEST(unknown_matches_nothing)
{
    SEGMENTS("app=postgres", "");
    SEGMENTS("app!=postgres", "");
    SEGMENTS("!app=postgres", "0 7 2147483647");
    SEGMENTS("rss>0", "0 2147483647");
    SEGMENTS("rss<1", "");
    SEGMENTS("holders>=0", "0 2147483647");
    assert_string_equal(left(&kind_queues, "max_bytes<1"), "");
    assert_string_equal(left(&kind_limits, "percent<50"), "0");
    assert_string_equal(left(&kind_holders, "start_time>1h"), "0 0");
    assert_string_equal(left(&kind_mappings, "start=7f0000000000"), "0 0");
}

TEST(alternatives)
{
    SEGMENTS("owner=oracle|4242", "0 7 2147483647");
    SEGMENTS("owner!=oracle|4242", "");
    SEGMENTS("!owner=4242|nobody", "0 7");
    SEGMENTS("shmid=7|2147483647 size>56", "7");
    SEGMENTS("cpid~oracle|gone", "0 7 2147483647");
    SEGMENTS("size>1M or status=dest", "0 7");
    SEGMENTS("size>1M owner=4242 or status=dest", "7"); // all terms on one side of it
    SEGMENTS("status=dest OR owner=oracle size>1M", "0 7");
    SEGMENTS("dest|276m", "0 7");
    SEGMENTS("!dest|276m", "2147483647");
    SEGMENTS("'dest|276m'", "");
    SEGMENTS("oracle 'or'", "0 7"); // quoted it is a word; all of oracle's have it
    SEGMENTS("size>1M || status=dest", "0 7");
    SEGMENTS("owner=oracle and size>1M", "0");
    SEGMENTS("owner=oracle && size>1M or owner=4242", "0 2147483647");
    SEGMENTS("not owner=oracle", "2147483647");
    SEGMENTS("owner=4242 or not size<1M", "0 2147483647");
    SEGMENTS("oracle and not dest", "0");
    SEGMENTS("not !oracle", "0 7");
    SEGMENTS("oracle 'and'", ""); // quoted: a word
    SEGMENTS("android", "");      // nor is the beginning of one
}

TEST(values_as_they_are_shown)
{
    SEGMENTS("perms=rw-r-----", "0");
    SEGMENTS("perms!=rw-r-----", "7 2147483647");
    SEGMENTS("key=0052e2c1", "0");
    SEGMENTS("key=00000000", "7");
    SEGMENTS("size=276M", "0");
    SEGMENTS("size=8.0K", "7");
    SEGMENTS("size!=8.0K", "0 2147483647");
    SEGMENTS("atime=-", "2147483647");
    SEGMENTS("holders=oracle", "0");
    SEGMENTS("holders=ora", ""); // a word, not a part of one
    SEGMENTS("cpid=pmon", "");
    SEGMENTS("creator=oracle", "0 7"); // the user; and CREATOR, the heading of a process
    SEGMENTS("creator=gone", "7 2147483647");
    SEGMENTS("creator=10", "0");
    assert_string_equal(left(&kind_limits, "limit=shmall"), left(&kind_limits, "name=shmall"));
}

static const char *blame(const char *expression)
{
    static char text[256];
    struct snapshot *s = fake_few();
    struct filter_error error;
    struct filter *filter = filter_parse(&kind_segments, expression, &error);
    struct line line = line_start(text, sizeof text);

    assert_non_null(filter);
    bool named = filter_blame(filter, (struct column_choice){0}, s, &line);
    filter_free(filter);
    snapshot_unref(s);
    return named ? text : "";
}

TEST(what_cannot_match_is_named)
{
    assert_string_equal(blame("owner=orcle size>1"), "owner=orcle is true of no row");
    assert_string_equal(blame("size>1T or nothing-like-it"),
                        "size>1T, nothing-like-it are true of no row");
    assert_string_equal(blame("size>1T or size>1M"), "");
    assert_string_equal(blame("owner=4242 size>1M"), ""); // each of some
    assert_string_equal(blame(""), "");
}

static void mistake(const char *expression, size_t at, const char *message)
{
    struct filter_error error;

    if (filter_parse(&kind_segments, expression, &error))
        fail_msg("'%s' was accepted", expression);
    assert_string_equal(error.message, message);
    assert_int_equal(error.at, at);
}

TEST(mistakes_are_pointed_at)
{
    mistake("sizze>1M", 0, "no column 'sizze' in segments; did you mean 'size'?");
    mistake("oracle  elephant=1", 8, "no column 'elephant' in segments");
    mistake("size>", 5, "a value is missing after 'size'");
    mistake("size>1M att=", 12, "a value is missing after 'nattch'");
    mistake("size>huge", 5, "'size' takes a size such as 4096, 64K or 1.5G");
    mistake("age>", 4, "a value is missing after 'age'");
    mistake("age>soon", 4, "'age' takes an age such as 30s, 5m, 2h or 9d");
    mistake("perms=0980", 6, "'perms' takes permissions such as 0640");
    mistake("key=0x123456789", 4, "'key' takes a key such as 0x0052e2c1");
    mistake("key=0x", 4, "'key' takes a key such as 0x0052e2c1");
    mistake("orphan=maybe", 7, "'orphan' takes true or false");
    mistake("status=lost", 7, "'status' takes dest, locked, hugetlb or none");
    mistake("status>dest", 6, "'status' has no order: only = and != apply");
    mistake("atime>never", 6, "never has no order: only = and != apply");
    mistake("owner='oracle", 6, "the quote ' is not closed");
    mistake("shmid=99999999999999999999", 6, "'shmid' takes a whole number");
    mistake("=5", 0, "a column's name is missing before the comparison");
    mistake("oracle !", 8, "a word is missing after '!'");
    mistake("or size>1", 0, "a term is missing before 'or'");
    mistake("size>1 or ", 7, "a term is missing after 'or'");
    mistake("and size>1", 0, "a term is missing before 'and'");
    mistake("size>1 &&", 7, "a term is missing after '&&'");
    mistake("size>1 or and size>2", 10, "a term is missing before 'and'");
    mistake("not", 0, "a term is missing after 'not'");
    mistake("pid=17002", 0,
            "no column 'pid' in segments: the number alone finds what a process uses");
    mistake("owner=|x", 6, "a value is missing beside '|'");
    mistake("owner=x|", 8, "a value is missing beside '|'");
    mistake("size>1M|2M", 7, "'|' goes with =, != and ~");
    mistake("size=1M|huge", 8, "'size' takes a size such as 4096, 64K or 1.5G");
    mistake("status=dest,", 7, "'status' takes dest, locked, hugetlb or none");
    mistake("creator_state=dead", 14, "'creator_state' takes alive, gone, reused or outside");
}

// What stands before a mistake is a filter of its own: it is shown while the rest is being typed.
static size_t right_until(const char *expression)
{
    struct filter_error error;

    assert_null(filter_parse(&kind_segments, expression, &error));
    return error.from;
}

TEST(a_mistake_leaves_the_terms_before_it)
{
    assert_int_equal(right_until("status="), 0);
    assert_int_equal(right_until("owner=oracle size>"), 13);
    assert_int_equal(right_until("owner=oracle or size>"), 13);
    assert_int_equal(right_until("owner=oracle and not size>"), 13);
    assert_int_equal(right_until("owner=oracle or"), 13);
}

// What words and comparisons read is what must be read.
TEST(filters_say_what_they_need)
{
    static const struct {
        const char *expression;
        uint64_t needs, needs_not;
        // clang-format off
    } cases[] = {
        {"size>1M", 0, NEED_HOLDERS | NEED_PROCESSES | NEED_NAMES},
        {"owner=oracle", NEED_NAMES, NEED_HOLDERS},
        {"cpid=10", 0, NEED_PROCESSES},
        {"cpid~pmon", NEED_PROCESSES, NEED_HOLDERS},
        {"holders>1", NEED_HOLDERS, NEED_PROCESSES},
        {"holders=python", NEED_HOLDERS | NEED_PROCESSES, 0},
        {"size=1M|2M or holders=1", NEED_HOLDERS, NEED_PROCESSES},
        {"pmon", NEED_HOLDERS | NEED_PROCESSES | NEED_NAMES, 0},
    };
    // clang-format on
    const struct column_choice all = {0};
    const struct column *group = kind_column(&kind_segments, "group");
    const struct column_choice one = {&group, 1};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter_error error;
        struct filter *filter = filter_parse(&kind_segments, cases[i].expression, &error);
        assert_non_null(filter);
        assert_int_equal(filter_need(filter, all) & cases[i].needs, cases[i].needs);
        assert_int_equal(filter_need(filter, all) & cases[i].needs_not, 0);
        filter_free(filter);
    }
    struct filter_error error;
    struct filter *word = filter_parse(&kind_segments, "dba", &error);
    assert_int_equal(filter_need(word, one), NEED_NAMES);
    filter_free(word);
}

static const char *order(const struct kind *kind, const char *sort, struct query query)
{
    static char ids[128];
    struct snapshot *s = fake_few();
    struct rows rows = {0};

    query.kind = kind;
    assert_true(rows_parse_sort(kind, sort, &query.sort, &query.descending));
    rows_build(&rows, s, &query);
    ids[0] = '\0';
    for (size_t i = 0; i < rows.n; i++) {
        struct identity identity;
        kind->identify(s, rows.at[i], &identity);
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%d", ids[0] ? " " : "",
                 identity.id);
    }
    vec_free(&rows);
    snapshot_unref(s);
    return ids;
}
#define ORDER(sort, expected)                                                                      \
    assert_string_equal(order(&kind_segments, sort, (struct query){0}), expected)

TEST(sorts_are_stable_and_unknown_comes_last)
{
    ORDER(NULL, "0 7 2147483647");
    ORDER("size", "0 7 2147483647"); // a size sorts largest first by itself
    ORDER("-size", "0 7 2147483647");
    ORDER("+size", "2147483647 7 0");
    ORDER("shmid", "0 7 2147483647");
    ORDER("-shmid", "2147483647 7 0");
    ORDER("+rss", "2147483647 0 7"); // of 7 it is unknown
    ORDER("-rss", "0 2147483647 7");
    ORDER("+owner", "2147483647 0 7"); // "4242" before "oracle"; the equal ones as read
    ORDER("-owner", "0 7 2147483647");
    ORDER("+app", "0 7 2147483647"); // nothing known: as read
    ORDER("-app", "0 7 2147483647");
    ORDER("-status", "7 0 2147483647");
    ORDER("+atime", "2147483647 7 0");
    ORDER("+found", "2147483647 0 7");
    assert_string_equal(order(&kind_limits, "-percent", (struct query){0}), "0 0");
}

TEST(rows_are_chosen)
{
    struct query owner = {.has_owner = true, .owner = 100}, id = {.has_id = true, .id = 7};
    struct query zero = {.has_id = true}, orphans = {.orphans = true};
    struct query parent = {.has_parent = true, .parent = {.kind = KIND_SEGMENT, .id = 0}};

    assert_string_equal(order(&kind_segments, NULL, owner), "0 7");
    assert_string_equal(order(&kind_holders, NULL, owner), "0 0"); // of that user's segments
    assert_string_equal(order(&kind_elements, NULL, owner), "");
    assert_string_equal(order(&kind_segments, NULL, id), "7");
    assert_string_equal(order(&kind_segments, NULL, zero), "0"); // 0 is a valid id
    assert_string_equal(order(&kind_holders, NULL, zero), "0 0");
    assert_string_equal(order(&kind_limits, NULL, zero), "");
    assert_string_equal(order(&kind_findings, NULL, id), "7");
    assert_string_equal(order(&kind_segments, NULL, orphans), "2147483647");
    assert_string_equal(order(&kind_holders, NULL, parent), "0 0");
    parent.parent.id = 7;
    assert_string_equal(order(&kind_holders, NULL, parent), "");
    assert_string_equal(order(&kind_segments, NULL, parent), "");
}

TEST(unknown_sort_columns_are_refused)
{
    const struct column *column;
    bool descending;

    assert_false(rows_parse_sort(&kind_segments, "sizze", &column, &descending));
    assert_false(rows_parse_sort(&kind_segments, "--size", &column, &descending));
    assert_false(rows_parse_sort(&kind_segments, "", &column, &descending));
    assert_true(rows_parse_sort(&kind_segments, "-ATT", &column, &descending));
    assert_string_equal(column->name, "nattch");
    assert_true(descending);
    assert_true(rows_parse_sort(&kind_segments, "owner", &column, &descending));
    assert_false(descending);
}
