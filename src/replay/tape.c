#include "replay/tape.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/document_time.h"
#include "replay/parts.h"

enum { BLOCK = 1 << 16, HEAD = 1024, NEAR = 1 << 16 };

struct tape {
    struct parts parts;
    int error;  // errno value of the last read that failed
    int64_t at; // of the block, in the tape; only a part's own bytes
    size_t length;
    char block[BLOCK];
    struct span bare;    // has no newline, as far as was looked: gigabytes are not read twice
    atomic_bool stopped; // by another thread
};

int64_t tape_begin(const struct tape *t)
{
    return parts_begin(&t->parts);
}

int64_t tape_end(const struct tape *t)
{
    return parts_end(&t->parts);
}

int tape_error(const struct tape *t)
{
    return t->error;
}

void tape_measure(struct tape *t)
{
    int64_t end = tape_end(t);

    t->length = 0;
    t->error = 0; // it may be readable by now
    parts_measure(&t->parts);
    if (tape_end(t) < end) // it is no longer what it was
        t->bare = (struct span){0};
}

void tape_stop(struct tape *t)
{
    t->stopped = true;
}

// The block that has an offset, which is within the tape. False: it cannot be read.
static bool load(struct tape *t, int64_t offset)
{
    if (offset >= t->at && offset < t->at + (int64_t)t->length)
        return true;
    const struct part *part = parts_of(&t->parts, offset);
    int64_t own = part->begin + part->size - 1; // where its bytes end
    t->length = 0;
    if (offset < part->begin)
        return false;
    if (offset >= own) {
        t->at = offset;
        t->block[0] = '\n';
        t->length = 1;
        return true;
    }
    int64_t in_part = (offset - part->begin) / BLOCK * BLOCK;
    t->at = part->begin + in_part;
    size_t want = own - t->at < BLOCK ? (size_t)(own - t->at) : BLOCK;
    ssize_t got = pread(part->fd, t->block, want, in_part);
    t->length = got > 0 ? (size_t)got : 0;
    if (offset < t->at + (int64_t)t->length)
        return true;
    t->error = got < 0 ? errno : ENODATA; // the file became shorter meanwhile
    return false;
}

// --- newlines ------------------------------------------------------------------------------------

// What is noted touches what was, or takes its place where it is more.
static void note_bare(struct tape *t, int64_t from, int64_t to)
{
    struct span *bare = &t->bare;

    if (from <= bare->end && to >= bare->start) {
        bare->start = from < bare->start ? from : bare->start;
        bare->end = to > bare->end ? to : bare->end;
    } else if (to - from > bare->end - bare->start) {
        *bare = (struct span){from, to};
    }
}

// Where the hole ends in which an offset lies, or the offset: lseek(2) SEEK_DATA.
static int64_t hole_end(struct tape *t, int64_t offset)
{
    const struct part *part = parts_of(&t->parts, offset);
    int64_t own = part->begin + part->size - 1;
    off_t data = offset < own ? lseek(part->fd, offset - part->begin, SEEK_DATA) : -1;

    if (offset >= own || (data < 0 && errno != ENXIO))
        return offset;
    return data < 0 || part->begin + data > own ? own : part->begin + data;
}

// How far back, at least, the hole reaches that ends at an offset, or the offset.
static int64_t hole_start(struct tape *t, int64_t end)
{
    const struct part *part = parts_of(&t->parts, end - 1);
    int64_t start = end;

    for (int64_t step = BLOCK; start > part->begin; step *= 2) {
        int64_t from = end - part->begin > step ? end - step : part->begin;
        if (hole_end(t, from) < end)
            break;
        start = from;
    }
    return start;
}

// The first newline at or after an offset; -1: there is none.
static int64_t newline_after(struct tape *t, int64_t from, int64_t size)
{
    int64_t begin = from, found = -1;

    while (from < size && found < 0 && !t->stopped) {
        if (from >= t->bare.start && from < t->bare.end) {
            from = t->bare.end;
            continue;
        }
        if (!load(t, from))
            break;
        size_t skip = (size_t)(from - t->at);
        const char *at = memchr(t->block + skip, '\n', t->length - skip);
        found = at ? t->at + (at - t->block) : -1;
        from = at ? found : hole_end(t, t->at + (int64_t)t->length);
    }
    note_bare(t, begin, from);
    return found;
}

// The last newline before an offset; where there is none, what would be one: the byte before the first.
// False: it cannot be read.
static bool newline_before(struct tape *t, int64_t before, int64_t *newline)
{
    int64_t end = before;
    const char *found = NULL;

    while (before > tape_begin(t) && !found && !t->stopped) {
        if (before > t->bare.start && before <= t->bare.end) {
            before = t->bare.start;
            continue;
        }
        if (!load(t, before - 1))
            return false;
        found = memrchr(t->block, '\n', (size_t)(before - t->at));
        before = found ? t->at + (found - t->block) + 1 : hole_start(t, t->at);
    }
    note_bare(t, before, end);
    *newline = found ? before - 1 : tape_begin(t) - 1;
    return !t->stopped;
}

// --- lines ---------------------------------------------------------------------------------------

bool tape_next(struct tape *t, int64_t from, struct span *line)
{
    int64_t size = tape_end(t), end;

    if (from < tape_begin(t))
        from = tape_begin(t);
    if (from > tape_begin(t)) { // the start of a line, if the byte before is a newline
        end = newline_after(t, from - 1, size);
        if (end < 0)
            return false;
        from = end + 1;
    }
    for (; (end = newline_after(t, from, size)) >= 0; from = end + 1)
        if (end - from > 1) {
            *line = (struct span){from, end};
            return true;
        }
    return false;
}

bool tape_previous(struct tape *t, int64_t before, struct span *line)
{
    int64_t end, newline;

    if (!newline_before(t, before < tape_end(t) ? before : tape_end(t), &end))
        return false;
    for (; end >= tape_begin(t); end = newline) {
        if (!newline_before(t, end, &newline))
            return false;
        if (end - newline > 2) {
            *line = (struct span){newline + 1, end};
            return true;
        }
    }
    return false;
}

static bool read_at(struct tape *t, int64_t offset, char *dst, size_t n)
{
    for (size_t done = 0; done < n;) {
        if (!load(t, offset + (int64_t)done))
            return false;
        size_t skip = (size_t)(offset + (int64_t)done - t->at);
        size_t part = t->length - skip < n - done ? t->length - skip : n - done;
        memcpy(dst + done, t->block + skip, part);
        done += part;
    }
    return true;
}

bool tape_time(struct tape *t, const struct span *line, int64_t *time)
{
    char head[HEAD];
    int64_t length = line->end - line->start;
    size_t n = length < HEAD ? (size_t)length : HEAD;

    return read_at(t, line->start, head, n) && document_time(head, n, time);
}

// The first line from an offset on, before another, that has a picture.
static bool next_picture(struct tape *t, int64_t from, int64_t end, struct span *line,
                         int64_t *time)
{
    for (; from < end && tape_next(t, from, line) && line->start < end; from = line->end)
        if (tape_time(t, line, time))
            return true;
    return false;
}

// The last line that has a picture.
static bool last_picture(struct tape *t, struct span *line, int64_t *time)
{
    for (int64_t before = tape_end(t); tape_previous(t, before, line); before = line->start)
        if (tape_time(t, line, time))
            return true;
    return false;
}

bool tape_find(struct tape *t, int64_t time, struct span *line)
{
    int64_t low = tape_begin(t), high = tape_end(t), at;
    struct span probe;

    // Where the clock was set back, the first one may be later than the last one.
    bool any = last_picture(t, line, &at);
    if (any && at <= time)
        return true;
    if (!next_picture(t, low, high, line, &at))
        return any;
    if (at > time)
        return true;
    low = line->start;
    while (high - low > NEAR) {
        int64_t middle = low + (high - low) / 2;
        if (!next_picture(t, middle, high, &probe, &at) || at > time)
            high = middle;
        else
            low = probe.start;
    }
    for (int64_t from = low; next_picture(t, from, tape_end(t), &probe, &at) && at <= time;
         from = probe.end)
        *line = probe;
    return true;
}

bool tape_is_open(const struct tape *t, const struct span *line)
{
    return line->end == tape_end(t) - 1;
}

bool tape_is_unfinished(struct tape *t, const struct span *line)
{
    char last;

    return tape_is_open(t, line) && read_at(t, line->end - 1, &last, 1) && last != '}';
}

const char *tape_compressed(struct tape *t)
{
    static const struct {
        char head[6];
        size_t n;
        const char *reader;
    } formats[] = {{"\x1f\x8b", 2, "zcat"},
                   {"\x28\xb5\x2f\xfd", 4, "zstdcat"},
                   {"\xfd"
                    "7zXZ",
                    5, "xzcat"},
                   {"BZh", 3, "bzcat"}};
    char head[6];

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (tape_end(t) - tape_begin(t) > (int64_t)formats[i].n &&
            read_at(t, tape_begin(t), head, formats[i].n) &&
            memcmp(head, formats[i].head, formats[i].n) == 0)
            return formats[i].reader;
    return NULL;
}

char *tape_text(struct tape *t, const struct span *line, size_t *n)
{
    if (line->end - line->start > TAPE_LINE_MAX)
        return NULL;
    *n = (size_t)(line->end - line->start);
    char *text = mem_alloc(*n + 1);
    if (!read_at(t, line->start, text, *n)) {
        free(text);
        return NULL;
    }
    text[*n] = '\0';
    return text;
}

struct tape *tape_open(const char *path, int *error)
{
    struct tape *t = mem_zero(1, sizeof *t);

    if (parts_open(&t->parts, path, error))
        return t;
    free(t);
    return NULL;
}

void tape_free(struct tape *t)
{
    if (t)
        parts_close(&t->parts);
    free(t);
}
