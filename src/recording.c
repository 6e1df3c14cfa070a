#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/line.h"
#include "base/memory.h"
#include "follow.h"
#include "options_check.h"
#include "print_events.h"
#include "replay/tape.h"
#include "store/append_log.h"

// A disk that is slow, not full, is waited for so long; then pictures are left out.
static const int64_t PATIENCE_NS = 10 * CLOCK_SECOND;

VEC(text_vec, char);

struct recording {
    const char *path;
    const struct requests *requests;
    struct append_log *file;
    uint64_t last;        // event that was written
    uint64_t lost;        // pictures that were not written since the last one that was
    struct text_vec text; // of a picture; its room is kept for the next one
    uint64_t length;      // that it would have: beyond what is read back of a line, nothing is kept
    bool partial;         // the last picture was written without some tables
};

// What was lost is said when it begins and when it ends, not at each tick.
static void note_written(struct recording *r, int error)
{
    if (error && r->lost++ == 0)
        options_fail("--record '%s': %s; pictures are left out", r->path, append_log_reason(error));
    if (!error && r->lost > 0) {
        options_fail("--record '%s': written again; %" PRIu64 " picture%s left out", r->path,
                     r->lost, r->lost == 1 ? " was" : "s were");
        r->lost = 0;
    }
}

static ssize_t add_bytes(void *arg, const char *bytes, size_t n)
{
    struct recording *r = arg;
    struct text_vec *text = &r->text;

    r->length += n;
    if (r->length > TAPE_LINE_MAX)
        return (ssize_t)n; // only counted
    vec_reserve(text, text->n + n);
    memcpy(text->at + text->n, bytes, n);
    text->n += n;
    return (ssize_t)n;
}

// The line of a picture. 0, or an errno value.
static int make_line(struct recording *r, const struct snapshot *s,
                     const struct table_request *tables, size_t n)
{
    FILE *out = fopencookie(r, "w", (cookie_io_functions_t){.write = add_bytes});

    vec_clear(&r->text);
    r->length = 0;
    if (!out)
        return ENOMEM;
    setvbuf(out, NULL, _IONBF, 0); // the format has its own
    int error = record_format.write(out, s, tables, n);
    if (fclose(out) != 0 && !error)
        error = -ENOMEM;
    return error ? -error : r->length > TAPE_LINE_MAX ? EFBIG : 0;
}

// Takes the largest of *n tables out.
static const struct kind *take_largest(struct table_request *tables, uint64_t *sizes, size_t *n)
{
    size_t largest = 0;

    for (size_t i = 1; i < *n; i++)
        if (sizes[i] > sizes[largest])
            largest = i;
    const struct kind *kind = tables[largest].query.kind;
    size_t behind = --*n - largest;
    memmove(&tables[largest], &tables[largest + 1], behind * sizeof *tables);
    memmove(&sizes[largest], &sizes[largest + 1], behind * sizeof *sizes);
    return kind;
}

// What has no room in a line that is read back: without the largest of its tables, which are unknown then, the
// others are there.
static int make_partial_line(struct recording *r, const struct snapshot *s, struct line *without)
{
    size_t n = r->requests->n;
    struct table_request *tables = mem_zero(n, sizeof *tables);
    uint64_t *sizes = mem_zero(n, sizeof *sizes);
    int error = EFBIG;

    memcpy(tables, r->requests->tables, n * sizeof *tables);
    for (size_t i = 0; i < n; i++) {
        make_line(r, s, &tables[i], 1);
        sizes[i] = r->length;
    }
    while (error == EFBIG && n > 1) {
        line_add(without, "%s%s", without->n ? ", " : "", take_largest(tables, sizes, &n)->name);
        error = make_line(r, s, tables, n);
    }
    free(tables);
    free(sizes);
    return error;
}

static int make_fitting_line(struct recording *r, const struct snapshot *s)
{
    char names[256];
    struct line without = line_start(names, sizeof names);
    int error = make_line(r, s, r->requests->tables, r->requests->n);

    if (error == EFBIG)
        error = make_partial_line(r, s, &without);
    if (error)
        return error;
    if (without.n > 0 && !r->partial)
        options_fail("--record '%s': pictures are too large to be read back; without %s", r->path,
                     names);
    else if (without.n == 0 && r->partial)
        options_fail("--record '%s': pictures are whole again", r->path);
    r->partial = without.n > 0;
    return 0;
}

static int write_picture(void *arg, const struct snapshot *s)
{
    struct recording *r = arg;
    struct snapshot with = *s; // borrows everything else
    uint64_t last = r->last;

    with.events = print_events_news(s->events, &last);
    int error = make_fitting_line(r, &with);
    if (!error)
        error = append_log_lend(r->file, &r->text.at, r->text.n);
    if (!r->text.at) // it is not written yet, and no longer ours
        r->text = (struct text_vec){0};
    if (!error)
        r->last = last; // else the next picture has these events, too
    note_written(r, error);
    event_log_unref(with.events);
    return 0;
}

// What is there and no recording is not written to, nor replaced by one that grew old.
static bool is_recording(const char *path)
{
    static const char head[] = "{\"meta\":{\"program\":\"ipctop\"";
    char begin[sizeof head];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) // appending finds out why
        return true;
    ssize_t n = read(fd, begin, sizeof begin - 1);
    close(fd);
    return n <= 0 || memcmp(begin, head, (size_t)n) == 0;
}

static struct append_log *open_file(const struct options *o)
{
    const struct append_log_options how = {
        .path = o->record, .patience_ns = PATIENCE_NS, .apart = true, .keep = o->keep};
    char *older = mem_format("%s" APPEND_OLDER, o->record);
    const char *other = !is_recording(o->record)          ? o->record
                        : o->keep && !is_recording(older) ? older
                                                          : NULL;
    struct append_log *file = NULL;
    int error;

    if (other)
        options_fail("--record '%s': %s%s", o->record, other == older ? older : "it",
                     " is there and no recording");
    else if (!(file = append_log_open(&how, &error)))
        options_fail("--record '%s': %s", o->record, append_log_reason(error));
    free(older);
    return file;
}

int recording_run(const struct options *options, const struct requests *requests,
                  struct sampler *sampler)
{
    struct recording recording = {
        .path = options->record, .requests = requests, .file = open_file(options)};
    struct follower follower = {.want = requests_want(requests, options),
                                .ticks = options->iterations,
                                .take = write_picture,
                                .arg = &recording};

    if (!recording.file)
        return 1;
    if (options->trace)
        follower.want.need |= NEED_TRACE;
    int status = follow_run(&follower, sampler);
    append_log_close(recording.file);
    vec_free(&recording.text);
    return status == 0 && (recording.lost || recording.partial) ? 1 : status;
}
