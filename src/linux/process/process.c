// Everything said of a process is read below one descriptor of its directory, so that it is of one
// process even where its pid is given to another one meanwhile. stat, which has the name as it is, says
// nearly all.
//
// Not by libproc2, which the tests compare this with: it replaces control bytes by '.' and what is not of
// the locale by '?', so that different names look alike; for one process it takes twice the calls; it
// brings five libraries along; and each thread that used it leaves 260 KiB behind.
#include "linux/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/cgroup.h"
#include "linux/process/pidfd.h"
#include "linux/process/proc_file.h"
#include "linux/process/service.h"
#include "linux/process/stat.h"

enum {
    FILE_MAX = 8 * 1024,     // of stat and statm
    COMMAND_MAX = 16 * 1024, // longer command lines are cut: a screen is full much earlier
};

struct process_reader {
    char *path; // of proc
    int proc;   // O_PATH; -1: not open
    struct process_reader_options options;
    bool knows_boot;
    double boot; // of a fixture; epoch seconds
    char text[COMMAND_MAX];
};

static bool fixture_boot(const char *proc, double *boot)
{
    char text[65536];
    unsigned long long seconds;

    if (proc_file_read(text, sizeof text, proc, "stat") < 0)
        return false;
    const char *line = strstr(text, "\nbtime ");
    if (!line || sscanf(line, "\nbtime %llu", &seconds) != 1)
        return false;
    *boot = (double)seconds;
    return true;
}

struct process_reader *process_reader_new(const char *proc,
                                          const struct process_reader_options *options)
{
    struct process_reader *self =
        mem_alloc(sizeof *self); // whose text is not touched before it is needed

    self->boot = 0;
    self->path = mem_copy_string(proc);
    self->proc = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
    self->options = *options;
    self->knows_boot = options->is_procfs || fixture_boot(proc, &self->boot);
    return self;
}

void process_reader_free(struct process_reader *self)
{
    if (!self)
        return;
    if (self->proc >= 0)
        close(self->proc);
    free(self->path);
    free(self);
}

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

// --- facts, each from the text of its file ------------------------------------------------------

static int take_stat(const struct process_reader *self, char *text, size_t n,
                     struct process *process)
{
    struct task_stat stat;

    if (!stat_parse(text, n, &stat))
        return -EPROTO;
    if (stat_is_thread(&stat))
        return -ESRCH; // its id has a directory, though none that is listed: no process has it
    if (stat_is_gone(&stat)) {
        process->parent = stat.parent;
        return -ECHILD;
    }
    text_escape(process->comm, sizeof process->comm, stat.comm, strlen(stat.comm));
    process->parent = stat.parent;
    process->state = stat.state;
    process->threads = stat.threads;
    process->session = stat.session;
    process->tty = stat.tty;
    process->forked = stat_is_forked(&stat);
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
    static const char name[] = "\nNSpid:";
    uint64_t pids[8];
    const char *line = strstr(text, name);
    size_t levels = line ? proc_file_numbers(line + sizeof name - 1, pids, 8) : 0;

    (void)self, (void)n;
    if (levels > 1)
        process->inner_pid = (int32_t)pids[levels - 1];
    return 0;
}

// "VmSwap:	 12 kB": bytes. False where there is no such line.
static bool kilobytes(const char *text, const char *name, uint64_t *bytes)
{
    const char *line = strstr(text, name);

    if (!line || proc_file_numbers(line + strlen(name), bytes, 1) != 1)
        return false;
    *bytes *= 1024;
    return true;
}

// Kernel threads have none.
static int take_swap(const struct process_reader *self, char *text, size_t n,
                     struct process *process)
{
    (void)self, (void)n;
    if (kilobytes(text, "\nVmSwap:", &process->swap))
        process->known |= PROC_KNOWS_SWAP;
    return 0;
}

// fs/proc/task_mmu.c show_smaps_rollup(), since Linux 5.3.
static int take_shared_pss(const struct process_reader *self, char *text, size_t n,
                           struct process *process)
{
    (void)self, (void)n;
    if (kilobytes(text, "\nPss_Shmem:", &process->shared_pss))
        process->known |= PROC_KNOWS_SHARED_PSS;
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
    if (self->options.is_procfs && self->options.same_pid_namespace && process->parent == 1)
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

// Of a process that is not dumpable all other files are root's (task_dump_owner() again): those that
// ptrace_may_access() guards open to no one else. What capabilities allow is not seen.
static void read_access(int dir, struct process *process)
{
    struct stat status;
    uid_t user = geteuid();

    if (!user || (process->known & PROC_KNOWS_UID && process->uid == user &&
                  fstatat(dir, "stat", &status, 0) == 0 && status.st_uid == user))
        process->known |= PROC_READABLE;
}

// `home`: of the process below `dir`.
static int read_facts(struct process_reader *self, int dir, const char *home, uint64_t wanted,
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

void process_reader_further(struct process_reader *self, int32_t pid, uint64_t wanted,
                            struct answer *answer)
{
    char home[16];

    snprintf(home, sizeof home, "%" PRId32 "/", pid);
    answer->error = self->proc < 0 || !(answer->process.known & PROC_READABLE)
                        ? -EACCES
                        : read_facts(self, self->proc, home, wanted, &answer->process);
}

// --- owner, and what remains where stat hangs ---------------------------------------------------

// The owner of /proc/PID is its effective user, whatever it does to hide: task_dump_owner() in
// fs/proc/base.c excepts this very directory. Of a process that ended meanwhile it is root; the next file
// shows that.
static void read_user(int dir, struct process *process)
{
    struct stat status;

    if (fstat(dir, &status) < 0)
        return;
    process->uid = status.st_uid;
    process->known |= PROC_KNOWS_UID;
}

static int read_comm(struct process_reader *self, int dir, struct process *process)
{
    ssize_t n = proc_file_read_at(dir, "comm", self->text, FILE_MAX);

    if (n < 0)
        return (int)n;
    if (n > 0 && self->text[n - 1] == '\n')
        n--;
    text_escape(process->comm, sizeof process->comm, self->text, (size_t)n);
    process->known |= PROC_KNOWS_COMM;
    return 0;
}

// Neither waits for an exec, as stat does. The name comes first and escaped in status
// (fs/proc/array.c), so that no process can fake the line.
static int read_status(struct process_reader *self, int dir, struct process *process)
{
    int error = read_comm(self, dir, process);
    ssize_t n = error ? error : proc_file_read_at(dir, "status", self->text, FILE_MAX);
    const char *line = n > 0 ? strstr(self->text, "\nTgid:\t") : NULL;

    if (line && atoi(line + sizeof "\nTgid:") != process->pid)
        return -ESRCH; // a thread's id, as above
    line = n > 0 ? strstr(self->text, "\nState:\t") : NULL;
    if (line) {
        process->state = line[sizeof "\nState:"];
        process->known |= PROC_KNOWS_STATE;
    }
    return n < 0 ? (int)n : 0;
}

// ptrace(2): of a process in a tracing stop. 0 where the tracer is outside this PID namespace.
static void read_tracer(struct process_reader *self, int dir, struct process *process)
{
    ssize_t n = proc_file_read_at(dir, "status", self->text, FILE_MAX);
    const char *line = n > 0 ? strstr(self->text, "\nTracerPid:\t") : NULL;

    if (line)
        process->tracer = (int32_t)atoi(line + sizeof "\nTracerPid:");
}

static int read_process(struct process_reader *self, int32_t pid, uint64_t wanted,
                        struct process *process)
{
    char name[16];

    snprintf(name, sizeof name, "%d", pid);
    if (self->proc < 0) // there were too many open files
        self->proc = open(self->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (self->proc < 0)
        return -errno;
    int dir = openat(self->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    read_user(dir, process);
    // Before the files: that one can be read then says that it had the pid until now.
    if (!self->options.read_only && self->options.same_pid_namespace)
        process->instance = pidfd_instance_of(pid);
    if (wanted & NEED_PROCESS_FACTS)
        read_access(dir, process);
    int error = wanted & NEED_PROCESS_FACTS ? read_facts(self, dir, "", wanted, process)
                                            : read_status(self, dir, process);
    if (!error && process_is_traced(process))
        read_tracer(self, dir, process);
    close(dir);
    return error;
}

// A mount with hidepid shows no process of others: that is no sign of its end.
static bool is_hidden(const struct process_reader *self, int32_t pid)
{
    return self->options.same_pid_namespace && kill(pid, 0) < 0 && errno == EPERM;
}

void process_reader_probe(struct process_reader *self, int32_t pid, uint64_t wanted,
                          struct answer *answer)
{
    struct process *process = &answer->process;

    *process = (struct process){.pid = pid};
    if (pid <= 0) {
        answer->error = -EINVAL;
        return;
    }
    int error = read_process(self, pid, wanted, process);
    if (error == -ENOENT || error == -ESRCH)
        error = is_hidden(self, pid) ? -EACCES : -ESRCH;
    bool unreaped = error == -ECHILD; // the parent may never do it: in containers there are many
    if (unreaped)
        error = -ESRCH;
    if (error) {
        int32_t parent = process->parent;
        process_release(process);
        *process = (struct process){.pid = pid, .gone = error == -ESRCH, .unreaped = unreaped};
        if (unreaped)
            process->parent = parent, process->known = PROC_KNOWS_PARENT;
    }
    answer->error = error;
}
