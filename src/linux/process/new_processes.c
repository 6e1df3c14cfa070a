#include "linux/process/new_processes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/order.h"
#include "linux/process/list.h"
#include "linux/process/proc_file.h"

enum { MOST_FORKS = 8192 }; // of pids there are 32768 at least: after so many they may come around

struct new_processes {
    char *proc;
    pthread_mutex_t lock; // for the rest
    bool opened;
    int fd;         // of the directory; -1: not opened yet, or it cannot be done
    int64_t offset; // position of a pid in the directory, minus the pid; 0: not known yet
};

struct new_processes *new_processes_new(const char *proc, bool ours)
{
    struct new_processes *self = mem_zero(1, sizeof *self);

    self->proc = mem_copy_string(proc);
    self->fd = -1;
    self->opened = !ours;
    pthread_mutex_init(&self->lock, NULL);
    return self;
}

void new_processes_free(struct new_processes *self)
{
    if (!self)
        return;
    if (self->fd >= 0)
        close(self->fd);
    pthread_mutex_destroy(&self->lock);
    free(self->proc);
    free(self);
}

// The pid given out last, in the PID namespace of the reader. fs/proc/loadavg.c
static int read_last(const struct new_processes *self, int32_t *last)
{
    char text[128];
    ssize_t n = proc_file_read(text, sizeof text, self->proc, "loadavg");

    if (n < 0)
        return (int)n;
    const char *at = strrchr(text, ' ');
    long value = at ? strtol(at + 1, NULL, 10) : 0;
    if (value <= 0 || value > INT32_MAX)
        return -EPROTO;
    *last = (int32_t)value;
    return 0;
}

// --- positions in the directory -----------------------------------------------------------------

struct listing { // what one walk along the directory has seen
    int32_t from, to;
    int64_t next;              // d_off of the entry before
    int64_t offset;            // learned from two entries in a row; 0: not yet, -1: they disagree
    struct pid_entry_vec *out; // NULL: only to learn
    bool end;
};

// What getdents64(2) fills in; the C library has a wrapper as glibc 2.30 and later.
struct entry {
    uint64_t ino;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
};

// The position an entry gives is that of the one after it. fs/proc/base.c proc_pid_readdir().
static void look_at(struct listing *l, const struct entry *entry)
{
    char *end;
    long pid = strtol(entry->name, &end, 10);
    bool is_pid = *end == '\0' && pid > 0 && pid <= INT32_MAX;

    if (is_pid && l->next) {
        int64_t offset = l->next - pid;
        l->offset = l->offset && l->offset != offset ? -1 : offset;
    }
    l->next = entry->next;
    if (!is_pid)
        return;
    l->end = pid > l->to;
    if (l->out && pid >= l->from && pid <= l->to)
        vec_push(l->out, (struct pid_entry){(int32_t)pid, entry->ino});
}

// Reads on from where the directory stands, `chunks` of some hundred entries at most.
static int walk(const struct new_processes *self, struct listing *l, int chunks)
{
    _Alignas(struct entry) char buffer[4096];

    while (!l->end && chunks-- > 0) {
        long n = syscall(SYS_getdents64, self->fd, buffer, sizeof buffer);
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0;
        for (long at = 0; at < n;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            look_at(l, entry);
            at += entry->length;
        }
    }
    return 0;
}

static int learn(struct new_processes *self)
{
    struct listing l = {.to = INT32_MAX};

    if (lseek(self->fd, 0, SEEK_SET) < 0)
        return -errno;
    int error = walk(self, &l, 2);
    if (error)
        return error;
    if (l.offset <= 0)
        return -ENOTSUP;
    self->offset = l.offset;
    return 0;
}

static int list_range(struct new_processes *self, int32_t from, int32_t to,
                      struct pid_entry_vec *out)
{
    struct listing l = {.from = from, .to = to, .out = out};

    if (from > to)
        return 0;
    if (lseek(self->fd, from + self->offset, SEEK_SET) < 0)
        return -errno;
    int error = walk(self, &l, INT32_MAX);
    // Should it ever be otherwise, the rule does not hold: then all are listed.
    return error || !l.offset || l.offset == self->offset ? error : -ENOTSUP;
}

// --- since a mark -------------------------------------------------------------------------------

// The directory is not looked at before there is something to list.
static int prepare(struct new_processes *self, bool lists)
{
    if (!self->opened && lists) {
        self->fd = open(self->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        self->opened = true;
    }
    if (self->opened && self->fd < 0)
        return -ENOTSUP;
    int error = lists && !self->offset ? learn(self) : 0;
    if (error) { // nor will it be known later
        close(self->fd);
        self->fd = -1;
    }
    return error;
}

// A pid is given out a moment before its process can be seen (kernel/fork.c copy_process): those of
// the round before are looked at once more.
static int list_since(struct new_processes *self, const struct pid_mark *mark, int32_t last,
                      struct pid_entry_vec *out)
{
    int32_t since = mark->before ? mark->before : mark->last;
    size_t first = out->n;

    if (last >= since)
        return list_range(self, since + 1, last, out);
    int error = list_range(self, since + 1, INT32_MAX - 1, out); // they came around
    if (!error)
        error = list_range(self, 1, last, out);
    order_sort(out->at + first, out->n - first, sizeof *out->at, order_i32);
    return error;
}

int new_processes_since(struct new_processes *self, struct pid_mark *mark,
                        struct pid_entry_vec *out)
{
    struct pid_mark now = {.before = mark->last};

    pthread_mutex_lock(&self->lock);
    int error = prepare(self, mark->forks > 0);
    if (!error)
        error = process_list_forks(self->proc, &now.forks);
    if (!error)
        error = read_last(self, &now.last);
    if (!error && mark->forks)
        error =
            now.forks - mark->forks > MOST_FORKS ? -ENOTSUP : list_since(self, mark, now.last, out);
    pthread_mutex_unlock(&self->lock);
    if (!error)
        *mark = now;
    return error;
}
