#include "linux/process/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/order.h"
#include "linux/process/proc_file.h"

bool process_list_ended(int32_t pid)
{
    return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

bool process_list_is_ours(const char *proc)
{
    char path[4096], target[32];

    if ((size_t)snprintf(path, sizeof path, "%s/self", proc) >= sizeof path)
        return false;
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n <= 0)
        return false;
    target[n] = '\0';
    return atoi(target) == getpid();
}

static bool parse_pid(const char *name, int32_t *pid)
{
    int64_t value = 0;

    if (*name < '1' || *name > '9')
        return false;
    for (; *name >= '0' && *name <= '9'; name++)
        if ((value = value * 10 + (*name - '0')) > INT32_MAX)
            return false;
    *pid = (int32_t)value;
    return !*name;
}

int process_list_read(const char *proc, struct pid_entry_vec *out)
{
    bool sorted = true;

    vec_clear(out);
    DIR *dir = opendir(proc);
    if (!dir)
        return -errno;
    for (;;) {
        struct pid_entry entry;
        errno = 0;
        struct dirent *d = readdir(dir);
        if (!d)
            break;
        if (!parse_pid(d->d_name, &entry.pid))
            continue;
        entry.instance = d->d_ino;
        sorted = sorted && (!out->n || out->at[out->n - 1].pid < entry.pid);
        vec_push(out, entry);
    }
    int error = -errno;
    closedir(dir);
    if (!sorted)
        order_sort(out->at, out->n, sizeof *out->at, order_i32);
    return error;
}

// The line is the fifth from the end, behind one of a number for every interrupt there is: read
// piecewise, a machine with thousands of them has more than fits.
int process_list_forks(const char *proc, uint64_t *forks)
{
    static const char name[] = "\nprocesses ";
    char path[4096], text[8192];
    size_t held = 0;
    int error = -EPROTO;

    if ((size_t)snprintf(path, sizeof path, "%s/stat", proc) >= sizeof path)
        return -ENAMETOOLONG;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    for (;;) {
        ssize_t n = read(fd, text + held, sizeof text - 1 - held);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            error = n < 0 ? -errno : error;
            break;
        }
        held += (size_t)n;
        text[held] = '\0';
        const char *line = strstr(text, name);
        if (line && strchr(line + 1, '\n')) {
            error = proc_file_numbers(line + sizeof name - 1, forks, 1) == 1 ? 0 : -EPROTO;
            break;
        }
        size_t keep = held < 64 ? held : 64; // the name and its number, cut anywhere
        memmove(text, text + held - keep, keep);
        held = keep;
    }
    close(fd);
    return error;
}
