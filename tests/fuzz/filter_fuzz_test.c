// Filter expressions by chance over every column of every table: a mistake is pointed at within what
// was written, and comparisons agree with each other on every row, known or not.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kinds/registry.h"
#include "model/table/filter.h"
#include "model/table/rows.h"
#include "support/fake.h"
#include "support/test.h"

enum { ROUNDS = 20000, LONGEST = 200 };

static uint64_t seed;
static uint32_t chance(uint32_t below) // xorshift64
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

#define ONE_OF(array) (array)[chance(sizeof(array) / sizeof *(array))]

static const struct kind *any_kind(void)
{
    return kind_get((enum kind_id)(1 + chance(KINDS - 1)));
}

static const char *any_value(void)
{
    // clang-format off
    static const char *const values[] = {
        "0", "1", "42", "1K", "1.5G", "276M", "18446744073709551615", "18446744073709551616", "-1",
        "10s", "5m", "9d", "never", "0x0052e2c1", "0xffffffff", "0640", "0777", "true", "no", "none",
        "dest", "locked", "root", "oracle", "'two words'", "\"\"", "12.5%", "80", "7f0000000000"};

    return ONE_OF(values);
}

// What a hurried user types, and what a cat on the keyboard does.
static void write_any(char *dst, const struct kind *kind)
{
    static const char *const ops[] = {"=", "!=", "<", ">", "<=", ">=", "==", "~", "!", " ", "'", "\"",
                                      "=<", "\xff", "\xc3\xa9", "\t", "\\", "()"};
    size_t n = 0;

    dst[0] = '\0';
    for (uint32_t left = chance(12); left > 0; left--) {
        const char *part = chance(3) == 0   ? kind->columns[chance((uint32_t)kind->n_columns)].name
                           : chance(2) == 0 ? any_value()
                                            : ONE_OF(ops);
        int wrote = snprintf(dst + n, LONGEST - n, "%s%s", part, chance(4) ? "" : " ");
        if (wrote < 0 || (size_t)wrote >= LONGEST - n)
            break;
        n += (size_t)wrote;
    }
}

static struct snapshot *pictures[2];

// Which rows of the pictures match, a bit each; false where it is no filter.
static bool matches(const struct kind *kind, const char *expression, uint64_t *bits)
{
    struct filter_error error;
    struct filter *filter = filter_parse(kind, expression, &error);
    unsigned bit = 0;

    *bits = 0;
    if (!filter) {
        if (error.at > strlen(expression) || !error.message[0] ||
            memchr(error.message, '\0', sizeof error.message) == NULL)
            fail_msg("'%s': a mistake at %zu?", expression, error.at);
        return false;
    }
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < kind_count(kind, pictures[p]); i++, bit++)
            if (filter_match(filter, (struct column_choice){0}, pictures[p], kind_at(kind, pictures[p], i)))
                *bits |= UINT64_C(1) << bit % 64;
    (void)filter_need(filter, (struct column_choice){0});
    filter_free(filter);
    return true;
}

TEST(nothing_typed_does_harm)
{
    char expression[LONGEST];
    uint64_t bits;
    unsigned good = 0, bad = 0;

    for (int i = 0; i < ROUNDS; i++) {
        const struct kind *kind = any_kind();
        write_any(expression, kind);
        if (matches(kind, expression, &bits))
            good++;
        else
            bad++;
    }
    assert_true(good > ROUNDS / 20 && bad > ROUNDS / 20); // both were tried
}

static bool compare(const struct kind *kind, const char *column, const char *op, const char *value,
                    uint64_t *bits)
{
    char expression[LONGEST];

    snprintf(expression, sizeof expression, "%s%s%s", column, op, value);
    return matches(kind, expression, bits);
}

TEST(comparisons_agree)
{
    unsigned ordered = 0;

    for (int i = 0; i < ROUNDS; i++) {
        const struct kind *kind = any_kind();
        const char *column = kind->columns[chance((uint32_t)kind->n_columns)].name;
        const char *value = any_value();
        char negated[64];
        uint64_t equal, differs, not_equal, less, more, most, least, all;

        if (!compare(kind, column, "=", value, &equal))
            continue;
        snprintf(negated, sizeof negated, "!%s", column);
        assert_true(compare(kind, column, "!=", value, &differs));
        assert_true(compare(kind, negated, "=", value, &not_equal));
        assert_true(matches(kind, "", &all));
        if (equal & differs || equal & not_equal || (equal | not_equal) != all ||
            differs & ~not_equal)
            fail_msg("%s: %s and %s: = %lx, != %lx, ! = %lx of %lx", kind->name, column, value,
                     (unsigned long)equal, (unsigned long)differs, (unsigned long)not_equal,
                     (unsigned long)all);
        if (!compare(kind, column, "<", value, &less))
            continue; // no order
        assert_true(compare(kind, column, ">", value, &more));
        assert_true(compare(kind, column, "<=", value, &most));
        assert_true(compare(kind, column, ">=", value, &least));
        if (less & more || (less | more) & equal || most != (less | equal) ||
            least != (more | equal) || (less | more) & ~differs)
            fail_msg("%s: %s and %s: < %lx, = %lx, > %lx, <= %lx, >= %lx", kind->name, column, value,
                     (unsigned long)less, (unsigned long)equal, (unsigned long)more,
                     (unsigned long)most, (unsigned long)least);
        ordered++;
    }
    assert_true(ordered > ROUNDS / 20);
}

// Sorted by any column, up and down: the same rows, unknown ones last both ways.
TEST(sorting_loses_nothing)
{
    for (int i = 0; i < ROUNDS / 10; i++) {
        const struct snapshot *s = pictures[chance(2)];
        struct query query = {.kind = any_kind()};
        struct rows rows = {0};
        bool unknown = false;

        query.sort = &query.kind->columns[chance((uint32_t)query.kind->n_columns)];
        query.descending = chance(2);
        rows_build(&rows, s, &query);
        assert_int_equal(rows.n, kind_count(query.kind, s));
        for (size_t k = 0; k < rows.n; k++) {
            struct cell cell;
            column_get(query.sort, s, rows.at[k], &cell);
            assert_true(!cell.known || !unknown);
            unknown |= !cell.known;
            for (size_t other = 0; other < k; other++)
                assert_ptr_not_equal(rows.at[k], rows.at[other]);
        }
        vec_free(&rows);
    }
}

int main(void)
{
    const char *given = getenv("FUZZ_SEED");

    seed = given ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15u;
    pictures[0] = fake_few();
    pictures[1] = fake_blank();
    int status = tests_run();
    snapshot_unref(pictures[0]);
    snapshot_unref(pictures[1]);
    return status;
}

// clang-format on