#include "linux/source.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linux/actions/objects.h"
#include "linux/bpf/witness.h"
#include "linux/holders/attachments.h"
#include "linux/holders/reverse_map.h"
#include "linux/names.h"
#include "linux/namespaces/enter.h"
#include "linux/objects/huge_pages.h"
#include "linux/objects/limits.h"
#include "linux/process/list.h"
#include "linux/process/new_processes.h"
#include "model/consequence/outcomes.h"
#include "source_parts.h"

struct linux_source *linux_source_new(const struct linux_source_options *options)
{
    struct linux_source *self = mem_zero(1, sizeof *self);
    struct statfs fs;

    self->machine.proc = mem_copy_string(options->proc);
    self->machine.is_procfs = statfs(self->machine.proc, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
    self->machine.sys = self->machine.is_procfs ? mem_copy_string("/sys")
                                                : mem_format("%s/../sys", self->machine.proc);
    self->machine.huge_sizes = huge_pages_sizes(self->machine.sys);
    self->text_only = options->text_only;
    self->read_only = options->read_only;
    self->no_walk = options->no_walk;
    self->machine.same_pid_namespace =
        self->machine.is_procfs && process_list_is_ours(self->machine.proc);
    self->new_processes = new_processes_new(self->machine.proc, self->machine.same_pid_namespace);
    self->namespaces = namespaces_new(self->machine.proc, self->machine.same_pid_namespace);
    pthread_mutex_init(&self->learning, NULL);
    return self;
}

void linux_source_free(struct linux_source *self)
{
    if (!self)
        return;
    witness_stop(self->witness);
    reverse_map_free(self->reverse_map);
    attachments_free(self->attachments);
    new_processes_free(self->new_processes);
    namespaces_free(self->namespaces);
    pthread_mutex_destroy(&self->learning);
    free(self->machine.sys);
    free(self->machine.proc);
    free(self);
}

struct reading {
    const struct linux_source *self;
    const struct want *want;
    struct snapshot *fresh;
    int error;
};

// What /proc/sysvipc and /proc/sys show is of the IPC namespace of the thread that opens them
// (ipc/util.c sysvipc_proc_open(), ipc/ipc_sysctl.c set_lookup()); /proc/self is the main thread.
static void read_there(void *arg)
{
    struct reading *r = arg;

    r->error = machine_read(&r->self->machine, r->want, r->fresh);
}

static int source_read(void *arg, const struct want *want, struct snapshot *fresh)
{
    const struct linux_source *self = arg;
    struct reading reading = {self, want, fresh, 0};

    if (!want->ipc_namespace)
        return machine_read(&self->machine, want, fresh);
    if (!self->machine.is_procfs)
        return -ENOTSUP;
    int error = namespaces_run(self->namespaces, want->ipc_namespace, read_there, &reading);
    if (error && want->need & NEED_SYSTEM)
        machine_read_system(&self->machine, want, fresh); // of the machine, at least
    return error ? error : reading.error;
}

static int source_processes(void *arg, struct pid_entry_vec *out)
{
    return process_list_read(((struct linux_source *)arg)->machine.proc, out);
}

static int source_forks(void *arg, uint64_t *forks)
{
    return process_list_forks(((struct linux_source *)arg)->machine.proc, forks);
}

static int source_recent(void *arg, struct pid_mark *mark, struct pid_entry_vec *out)
{
    return new_processes_since(((struct linux_source *)arg)->new_processes, mark, out);
}

static void act_here(const struct linux_source *self, const struct action *action,
                     struct outcome *outcome)
{
    if (action->verb == ACTION_LIMIT)
        limits_act(self->machine.proc, action, outcome);
    else if (action->verb == ACTION_RESOLVE)
        names_act(action, outcome);
    else if (action->verb == ACTION_SIGNAL && self->machine.is_procfs &&
             !self->machine.same_pid_namespace)
        *outcome = outcome_of(action, OUTCOME_FOREIGN_PROC, 0);
    else if (self->machine.is_procfs)
        objects_act(self->machine.proc, action, outcome);
    else // what a fixture shows is not what the calls would hit
        *outcome = outcome_of(action, OUTCOME_NOT_LIVE, 0);
}

struct acting {
    const struct linux_source *self;
    const struct action *action;
    struct outcome *outcome;
};

static void act_there(void *arg)
{
    const struct acting *a = arg;

    act_here(a->self, a->action, a->outcome);
}

// What a target is, and whether it still is that, is looked up where it is. A process is one process
// wherever it lives, and so is a file of /dev/shm, which no IPC namespace has.
static void source_act(void *arg, const struct action *action, struct outcome *outcome)
{
    const struct linux_source *self = arg;
    struct acting acting = {self, action, outcome};
    bool anywhere = action->verb == ACTION_SIGNAL || action->verb == ACTION_RESOLVE ||
                    (action->shared.what && action->shared.type != SHARED_MQUEUE);

    if (anywhere || !action->ipc_namespace) {
        act_here(self, action, outcome);
        return;
    }
    int error = self->machine.is_procfs
                    ? namespaces_run(self->namespaces, action->ipc_namespace, act_there, &acting)
                    : -ENOTSUP;
    if (error)
        *outcome = outcome_of(action, OUTCOME_NAMESPACE, -error);
}

// The owner of the directory: fs/proc/base.c task_dump_owner() excepts it from all a process can do.
static int source_owner(void *arg, int32_t pid, uint32_t *uid)
{
    const struct linux_source *self = arg;
    char path[4096];
    struct stat st;

    if ((size_t)snprintf(path, sizeof path, "%s/%" PRId32, self->machine.proc, pid) >= sizeof path)
        return -ENAMETOOLONG;
    if (stat(path, &st) < 0)
        return -errno;
    *uid = st.st_uid;
    return 0;
}

static bool source_ended(void *arg, int32_t pid)
{
    const struct linux_source *self = arg;

    return self->machine.same_pid_namespace && process_list_ended(pid);
}

static void source_local_names(void *arg, enum probe_what what, const uint32_t *ids, size_t n,
                               struct named_vec *out)
{
    (void)arg;
    names_local(what, ids, n, out);
}

static int source_login(void *arg, uint32_t uid)
{
    return ((const struct linux_source *)arg)->machine.is_procfs ? names_login(uid) : -ENOSYS;
}

static int source_walk(void *arg, const struct segment_vec *segments, struct walked *out)
{
    struct linux_source *self = arg;

    if (!self->machine.is_procfs || !self->machine.same_pid_namespace || self->text_only ||
        self->no_walk)
        return -EOPNOTSUPP;
    if (!self->reverse_map)
        self->reverse_map = reverse_map_new();
    out->facts = self->read_only;
    return reverse_map_walk(self->reverse_map, segments, out);
}

static void source_trace(void *arg, bool on)
{
    struct linux_source *self = arg;

    if (on == (self->witness != NULL) || !self->machine.is_procfs)
        return;
    if (on) {
        self->witness = witness_start(&(struct witness_options){0});
    } else {
        witness_stop(self->witness);
        self->witness = NULL;
    }
}

// What we do is reported by the outcomes of our actions.
static void source_traced(void *arg, struct trace_vec *out, struct trace_status *status)
{
    const struct linux_source *self = arg;
    size_t kept = out->n;

    *status = (struct trace_status){.state = TRACE_OFF};
    if (!self->witness)
        return;
    witness_status(self->witness, status);
    witness_take(self->witness, true, out);
    for (size_t i = kept; i < out->n; i++)
        if (out->at[i].by.pid != getpid())
            out->at[kept++] = out->at[i];
    out->n = kept;
}

static void source_free(void *arg)
{
    linux_source_free(arg);
}

struct source linux_source_seam(struct linux_source *self)
{
    return (struct source){
        .self = self,
        .read = source_read,
        .processes = source_processes,
        .forks = source_forks,
        .recent = source_recent,
        .prober_new = linux_prober_new,
        .prober_free = linux_prober_free,
        .probe = linux_probe,
        .owner = source_owner,
        .ended = source_ended,
        .local_names = source_local_names,
        .login = source_login,
        .walk = source_walk,
        .trace = source_trace,
        .traced = source_traced,
        .act = source_act,
        .free = source_free,
    };
}
