// What processes are asked, and what else may not answer: by the threads of the prober pool.
#include "source_parts.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/databases.h"
#include "linux/files/descriptors.h"
#include "linux/files/sockets.h"
#include "linux/holders/attachments.h"
#include "linux/names.h"
#include "linux/namespaces/enter.h"
#include "linux/process/page.h"
#include "linux/process/process.h"
#include "linux/shared/place.h"
#include "linux/waiters/waiters.h"
#include "model/holders/address_spaces.h"

// Learning the devices takes a dozen mappings: not done for tables alone.
static struct attachments *attachments_of(struct linux_source *self)
{
    pthread_mutex_lock(&self->learning);
    if (!self->attachments)
        self->attachments = attachments_new(self->machine.proc, self->text_only, self->read_only);
    struct attachments *attachments = self->attachments;
    pthread_mutex_unlock(&self->learning);
    return attachments;
}

struct prober *linux_prober_new(void *arg)
{
    const struct linux_source *self = arg;
    const struct process_reader_options options = {.is_procfs = self->machine.is_procfs,
                                                   .same_pid_namespace =
                                                       self->machine.same_pid_namespace,
                                                   .read_only = self->read_only};

    return process_reader_new(self->machine.proc, &options);
}

void linux_prober_free(void *arg, struct prober *prober)
{
    (void)arg;
    process_reader_free(prober);
}

static bool compare_memory(void *self, int32_t a, int32_t b, int *order)
{
    (void)self;
    if (a <= 0 || b <= 0)
        return false;
    long result = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_VM, 0UL, 0UL);
    // 0 equal, 1 less, 2 greater; 3 only says unequal. kcmp(2)
    if (result < 0 || result > 2)
        return false;
    *order = result == 0 ? 0 : result == 1 ? -1 : 1;
    return true;
}

// PROBE_SAME_MEMORY: by kcmp(2), which takes the lock exec holds (kernel/kcmp.c kcmp_lock) and needs pids as our
// own PID namespace numbers them.
static void probe_same_memory(struct answer *answer)
{
    answer->same = mem_alloc(answer->tasks.n * sizeof *answer->same);
    address_spaces_join(compare_memory, NULL, answer->tasks.at, answer->tasks.n, answer->same);
}

// What is asked of the machine, not of one process.
static void probe_machine(struct linux_source *self, const struct probe *probe,
                          struct answer *answer)
{
    switch (probe->what) {
    case PROBE_USER:
        names_probe_user((uint32_t)probe->id, answer);
        break;
    case PROBE_GROUP:
        names_probe_group((uint32_t)probe->id, answer);
        break;
    case PROBE_SAME_MEMORY:
        if (self->machine.same_pid_namespace)
            probe_same_memory(answer);
        else
            answer->error = -ENOTSUP;
        break;
    case PROBE_PLACES:
        // A fixture's databases are not this machine's, nor a container's in our directories.
        if (self->machine.is_procfs && !probe->ipc_namespace)
            databases_probe_places("", answer);
        break;
    case PROBE_NAMESPACE_MOUNTS:
        namespaces_probe_mounts(self->namespaces, answer);
        break;
    default:
        answer->error = -EINVAL;
    }
}

void linux_probe(void *arg, struct prober *prober, const struct probe *probe, struct answer *answer)
{
    struct linux_source *self = arg;
    const struct machine *machine = &self->machine;
    struct attachments *attachments;
    int32_t pid = (int32_t)probe->id;

    answer->ipc_namespace = probe->ipc_namespace;
    switch (probe->what) {
    case PROBE_ATTACHMENTS:
    case PROBE_EXACT:
    case PROBE_MAP_USE:
    case PROBE_ALL_MAPS:
    case PROBE_SHARED:
    case PROBE_SHARED_FILE:
        if ((attachments = attachments_of(self)))
            attachments_probe(attachments, probe->what, pid, probe->facts, answer);
        else
            answer->error = -errno; // too many open files, perhaps: the next one tries again
        break;
    case PROBE_PROCESS:
        process_reader_probe(prober, pid, probe->facts, answer);
        break;
    case PROBE_FURTHER:
        process_reader_further(prober, pid, probe->facts, answer);
        break;
    case PROBE_WAITERS:
        waiters_probe(machine->proc, pid, answer);
        break;
    case PROBE_SERVER:
        databases_probe_server(machine->proc, pid, answer);
        break;
    case PROBE_FILES:
        descriptors_probe(machine->proc, pid, probe->facts, answer);
        break;
    case PROBE_SOCKETS:
        sockets_probe(machine->proc, pid, machine->is_procfs, probe->facts & PROBE_INTERNET,
                      answer);
        break;
    case PROBE_PAGE:
        page_probe(machine->proc, pid, machine->is_procfs && machine->same_pid_namespace, answer);
        break;
    case PROBE_SHM:
        if (machine->is_procfs)
            shm_place_probe(machine->proc, pid, probe->facts & PROBE_NAMES, answer);
        else
            answer->error = -ENOTSUP;
        break;
    case PROBE_NAMESPACE:
        namespaces_probe(self->namespaces, pid, answer);
        break;
    default:
        probe_machine(self, probe, answer);
    }
}
