// Facts of a process, each from the text of its file: one table.
#include "process_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "linux/process/cgroup.h"
#include "linux/process/proc_file.h"
#include "linux/process/service.h"
#include "linux/process/stat.h"

struct text { // of a file
    const struct prober *reader;
    char *at;
    size_t n;
};

static void add_escaped(struct process *process, enum process_string which, const char *bytes,
                        size_t n)
{
    char *text = text_escape_new(bytes, n);

    process_add_string(process, which, text);
    free(text);
}

// A fixture says in its stat when it booted.
static double boot_time(const struct prober *self)
{
    return self->options.is_procfs ? (double)clock_boot_ns() / 1e9 : self->boot;
}

static void set_start(const struct prober *self, struct process *process, uint64_t ticks)
{
    process->start_ticks = ticks;
    if (!self->knows_boot)
        return;
    process->start_time = (int64_t)(boot_time(self) + (double)ticks / (double)sysconf(_SC_CLK_TCK));
    process->known |= PROC_KNOWS_START;
}

static int take_stat(const struct text *text, struct process *process)
{
    struct task_stat stat;

    if (!stat_parse(text->at, text->n, &stat))
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
    set_start(text->reader, process, stat.start_ticks);
    return 0;
}

// Kernel threads have no memory of their own, zombies none any more: no value. Not from stat, whose
// sum is off by up to megabytes on many processors (mm/util.c get_mm_counter_sum()).
static void take_rss(const struct text *text, struct process *process)
{
    uint64_t pages[2]; // all, resident

    if (proc_file_numbers(text->at, pages, 2) != 2 || !pages[1])
        return;
    process->rss = pages[1] * (uint64_t)sysconf(_SC_PAGESIZE);
    process->known |= PROC_KNOWS_RSS;
}

static void take_command(const struct text *text, struct process *process)
{
    size_t n = text->n;

    process->known |= PROC_KNOWS_COMMAND;
    // Programs that write their title over their arguments leave a tail of NULs (setproctitle(3)).
    while (n > 0 && !text->at[n - 1])
        n--;
    for (size_t i = 0; i < n; i++)
        if (!text->at[i])
            text->at[i] = ' ';
    if (n > 0)
        add_escaped(process, PROCESS_COMMAND, text->at, n);
}

// "NSpid: 4711 12 1": its pid in each PID namespace from ours down to its own (fs/proc/array.c).
static void take_inner_pid(const struct text *text, struct process *process)
{
    uint64_t pids[8];
    size_t levels = proc_file_field(text->at, "\nNSpid:", pids, 8);

    if (levels > 1)
        process->inner_pid = (int32_t)pids[levels - 1];
}

// "VmSwap:	 12 kB"; kernel threads have none.
static void take_swap(const struct text *text, struct process *process)
{
    if (!proc_file_field(text->at, "\nVmSwap:", &process->swap, 1))
        return;
    process->swap *= 1024;
    process->known |= PROC_KNOWS_SWAP;
}

// fs/proc/task_mmu.c show_smaps_rollup(), since Linux 5.3.
static void take_shared_pss(const struct text *text, struct process *process)
{
    if (!proc_file_field(text->at, "\nPss_Shmem:", &process->shared_pss, 1))
        return;
    process->shared_pss *= 1024;
    process->known |= PROC_KNOWS_SHARED_PSS;
}

static void take_cgroup(const struct text *text, struct process *process)
{
    struct cgroup_names names;

    cgroup_parse(text->at, text->n, &names);
    if (names.unit[0])
        process_add_string(process, PROCESS_UNIT, names.unit);
    if (names.container[0])
        process_add_string(process, PROCESS_CONTAINER, names.container);
}

static void take_restart(const struct text *text, struct process *process)
{
    const struct prober *self = text->reader;

    if (self->options.is_procfs && self->options.same_pid_namespace)
        service_read(self->path, "", text->at, text->n, process);
}

// In this order, after stat, without which there is no process. A file that cannot be read leaves
// its fact unknown. clang-format off
static const struct fact {
    uint64_t need; // enum process_fact
    const char *file;
    size_t cap;        // bytes of it that count
    bool actions_only; // left out where nothing is acted on
    void (*take)(const struct text *text, struct process *process);
} facts[] = {
    {NEED_RSS, "statm", FILE_MAX, false, take_rss},
    {NEED_COMMANDS, "cmdline", COMMAND_MAX, false, take_command},
    {NEED_COMMANDS, "status", FILE_MAX, true, take_inner_pid}, // the dearest of all
    {NEED_CGROUP, "cgroup", FILE_MAX, false, take_cgroup},
    {NEED_RESTART, "cgroup", FILE_MAX, false, take_restart},
    {NEED_SWAP, "status", FILE_MAX, false, take_swap},
    {NEED_SHARED_PSS, "smaps_rollup", FILE_MAX, false, take_shared_pss},
};
// clang-format on

int process_facts_read(struct prober *self, int dir, const char *home, uint64_t wanted,
                       struct process *process)
{
    struct text text = {.reader = self, .at = self->text};
    char path[64];
    ssize_t n = 0;

    if (!*home) {
        n = proc_file_read_at(dir, "stat", text.at, FILE_MAX);
        text.n = (size_t)n;
        int error = n < 0 ? (int)n : take_stat(&text, process);
        if (error)
            return error;
    }
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const struct fact *fact = &facts[i];
        if (!(fact->need & wanted) || (fact->actions_only && self->options.read_only))
            continue;
        snprintf(path, sizeof path, "%s%s", home, fact->file);
        n = proc_file_read_at(dir, path, text.at, fact->cap);
        text.n = (size_t)n;
        if (n >= 0)
            fact->take(&text, process);
        else if (*home)
            return (int)n;
    }
    return 0;
}
