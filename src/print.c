#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/line.h"
#include "incomplete.h"
#include "model/kinds/registry.h"
#include "model/table/cell_class.h"
#include "model/text/words.h"
#include "options_check.h"
#include "output/formats.h"
#include "output/missing_id.h"
#include "store/write_file.h"

static void print_kind(const struct kind *kind)
{
    printf("%s\n", kind->name);
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        printf("  %-18s %-10s %-11s %s%s\n", column->name, column->title,
               cell_class(column->type)->name, column->help,
               column->flags & (COL_JSON | COL_SCREEN) ? "" : " (by -o)");
    }
}

void print_columns(const struct options *options)
{
    for (size_t i = 0; i < options->n_tables; i++)
        print_kind(options->tables[i]);
    for (int id = 1; !options->n_tables && id < KINDS; id++)
        print_kind(kind_get((enum kind_id)id));
}

bool print_missing_id(const struct requests *requests, const struct snapshot *s)
{
    char text[128];

    if (!missing_id(s, requests->tables, requests->n))
        return false;
    missing_id_write(requests->tables, requests->n, text, sizeof text);
    fprintf(stderr, "ipctop: --id: there is %s\n", text);
    return true;
}

bool print_any_known(const struct requests *requests, const struct snapshot *s)
{
    char text[128];
    struct line reason = line_start(text, sizeof text);

    for (size_t i = 0; i < requests->n; i++)
        if (kind_is_known(requests->tables[i].query.kind, s))
            return true;
    words_unread(&reason, s);
    fprintf(stderr, "ipctop: nothing could be read%s%s\n", reason.n ? ": " : "", text);
    return false;
}

// 0: until interrupted, or nothing more comes. --json takes -d without -n as one document, as it
// always did.
static long ticks_of(const struct options *o, bool piped)
{
    if (o->iterations || o->endless)
        return o->iterations;
    return piped || (o->has_delay && o->format->rows) ? 0 : 1;
}

struct tick {
    const struct options *options;
    const struct requests *requests;
    const struct snapshot *s;
};

static int produce(FILE *out, void *arg, size_t *rows)
{
    const struct tick *tick = arg;

    *rows = 0;
    return tick->options->format->write(out, tick->s, tick->requests->tables, tick->requests->n);
}

// Whole or not at all, for readers that come at any time. Says why not.
static int write_output(const struct options *options, const struct requests *requests,
                        const struct snapshot *s)
{
    struct tick tick = {options, requests, s};
    struct write_result *result = mem_zero(1, sizeof *result);
    int error = write_file(&(struct write_job){.path = options->output,
                                               .how = WRITE_PUBLIC,
                                               .produce = produce,
                                               .words = format_error,
                                               .arg = &tick},
                           result);

    if (error)
        options_fail("--output '%s': %s", options->output,
                     *result->why ? result->why : strerror(-error));
    free(result);
    return error ? -ECANCELED : 0;
}

// `tick` is one of `ticks`.
static int write_tick(const struct options *options, struct requests *requests,
                      const struct snapshot *s, long tick, long ticks)
{
    const struct format *format = options->format;

    if (options->output)
        return write_output(options, requests, s);
    if (tick && format->heads_once && requests->n == 1)
        requests->tables[0].style |= STYLE_NO_HEADINGS;
    else if (tick && format->rows && format->heads_once)
        putchar('\n');
    if (format->dated && !options->no_headings && ticks != 1) {
        char when[64];
        struct tm local;
        time_t now = s->time;
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
        printf("%s%s\n", tick ? "\n" : "", when);
    }
    return format->write(stdout, s, requests->tables, requests->n);
}

static void sleep_until(struct timespec *next, double delay)
{
    long ns = (long)((delay - (double)(time_t)delay) * 1e9);

    next->tv_sec += (time_t)delay;
    next->tv_nsec += ns;
    if (next->tv_nsec >= 1000000000) {
        next->tv_nsec -= 1000000000;
        next->tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
        continue;
}

// False, after saying why, where the namespace that is asked for could not be entered.
static bool is_entered(const struct snapshot *s)
{
    bool entered = !s->entered || !s->error;
    bool refused = s->error == -EPERM || s->error == -EACCES;

    if (!entered)
        options_fail("--namespace %" PRIu64 ": %s", s->entered,
                     refused               ? "not permitted: entering it needs CAP_SYS_ADMIN"
                     : s->error == -ENOENT ? "no process lives in an IPC namespace of that number"
                                           : strerror(-s->error));
    return entered;
}

// A finding may take more to be whole than was asked for; from then on that is asked for, too.
static struct snapshot *collect(struct sampler *sampler, const struct requests *requests,
                                const struct options *options, struct want *want)
{
    struct snapshot *s = sampler_collect(sampler, want);
    uint64_t lacking = 0;

    for (size_t i = 0; s && !options->from && i < requests->n; i++)
        lacking |= kind_lacking(requests->tables[i].query.kind, s) & ~s->has;
    if (!lacking)
        return s;
    want->need |= lacking;
    snapshot_unref(s);
    return sampler_collect(sampler, want);
}

// One snapshot a namespace, our own first; those that cannot be entered are left out, and counted.
// Findings are in the snapshot of their namespace alone; the others are looked into beforehand only
// for a table that shows what each holds.
static struct snapshot *collect_all(struct sampler *sampler, const struct requests *requests,
                                    const struct options *options, struct want *want,
                                    size_t *refused)
{
    struct want ours = *want, there = *want;

    ours.others = OTHERS_LIST;
    for (size_t i = 0; i < requests->n; i++)
        if (requests->tables[i].query.kind->need & NEED_NAMESPACES)
            ours.others = OTHERS_COUNTS;
    ours.need |= NEED_NAMESPACES;
    struct snapshot *first = collect(sampler, requests, options, &ours);
    want->need |= ours.need & ~(uint64_t)NEED_NAMESPACES;

    // Nor are mount namespaces those of an IPC namespace: each /dev/shm is listed once.
    there.others = ours.others;
    there.need &= ~(uint64_t)(NEED_NAMESPACES | NEED_SHM_PLACES);
    for (size_t i = 0; first && i < first->namespaces.n; i++) {
        there.ipc_namespace = first->namespaces.at[i].inode;
        if (there.ipc_namespace == first->system.own_namespace)
            continue;
        struct snapshot *s = collect(sampler, requests, options, &there);
        if (s->error) {
            *refused += s->error != -ENOENT; // it ended meanwhile
            snapshot_unref(s);
        } else {
            vec_push(&first->others, s);
        }
    }
    return first;
}

int print_failure(const struct options *options)
{
    return options->format->status ? CHECK_UNKNOWN : 1;
}

static int no_picture(const struct options *options)
{
    if (options->n_from > 1)
        options_fail("there is no picture in any of the %zu --from", options->n_from);
    else
        options_fail("--from '%s': there is no picture in it", options->from);
    return print_failure(options);
}

// Whether it is, said where the format does not.
static bool say_incomplete(const struct printed *printed)
{
    const struct options *options = printed->options;
    char *text = incomplete_text(printed);
    bool incomplete = text;

    if (incomplete && (!options->format->reports_gaps || options->n_from > 1))
        fprintf(stderr, "ipctop: incomplete: %s\n", text);
    free(text);
    return incomplete;
}

int print_run(const struct options *options, struct requests *requests, struct sampler *sampler,
              bool piped)
{
    struct want want = requests_want(requests, options);
    long ticks = ticks_of(options, piped);
    bool incomplete = false;
    int status = 0;
    struct timespec next;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (long tick = 0; !ticks || tick < ticks; tick++) {
        if (tick && !options->from)
            sleep_until(&next, options->delay);
        struct printed printed = {.requests = requests, .options = options, .want = &want};
        struct snapshot *s = options->all_namespaces
                                 ? collect_all(sampler, requests, options, &want, &printed.refused)
                                 : collect(sampler, requests, options, &want);
        if (!s)
            return tick ? status : no_picture(options);
        if (!is_entered(s)) {
            snapshot_unref(s);
            return print_failure(options);
        }
        int error = write_tick(options, requests, s, tick, ticks);
        printed.s = s;
        bool any = error || print_any_known(requests, s);
        bool absent = !error && any && print_missing_id(requests, s);
        if (options->format->status)
            status = options->format->status(s, requests->tables, requests->n);
        incomplete |= !error && any && !absent && say_incomplete(&printed);
        snapshot_unref(s);
        if (error == -EPIPE)
            return 0; // the reader closed the pipe
        if (error == -ECANCELED)
            return print_failure(options); // which was said
        if (error) {
            fprintf(stderr, "ipctop: cannot write: %s\n", format_error(error));
            return print_failure(options);
        }
        if (!any || absent)
            return options->format->status ? status : 1;
    }
    return incomplete && options->strict && !status ? 3 : status;
}
