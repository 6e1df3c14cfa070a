// The document is streamed row by row: a tree of every member of 96000 rows would cost more time
// than reading the kernel's tables. jansson encodes what needs a library, the strings and reals;
// numbers, keys and permissions are digits of our own making and go out as they are.
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "model/kinds/parts/meta.h"
#include "model/table/cell_class.h"
#include "model/table/recorded.h"
#include "output/formats.h"
#include "output/missing_id.h"

enum { MEMO = 128 };

// A column's text as encoded last: in a long table most owners and states repeat.
struct memo {
    size_t text_n, json_n; // json_n 0: empty
    char text[MEMO], json[MEMO];
};

// No other thread writes to it: it is not locked for each piece.
static void put(FILE *out, const char *bytes, size_t n)
{
    if (n == 1)
        putc_unlocked(*bytes, out);
    else
        fwrite_unlocked(bytes, 1, n, out);
}

static void put_unsigned(FILE *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    put(out, digits + at, sizeof digits - at);
}

static void put_signed(FILE *out, int64_t number)
{
    if (number < 0)
        put(out, "-", 1);
    put_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

// Writes what jansson makes of a value and takes over the reference. NULL (no memory, or bytes that
// are not UTF-8) is null.
static void put_json(FILE *out, json_t *value)
{
    char *text =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;

    fputs_unlocked(text ? text : "null", out);
    free(text);
    json_decref(value);
}

static void put_string(FILE *out, const char *text, struct memo *memo)
{
    size_t n = strlen(text);

    if (memo->json_n && n == memo->text_n && memcmp(memo->text, text, n) == 0) {
        put(out, memo->json, memo->json_n);
        return;
    }
    json_t *value = json_stringn(text, n);
    size_t size = n < MEMO && value ? json_dumpb(value, memo->json, MEMO, JSON_ENCODE_ANY) : 0;
    if (size == 0 || size > MEMO) {
        memo->json_n = 0;
        put_json(out, value);
        return;
    }
    memcpy(memo->text, text, n);
    memo->text_n = n;
    memo->json_n = size;
    put(out, memo->json, size);
    json_decref(value);
}

static void put_flags(FILE *out, uint64_t bits, const char *const *names)
{
    bool first = true;

    put(out, "[", 1);
    for (size_t i = 0; names && names[i]; i++) {
        if (!(bits & UINT64_C(1) << i))
            continue;
        fputs_unlocked(first ? "\"" : ",\"", out);
        fputs_unlocked(names[i], out); // a plain word
        put(out, "\"", 1);
        first = false;
    }
    put(out, "]", 1);
}

static void put_cell(FILE *out, const struct column *column, const struct cell *cell,
                     struct memo *memo)
{
    char digits[24];

    if (!cell_has_value(cell)) {
        fputs_unlocked("null", out);
        return;
    }
    switch (cell_class(cell->type)->form) {
    case FORM_TEXT:
        put_string(out, cell->text, memo);
        break;
    case FORM_SIGNED:
        put_signed(out, cell->number);
        break;
    case FORM_UNSIGNED:
        put_unsigned(out, cell->count);
        break;
    case FORM_DIGITS:
        put(out, "\"", 1);
        put(out, digits, cell_digits(cell, digits));
        put(out, "\"", 1);
        break;
    case FORM_REAL:
        put_json(out, json_real(cell->real));
        break;
    case FORM_TRUTH:
        fputs_unlocked(cell->truth ? "true" : "false", out);
        break;
    case FORM_FLAGS:
        put_flags(out, cell->count, column->names);
        break;
    case FORM_LIST:
        put(out, "[", 1);
        for (uint32_t i = 0; i < cell->list.n; i++) {
            put(out, ",", i > 0);
            put_unsigned(out, cell->list.at[i]);
        }
        put(out, "]", 1);
        break;
    }
}

static void put_rows(FILE *out, const struct snapshot *s, const struct table_request *table,
                     const struct rows *rows)
{
    struct memo *memos = mem_zero(table->n_columns, sizeof *memos);
    struct cell cell;

    for (size_t i = 0; i < rows->n && !ferror(out); i++) {
        const struct snapshot *picture = kind_picture(table->query.kind, s, rows->at[i]);
        fputs_unlocked(i ? ",{" : "{", out);
        for (size_t k = 0; k < table->n_columns; k++) {
            const struct column *column = table->columns[k];
            fputs_unlocked(k ? ",\"" : "\"", out);
            fputs_unlocked(column->name, out); // lower case letters and _: a test holds them to it
            put(out, "\":", 2);
            column_get(column, picture, rows->at[i], &cell);
            put_cell(out, column, &cell, &memos[k]);
        }
        put(out, "}", 1);
    }
    free(memos);
}

static void put_table(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    struct rows rows = {0};

    fputs_unlocked(",\"", out);
    fputs_unlocked(table->query.kind->name, out);
    if (!kind_is_known(table->query.kind, s)) {
        fputs_unlocked("\":null", out);
        return;
    }
    fputs_unlocked("\":[", out);
    rows_build(&rows, s, &table->query);
    put_rows(out, s, table, &rows);
    put(out, "]", 1);
    vec_free(&rows);
}

// A member for each column, whose first is the whole object's where `first`.
static void put_fields(FILE *out, const struct snapshot *s, const struct column *columns, size_t n,
                       const void *row, bool first)
{
    struct cell cell;
    struct memo memo;

    for (size_t i = 0; i < n; i++) {
        memo.json_n = 0;
        fputs_unlocked(first && i == 0 ? "\"" : ",\"", out);
        fputs_unlocked(columns[i].name, out);
        put(out, "\":", 2);
        cell.known = false;
        if (row)
            column_get(&columns[i], s, row, &cell);
        put_cell(out, &columns[i], &cell, &memo);
    }
}

static void put_meta(FILE *out, const struct snapshot *s, const struct table_request *tables,
                     size_t n)
{
    const struct system *system = s->has & NEED_SYSTEM ? &s->system : NULL;
    struct memo memo = {0};

    fputs_unlocked("{\"program\":\"ipctop\",\"version\":", out);
    put_string(out, recorded_version(s, VERSION), &memo);
    fputs_unlocked(",\"time\":", out);
    put_signed(out, s->time);
    put_fields(out, s, meta_system, META_SYSTEM_FIRST, system, false);
    bool unseen = (s->has & NEED_PROCESSES && s->processes_unasked) ||
                  (s->has & NEED_NAMESPACES && s->namespaces_unseen);
    bool read =
        s->scan || s->sets_look.known || s->files_look.known || s->shared_look.known || unseen;
    fputs_unlocked(read ? ",\"scan\":{" : ",\"scan\":null", out);
    if (read) {
        put_fields(out, s, meta_scan, n_meta_scan, s->scan, true);
        put_fields(out, s, meta_unseen, n_meta_unseen, s, false);
        if (s->sets_look.known)
            put_fields(out, s, meta_sets, n_meta_sets, &s->sets_look, false);
        if (s->files_look.known)
            put_fields(out, s, meta_files, n_meta_files, &s->files_look, false);
        if (s->shared_look.known)
            put_fields(out, s, meta_shared, n_meta_shared, &s->shared_look, false);
        put(out, "}", 1);
    }
    put_fields(out, s, meta_system + META_SYSTEM_FIRST, n_meta_system - META_SYSTEM_FIRST, system,
               false);
    if (n && tables[0].query.has_id) {
        fputs_unlocked(",\"id\":", out);
        put_signed(out, tables[0].query.id);
        fputs_unlocked(missing_id(s, tables, n) ? ",\"id_exists\":false" : ",\"id_exists\":true",
                       out);
    }
    put(out, "}", 1);
}

// One line, meta first, then one array a table. A table that is not known is null.
static int json_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                      size_t n)
{
    fputs_unlocked("{\"meta\":", out);
    put_meta(out, s, tables, n);
    for (size_t i = 0; i < n; i++)
        put_table(out, s, &tables[i]);
    fputs_unlocked("}\n", out);
    return error_of_stream(out);
}

const struct format json_format = {
    .name = "json",
    .what = "one JSON document",
    .help = "one JSON document on one line",
    .ending = ".json",
    .utf8 = true,
    .several = true,
    .reports_gaps = true,
    .need = NEED_SYSTEM,
    .place = offsetof(struct kind, json),
    .write = json_write,
};

const struct format record_format = {
    .what = "a recording",
    .utf8 = true,
    .past = true,
    .need = NEED_SYSTEM,
    .place = offsetof(struct kind, json),
    .write = json_write,
};
