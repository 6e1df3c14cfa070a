#include "linux/process/stat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux/process/proc_file.h"

// include/linux/sched.h PF_FORKNOEXEC, PF_KTHREAD
enum { PF_FORKNOEXEC_BIT = 0x40, PF_KTHREAD_BIT = 0x00200000 };

bool stat_parse(const char *line, size_t len, struct task_stat *out)
{
    const char *open = memchr(line, '(', len), *close = memrchr(line, ')', len);
    char rest[1024];

    *out = (struct task_stat){0};
    if (!open || !close || close < open)
        return false;
    size_t name = (size_t)(close - open - 1);
    if (name >= sizeof out->comm)
        name = sizeof out->comm - 1;
    memcpy(out->comm, open + 1, name);

    size_t left = len - (size_t)(close + 1 - line);
    if (left >= sizeof rest)
        left = sizeof rest - 1;
    memcpy(rest, close + 1, left);
    rest[left] = '\0';
    if (rest[0] != ' ' || !rest[1] || rest[2] != ' ')
        return false;
    out->state = rest[1];
    char *at = rest + 2;
    for (int field = 4; field <= 38; field++) {
        char *end;
        errno = 0;
        // Some fields are negative, others exceed what is signed: strtoull() takes both.
        unsigned long long value = strtoull(at, &end, 10);
        if (end == at || errno || !strchr(" \n", *end)) // or the end
            return field > 22;                          // a line that is cut, or of a fixture
        at = end;
        if (field == 4)
            out->parent = (int32_t)value;
        else if (field == 6)
            out->session = (int32_t)value;
        else if (field == 7)
            out->tty = (int32_t)value;
        else if (field == 9)
            out->flags = (uint32_t)value;
        else if (field == 11 || field == 13) // page faults of children that were waited for
            out->reaped |= value > 0;
        else if (field == 14 || field == 15)
            out->cpu_ticks += value;
        else if (field == 20)
            out->threads = (int32_t)value;
        else if (field == 22)
            out->start_ticks = value;
        else if (field == 38)
            out->exit_signal = (int32_t)value;
    }
    return true;
}

int stat_read(int dir, const char *path, struct task_stat *out)
{
    char line[1024];
    ssize_t n = proc_file_read_at(dir, path, line, sizeof line);

    if (n < 0)
        return (int)n;
    return stat_parse(line, (size_t)n, out) ? 0 : -EIO;
}

bool stat_is_forked(const struct task_stat *stat)
{
    return stat->flags & PF_FORKNOEXEC_BIT && !stat_is_kernel(stat);
}

bool stat_is_kernel(const struct task_stat *stat)
{
    return stat->flags & PF_KTHREAD_BIT;
}

bool stat_is_dead(const struct task_stat *stat)
{
    return stat->state == 'Z' || stat->state == 'X' || stat->state == 'x';
}

// fs/proc/array.c do_task_stat(): a leader that ended counts until it is reaped.
bool stat_is_gone(const struct task_stat *stat)
{
    return stat_is_dead(stat) && stat->threads <= 1;
}

// include/linux/sched/signal.h thread_group_leader()
bool stat_is_thread(const struct task_stat *stat)
{
    return stat->exit_signal < 0;
}
