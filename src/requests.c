#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/kinds/registry.h"

// The tables where none is named.
static const enum kind_id json_tables[] = {
    KIND_SEGMENT, KIND_HOLDER, KIND_MAPPING, KIND_SEMSET,  KIND_ELEMENT,
    KIND_QUEUE,   KIND_WAITER, KIND_LIMIT,   KIND_FINDING,
};
static const enum kind_id batch_tables[] = {KIND_SEGMENT, KIND_SEMSET, KIND_QUEUE};

// Only a drill-down into one process has these, and no option names a process.
static const unsigned FOCUS_NEEDS = NEED_MAP_USE | NEED_ALL_MAPS;

static void default_columns(struct table_request *table, enum mode mode)
{
    const struct kind *kind = table->query.kind;
    const struct column **columns = mem_zero(kind->n_columns, sizeof *columns);
    size_t n = kind_columns(kind, mode == MODE_JSON ? COL_JSON : COL_SCREEN, columns);

    for (size_t i = 0; i < n; i++) {
        if (!(columns[i]->need & FOCUS_NEEDS))
            table->columns[table->n_columns++] = columns[i];
    }
    free(columns);
}

static int no_column(const struct kind *kind, const char *option, const char *name)
{
    const char *near = kind_near_column(kind, name);

    return options_fail("%s: no column '%s' in %s%s%s%s", option, name, kind->name,
                        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int chosen_columns(struct table_request *table, const char *list, enum mode mode)
{
    const struct kind *kind = table->query.kind;
    char name[64];

    if (*list == '+') {
        default_columns(table, mode);
        list++;
    }
    if (kind_parse_columns(kind, list, table->columns, &table->n_columns, name, sizeof name))
        return 0;
    return no_column(kind, "--columns", name);
}

// In the first n bytes of a text, as its reader counts them.
static size_t characters(const char *text, size_t n)
{
    size_t count = 0, step;
    uint32_t code;

    for (size_t at = 0; at < n; at += step, count++) {
        step = text_decode(text + at, n - at, &code);
        step = step > 0 ? step : 1;
    }
    return count;
}

static int build_query(struct query *query, struct filter **filter, const struct options *o)
{
    const char *sort = o->sort ? o->sort : o->mode == MODE_JSON ? NULL : query->kind->default_sort;
    struct filter_error error;

    query->has_owner = o->has_user;
    query->owner = o->uid;
    query->has_id = o->has_id;
    query->id = o->id;
    if (!rows_parse_sort(query->kind, sort, &query->sort, &query->descending))
        return no_column(query->kind, "--sort", sort + (*sort == '-' || *sort == '+'));
    if (!o->filter)
        return 0;
    *filter = filter_parse(query->kind, o->filter, &error);
    query->filter = *filter;
    if (!*filter)
        return options_fail("--filter '%s': at character %zu: %s", o->filter,
                            characters(o->filter, error.at) + 1, error.message);
    return 0;
}

// Words match what is usually shown, and what was added to it: to ask for fewer columns does not
// change which rows there are.
static const struct column **choose_words(struct table_request *table)
{
    const struct column **words = mem_zero(table->query.kind->n_columns, sizeof *words);
    size_t n = kind_columns(table->query.kind, COL_SCREEN, words);

    for (size_t i = 0; i < table->n_columns; i++) {
        if (!(table->columns[i]->flags & COL_SCREEN))
            words[n++] = table->columns[i];
    }
    table->query.shown = (struct column_choice){words, n};
    return words;
}

static int add_table(struct requests *requests, const struct kind *kind, const struct options *o)
{
    struct table_request *table = &requests->tables[requests->n];

    table->query.kind = kind;
    table->columns = mem_zero(kind->n_columns, sizeof *table->columns);
    size_t at = requests->n++;
    int status = build_query(&table->query, &requests->filters[at], o);
    if (status)
        return status;
    if (!o->columns) {
        default_columns(table, o->mode);
        return 0;
    }
    status = chosen_columns(table, o->columns, o->mode);
    requests->words[at] = choose_words(table);
    return status;
}

int requests_build(struct requests *requests, const struct options *options)
{
    const enum kind_id *defaults = options->mode == MODE_JSON ? json_tables : batch_tables;
    size_t n = options->mode == MODE_JSON    ? sizeof json_tables / sizeof json_tables[0]
               : options->mode == MODE_BATCH ? sizeof batch_tables / sizeof batch_tables[0]
                                             : 1; // the screen's first view
    int status = 0;

    *requests = (struct requests){0};
    if (options->n_tables)
        n = options->n_tables;
    for (size_t i = 0; i < n && !status; i++) {
        const struct kind *kind = options->n_tables ? options->tables[i] : kind_get(defaults[i]);
        status = add_table(requests, kind, options);
    }
    return status;
}

void requests_free(struct requests *requests)
{
    for (size_t i = 0; i < requests->n; i++) {
        free(requests->tables[i].columns);
        free(requests->words[i]);
        filter_free(requests->filters[i]);
    }
    requests->n = 0;
}

// To ask for the owner of a row takes the object it hangs on.
static unsigned owner_need(enum kind_id kind)
{
    switch (kind) {
    case KIND_HOLDER:
    case KIND_MAPPING:
        return NEED_SEGMENTS;
    case KIND_ELEMENT:
        return NEED_SEMSETS;
    case KIND_WAITER:
        return NEED_SEMSETS | NEED_QUEUES;
    default:
        return 0;
    }
}

static unsigned table_need(const struct table_request *table, bool shown)
{
    const struct query *query = &table->query;
    unsigned need = query->kind->need | filter_need(query->filter, query->shown);

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = table->columns[i];
        need |= shown ? column->need : column->need & ~column->show_need;
    }
    if (query->sort)
        need |= query->sort->need & ~query->sort->show_need;
    if (query->has_owner)
        need |= owner_need(query->kind->id);
    return need;
}

static bool hangs_on_segment(enum kind_id kind)
{
    return kind == KIND_SEGMENT || kind == KIND_HOLDER || kind == KIND_MAPPING;
}

struct want requests_want(const struct requests *requests, const struct options *options)
{
    struct want want = {.need = options->mode == MODE_JSON ? NEED_SYSTEM : 0};

    bool one_set = options->has_id; // a finding may rest on the elements of others
    bool one_segment = options->has_id;

    for (size_t i = 0; i < requests->n; i++) {
        want.need |= table_need(&requests->tables[i], options->mode != MODE_JSON);
        one_set &= requests->tables[i].query.kind->id != KIND_FINDING;
        one_segment &= hangs_on_segment(requests->tables[i].query.kind->id);
    }
    want.need &= ~FOCUS_NEEDS;
    if (one_segment) {
        want.focused = want.alone = true;
        want.focus = (struct identity){.kind = KIND_SEGMENT, .id = options->id};
    } else if (one_set && want.need & NEED_ELEMENTS) {
        // The elements of this set alone; every other table is filtered by its rows.
        want.focused = true;
        want.focus = (struct identity){.kind = KIND_SEMSET, .id = options->id};
    }
    return want;
}
