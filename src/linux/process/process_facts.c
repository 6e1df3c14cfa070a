// Facts of a process, each from the text of its file: one table.
#include "process_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/cgroup.h"
#include "linux/process/proc_file.h"
#include "linux/process/service.h"
#include "linux/process/stat.h"

static void add_escaped(struct process *process, enum process_string which, const char *bytes,
                        size_t n)
{
    char *text = text_escape_new(bytes, n);

    process_add_string(process, which, text);
    free(text);
}

// Both clocks, like the start times of processes, follow a time namespace (time_namespaces(7)); a
// fixture says in its stat when it booted.
static double boot_time(const struct process_reader *self)
{
    struct timespec now, up;

    if (!self->options.is_procfs)
        return self->boot;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

static void set_start(const struct process_reader *self, struct process *process, uint64_t ticks)
{
    process->start_ticks = ticks;
    if (!self->knows_boot)
        return;
    process->start_time = (int64_t)(boot_time(self) + (double)ticks / (double)sysconf(_SC_CLK_TCK));
    process->known |= PROC_KNOWS_START;
}

static int take_stat(const struct process_reader *self, char *text, size_t n,
                     struct process *process)
{
    struct task_stat stat;

    if (!stat_parse(text, n, &stat))
        return -EPROTO;
    if (stat_is_thread(&stat))
        return -ESRCH; // its id has a directory, though none that is listed: no process has it
    text_escape(process->comm, sizeof process->comm, stat.comm, strlen(stat.comm));
    process->parent = stat.parent;
    if (stat_is_gone(&stat))
        return -ECHILD;
    process->state = stat.state;
    process->threads = stat.threads;
    process->session = stat.session;
    process->tty = stat.tty;
    process->forked = stat_is_forked(&stat);
    process->reaped = stat.reaped;
    process->cpu_ms = stat.cpu_ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
    process->known |= PROC_KNOWS_COMM | PROC_KNOWS_STATE | PROC_KNOWS_PARENT | PROC_KNOWS_STAT;
    set_start(self, process, stat.start_ticks);
    return 0;
}

// Kernel threads have no memory of their own, zombies none any more: no value. Not from stat, whose
// sum is off by up to megabytes on many processors (mm/util.c get_mm_counter_sum()).
static int take_rss(const struct process_reader *self, char *text, size_t n,
                    struct process *process)
{
    uint64_t pages[2]; // all, resident

    (void)self, (void)n;
    if (proc_file_numbers(text, pages, 2) != 2 || !pages[1])
        return 0;
    process->rss = pages[1] * (uint64_t)sysconf(_SC_PAGESIZE);
    process->known |= PROC_KNOWS_RSS;
    return 0;
}

static int take_command(const struct process_reader *self, char *text, size_t n,
                        struct process *process)
{
    (void)self;
    process->known |= PROC_KNOWS_COMMAND;
    // Programs that write their title over their arguments leave a tail of NULs (setproctitle(3)).
    while (n > 0 && !text[n - 1])
        n--;
    for (size_t i = 0; i < n; i++)
        if (!text[i])
            text[i] = ' ';
    if (n > 0)
        add_escaped(process, PROCESS_COMMAND, text, n);
    return 0;
}

// "NSpid: 4711 12 1": its pid in each PID namespace from ours down to its own (fs/proc/array.c).
static int take_inner_pid(const struct process_reader *self, char *text, size_t n,
                          struct process *process)
{
    uint64_t pids[8];
    size_t levels = proc_file_field(text, "\nNSpid:", pids, 8);

    (void)self, (void)n;
    if (levels > 1)
        process->inner_pid = (int32_t)pids[levels - 1];
    return 0;
}

// "VmSwap:	 12 kB"; kernel threads have none.
static int take_swap(const struct process_reader *self, char *text, size_t n,
                     struct process *process)
{
    (void)self, (void)n;
    if (proc_file_field(text, "\nVmSwap:", &process->swap, 1))
        process->known |= PROC_KNOWS_SWAP;
    process->swap *= 1024;
    return 0;
}

// fs/proc/task_mmu.c show_smaps_rollup(), since Linux 5.3.
static int take_shared_pss(const struct process_reader *self, char *text, size_t n,
                           struct process *process)
{
    (void)self, (void)n;
    if (proc_file_field(text, "\nPss_Shmem:", &process->shared_pss, 1))
        process->known |= PROC_KNOWS_SHARED_PSS;
    process->shared_pss *= 1024;
    return 0;
}

static int take_cgroup(const struct process_reader *self, char *text, size_t n,
                       struct process *process)
{
    struct cgroup_names names;

    (void)self;
    cgroup_parse(text, n, &names);
    if (names.unit[0])
        process_add_string(process, PROCESS_UNIT, names.unit);
    if (names.container[0])
        process_add_string(process, PROCESS_CONTAINER, names.container);
    return 0;
}

static int take_restart(const struct process_reader *self, char *text, size_t n,
                        struct process *process)
{
    if (self->options.is_procfs && self->options.same_pid_namespace)
        service_read(self->path, "", text, n, process);
    return 0;
}

// In this order. A file that cannot be read leaves its fact unknown; without the first there is no
// process.
// clang-format off
static const struct fact {
    uint64_t need; // enum process_fact
    const char *file;
    size_t cap;        // bytes of it that count
    bool actions_only; // left out where nothing is acted on
    int (*take)(const struct process_reader *self, char *text, size_t n, struct process *process);
} facts[] = {
    {NEED_PROCESS_FACTS, "stat", FILE_MAX, false, take_stat},
    {NEED_RSS, "statm", FILE_MAX, false, take_rss},
    {NEED_COMMANDS, "cmdline", COMMAND_MAX, false, take_command},
    {NEED_COMMANDS, "status", FILE_MAX, true, take_inner_pid}, // the dearest of all
    {NEED_CGROUP, "cgroup", FILE_MAX, false, take_cgroup},
    {NEED_RESTART, "cgroup", FILE_MAX, false, take_restart},
    {NEED_SWAP, "status", FILE_MAX, false, take_swap},
    {NEED_SHARED_PSS, "smaps_rollup", FILE_MAX, false, take_shared_pss},
};
// clang-format on

int process_facts_read(struct process_reader *self, int dir, const char *home, uint64_t wanted,
                       struct process *process)
{
    int error = 0;
    char path[64];

    for (size_t i = *home ? 1 : 0; !error && i < sizeof facts / sizeof *facts; i++) {
        const struct fact *fact = &facts[i];
        if (!(fact->need & wanted) || (fact->actions_only && self->options.read_only))
            continue;
        snprintf(path, sizeof path, "%s%s", home, fact->file);
        ssize_t n = proc_file_read_at(dir, path, self->text, fact->cap);
        if (n >= 0)
            error = fact->take(self, self->text, (size_t)n, process);
        else if (i == 0 || *home)
            error = (int)n;
    }
    return error;
}
