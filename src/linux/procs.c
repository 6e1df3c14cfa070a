// libproc2 serves for what is a number: owner, state, start, resident size. It does not for names:
// it turns every control byte into '.' and every other byte that is not of the locale into '?', so
// that different names look alike and the harmless form of text_escape() could not be made. comm
// and cmdline are therefore read as the kernel has them. It always reads /proc: below another root
// (a fixture) the same facts come from the files stat and status.
#include "linux/procs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/procfile.h"
#include "linux/taskstat.h"

// 4.0.4 dropped the last argument.
#ifdef PROC2_VAL_3
#define VALUE(item, type, stack, info) PIDS_VAL(item, type, stack)
#else
#define VALUE(item, type, stack, info) PIDS_VAL(item, type, stack, info)
#endif

// libproc2 keeps buffers of each thread that reads, and never frees them: a quarter of a MiB that
// prober threads, being few and used again, lose once each. Not a leak of ours to report.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define LIBPROC2_KEEPS(statement)                                                                  \
    do {                                                                                           \
        __lsan_disable();                                                                          \
        statement;                                                                                 \
        __lsan_enable();                                                                           \
    } while (0)
#else
#define LIBPROC2_KEEPS(statement) statement
#endif

enum { ITEM_TGID, ITEM_EUID, ITEM_STATE, ITEM_START, ITEM_RSS, ITEMS };

// Longer command lines are cut: what is shown of one fits a screen many times over.
enum { COMMAND_MOST = 16 * 1024 };

struct procs {
    char *proc;
    struct pids_info *info; // NULL before the first question, and where libproc2 would not start
    bool may_ask;           // libproc2 knows no other root, and starts but once
    bool live;
};

static struct pids_info *start_libproc2(void)
{
    // Its first call loads and counts things for all threads without a lock.
    static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
    enum pids_item items[ITEMS] = {
        [ITEM_TGID] = PIDS_ID_TGID,      [ITEM_EUID] = PIDS_ID_EUID, [ITEM_STATE] = PIDS_STATE,
        [ITEM_START] = PIDS_TICS_BEGAN, [ITEM_RSS] = PIDS_VM_RSS,
    };
    struct pids_info *info = NULL;
    int error;

    pthread_mutex_lock(&starting);
    LIBPROC2_KEEPS(error = procps_pids_new(&info, items, ITEMS));
    if (error < 0)
        info = NULL;
    pthread_mutex_unlock(&starting);
    return info;
}

struct procs *procs_new(const char *proc, bool live)
{
    struct procs *self = mem_zero(1, sizeof *self);

    self->proc = mem_copy_string(proc);
    self->live = live;
    self->may_ask = live && strcmp(proc, "/proc") == 0;
    return self;
}

void procs_free(struct procs *self)
{
    if (!self)
        return;
    if (self->info)
        procps_pids_unref(&self->info);
    free(self->proc);
    free(self);
}

// Starting it loads libraries and reads a dozen files: only who asks pays for that.
static struct pids_info *libproc2(struct procs *self)
{
    if (self->may_ask && !self->info)
        self->info = start_libproc2();
    self->may_ask = self->info;
    return self->info;
}

// --- the numbers --------------------------------------------------------------------------------

// Epoch seconds of the boot. Both clocks, like the start times of processes, follow a time
// namespace (time_namespaces(7)); a fixture says it in its stat.
static bool boot_time(const struct procs *self, double *boot)
{
    char text[65536];
    unsigned long long seconds;

    if (self->live) {
        struct timespec now, up;
        clock_gettime(CLOCK_REALTIME, &now);
        clock_gettime(CLOCK_BOOTTIME, &up);
        *boot = (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
        return true;
    }
    if (procfile_read(text, sizeof text, self->proc, "stat") < 0)
        return false;
    const char *line = strstr(text, "\nbtime ");
    if (!line || sscanf(line, "\nbtime %llu", &seconds) != 1)
        return false;
    *boot = (double)seconds;
    return true;
}

static void set_start(const struct procs *self, struct process *process, uint64_t ticks)
{
    double boot;

    process->start_ticks = ticks;
    if (!boot_time(self, &boot))
        return;
    process->start_time = (int64_t)(boot + (double)ticks / (double)sysconf(_SC_CLK_TCK));
    process->known |= PROC_KNOWS_START;
}

// Kernel threads have no memory of their own, zombies none any more: no line, no value.
static void set_rss(struct process *process, unsigned long long kib)
{
    if (!kib)
        return;
    process->rss = (uint64_t)kib * 1024;
    process->known |= PROC_KNOWS_RSS;
}

static int numbers_by_libproc2(struct procs *self, int32_t pid, struct process *process)
{
    unsigned one = (unsigned)pid;
    struct pids_fetch *fetch;

    LIBPROC2_KEEPS(fetch = procps_pids_select(self->info, &one, 1, PIDS_SELECT_PID));
    if (!fetch || fetch->counts->total != 1)
        return -ESRCH;
    struct pids_stack *stack = fetch->stacks[0];
    if (VALUE(ITEM_TGID, s_int, stack, self->info) != pid)
        return -ESRCH; // the id of a thread: no process has it
    process->uid = VALUE(ITEM_EUID, u_int, stack, self->info);
    process->state = VALUE(ITEM_STATE, s_ch, stack, self->info);
    process->known |= PROC_KNOWS_UID | PROC_KNOWS_STATE;
    set_rss(process, VALUE(ITEM_RSS, ul_int, stack, self->info));
    set_start(self, process, VALUE(ITEM_START, ull_int, stack, self->info));
    return 0;
}

// What follows "name:" at the start of a line. Names come first and escaped in this file
// (fs/proc/array.c), so that no process can fake a line.
static const char *status_line(const char *status, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = status; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1;
    }
    return NULL;
}

static int numbers_by_files(struct procs *self, int32_t pid, struct process *process)
{
    char line[1024], status[8192];
    struct taskstat stat;
    unsigned long long kib;
    int tgid;

    ssize_t n = procfile_read(line, sizeof line, self->proc, "%d/stat", pid);
    if (n < 0)
        return (int)n;
    if (!taskstat_parse(line, (size_t)n, &stat))
        return -EPROTO;
    process->state = stat.state;
    process->known |= PROC_KNOWS_STATE;
    set_start(self, process, stat.start_ticks);
    if (procfile_read(status, sizeof status, self->proc, "%d/status", pid) < 0)
        return 0;
    const char *at = status_line(status, "Tgid");
    if (at && sscanf(at, "%d", &tgid) == 1 && tgid != pid)
        return -ESRCH;
    at = status_line(status, "Uid"); // real, effective, saved, of the file system
    if (at && sscanf(at, "%*u %u", &process->uid) == 1)
        process->known |= PROC_KNOWS_UID;
    at = status_line(status, "VmRSS");
    if (at && sscanf(at, "%llu", &kib) == 1)
        set_rss(process, kib);
    return 0;
}

// --- the names ----------------------------------------------------------------------------------

static void read_comm(struct procs *self, int32_t pid, struct process *process)
{
    char raw[80];
    ssize_t n = procfile_read(raw, sizeof raw, self->proc, "%d/comm", pid);

    if (n <= 0)
        return;
    n -= raw[n - 1] == '\n'; // the file's, not the name's
    text_escape(process->comm, sizeof process->comm, raw, (size_t)n);
    process->known |= PROC_KNOWS_COMM;
}

static void read_command(struct procs *self, int32_t pid, struct process *process)
{
    char *raw = mem_alloc(COMMAND_MOST);
    ssize_t n = procfile_read(raw, COMMAND_MOST, self->proc, "%d/cmdline", pid);

    if (n >= 0)
        process->known |= PROC_KNOWS_COMMAND;
    // Programs that write their title over their arguments leave a tail of NULs (setproctitle(3)).
    while (n > 0 && !raw[n - 1])
        n--;
    for (ssize_t i = 0; i < n; i++)
        if (!raw[i])
            raw[i] = ' ';
    if (n > 0)
        process->command = text_escape_new(raw, (size_t)n);
    free(raw);
}

// A mount with hidepid shows no process of others: that is no sign of its end.
static bool is_hidden(const struct procs *self, int32_t pid)
{
    return self->live && kill(pid, 0) < 0 && errno == EPERM;
}

void procs_probe(struct procs *self, int32_t pid, bool command, struct answer *answer)
{
    struct process *process = &answer->process;

    *process = (struct process){.pid = pid};
    if (pid <= 0) {
        answer->error = -EINVAL;
        return;
    }
    int error = self->live && kill(pid, 0) < 0 && errno == ESRCH ? -ESRCH
                : libproc2(self) ? numbers_by_libproc2(self, pid, process)
                             : numbers_by_files(self, pid, process);
    if (!error) {
        read_comm(self, pid, process);
        if (command)
            read_command(self, pid, process);
        // Names read of another process than the numbers would be believed: its comm is read after
        // its start time, and gone once it is.
        if (!(process->known & PROC_KNOWS_COMM))
            error = -ESRCH;
    }
    if (error == -ENOENT || error == -ESRCH)
        error = is_hidden(self, pid) ? -EACCES : -ESRCH;
    if (error) {
        free(process->command);
        *process = (struct process){.pid = pid, .gone = error == -ESRCH};
    }
    answer->error = error;
}

// --- all of them --------------------------------------------------------------------------------

static int compare_pids(const void *a, const void *b)
{
    const struct pid_entry *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
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

int procs_list(const char *proc, struct pid_entry_vec *out)
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
        qsort(out->at, out->n, sizeof *out->at, compare_pids);
    return error;
}

// The line is the fifth from the end, behind one of a number for every interrupt there is: read
// piecewise, a machine with thousands of them has more than fits.
int procs_forks(const char *proc, uint64_t *forks)
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
            error = procfile_numbers(line + sizeof name - 1, forks, 1) == 1 ? 0 : -EPROTO;
            break;
        }
        size_t keep = held < 64 ? held : 64; // the name and its number, cut anywhere
        memmove(text, text + held - keep, keep);
        held = keep;
    }
    close(fd);
    return error;
}
