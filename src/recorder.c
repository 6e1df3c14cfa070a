#include "recorder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "output/formats.h"

enum { TEXT = 512 };

static volatile sig_atomic_t ended_by;

static void on_signal(int number)
{
    ended_by = number;
}

bool recorder_wanted(const struct options *options)
{
    return options->format && options->n_tables == 1 && options->tables[0]->flags & TABLE_PAST;
}

// Blocked but while we wait; *waiting is the mask for that.
static void catch_signals(sigset_t *waiting)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;

    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaddset(&blocked, ends[i]);
        sigaction(ends[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigdelset(waiting, ends[i]);
}

// One line an event, in columns as wide as usual: later ones are not known yet.
static void write_line(const struct table_request *table, const struct snapshot *s, const void *row)
{
    char text[TEXT];

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = table->columns[i];
        bool last = i + 1 == table->n_columns;
        if (row)
            column_text(column, s, row, text, sizeof text);
        else
            snprintf(text, sizeof text, "%s", column->title);
        int gap = column->width - (int)text_width(text);
        printf("%s%*s%s", text[0] ? text : "-", last || gap < 0 ? 0 : gap, "", last ? "\n" : "  ");
    }
}

static int write_events(const struct options *options, const struct table_request *table,
                        const struct snapshot *s)
{
    struct rows rows = {0};
    int error = 0;

    rows_build(&rows, s, &table->query);
    if (!options->format->shown && rows.n)
        error = options->format->write(stdout, s, table, 1);
    for (size_t i = rows.n; options->format->shown && i > 0; i--) // oldest first
        write_line(table, s, rows.at[i - 1]);
    vec_free(&rows);
    if (!error && (fflush(stdout) != 0 || ferror(stdout)))
        error = errno ? -errno : -EIO;
    return error;
}

// Those that are new, as a snapshot with nothing but them.
static int write_news(const struct options *options, const struct requests *requests,
                      const struct snapshot *s, uint64_t *last)
{
    const struct event_log *all = s->events;
    struct event_vec news = {0};

    for (size_t i = 0; all && i < all->n; i++)
        if (all->at[i]->number > *last)
            vec_push(&news, event_new(all->at[i], all->at[i]->who, all->at[i]->text));
    if (!news.n)
        return 0;
    *last = all->at[all->n - 1]->number;
    struct snapshot with = *s; // borrows everything else
    with.events = event_log_more(NULL, &news);
    int error = write_events(options, &requests->tables[0], &with);
    event_log_unref(with.events);
    vec_free(&news);
    return error;
}

// The status, where it is the end: -1 else.
static int next(const struct options *options, const struct requests *requests,
                struct sampler *sampler, uint64_t *last, long *ticks)
{
    struct snapshot *s = sampler_take(sampler);
    int error = 0;

    if (!s)
        return -1;
    if (!s->partial) {
        error = write_news(options, requests, s, last);
        ++*ticks;
    }
    snapshot_unref(s);
    if (error == -EPIPE)
        return 0; // its reader has seen enough
    if (error)
        options_fail("cannot write: %s", strerror(-error));
    return error ? 1 : options->iterations && *ticks >= options->iterations ? 0 : -1;
}

int recorder_run(const struct options *options, const struct requests *requests,
                 struct sampler *sampler)
{
    struct want want = requests_want(requests, options);
    struct pollfd on = {.fd = sampler_fd(sampler), .events = POLLIN};
    uint64_t last = 0;
    long ticks = 0;
    int status = -1;
    sigset_t waiting;

    if (options->trace)
        want.need |= NEED_TRACE;
    catch_signals(&waiting);
    if (options->format->shown)
        write_line(&requests->tables[0], NULL, NULL);
    sampler_want(sampler, &want);
    while (status < 0 && !ended_by)
        if (ppoll(&on, 1, NULL, &waiting) > 0)
            status = next(options, requests, sampler, &last, &ticks);
    if (ended_by && status < 0) { // what happened since the last tick
        sampler_refresh(sampler);
        if (poll(&on, 1, 1000) > 0)
            next(options, requests, sampler, &last, &ticks);
    }
    return status >= 0 ? status : 128 + ended_by;
}
