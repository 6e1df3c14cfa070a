// What processes are asked, and what else may not answer: by the threads of the prober pool.
#include "source_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "linux/databases.h"
#include "linux/files/descriptors.h"
#include "linux/files/sockets.h"
#include "linux/holders/attachments.h"
#include "linux/names.h"
#include "linux/namespaces/enter.h"
#include "linux/process/process.h"
#include "linux/process/process_page.h"
#include "linux/process/same_memory.h"
#include "linux/shared/place.h"
#include "linux/waiters/waiters.h"

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
            same_memory_probe(answer);
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
