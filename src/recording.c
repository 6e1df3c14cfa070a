#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "follow.h"
#include "options_check.h"
#include "print_events.h"
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
    struct text_vec *text = arg;

    vec_reserve(text, text->n + n);
    memcpy(text->at + text->n, bytes, n);
    text->n += n;
    return (ssize_t)n;
}

// The line of a picture. 0, or an errno value.
static int make_line(struct recording *r, const struct snapshot *s)
{
    FILE *out = fopencookie(&r->text, "w", (cookie_io_functions_t){.write = add_bytes});

    vec_clear(&r->text);
    if (!out)
        return ENOMEM;
    setvbuf(out, NULL, _IONBF, 0); // the format has its own
    int error = record_format.write(out, s, r->requests->tables, r->requests->n);
    if (fclose(out) != 0 && !error)
        error = -ENOMEM;
    return -error;
}

static int write_picture(void *arg, const struct snapshot *s)
{
    struct recording *r = arg;
    struct snapshot with = *s; // borrows everything else
    uint64_t last = r->last;

    with.events = print_events_news(s->events, &last);
    int error = make_line(r, &with);
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
    return status == 0 && recording.lost ? 1 : status;
}
