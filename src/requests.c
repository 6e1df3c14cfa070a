#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/kinds/registry.h"
#include "model/table/host_column.h"
#include "options_check.h"

// Usual in a drill-down into one process alone: of all they cost as many questions as there are holders.
static const uint64_t FOCUS_NEEDS = NEED_MAP_USE | NEED_ALL_MAPS;

// For people: the screen, and what looks like it.
static bool is_shown(const struct format *format)
{
    return !format || format->shown;
}

static void default_columns(struct table_request *table, const struct format *format)
{
    const struct kind *kind = table->query.kind;
    const struct column **columns = mem_zero(kind->n_columns, sizeof *columns);
    bool some = format && format->columns;
    size_t n = kind_columns(kind, some ? 0 : is_shown(format) ? COL_SCREEN : COL_JSON, columns);

    for (size_t i = 0; i < n; i++) {
        if (!(columns[i]->need & FOCUS_NEEDS) && (!some || columns[i]->flags & format->columns))
            table->columns[table->n_columns++] = columns[i];
    }
    free(columns);
}

static int no_column(const struct kind *kind, const char *option, const char *name,
                     const char *more)
{
    const char *near = kind_near_column(kind, name);

    return options_fail("%s: no column '%s' in %s%s%s%s%s", option, name, kind->name,
                        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", more);
}

static int chosen_columns(struct table_request *table, const char *list,
                          const struct format *format)
{
    const struct kind *kind = table->query.kind;
    char name[64];

    if (*list == '+') {
        default_columns(table, format);
        list++;
    }
    if (kind_parse_columns(kind, list, table->columns, &table->n_columns, name, sizeof name))
        return 0;
    return no_column(kind, "--columns", name, "");
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

static uint8_t place_of(const struct kind *kind, const struct format *format)
{
    return format ? *((const uint8_t *)kind + format->place) : kind->tab;
}

// The first table that is read where none is named and that the filter, or the column to sort by, is right
// for: " in semaphores; name a table that has it: segments". Empty: there is none, or tables are named.
static const char *other_table(char *dst, size_t cap, const struct options *o, const char *filter,
                               const char *sort)
{
    dst[0] = '\0';
    for (int id = 1; id < KINDS && !o->n_tables && o->format && !dst[0]; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        const struct column *column;
        struct filter_error error;
        bool descending, right = place_of(kind, o->format) != 0;

        if (right && filter) {
            struct filter *parsed = filter_parse(kind, filter, &error);
            right = parsed != NULL;
            filter_free(parsed);
        } else if (right) {
            right = rows_parse_sort(kind, sort, &column, &descending);
        }
        if (right)
            snprintf(dst, cap, "; name a table that has it: %s", kind->name);
    }
    return dst;
}

static int build_query(struct query *query, struct filter **filter, const struct options *o)
{
    const char *sort = o->sort ? o->sort : is_shown(o->format) ? query->kind->default_sort : NULL;
    struct filter_error error;
    char other[96];

    query->has_owner = o->has_user;
    query->owner = o->uid;
    query->has_id = o->has_id;
    query->id = o->id;
    if (!rows_parse_sort(query->kind, sort, &query->sort, &query->descending))
        return no_column(query->kind, "--sort", sort + (*sort == '-' || *sort == '+'),
                         other_table(other, sizeof other, o, NULL, sort));
    if (!o->filter)
        return 0;
    *filter = filter_parse(query->kind, o->filter, &error);
    query->filter = *filter;
    if (!*filter)
        return options_fail("--filter '%s': at character %zu: %s%s", o->filter,
                            characters(o->filter, error.at) + 1, error.message,
                            other_table(other, sizeof other, o, o->filter, NULL));
    return 0;
}

// Words match what is usually shown, and what was added to it: to ask for fewer columns does not
// change which rows there are.
static const struct column **choose_words(struct table_request *table, bool chosen)
{
    const struct kind *kind = table->query.kind;
    const struct column **words = mem_zero(kind->n_columns, sizeof *words);
    size_t n = 0;

    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        bool usual = column->flags & COL_SCREEN && !(column->need & FOCUS_NEEDS);
        if (usual || (chosen && column_among(column, table->columns, table->n_columns)))
            words[n++] = column;
    }
    table->query.shown = (struct column_choice){words, n};
    return words;
}

static int add_table(struct requests *requests, const struct kind *kind, const struct options *o)
{
    struct table_request *table = &requests->tables[requests->n];

    table->query.kind = kind;
    table->style = (o->no_headings ? STYLE_NO_HEADINGS : 0) | (o->bytes ? STYLE_BYTES : 0) |
                   (o->per_object ? STYLE_PER_OBJECT : 0);
    // And the host, and the namespace.
    table->columns = mem_zero(kind->n_columns + 2, sizeof *table->columns);
    size_t at = requests->n++;
    int status = build_query(&table->query, &requests->filters[at], o);
    if (status)
        return status;
    if (o->columns)
        status = chosen_columns(table, o->columns, o->format);
    else
        default_columns(table, o->format);
    if (o->n_from > 1 && !(kind->flags & TABLE_HOSTS)) {
        memmove(table->columns + 1, table->columns, table->n_columns++ * sizeof *table->columns);
        table->columns[0] = &host_column;
    }
    if (o->all_namespaces && !kind->place)
        table->columns[table->n_columns++] = &namespace_column;
    requests->words[at] = choose_words(table, o->columns != NULL);
    return status;
}

// The next table of a format where none is named; NULL after the last.
static const struct kind *next_table(const struct format *format, const struct kind *before)
{
    const struct kind *next = NULL;
    uint8_t after = before ? place_of(before, format) : 0;

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        uint8_t place = place_of(kind, format);
        if (place > after && (!next || place < place_of(next, format)))
            next = kind;
    }
    return next;
}

// All that are acted on where none is named: objects of System V, or the processes attached to segments.
static int add_acted_on(struct requests *requests, const struct options *o)
{
    int status = 0;

    for (int id = 1; id < KINDS && !status; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        bool meant =
            o->remove ? kind_is_object(kind->id) : !requests->n && kind->flags & TABLE_HELD;
        if (meant && options_act_on(o, kind))
            status = add_table(requests, kind, o);
    }
    return status;
}

int requests_build(struct requests *requests, const struct options *options)
{
    const struct kind *kind = NULL;
    int status = 0;

    *requests = (struct requests){0};
    for (size_t i = 0; i < options->n_tables && !status; i++)
        status = add_table(requests, options->tables[i], options);
    if (options->mode == MODE_ACT)
        return options->n_tables ? status : add_acted_on(requests, options);
    bool lists = options->mode == MODE_PRINT && !options->format->rows && options->n_from > 1;
    for (int id = 1; lists && !options->n_tables && id < KINDS && !status; id++)
        if (kind_get((enum kind_id)id)->flags & TABLE_HOSTS)
            status = add_table(requests, kind_get((enum kind_id)id), options);
    // Of the screen: its first view.
    while (!options->n_tables && !status && (options->format || !kind) &&
           (kind = next_table(options->format, kind)))
        status = add_table(requests, kind, options);
    for (int id = 1; options->format && options->format->past && id < KINDS && !status; id++)
        if (kind_get((enum kind_id)id)->flags & TABLE_PAST)
            status = add_table(requests, kind_get((enum kind_id)id), options);
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

// What is dear is read only for one who names the table, and for a report, and else left unknown.
static uint64_t column_need(const struct column *column, const struct format *format, bool named)
{
    bool in_report = format && format->whole && column_in_report(column);

    if (column->flags & COL_ASKED && !named && !in_report)
        return 0;
    return is_shown(format) ? column->need : column->need & ~column->show_need;
}

static uint64_t table_need(const struct table_request *table, const struct format *format,
                           bool named)
{
    const struct query *query = &table->query;
    uint64_t need = query->kind->need | filter_need(query->filter, query->shown);

    for (size_t i = 0; i < table->n_columns; i++)
        need |= column_need(table->columns[i], format, named);
    if (query->sort)
        need |= query->sort->need & ~query->sort->show_need;
    if (query->has_owner)
        need |= query->kind->owner_need;
    return need;
}

// Of a table that is read of processes: of the one its filter names, else of all there are.
static void pin(const struct table_request *table, struct want *want)
{
    const struct kind *kind = table->query.kind;
    int64_t pid = 0;
    bool pinned = false;

    for (size_t i = 0; i < kind->n_columns && !pinned; i++)
        pinned = kind->columns[i].flags & COL_PINS &&
                 filter_pins(table->query.filter, &kind->columns[i], &pid);
    if (pinned && pid > 0 && pid <= INT32_MAX && want->n_followed < WANT_FOLLOWED)
        want->followed[want->n_followed++] = (int32_t)pid;
    else if (!pinned && kind->pins != NO_KIND)
        want->need |= kind_get(kind->pins)->need;
}

struct want requests_want(const struct requests *requests, const struct options *options)
{
    struct want want = {.need = options->format ? options->format->need : 0,
                        .ipc_namespace = options->ipc_namespace};
    bool whole = !options->has_id, held = options->has_id;
    enum kind_id of = NO_KIND, of_elements = NO_KIND;

    for (size_t i = 0; i < requests->n; i++) {
        const struct kind *kind = requests->tables[i].query.kind;
        uint64_t need = table_need(&requests->tables[i], options->format, options->n_tables > 0);
        want.need |= need;
        pin(&requests->tables[i], &want);
        whole |= kind->flags & TABLE_WHOLE;
        held &= (kind->flags & TABLE_HELD) != 0;
        of = kind->object;
        if (need & NEED_ELEMENTS && kind->object == kind->id)
            whole = true; // whether an object is an orphan hangs on those made with it
        else if (need & NEED_ELEMENTS)
            of_elements = kind->object;
    }
    want.need &= ~(uint64_t)NEED_ALL_MAPS; // no option names a process
    if (held) {
        want.focused = want.alone = true;
        want.focus = (struct identity){.kind = of, .id = options->id};
    } else if (!whole && of_elements != NO_KIND) {
        // The elements of this set alone; every other table is filtered by its rows.
        want.focused = true;
        want.focus = (struct identity){.kind = of_elements, .id = options->id};
    }
    return want;
}
