// Everything said of a process is read below one descriptor of its directory, so that it is of one
// process even where its pid is given to another one meanwhile. stat, which has the name as it is,
// says nearly all.
//
// Not by libproc2, which the tests compare this with: it replaces control bytes by '.' and what is
// not of the locale by '?', so that different names look alike; for one process it takes twice the
// calls; it brings five libraries along; and each thread that used it leaves 260 KiB behind.
#include "linux/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/pidfd.h"
#include "linux/process/proc_file.h"
#include "process_parts.h"

static bool fixture_boot(const char *proc, double *boot)
{
    char text[65536];
    uint64_t seconds = 0;
    bool known = proc_file_read(text, sizeof text, proc, "stat") > 0 &&
                 proc_file_field(text, "\nbtime ", &seconds, 1);

    *boot = (double)seconds;
    return known;
}

struct prober *process_reader_new(const char *proc, const struct process_reader_options *options)
{
    struct prober *self = mem_alloc(sizeof *self); // whose text is not touched before it is needed

    self->boot = 0;
    self->path = mem_copy_string(proc);
    self->proc = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
    self->options = *options;
    self->user = geteuid();
    self->knows_boot = options->is_procfs || fixture_boot(proc, &self->boot);
    return self;
}

void process_reader_free(struct prober *self)
{
    if (!self)
        return;
    if (self->proc >= 0)
        close(self->proc);
    free(self->path);
    free(self);
}

// Of a process that is not dumpable all other files are root's (fs/proc/base.c task_dump_owner()):
// those that ptrace_may_access() guards open to no one else. What capabilities allow is not seen.
static void read_access(const struct prober *self, int dir, struct process *process)
{
    uid_t user = self->user;
    struct stat status;

    if (!user || (process->known & PROC_KNOWS_UID && process->uid == user &&
                  fstatat(dir, "stat", &status, 0) == 0 && status.st_uid == user))
        process->known |= PROC_READABLE;
}

void process_reader_further(struct prober *self, int32_t pid, uint64_t wanted,
                            struct answer *answer)
{
    char home[16];

    snprintf(home, sizeof home, "%" PRId32 "/", pid);
    answer->error = self->proc < 0 || !(answer->process.known & PROC_READABLE)
                        ? -EACCES
                        : process_facts_read(self, self->proc, home, wanted, &answer->process);
}

// --- owner, and what remains where stat hangs ---------------------------------------------------

// The owner of /proc/PID is its effective user, whatever it does to hide: task_dump_owner() in
// fs/proc/base.c excepts this very directory. Of a process that ended meanwhile it is root; the
// next file shows that.
static void read_user(int dir, struct process *process)
{
    struct stat status;

    if (fstat(dir, &status) < 0)
        return;
    process->uid = mapped_user(status.st_uid);
    process->known |= PROC_KNOWS_UID;
}

static int read_comm(struct prober *self, int dir, struct process *process)
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
static int read_status(struct prober *self, int dir, struct process *process)
{
    int error = read_comm(self, dir, process);
    ssize_t n = error ? error : proc_file_read_at(dir, "status", self->text, FILE_MAX);
    uint64_t leader;

    if (n > 0 && proc_file_field(self->text, "\nTgid:", &leader, 1) &&
        (int32_t)leader != process->pid)
        return -ESRCH; // a thread's id, as above
    const char *line = n > 0 ? strstr(self->text, "\nState:\t") : NULL;
    if (line) {
        process->state = line[sizeof "\nState:"];
        process->known |= PROC_KNOWS_STATE;
    }
    return n < 0 ? (int)n : 0;
}

// ptrace(2): of a process in a tracing stop. 0 where the tracer is outside this PID namespace.
static void read_tracer(struct prober *self, int dir, struct process *process)
{
    ssize_t n = proc_file_read_at(dir, "status", self->text, FILE_MAX);
    uint64_t tracer;

    if (n > 0 && proc_file_field(self->text, "\nTracerPid:", &tracer, 1))
        process->tracer = (int32_t)tracer;
}

static int read_process(struct prober *self, int32_t pid, uint64_t wanted, struct process *process)
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
        read_access(self, dir, process);
    int error = wanted & NEED_PROCESS_FACTS ? process_facts_read(self, dir, "", wanted, process)
                                            : read_status(self, dir, process);
    if (!error && process_is_traced(process))
        read_tracer(self, dir, process);
    close(dir);
    return error;
}

// A mount with hidepid shows no process of others: that is no sign of its end.
static bool is_hidden(const struct prober *self, int32_t pid)
{
    return self->options.same_pid_namespace && kill(pid, 0) < 0 && errno == EPERM;
}

void process_reader_probe(struct prober *self, int32_t pid, uint64_t wanted, struct answer *answer)
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
        const struct process zombie = *process;
        process_release(process);
        *process = (struct process){.pid = pid, .gone = error == -ESRCH, .unreaped = unreaped};
        if (unreaped) {
            process->parent = zombie.parent, process->uid = zombie.uid;
            memcpy(process->comm, zombie.comm, sizeof process->comm);
            process->known = PROC_KNOWS_PARENT | PROC_KNOWS_COMM | (zombie.known & PROC_KNOWS_UID);
        }
    }
    answer->error = error;
}
