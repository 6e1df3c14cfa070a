#include "replay/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/document_time.h"

enum { HEAD = 1024 };

static int open_regular(const char *path, int *error)
{
    struct stat st;

    // Not even opened: a process that waits in open(2) to write to a FIFO would lose its reader. fifo(7)
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        *error = EINVAL;
        return -1;
    }
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
    int error, fd = open_regular(path, &error);
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

static void measure_one(struct part *part)
{
    struct stat st;

    if (fstat(part->fd, &st) == 0)
        part->size = (int64_t)st.st_size + 1;
}

static void add(struct parts *p, int fd)
{
    if (p->n == PARTS_MAX) {
        close(p->at[0].fd);
        memmove(&p->at[0], &p->at[1], (PARTS_MAX - 1) * sizeof p->at[0]);
        p->n--;
    }
    p->at[p->n] = (struct part){.fd = fd, .begin = parts_end(p)};
    measure_one(&p->at[p->n++]);
}

bool parts_open(struct parts *p, const char *path, int *error)
{
    char *older = mem_format("%s.1", path);
    int fd, ignored;

    *p = (struct parts){.path = mem_copy_string(path)};
    if (is_older(older, path) && (fd = open_regular(older, &ignored)) >= 0)
        add(p, fd);
    free(older);
    fd = open_regular(path, error);
    if (fd >= 0)
        add(p, fd);
    else
        parts_close(p);
    return fd >= 0;
}

void parts_close(struct parts *p)
{
    for (int i = 0; i < p->n; i++)
        close(p->at[i].fd);
    free(p->path);
    *p = (struct parts){0};
}

static bool is_same_file(const char *path, const struct stat *st)
{
    struct stat other;

    return stat(path, &other) == 0 && other.st_ino == st->st_ino && other.st_dev == st->st_dev;
}

// Whether the last one is FILE.1 by now, and another is FILE.
static bool is_rotated(const struct parts *p, const struct part *last)
{
    struct stat st;

    if (fstat(last->fd, &st) < 0 || is_same_file(p->path, &st))
        return false;
    char *older = mem_format("%s.1", p->path);
    bool rotated = is_same_file(older, &st);
    free(older);
    return rotated;
}

void parts_measure(struct parts *p)
{
    struct part *last = &p->at[p->n - 1];
    bool rotated = is_rotated(p, last); // then its writer is through with it
    int error, fd;

    measure_one(last);
    if (rotated && (fd = open_regular(p->path, &error)) >= 0)
        add(p, fd);
}

int64_t parts_begin(const struct parts *p)
{
    return p->at[0].begin;
}

int64_t parts_end(const struct parts *p)
{
    return p->n ? p->at[p->n - 1].begin + p->at[p->n - 1].size : 0;
}

const struct part *parts_of(const struct parts *p, int64_t offset)
{
    int i = 0;

    while (i + 1 < p->n && offset >= p->at[i + 1].begin)
        i++;
    return &p->at[i];
}
