#include "replay/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/document.h"

enum { PARTS = 2, BLOCK = 1 << 16, HEAD = 1024, NEAR = 1 << 16 };

// Each part counts one byte more than it has: a newline, where the last line of a part was cut off.
struct tape {
    int n;
    int fd[PARTS];
    int64_t size[PARTS]; // with that byte
    int64_t at;          // of the block, in the tape; only a part's own bytes
    size_t length;
    char block[BLOCK];
};

static void measure(struct tape *t)
{
    struct stat st;

    t->length = 0;
    for (int i = 0; i < t->n; i++)
        if (fstat(t->fd[i], &st) == 0)
            t->size[i] = (int64_t)st.st_size + 1;
}

int64_t tape_size(struct tape *t)
{
    int64_t size = 0;

    for (int i = 0; i < t->n; i++)
        size += t->size[i];
    return size;
}

// The block that has an offset, which is within the tape. False: it cannot be read.
static bool load(struct tape *t, int64_t offset)
{
    int64_t begin = 0;
    int part = 0;

    if (offset >= t->at && offset < t->at + (int64_t)t->length)
        return true;
    while (part + 1 < t->n && offset >= begin + t->size[part])
        begin += t->size[part++];
    int64_t own = begin + t->size[part] - 1; // where its bytes end
    t->at = offset / BLOCK * BLOCK > begin ? offset / BLOCK * BLOCK : begin;
    t->length = 0;
    if (offset >= own) {
        t->at = offset;
        t->block[0] = '\n';
        t->length = 1;
        return true;
    }
    size_t want = own - t->at < BLOCK ? (size_t)(own - t->at) : BLOCK;
    ssize_t got = pread(t->fd[part], t->block, want, t->at - begin);
    t->length = got > 0 ? (size_t)got : 0;
    return offset < t->at + (int64_t)t->length;
}

// The first newline at or after an offset; -1: there is none.
static int64_t newline_after(struct tape *t, int64_t from, int64_t size)
{
    while (from < size && load(t, from)) {
        size_t skip = (size_t)(from - t->at);
        const char *found = memchr(t->block + skip, '\n', t->length - skip);
        if (found)
            return t->at + (found - t->block);
        from = t->at + (int64_t)t->length;
    }
    return -1;
}

// The last newline before an offset; -1: there is none.
static int64_t newline_before(struct tape *t, int64_t before)
{
    while (before > 0 && load(t, before - 1)) {
        const char *found = memrchr(t->block, '\n', (size_t)(before - t->at));
        if (found)
            return t->at + (found - t->block);
        before = t->at;
    }
    return -1;
}

bool tape_next(struct tape *t, int64_t from, struct span *line)
{
    int64_t size = tape_size(t), end;

    if (from > 0) { // the start of a line, if the byte before is a newline
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
    int64_t end = newline_before(t, before < tape_size(t) ? before : tape_size(t));

    while (end >= 0) {
        int64_t start = newline_before(t, end) + 1;
        if (end - start > 1) {
            *line = (struct span){start, end};
            return true;
        }
        end = start - 1;
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

bool tape_find(struct tape *t, int64_t time, struct span *line)
{
    measure(t);
    int64_t low = 0, high = tape_size(t), at;
    struct span probe;
    bool any = next_picture(t, 0, high, line, &at);

    if (!any || at > time)
        return any;
    low = line->start;
    while (high - low > NEAR) {
        int64_t middle = low + (high - low) / 2;
        if (!next_picture(t, middle, high, &probe, &at) || at > time)
            high = middle;
        else
            low = probe.start;
    }
    for (int64_t from = low; next_picture(t, from, tape_size(t), &probe, &at) && at <= time;
         from = probe.end)
        *line = probe;
    return true;
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

// --- opening -------------------------------------------------------------------------------------

static int open_part(const char *path, int *error)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    *error = fd < 0 ? errno : fstat(fd, &st) < 0 ? errno : S_ISREG(st.st_mode) ? 0 : EINVAL;
    if (fd >= 0 && *error)
        close(fd);
    return *error ? -1 : fd;
}

// Of its first picture. False: it has none.
static bool first_time(const char *path, int64_t *time, bool *empty)
{
    char head[HEAD];
    int error, fd = open_part(path, &error);
    ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);

    if (fd >= 0)
        close(fd);
    *empty = n == 0;
    return n > 0 && document_time(head, (size_t)n, time);
}

// Whether FILE.1 is what FILE was before: its pictures are no later.
static bool is_older(const char *older, const char *path)
{
    int64_t before, after;
    bool none, empty;

    return first_time(older, &before, &none) &&
           (first_time(path, &after, &empty) ? before <= after : empty);
}

struct tape *tape_open(const char *path, int *error)
{
    struct tape *t = mem_zero(1, sizeof *t);
    char *older = mem_format("%s.1", path);
    int ignored;

    if (is_older(older, path) && (t->fd[0] = open_part(older, &ignored)) >= 0)
        t->n++;
    free(older);
    int fd = open_part(path, error);
    if (fd >= 0)
        t->fd[t->n++] = fd;
    if (*error) {
        tape_free(t);
        return NULL;
    }
    measure(t);
    return t;
}

void tape_free(struct tape *t)
{
    for (int i = 0; t && i < t->n; i++)
        close(t->fd[i]);
    free(t);
}
