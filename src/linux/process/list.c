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
#include "base/text.h"
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

int process_list_read(const char *proc, struct pid_entry_vec *out)
{
    const struct dirent *d;
    bool sorted = true;

    vec_clear(out);
    DIR *dir = opendir(proc);
    if (!dir)
        return -errno;
    while (errno = 0, (d = readdir(dir))) {
        int64_t pid;
        if (d->d_name[0] == '0' || !text_parse_int(d->d_name, 1, INT32_MAX, &pid))
            continue;
        sorted = sorted && (!out->n || out->at[out->n - 1].pid < pid);
        vec_push(out, (struct pid_entry){(int32_t)pid, d->d_ino});
    }
    int error = -errno;
    closedir(dir);
    if (!sorted)
        vec_sort(out, order_i32);
    return error;
}

// The line is the fifth from the end, behind one of a number for every interrupt there is: read
// piecewise, a machine with thousands of them has more than fits.
int process_list_forks(const char *proc, uint64_t *forks)
{
    static const char name[] = "processes ";
    FILE *stat = proc_file_stream(proc, "stat");
    char buffer[8192], *line = NULL;
    size_t cap = 0;
    int error = -EPROTO;

    if (!stat)
        return -errno;
    setvbuf(stat, buffer, _IOFBF, sizeof buffer); // a page a read would be many
    while (error && getline(&line, &cap, stat) > 0)
        if (strncmp(line, name, strlen(name)) == 0 && strchr(line, '\n') &&
            proc_file_numbers(line + strlen(name), forks, 1) == 1)
            error = 0;
    if (error && ferror(stat))
        error = errno ? -errno : -EIO;
    free(line);
    fclose(stat);
    return error;
}
