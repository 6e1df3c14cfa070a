#include "replay/document.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/kinds/parts/meta.h"
#include "model/kinds/registry.h"
#include "model/table/cell_class.h"
#include "replay/document_time.h"
#include "replay/rebuild.h"

enum {
    INT64_DIGITS = 18,
    ROW_MIN = 8, // bytes of a row or list, its name or first value included: {"fd":3},
};

static void note(struct document_report *report, const char *text, const char *name)
{
    char safe[64];

    if (report->note[0])
        return;
    text_escape(safe, sizeof safe, name, strlen(name));
    snprintf(report->note, sizeof report->note, "%s%s", text, safe);
}

// --- values --------------------------------------------------------------------------------------

static bool read_digits(const char *text, uint64_t *count)
{
    char *end;

    errno = 0;
    *count = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0' && !errno;
}

static bool read_unsigned(const json_t *json, uint64_t *count)
{
    if (json_is_string(json)) // one too large for json_int_t: quote_large()
        return read_digits(json_string_value(json), count);
    *count = (uint64_t)json_integer_value(json);
    return json_is_integer(json) && json_integer_value(json) >= 0;
}

static bool read_flags(const json_t *json, const struct column *column, uint64_t *bits)
{
    struct value value;

    for (size_t i = 0; i < json_array_size(json); i++) {
        const char *name = json_string_value(json_array_get(json, i));
        if (name && value_parse(&value, column, name))
            *bits |= value.count;
    }
    return json_is_array(json);
}

static bool read_text_value(const json_t *json, const struct column *column, uint64_t *count)
{
    struct value value;

    if (!json_is_string(json) || !value_parse(&value, column, json_string_value(json)))
        return false;
    *count = value.count;
    return true;
}

static bool read_list(const json_t *json, struct recorded *r, struct recorded_value *out)
{
    size_t n = json_array_size(json);

    if (!json_is_array(json) || n > UINT32_MAX)
        return false;
    uint32_t *list = recorded_room(r, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(json, i);
        json_int_t number = json_integer_value(item);
        if (!json_is_integer(item) || number < 0 || number > UINT32_MAX)
            return false;
        list[i] = (uint32_t)number;
    }
    out->list.at = list;
    out->list.n = (uint32_t)n;
    return true;
}

// As the form of the column's type has it. False: it is no such value.
static bool read_form(const json_t *json, const struct column *column, struct recorded *r,
                      struct recorded_value *out)
{
    switch (cell_class(column->type)->form) {
    case FORM_TEXT:
        out->text = json_is_string(json) ? recorded_keep(r, json_string_value(json)) : NULL;
        return out->text;
    case FORM_SIGNED:
        out->number = json_integer_value(json);
        return json_is_integer(json) &&
               (column->type != CELL_TIME ||
                (out->number >= -document_time_max &&
                 out->number <= document_time_max)); // of a file, before 1970
    case FORM_UNSIGNED:
        return read_unsigned(json, &out->count);
    case FORM_DIGITS:
        return read_text_value(json, column, &out->count);
    case FORM_REAL:
        out->real = json_number_value(json);
        return json_is_number(json);
    case FORM_TRUTH:
        out->truth = json_is_true(json);
        return json_is_boolean(json);
    case FORM_FLAGS:
        return read_flags(json, column, &out->count);
    case FORM_LIST:
        return read_list(json, r, out);
    }
    return false;
}

// False: something stands there that is no value of the column; it is unknown then.
static bool read_value(const json_t *json, const struct column *column, struct recorded *r,
                       struct recorded_value *out)
{
    *out = (struct recorded_value){0};
    if (json_is_null(json)) { // of a moment also: never
        out->known = cell_class(column->type)->never;
        return true;
    }
    out->known = json && read_form(json, column, r, out);
    if (!out->known)
        *out = (struct recorded_value){0};
    return out->known || !json;
}

// --- tables --------------------------------------------------------------------------------------

// Whether two rows have the same members in the same order, as a program writes them.
static bool is_alike(json_t *row, json_t *other)
{
    void *a = json_object_iter(row), *b = json_object_iter(other);

    while (a && b && strcmp(json_object_iter_key(a), json_object_iter_key(b)) == 0) {
        a = json_object_iter_next(row, a);
        b = json_object_iter_next(other, b);
    }
    return !a && !b;
}

// Which columns there are: those of any row, of which nearly always the first one has all.
static void read_columns(struct recorded_table *table, const json_t *array,
                         struct document_report *report)
{
    const struct kind *kind = table->kind;
    json_t *last = NULL; // row that was looked at

    table->place = mem_zero(kind->n_columns, sizeof *table->place);
    for (size_t k = 0; k < kind->n_columns; k++)
        table->place[k] = -1;
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *row = json_array_get(array, i), *value;
        const char *name;
        table->n += json_is_object(row);
        if (!json_is_object(row) || (last && is_alike(row, last)))
            continue;
        last = row;
        json_object_foreach(row, name, value)
        {
            const struct column *column = kind_column(kind, name);
            if (!column)
                note(report, "it has a column that is not known here: ", name);
            else if (table->place[column - kind->columns] < 0)
                table->place[column - kind->columns] = (int16_t)table->n_columns++;
        }
    }
}

static void read_row(struct recorded *r, const struct recorded_table *table, const json_t *row,
                     struct recorded_value *values, struct document_report *report)
{
    const struct kind *kind = table->kind;

    for (size_t k = 0; k < kind->n_columns; k++) {
        int place = table->place[k];
        const struct column *column = &kind->columns[k];
        if (place >= 0 &&
            !read_value(json_object_get(row, column->name), column, r, &values[place]))
            note(report, "it has a value that is none in column ", column->name);
    }
}

// What is no row is left out.
static void read_rows(struct recorded *r, struct recorded_table *table, const json_t *array,
                      struct document_report *report)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *row = json_array_get(array, i);
        if (json_is_object(row))
            read_row(r, table, row, &table->values[n++ * table->n_columns], report);
        else
            note(report, "it has a row that is none in ", table->kind->name);
    }
}

static void read_table(struct snapshot *s, struct recorded *r, const char *name, json_t *json,
                       struct document_report *report)
{
    const struct kind *kind = NULL;

    for (int id = 1; id < KINDS && !kind; id++)
        if (strcmp(kind_get((enum kind_id)id)->name, name) == 0)
            kind = kind_get((enum kind_id)id);
    if (!kind) {
        note(report, "it has a table that is not known here: ", name);
        return;
    }
    struct recorded_table *table = &r->tables[kind->id];
    if (!kind->rows.size) // a kind that forgot to say how large its rows are
        return;
    if (!json_is_array(json)) {
        if (!json_is_null(json))
            note(report, "this is no table: ", name);
        return;
    }
    table->known = true;
    read_columns(table, json, report);
    table->values = mem_zero(table->n, table->n_columns * sizeof *table->values + 1);
    read_rows(r, table, json, report);
    rebuild_rows(s, table);
}

// --- the document --------------------------------------------------------------------------------

static void read_fields(const json_t *object, struct recorded *r, const struct column *columns,
                        size_t n, void *row)
{
    struct recorded_value value;

    for (size_t i = 0; i < n; i++) {
        read_value(json_object_get(object, columns[i].name), &columns[i], r, &value);
        struct cell cell;
        cell.type = columns[i].type;
        cell.known = value.known;
        cell.count = value.count;
        column_put(&columns[i], &cell, row);
    }
}

// False: it is none of ours.
static bool read_meta(struct snapshot *s, struct recorded *r, const json_t *meta)
{
    const char *program = json_string_value(json_object_get(meta, "program"));
    const char *version = json_string_value(json_object_get(meta, "version"));
    const json_t *time = json_object_get(meta, "time"), *scan = json_object_get(meta, "scan");

    if (!program || strcmp(program, "ipctop") != 0 || !json_is_integer(time) ||
        !document_is_time(json_integer_value(time)))
        return false;
    s->time = json_integer_value(time);
    snprintf(r->version, sizeof r->version, "%s", version ? recorded_keep(r, version) : "");
    read_fields(meta, r, meta_system, n_meta_system, &s->system);
    if (s->system.hostname[0] || json_is_integer(json_object_get(meta, "euid")))
        s->has |= NEED_SYSTEM;
    if (json_is_object(scan)) {
        read_fields(scan, r, meta_sets, n_meta_sets, &s->sets_look);
        read_fields(scan, r, meta_files, n_meta_files, &s->files_look);
        read_fields(scan, r, meta_shared, n_meta_shared, &s->shared_look);
    }
    if (json_is_integer(json_object_get(scan, "processes"))) {
        s->scan = scan_new();
        read_fields(scan, r, meta_scan, n_meta_scan, s->scan);
        s->scan->finished_ns = s->time_ns;
    }
    return true;
}

// jansson takes no integer beyond json_int_t; a limit of 2^64 - 2^24 is one. They become strings.
static char *quote_large(const char *text, size_t n, size_t *length)
{
    char *copy = mem_alloc(n + n / INT64_DIGITS * 2 + 2), *to = copy;
    bool in_string = false;

    for (size_t i = 0; i < n;) {
        size_t digits = 0;
        while (!in_string && i + digits < n && isdigit((unsigned char)text[i + digits]))
            digits++;
        bool large = digits > INT64_DIGITS && i > 0 && (text[i - 1] == ':' || text[i - 1] == ' ') &&
                     i + digits < n && strchr(",}] ", text[i + digits]);
        size_t step = digits ? digits : in_string && text[i] == '\\' && i + 1 < n ? 2 : 1;
        if (!digits && text[i] == '"')
            in_string = !in_string;
        if (large)
            *to++ = '"';
        memcpy(to, text + i, step);
        to += step;
        if (large)
            *to++ = '"';
        i += step;
    }
    *length = (size_t)(to - copy);
    return copy;
}

// Whether it has more rows and lists than its bytes could say anything in: empty ones take a hundred times
// as much memory.
static bool is_hollow(const char *text, size_t n)
{
    size_t containers = 0;
    bool in_string = false;

    for (size_t i = 0; i < n; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string)
            containers += text[i] == '{' || text[i] == '[';
    }
    return containers > n / ROW_MIN + ROW_MIN;
}

struct snapshot *document_read(const char *text, size_t n, struct document_report *report)
{
    json_error_t error;
    size_t length;

    *report = (struct document_report){0};
    if (is_hollow(text, n)) {
        note(report, "it has more rows than its bytes can hold", "");
        return NULL;
    }
    char *quoted = quote_large(text, n, &length);
    json_t *root = json_loadb(quoted, length, 0, &error);
    free(quoted);
    if (!root) {
        note(report, "it is cut off or damaged: ", error.text);
        return NULL;
    }
    struct snapshot *s = snapshot_new();
    struct recorded *r = recorded_new();
    s->recorded = &r->base;
    s->time_ns = clock_ns();
    if (!read_meta(s, r, json_object_get(root, "meta"))) {
        note(report, "it is no document of ipctop", "");
        json_decref(root);
        snapshot_unref(s);
        return NULL;
    }
    if (strcmp(r->version, VERSION) != 0)
        note(report, "it was recorded by version ", r->version);
    for (int id = 1; id < KINDS; id++)
        r->tables[id].kind = kind_get((enum kind_id)id);
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value) if (strcmp(name, "meta") != 0)
        read_table(s, r, name, value, report);
    rebuild_end(s, r);
    json_decref(root);
    return s;
}

struct snapshot *document_show(const char *text, size_t n, struct damage *damage,
                               const struct want *want, struct document_report *report)
{
    *report = (struct document_report){.note = "its line is too long"};
    struct snapshot *s = text ? document_read(text, n, report) : NULL;

    if (!s)
        return NULL;
    if (report->note[0])
        damage_note(damage, report->note);
    s->orphan_age = want->orphan_age;
    damage_text(damage, s->playback.note, sizeof s->playback.note);
    return s;
}
