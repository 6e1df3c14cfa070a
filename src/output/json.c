// The document is streamed row by row: a tree of every member of 96000 rows would cost more time
// than reading the kernel's tables. jansson encodes what needs a library, the strings and reals;
// numbers, keys and permissions are digits of our own making and go out as they are.
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/kinds/parts/meta.h"
#include "model/table/cell_class.h"
#include "model/table/recorded.h"
#include "output/formats.h"
#include "output/missing_id.h"

// A larger buffer saves no time: each of its pages costs as much as writing it.
enum { BUFFER = 1 << 14, MEMO = 128 };

struct file_writer {
    FILE *out;
    size_t n;
    int error;
    char buffer[BUFFER];
};

// A column's text as encoded last: in a long table most owners and states repeat.
struct memo {
    size_t text_n, json_n; // json_n 0: empty
    char text[MEMO], json[MEMO];
};

static void flush(struct file_writer *w)
{
    if (w->n && !w->error && fwrite(w->buffer, 1, w->n, w->out) != w->n)
        w->error = errno ? -errno : -EIO;
    w->n = 0;
}

static void put(struct file_writer *w, const char *bytes, size_t n)
{
    while (n > 0) {
        if (w->n == BUFFER)
            flush(w);
        size_t part = n < BUFFER - w->n ? n : BUFFER - w->n;
        memcpy(w->buffer + w->n, bytes, part);
        w->n += part;
        bytes += part;
        n -= part;
    }
}

static void put_text(struct file_writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static void put_unsigned(struct file_writer *w, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    put(w, digits + at, sizeof digits - at);
}

static void put_signed(struct file_writer *w, int64_t number)
{
    if (number < 0)
        put(w, "-", 1);
    put_unsigned(w, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

// Writes what jansson makes of a value and takes over the reference. NULL (no memory, or bytes that
// are not UTF-8) is null.
static void put_json(struct file_writer *w, json_t *value)
{
    char *text =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;

    put_text(w, text ? text : "null");
    free(text);
    json_decref(value);
}

static void put_string(struct file_writer *w, const char *text, struct memo *memo)
{
    size_t n = strlen(text);

    if (memo->json_n && n == memo->text_n && memcmp(memo->text, text, n) == 0) {
        put(w, memo->json, memo->json_n);
        return;
    }
    json_t *value = json_stringn(text, n);
    size_t size = n < MEMO && value ? json_dumpb(value, memo->json, MEMO, JSON_ENCODE_ANY) : 0;
    if (size == 0 || size > MEMO) {
        memo->json_n = 0;
        put_json(w, value);
        return;
    }
    memcpy(memo->text, text, n);
    memo->text_n = n;
    memo->json_n = size;
    put(w, memo->json, size);
    json_decref(value);
}

static void put_flags(struct file_writer *w, uint64_t bits, const char *const *names)
{
    bool first = true;

    put(w, "[", 1);
    for (size_t i = 0; names && names[i]; i++) {
        if (!(bits & UINT64_C(1) << i))
            continue;
        put_text(w, first ? "\"" : ",\"");
        put_text(w, names[i]); // a plain word
        put(w, "\"", 1);
        first = false;
    }
    put(w, "]", 1);
}

static void put_cell(struct file_writer *w, const struct column *column, const struct cell *cell,
                     struct memo *memo)
{
    char digits[24];

    if (!cell_has_value(cell)) {
        put_text(w, "null");
        return;
    }
    switch (cell_class(cell->type)->form) {
    case FORM_TEXT:
        put_string(w, cell->text, memo);
        break;
    case FORM_SIGNED:
        put_signed(w, cell->number);
        break;
    case FORM_UNSIGNED:
        put_unsigned(w, cell->count);
        break;
    case FORM_DIGITS:
        put(w, "\"", 1);
        put(w, digits, cell_digits(cell, digits));
        put(w, "\"", 1);
        break;
    case FORM_REAL:
        put_json(w, json_real(cell->real));
        break;
    case FORM_TRUTH:
        put_text(w, cell->truth ? "true" : "false");
        break;
    case FORM_FLAGS:
        put_flags(w, cell->count, column->names);
        break;
    case FORM_LIST:
        put(w, "[", 1);
        for (uint32_t i = 0; i < cell->list.n; i++) {
            put(w, ",", i > 0);
            put_unsigned(w, cell->list.at[i]);
        }
        put(w, "]", 1);
        break;
    }
}

static void put_rows(struct file_writer *w, const struct snapshot *s,
                     const struct table_request *table, const struct rows *rows)
{
    struct memo *memos = mem_zero(table->n_columns, sizeof *memos);
    struct cell cell;

    for (size_t i = 0; i < rows->n && !w->error; i++) {
        const struct snapshot *picture = kind_picture(table->query.kind, s, rows->at[i]);
        put_text(w, i ? ",{" : "{");
        for (size_t k = 0; k < table->n_columns; k++) {
            const struct column *column = table->columns[k];
            put_text(w, k ? ",\"" : "\"");
            put_text(w, column->name); // lower case letters and _: a test holds them to it
            put(w, "\":", 2);
            column_get(column, picture, rows->at[i], &cell);
            put_cell(w, column, &cell, &memos[k]);
        }
        put(w, "}", 1);
    }
    free(memos);
}

static void put_table(struct file_writer *w, const struct snapshot *s,
                      const struct table_request *table)
{
    struct rows rows = {0};

    put_text(w, ",\"");
    put_text(w, table->query.kind->name);
    if (!kind_is_known(table->query.kind, s)) {
        put_text(w, "\":null");
        return;
    }
    put_text(w, "\":[");
    rows_build(&rows, s, &table->query);
    put_rows(w, s, table, &rows);
    put(w, "]", 1);
    vec_free(&rows);
}

// A member for each column, whose first is the whole object's where `first`.
static void put_fields(struct file_writer *w, const struct snapshot *s,
                       const struct column *columns, size_t n, const void *row, bool first)
{
    struct cell cell;
    struct memo memo;

    for (size_t i = 0; i < n; i++) {
        memo.json_n = 0;
        put_text(w, first && i == 0 ? "\"" : ",\"");
        put_text(w, columns[i].name);
        put(w, "\":", 2);
        cell.known = false;
        if (row)
            column_get(&columns[i], s, row, &cell);
        put_cell(w, &columns[i], &cell, &memo);
    }
}

static void put_meta(struct file_writer *w, const struct snapshot *s,
                     const struct table_request *tables, size_t n)
{
    const struct system *system = s->has & NEED_SYSTEM ? &s->system : NULL;
    struct memo memo = {0};

    put_text(w, "{\"program\":\"ipctop\",\"version\":");
    put_string(w, recorded_version(s, VERSION), &memo);
    put_text(w, ",\"time\":");
    put_signed(w, s->time);
    put_fields(w, s, meta_system, META_SYSTEM_FIRST, system, false);
    bool unseen = (s->has & NEED_PROCESSES && s->processes_unasked) ||
                  (s->has & NEED_NAMESPACES && s->namespaces_unseen);
    bool read =
        s->scan || s->sets_look.known || s->files_look.known || s->shared_look.known || unseen;
    put_text(w, read ? ",\"scan\":{" : ",\"scan\":null");
    if (read) {
        put_fields(w, s, meta_scan, n_meta_scan, s->scan, true);
        put_fields(w, s, meta_unseen, n_meta_unseen, s, false);
        if (s->sets_look.known)
            put_fields(w, s, meta_sets, n_meta_sets, &s->sets_look, false);
        if (s->files_look.known)
            put_fields(w, s, meta_files, n_meta_files, &s->files_look, false);
        if (s->shared_look.known)
            put_fields(w, s, meta_shared, n_meta_shared, &s->shared_look, false);
        put(w, "}", 1);
    }
    put_fields(w, s, meta_system + META_SYSTEM_FIRST, n_meta_system - META_SYSTEM_FIRST, system,
               false);
    if (n && tables[0].query.has_id) {
        put_text(w, ",\"id\":");
        put_signed(w, tables[0].query.id);
        put_text(w, missing_id(s, tables, n) ? ",\"id_exists\":false" : ",\"id_exists\":true");
    }
    put(w, "}", 1);
}

// One line, meta first, then one array a table. A table that is not known is null.
static int json_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                      size_t n)
{
    struct file_writer *w = mem_alloc(sizeof *w);

    w->out = out;
    w->n = 0;
    w->error = 0;
    put_text(w, "{\"meta\":");
    put_meta(w, s, tables, n);
    for (size_t i = 0; i < n; i++)
        put_table(w, s, &tables[i]);
    put_text(w, "}\n");
    flush(w);
    if (!w->error && fflush(out) != 0)
        w->error = errno ? -errno : -EIO;
    int error = w->error;
    free(w);
    return error;
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
