#include "print_events.h"

#include <stdio.h>

#include "base/errors.h"
#include "base/text.h"
#include "follow.h"
#include "output/formats.h"

enum { TEXT = 512, COLUMNS_MAX = 32, LINE_CELL = 20 };

struct event_printer {
    const struct options *options;
    const struct requests *requests;
    uint64_t last;           // event that was written
    bool headed;             // lines of rows have their heading
    int widths[COLUMNS_MAX]; // of lines: as wide as the widest cell so far
};

bool print_events_wanted(const struct options *options)
{
    return options->format && !options->from && options->n_tables == 1 && options->tables[0]->alone;
}

// Later lines are not known yet: a pid with the name of its program has room from the first one on.
static int first_width(const struct column *column)
{
    int usual = column->widest < LINE_CELL ? column->widest : LINE_CELL;

    return usual > column->width ? usual : column->width;
}

// One line an event, its columns under their heading. A longer cell widens its column from there on.
static void write_line(struct event_printer *r, const struct snapshot *s, const void *row)
{
    const struct table_request *table = &r->requests->tables[0];
    char text[TEXT];

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = table->columns[i];
        bool last = i + 1 == table->n_columns;
        int *width = &r->widths[i < COLUMNS_MAX ? i : COLUMNS_MAX - 1];
        if (row)
            column_text(column, s, row, text, sizeof text);
        else
            snprintf(text, sizeof text, "%s", column->title);
        if (!text[0])
            snprintf(text, sizeof text, "-");
        int needs = (int)text_width(text), least = first_width(column);
        *width = *width > least ? *width : least;
        *width = *width > needs ? *width : needs;
        printf("%s%*s%s", text, last ? 0 : *width - needs, "", last ? "\n" : "  ");
    }
}

static bool aligned(const struct options *options)
{
    return options->format->shown && !options->format->heads_once;
}

static int write_events(struct event_printer *r, const struct table_request *table,
                        const struct snapshot *s)
{
    const struct options *options = r->options;
    struct rows rows = {0};
    int error = 0;

    rows_build(&rows, s, &table->query);
    if (!aligned(options) && rows.n)
        error = options->format->write(stdout, s, table, 1);
    for (size_t i = rows.n; aligned(options) && i > 0; i--) // oldest first
        write_line(r, s, rows.at[i - 1]);
    vec_free(&rows);
    return error ? error : error_of_stream(stdout);
}

struct event_log *print_events_news(const struct event_log *all, uint64_t *last)
{
    struct event_vec news = {0};

    for (size_t i = 0; all && i < all->n; i++)
        if (all->at[i]->number > *last)
            vec_push(&news, event_new(all->at[i], all->at[i]->who, all->at[i]->text));
    if (!news.n)
        return NULL;
    *last = all->at[all->n - 1]->number;
    struct event_log *log = event_log_more(NULL, &news);
    vec_free(&news);
    return log;
}

// Formats of lines: oldest first, below one heading.
static int write_each(struct event_printer *r, struct snapshot *with)
{
    struct table_request table = r->requests->tables[0];
    struct event_log *all = with->events;
    int error = 0;

    for (size_t i = 0; i < all->n && !error; i++) {
        struct event *event = all->at[i];
        struct event_vec one = {0};
        vec_push(&one, event_new(event, event->who, event->text));
        with->events = event_log_more(NULL, &one);
        vec_free(&one);
        table.style |= r->headed ? STYLE_NO_HEADINGS : 0;
        error = write_events(r, &table, with);
        r->headed = true;
        event_log_unref(with->events);
    }
    with->events = all;
    return error;
}

// Those that are new, as a snapshot with nothing but them.
static int write_news(void *arg, const struct snapshot *s)
{
    struct event_printer *r = arg;
    struct snapshot with = *s; // borrows everything else

    with.events = print_events_news(s->events, &r->last);
    if (!with.events)
        return 0;
    int error = r->options->format->heads_once ? write_each(r, &with)
                                               : write_events(r, &r->requests->tables[0], &with);
    event_log_unref(with.events);
    return error;
}

int print_events_run(const struct options *options, const struct requests *requests,
                     struct sampler *sampler)
{
    struct event_printer recorder = {.options = options, .requests = requests};
    struct follower follower = {.want = requests_want(requests, options),
                                .ticks = options->iterations,
                                .take = write_news,
                                .arg = &recorder};

    if (options->trace)
        follower.want.need |= NEED_TRACE;
    if (aligned(options) && !options->no_headings)
        write_line(&recorder, NULL, NULL);
    return follow_run(&follower, sampler);
}
