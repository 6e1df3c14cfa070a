#include "linux/waiters/waiters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/namespace.h"
#include "linux/process/proc_file.h"
#include "linux/process/stat.h"
#include "linux/waiters/blocked_call.h"

enum { PATH_CAP = 64 };

// A file of the task, ended with NUL; the bytes read or -errno.
static ssize_t read_file(int tasks, int32_t tid, const char *name, char *dst, size_t cap)
{
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%" PRId32 "/%s", tid, name);
    return proc_file_read_at(tasks, path, dst, cap);
}

// How many bytes of its memory at that address could be read.
static size_t read_memory(int tasks, int32_t tid, uint64_t address, void *dst, size_t n)
{
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%" PRId32 "/mem", tid);
    int fd = openat(tasks, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return 0;
    ssize_t got = pread(fd, dst, n, (off_t)address);
    close(fd);
    return got > 0 ? (size_t)got : 0;
}

// Ids repeat in every namespace, and a blocked task cannot have left the one it waits in.
static bool elsewhere(const char *proc, int tasks, int32_t tid, uint64_t ours)
{
    char home[PATH_CAP];

    if (!ours)
        ours = namespace_of_ours(proc, "ipc");
    snprintf(home, sizeof home, "%" PRId32, tid);
    uint64_t theirs = namespace_of(tasks, home, "ipc");
    return ours && theirs && ours != theirs;
}

static int know_uid(int tasks, struct waiter *waiter)
{
    char text[1024];
    uint64_t uids[2]; // real, effective, …
    ssize_t n = read_file(tasks, waiter->tid, "status", text, sizeof text);

    if (n < 0)
        return (int)n;
    if (proc_file_field(text, "\nUid:", uids, 2) != 2)
        return -EPROTO;
    waiter->uid = (uint32_t)uids[1];
    return 0;
}

static void know_comm(int tasks, struct waiter *waiter)
{
    char raw[256];
    ssize_t len = read_file(tasks, waiter->tid, "comm", raw, sizeof raw);

    if (len > 0 && raw[len - 1] == '\n')
        len--;
    text_escape(waiter->comm, sizeof waiter->comm, raw, len > 0 ? (size_t)len : 0);
}

static bool read_stat(int tasks, int32_t tid, struct task_stat *stat)
{
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%" PRId32 "/stat", tid);
    return stat_read(tasks, path, stat) == 0;
}

static void describe(int tasks, const struct blocked_call *call, struct waiter *waiter)
{
    static const char stopped[] = "stopped";
    char memory[WAITCALL_MEMORY];
    size_t want = blocked_call_memory(call);
    size_t got = 0;
    struct task_stat stat;

    if (want && call->pointer && call->pointer <= INT64_MAX)
        got = read_memory(tasks, waiter->tid, call->pointer, memory, want);
    blocked_call_describe(call, memory, got, waiter->detail,
                          sizeof waiter->detail - sizeof stopped - 2);
    // A stopped task still shows its call, but the kernel does not count it as waiting.
    waiter->stopped =
        read_stat(tasks, waiter->tid, &stat) && (stat.state == 'T' || stat.state == 't');
    if (waiter->stopped) {
        size_t used = strlen(waiter->detail);
        snprintf(waiter->detail + used, sizeof waiter->detail - used, "%s%s", used ? ", " : "",
                 stopped);
    }
}

// 0, also when the task waits for nothing of ours; or -errno: -ESRCH, -ENOENT: it ended.
static int read_task(const char *proc, int tasks, int32_t pid, int32_t tid, struct answer *answer)
{
    struct blocked_call call;
    char line[256];
    ssize_t len = read_file(tasks, tid, "syscall", line, sizeof line);

    if (len < 0)
        return (int)len;
    if (!blocked_call_parse(line, (size_t)len, &call) ||
        elsewhere(proc, tasks, tid, answer->ipc_namespace))
        return 0;
    bool semaphore = call.call == WAIT_SEMOP || call.call == WAIT_SEMTIMEDOP;
    struct waiter waiter = {
        .kind = semaphore ? KIND_SEMSET : KIND_QUEUE,
        .id = call.id,
        .pid = pid,
        .tid = tid,
        .call = call.call,
    };
    int error = know_uid(tasks, &waiter);
    if (error)
        return error;
    know_comm(tasks, &waiter);
    describe(tasks, &call, &waiter);
    vec_push(&answer->waiters, waiter);
    return 0;
}

// Whether the process has one thread, which waits for nothing of ours, as most do: half the calls that
// the directory of its threads takes. That has a link for each of them, beside the two of an empty one
// (fs/proc/base.c proc_task_getattr()).
static bool is_surely_idle(const char *proc, int32_t pid)
{
    struct blocked_call call;
    struct stat tasks;
    char line[256], path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%" PRId32 "/task", proc, pid);
    if (stat(path, &tasks) < 0 || tasks.st_nlink != 2 + 1)
        return false;
    ssize_t len = proc_file_read(line, sizeof line, proc, "%" PRId32 "/syscall", pid);
    return len > 0 && !blocked_call_parse(line, (size_t)len, &call);
}

void waiters_probe(const char *proc, int32_t pid, struct answer *answer)
{
    struct dirent *entry;
    char path[PATH_MAX];

    if (pid <= 0) {
        answer->error = -ESRCH;
        return;
    }
    if (is_surely_idle(proc, pid))
        return;
    snprintf(path, sizeof path, "%s/%" PRId32 "/task", proc, pid);
    DIR *dir = opendir(path);
    if (!dir) {
        answer->error = -errno;
        return;
    }
    while (!answer->error) {
        int64_t tid;
        errno = 0;
        entry = readdir(dir);
        if (!entry) {
            answer->error = -errno; // 0: those were all
            break;
        }
        if (!text_parse_int(entry->d_name, 1, INT32_MAX, &tid))
            continue;
        int error = read_task(proc, dirfd(dir), pid, (int32_t)tid, answer);
        // An exited leader belongs to root (fs/proc/base.c task_dump_owner): that it cannot be read
        // says nothing of its threads.
        bool refused = error == -EACCES || error == -EPERM;
        struct task_stat stat;
        if (error == -ESRCH || error == -ENOENT ||
            (refused && read_stat(dirfd(dir), (int32_t)tid, &stat) && stat_is_dead(&stat)))
            continue;
        answer->error = error; // and so of all threads
    }
    closedir(dir);
}
