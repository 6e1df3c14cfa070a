#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/line.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/record/limit.h"
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

// ", 3 processes"; nothing where there are none.
static bool add_count(struct line *line, uint64_t n, const char *one, const char *many)
{
    if (n && line->n)
        line_add(line, ", ");
    if (n)
        line_count(line, n, one, many);
    return n > 0;
}

static void add_files_missing(struct line *line, const struct files_look *look)
{
    const char *hint = geteuid() ? " by this user; try sudo" : "";

    if (add_count(line, look->stuck, "process", "processes"))
        line_add(line, " whose files could not be read in time");
    if (add_count(line, look->unasked, "process", "processes"))
        line_add(line, " whose files were not read: out of threads or file descriptors");
    if (add_count(line, look->left_out, "file", NULL))
        line_add(line, " not listed: a process has too many");
    if (add_count(line, look->sockets_unread, "socket", NULL))
        line_add(line, " of which nothing could be read");
    if (add_count(line, look->unread, "file", NULL))
        line_add(line, " not readable%s", hint);
    if (add_count(line, look->unreadable, "process", "processes"))
        line_add(line, " whose files are not readable%s", hint);
}

static size_t namespaces_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->namespaces.n; i++)
        n += !(s->namespaces.at[i].known & NAMESPACE_KNOWS_OBJECTS);
    return n;
}

static size_t queues_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->queues.n; i++)
        n += !(s->queues.at[i].known & QUEUE_KNOWS_MAX);
    return n;
}

static size_t limits_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->limits.n; i++)
        n += !limit_is_read(&s->limits.at[i]);
    return n;
}

static void add_tables_missing(struct line *line, const struct snapshot *s, enum others others,
                               uint64_t need)
{
    for (int id = TABLE_KINDS; id < KINDS; id++)
        if (s->in_part & need & NEED_OF(id))
            line_add(line, "%snot all of %s could be read", line->n ? ", " : "",
                     kind_get((enum kind_id)id)->name);
    if (need & (NEED_SEGMENT_USE | NEED_NAMESPACES) && s->has & NEED_SEGMENTS && s->segments.n &&
        !(s->segments.at[0].known & SEG_KNOWS_SWAP))
        line_add(line, "%smemory and swap of segments are not known: no /proc/sysvipc",
                 line->n ? ", " : "");
    if (add_count(line, s->sets_look.left_out, "semaphore set", NULL))
        line_add(line, " not read: too many semaphores");
    if (add_count(line, s->sets_look.unreadable, "semaphore set", NULL))
        line_add(line, " not readable by this user");
    if (need & NEED_QUEUE_MAX && add_count(line, queues_unread(s), "queue", NULL))
        line_add(line, " not readable in full by this user");
    if (need & NEED_LIMITS && add_count(line, limits_unread(s), "limit", NULL))
        line_add(line, " or their use not readable");
    if (need & NEED_NAMESPACES && others != OTHERS_LIST &&
        add_count(line, namespaces_unread(s), "IPC namespace", NULL))
        line_add(line, " not entered");
}

static void add_shared_missing(struct line *line, const struct shared_look *look)
{
    const char *hint = geteuid() ? " by this user; try sudo" : "";

    if (add_count(line, look->unreadable, "process", "processes"))
        line_add(line, " whose shared memory is not readable%s", hint);
    if (add_count(line, look->stuck, "process", "processes"))
        line_add(line, " whose shared memory could not be read in time");
    if (add_count(line, look->left_out, "process", "processes"))
        line_add(line, " whose shared memory was left out: too many mappings");
    if (add_count(line, look->places_unread, "/dev/shm", "/dev/shm"))
        line_add(line, " of other mount namespaces not readable%s", hint);
}

// Whether the picture of a host lacks a table that another one has.
static bool lacks(const struct snapshot *s, const struct host *host, const struct kind *kind)
{
    const struct snapshot *part = NULL;

    for (size_t i = 0; i < s->others.n; i++)
        if (s->others.at[i]->playback.host == host->number)
            part = s->others.at[i];
    return !(kind->flags & TABLE_HOSTS) && kind_is_known(kind, s) &&
           !(part && kind_is_known(kind, part));
}

// What could not be seen, in one line; empty where the answer is whole.
static void missing(struct line *line, const struct snapshot *s, const struct requests *requests,
                    const struct options *options, const struct want *want)
{
    uint64_t need = want->need;

    for (size_t i = 0; i < requests->n; i++) {
        const struct kind *kind = requests->tables[i].query.kind;
        if (!kind_is_known(kind, s))
            line_add(line, "%s%s could not be read", line->n ? ", " : "", kind->name);
    }
    for (size_t i = 0; i < s->hosts.n; i++) // of several hosts
        for (size_t k = 0; k < requests->n; k++)
            if (lacks(s, &s->hosts.at[i], requests->tables[k].query.kind))
                line_add(line, "%s%s of %s not known", line->n ? ", " : "",
                         requests->tables[k].query.kind->name, s->hosts.at[i].name);
    if (line->n && s->error) {
        line_add(line, " (");
        words_unread(line, s);
        line_add(line, ")");
    }
    add_tables_missing(line, s, want->others, need);
    const struct scan *scan = need & NEED_HOLDERS ? s->scan : NULL;
    uint16_t why = 0;
    uint64_t unseen = scan ? scan_unseen(scan, options->has_id ? options->id : -1, &why) : 0;
    uint32_t unreadable = scan ? scan->unreadable : 0;
    if (need & NEED_WAITERS && unreadable < s->waiters_unseen)
        unreadable = s->waiters_unseen;
    if (need & NEED_NAMESPACES && unreadable < s->namespaces_unseen)
        unreadable = s->namespaces_unseen;
    if (add_count(line, unseen, "attachment", NULL))
        line_add(line, " unseen%s", why & UNSEEN_HIDDEN ? ", processes hidden by hidepid" : "");
    if (scan && add_count(line, scan->stuck, "process", "processes"))
        line_add(line, " stuck");
    if (scan && add_count(line, scan->unasked, "process", "processes"))
        line_add(line, " not examined: out of threads or file descriptors");
    if (add_count(line, s->processes_unasked, "process", "processes"))
        line_add(line, " not identified: out of threads or file descriptors");
    if (add_count(line, unreadable, "process", "processes")) // sudo helps no root in a container
        line_add(line, " not readable%s", geteuid() ? " by this user; try sudo" : "");
    if (need & (NEED_FILES | NEED_PORTS))
        add_files_missing(line, &s->files_look);
    if (need & (NEED_SHARED_HOLDERS | NEED_SHARED_OPEN))
        add_shared_missing(line, &s->shared_look);
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

// 0: until interrupted, or nothing more comes. --json takes -d without -n as one document, as it always did.
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
    int error = write_file(
        &(struct write_job){
            .path = options->output, .how = WRITE_PUBLIC, .produce = produce, .arg = &tick},
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

// One snapshot a namespace, our own first; those that cannot be entered are left out, and counted. Findings
// are in the snapshot of their namespace alone; the others are looked into beforehand only for a table that
// shows what each holds.
static struct snapshot *collect_all(struct sampler *sampler, const struct requests *requests,
                                    struct want want, size_t *refused)
{
    want.others = OTHERS_LIST;
    for (size_t i = 0; i < requests->n; i++)
        if (requests->tables[i].query.kind->need & NEED_NAMESPACES)
            want.others = OTHERS_COUNTS;
    want.need |= NEED_NAMESPACES;
    struct snapshot *first = sampler_collect(sampler, &want);

    // Nor are mount namespaces those of an IPC namespace: each /dev/shm is listed once.
    want.need &= ~(uint64_t)(NEED_NAMESPACES | NEED_SHM_PLACES);
    for (size_t i = 0; first && i < first->namespaces.n; i++) {
        want.ipc_namespace = first->namespaces.at[i].inode;
        if (want.ipc_namespace == first->system.own_namespace)
            continue;
        struct snapshot *s = sampler_collect(sampler, &want);
        if (s->error) {
            *refused += s->error != -ENOENT; // it ended meanwhile
            snapshot_unref(s);
        } else {
            vec_push(&first->others, s);
        }
    }
    return first;
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
        char text[256];
        struct line gaps = line_start(text, sizeof text);
        if (tick && !options->from)
            sleep_until(&next, options->delay);
        size_t refused = 0;
        struct snapshot *s = options->all_namespaces
                                 ? collect_all(sampler, requests, want, &refused)
                                 : collect(sampler, requests, options, &want);
        if (!s)
            return tick ? status : no_picture(options);
        if (!is_entered(s)) {
            snapshot_unref(s);
            return print_failure(options);
        }
        int error = write_tick(options, requests, s, tick, ticks);
        missing(&gaps, s, requests, options, &want);
        if (add_count(&gaps, refused, "IPC namespace", NULL))
            line_add(&gaps, " not entered: not permitted, or no answer");
        bool any = error || print_any_known(requests, s);
        bool absent = !error && any && print_missing_id(requests, s);
        if (options->format->status)
            status = options->format->status(s, requests->tables, requests->n);
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
        incomplete |= gaps.n > 0;
        if (gaps.n > 0 && (!options->format->reports_gaps || options->n_from > 1))
            fprintf(stderr, "ipctop: incomplete: %s\n", text);
    }
    return incomplete && options->strict && !status ? 3 : status;
}
