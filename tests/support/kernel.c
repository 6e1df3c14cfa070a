#include "support/kernel.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/holders/address_spaces.h"

enum { PROBES = KERNEL_RESTART + 1, HANGS = 160 };

struct fake_process {
    int32_t pid;
    uint64_t instance, memory, handle;
    struct mapping_vec mappings;
    int error;
    bool exiting, stranger, waits;
    uint8_t perms;
    enum kind_id wait_kind;
    int32_t wait_id;
    char comm[68];
};
VEC(fake_process_vec, struct fake_process);
VEC(
    handle_vec, struct {
        int32_t shmid;
        uint64_t handle;
    });

struct kernel {
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct segment_vec segments;
    struct semset_vec semsets;
    struct queue_vec queues;
    struct fake_process_vec processes; // ordered by pid
    struct handle_vec handles;
    uint64_t forks, instances, counts[PROBES], reads, set_reads, use_reads, listings, compared;
    struct probe hangs[HANGS];
    size_t n_hangs, hanging;
    bool acts_hang;
    int delay_us;
};

// Who waits for us is not to look as if the kernel had blocked it: it stays runnable.
static void lock(struct kernel *k)
{
    while (pthread_mutex_trylock(&k->lock) != 0)
        sched_yield();
}

#define LOCKED(k)                                                                                  \
    for (bool once_ = (lock(k), true); once_; once_ = (pthread_mutex_unlock(&(k)->lock), false))

struct kernel *kernel_new(void)
{
    struct kernel *k = mem_zero(1, sizeof *k);

    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->released, NULL);
    k->forks = 1000;
    return k;
}

void kernel_free(struct kernel *k)
{
    for (size_t i = 0; i < k->processes.n; i++)
        vec_free(&k->processes.at[i].mappings);
    vec_free(&k->processes);
    vec_free(&k->segments);
    vec_free(&k->semsets);
    vec_free(&k->queues);
    vec_free(&k->handles);
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->released);
    free(k);
}

static struct fake_process *find(struct kernel *k, int32_t pid)
{
    for (size_t i = 0; i < k->processes.n; i++)
        if (k->processes.at[i].pid == pid)
            return &k->processes.at[i];
    return NULL;
}

static struct segment *segment_of(struct kernel *k, int32_t shmid)
{
    for (size_t i = 0; i < k->segments.n; i++)
        if (k->segments.at[i].o.id == shmid)
            return &k->segments.at[i];
    return NULL;
}

void kernel_segment(struct kernel *k, int32_t shmid, uint32_t key)
{
    LOCKED(k)
    {
        size_t at = k->segments.n;
        struct segment segment = {
            .o = {.kind = KIND_SEGMENT, .id = shmid, .key = key, .ctime = time(NULL) - 1000},
            .size = 1 << 20,
            .cpid = 1,
            .known = SEG_KNOWS_RSS | SEG_KNOWS_SWAP,
            .rss = 4096};
        vec_push(&k->segments, segment);
        for (; at > 0 && k->segments.at[at - 1].o.id > shmid; at--)
            k->segments.at[at] = k->segments.at[at - 1];
        k->segments.at[at] = segment;
    }
}

void kernel_remove(struct kernel *k, int32_t shmid)
{
    LOCKED(k)
    {
        struct segment *segment = segment_of(k, shmid);
        size_t at = (size_t)(segment - k->segments.at);
        memmove(segment, segment + 1, (--k->segments.n - at) * sizeof *segment);
    }
}

void kernel_queue(struct kernel *k, int32_t msqid)
{
    LOCKED(k) vec_push(&k->queues, (struct queue){.o = {.kind = KIND_QUEUE, .id = msqid}});
}

void kernel_set(struct kernel *k, int32_t semid, uint64_t waiters)
{
    LOCKED(k)
    {
        size_t i = 0;
        while (i < k->semsets.n && k->semsets.at[i].o.id != semid)
            i++;
        if (i == k->semsets.n)
            vec_push(&k->semsets, (struct semset){.o = {.kind = KIND_SEMSET, .id = semid},
                                                  .nsems = 1,
                                                  .known = SET_KNOWS_WAITERS});
        k->semsets.at[i].waiters = waiters;
    }
}

static struct fake_process *add_process(struct kernel *k, int32_t pid)
{
    size_t at = k->processes.n;
    struct fake_process process = {.pid = pid, .perms = MAP_R | MAP_W | MAP_SHARED_BIT};

    process.instance = process.memory = ++k->instances;
    snprintf(process.comm, sizeof process.comm, "p%d", pid);
    vec_push(&k->processes, process);
    for (; at > 0 && k->processes.at[at - 1].pid > pid; at--)
        k->processes.at[at] = k->processes.at[at - 1];
    k->processes.at[at] = process;
    k->forks++;
    return &k->processes.at[at];
}

void kernel_spawn(struct kernel *k, int32_t pid)
{
    LOCKED(k) add_process(k, pid);
}

void kernel_fork(struct kernel *k, int32_t parent, int32_t pid, bool share)
{
    LOCKED(k)
    {
        struct fake_process *child = add_process(k, pid), *from = find(k, parent);
        vec_copy(&child->mappings, &from->mappings);
        if (share)
            child->memory = from->memory;
        for (size_t i = 0; !share && i < child->mappings.n; i++) {
            struct segment *segment = segment_of(k, child->mappings.at[i].shmid);
            segment->nattch++;
            segment->atime = time(NULL) - 100;
            segment->lpid = parent;
        }
    }
}

static void drop(struct kernel *k, struct fake_process *process, size_t i, int ago)
{
    struct segment *segment = segment_of(k, process->mappings.at[i].shmid);
    bool shared = false;

    for (size_t p = 0; p < k->processes.n; p++)
        shared |= &k->processes.at[p] != process && k->processes.at[p].memory == process->memory;
    if (segment && !shared && !process->stranger) {
        segment->nattch--;
        segment->dtime = time(NULL) - ago;
        segment->lpid = process->pid;
    }
    process->mappings.at[i] = process->mappings.at[--process->mappings.n];
}

void kernel_exit(struct kernel *k, int32_t pid)
{
    LOCKED(k)
    {
        struct fake_process *process = find(k, pid);
        if (process) { // else killed before
            size_t at = (size_t)(process - k->processes.at);
            while (process->mappings.n)
                drop(k, process, 0, 100);
            vec_free(&process->mappings);
            memmove(process, process + 1, (--k->processes.n - at) * sizeof *process);
        }
        pthread_cond_broadcast(&k->released);
    }
}

void kernel_attach(struct kernel *k, int32_t pid, int32_t shmid, uint64_t start, int ago)
{
    LOCKED(k)
    {
        struct segment *segment = segment_of(k, shmid);
        struct fake_process *process = find(k, pid);
        vec_push(&process->mappings, (struct mapping){.pid = pid,
                                                      .shmid = shmid,
                                                      .start = start,
                                                      .end = start + 4096,
                                                      .inode = (uint64_t)shmid,
                                                      .key = segment ? segment->o.key : 0});
        if (segment && !process->stranger) {
            segment->nattch++;
            segment->atime = time(NULL) - ago;
            segment->lpid = pid;
        }
    }
}

void kernel_detach(struct kernel *k, int32_t pid, int32_t shmid, int ago)
{
    LOCKED(k)
    {
        struct fake_process *process = find(k, pid);
        for (size_t i = 0; i < process->mappings.n; i++)
            if (process->mappings.at[i].shmid == shmid) {
                drop(k, process, i, ago);
                break;
            }
    }
}

void kernel_protect(struct kernel *k, int32_t pid, uint8_t perms)
{
    LOCKED(k) find(k, pid)->perms = perms;
}

void kernel_fail(struct kernel *k, int32_t pid, int error)
{
    LOCKED(k) find(k, pid)->error = error;
}

void kernel_exiting(struct kernel *k, int32_t pid, bool exiting)
{
    LOCKED(k) find(k, pid)->exiting = exiting;
}

void kernel_stranger(struct kernel *k, int32_t pid, uint64_t handle)
{
    LOCKED(k)
    {
        find(k, pid)->stranger = true;
        find(k, pid)->handle = handle;
    }
}

void kernel_handle(struct kernel *k, int32_t shmid, uint64_t handle)
{
    LOCKED(k)
    {
        vec_reserve(&k->handles, k->handles.n + 1);
        k->handles.at[k->handles.n].shmid = shmid;
        k->handles.at[k->handles.n++].handle = handle;
    }
}

void kernel_wait(struct kernel *k, int32_t pid, enum kind_id kind, int32_t id)
{
    LOCKED(k)
    {
        struct fake_process *process = find(k, pid);
        process->waits = true;
        process->wait_kind = kind;
        process->wait_id = id;
    }
}

void kernel_comm(struct kernel *k, int32_t pid, const char *comm)
{
    LOCKED(k) snprintf(find(k, pid)->comm, sizeof find(k, pid)->comm, "%s", comm);
}

// --- hanging ------------------------------------------------------------------------------------

void kernel_hang(struct kernel *k, unsigned what, int32_t pid)
{
    LOCKED(k) k->hangs[k->n_hangs++] = (struct probe){.what = what, .id = pid};
}

void kernel_release(struct kernel *k, unsigned what, int32_t pid)
{
    LOCKED(k)
    {
        for (size_t i = 0; i < k->n_hangs; i++)
            if (k->hangs[i].what == what && k->hangs[i].id == pid)
                k->hangs[i--] = k->hangs[--k->n_hangs];
        pthread_cond_broadcast(&k->released);
    }
}

void kernel_hang_acts(struct kernel *k, bool hang)
{
    LOCKED(k)
    {
        k->acts_hang = hang;
        pthread_cond_broadcast(&k->released);
    }
}

size_t kernel_hanging(struct kernel *k)
{
    size_t n = 0;

    LOCKED(k) n = k->hanging;
    return n;
}

void kernel_delay(struct kernel *k, int us)
{
    LOCKED(k) k->delay_us = us;
}

static unsigned what_of(const struct probe *probe)
{
    if (probe->what != PROBE_PROCESS)
        return probe->what;
    return probe->facts & NEED_COMMANDS  ? KERNEL_COMMAND
           : probe->facts & NEED_RESTART ? KERNEL_RESTART
                                         : PROBE_PROCESS;
}

static bool hangs(const struct kernel *k, const struct probe *probe)
{
    for (size_t i = 0; i < k->n_hangs; i++)
        if (k->hangs[i].what == what_of(probe) && k->hangs[i].id == probe->id)
            return true;
    return false;
}

// --- the seam -----------------------------------------------------------------------------------

static int source_read(void *self, const struct want *want, struct snapshot *fresh)
{
    struct kernel *k = self;
    uint64_t need = want->need & ~fresh->has;

    LOCKED(k)
    {
        k->reads++;
        if (need & NEED_SEGMENTS)
            vec_copy(&fresh->segments, &k->segments);
        if (need & NEED_SEMSETS)
            vec_copy(&fresh->semsets, &k->semsets);
        if (need & NEED_QUEUES)
            vec_copy(&fresh->queues, &k->queues);
        k->set_reads += need & NEED_SEMSETS ? 1 : 0;
        k->use_reads += need & NEED_SEGMENT_USE ? 1 : 0;
        for (size_t i = 0; !(need & NEED_SEGMENT_USE) && i < fresh->segments.n; i++)
            fresh->segments.at[i].known = 0;
    }
    fresh->has |=
        need & (NEED_SEGMENTS | NEED_SEGMENT_USE | NEED_SEMSETS | NEED_QUEUES | NEED_SYSTEM);
    fresh->system.first_pid_namespace = true;
    return 0;
}

static int source_processes(void *self, struct pid_entry_vec *out)
{
    struct kernel *k = self;

    LOCKED(k)
    {
        k->listings++;
        for (size_t i = 0; i < k->processes.n; i++)
            vec_push(out, (struct pid_entry){k->processes.at[i].pid, k->processes.at[i].instance});
    }
    return 0;
}

static int source_forks(void *self, uint64_t *forks)
{
    struct kernel *k = self;

    LOCKED(k) *forks = k->forks;
    return 0;
}

static struct prober *source_prober_new(void *self)
{
    (void)self;
    return mem_alloc(1);
}

static void source_prober_free(void *self, struct prober *prober)
{
    (void)self;
    free(prober);
}

static void answer_attachments(struct kernel *k, const struct fake_process *p, bool exact,
                               struct answer *answer)
{
    if (p->exiting) {
        answer->exiting = true;
        return;
    }
    vec_copy(&answer->mappings, &p->mappings);
    answer->namespace_differs = p->stranger;
    for (size_t i = 0; i < answer->mappings.n; i++) {
        struct mapping *m = &answer->mappings.at[i];
        m->pid = p->pid;
        m->perms = p->perms;
        for (size_t h = 0; exact && h < k->handles.n; h++)
            if (k->handles.at[h].shmid == m->shmid) {
                m->handle = k->handles.at[h].handle;
                m->known |= MAP_KNOWS_HANDLE;
            }
        if (p->stranger) {
            m->handle = p->handle;
            m->known |= MAP_KNOWS_HANDLE;
        }
    }
    answer->process.start_ticks = p->instance;
    answer->process.known = PROC_KNOWS_START;
}

static void answer_process(const struct fake_process *p, bool command, struct answer *answer)
{
    answer->process =
        (struct process){.pid = p->pid,
                         .start_ticks = p->instance,
                         .state = 'S',
                         .known = PROC_KNOWS_START | PROC_KNOWS_STATE | PROC_KNOWS_COMM};
    snprintf(answer->process.comm, sizeof answer->process.comm, "%s", p->comm);
    if (command) {
        char *text = mem_format("%s --run", p->comm);
        process_add_string(&answer->process, PROCESS_COMMAND, text);
        free(text);
        answer->process.known |= PROC_KNOWS_COMMAND;
    }
}

static bool order_memory(void *self, int32_t pid_a, int32_t pid_b, int *order)
{
    struct kernel *k = self;
    const struct fake_process *a = find(k, pid_a), *b = find(k, pid_b);

    k->compared++;
    if (!a || !b)
        return false;
    *order = (a->memory > b->memory) - (a->memory < b->memory);
    return true;
}

// Each maps a file of memory of its own.
static void answer_shared(const struct fake_process *p, struct answer *answer)
{
    const struct shared_id id = {.dev_minor = 1, .inode = (uint64_t)p->pid};

    vec_push(&answer->shared,
             (struct shared){.id = id, .type = SHARED_MEMFD, .found = true, .size = 4096});
    vec_push(&answer->shared_maps,
             (struct shared_mapping){.id = id, .perms = MAP_R, .start = 0x1000, .end = 0x2000});
}

static void answer_probe(struct kernel *k, const struct probe *probe, struct answer *answer)
{
    const struct fake_process *p = find(k, (int32_t)probe->id);

    if (probe->what == PROBE_USER || probe->what == PROBE_GROUP) {
        answer->named.id = (uint32_t)probe->id;
        snprintf(answer->named.name, sizeof answer->named.name, "%c%d",
                 probe->what == PROBE_USER ? 'u' : 'g', (int)probe->id);
        return;
    }
    if (probe->what == PROBE_SAME_MEMORY) {
        answer->same = mem_alloc(answer->tasks.n * sizeof *answer->same);
        address_spaces_join(order_memory, k, answer->tasks.at, answer->tasks.n, answer->same);
        return;
    }
    if (!p || p->error) {
        answer->error = p ? p->error : -ESRCH;
        return;
    }
    if (probe->what == PROBE_SHARED || probe->facts & PROBE_WITH_SHARED)
        answer_shared(p, answer);
    if (probe->what == PROBE_SHARED)
        return;
    if (probe->what == PROBE_PROCESS)
        answer_process(p, probe->facts & NEED_COMMANDS, answer);
    else if (probe->what != PROBE_WAITERS)
        answer_attachments(k, p, probe->what == PROBE_EXACT, answer);
    else if (p->waits)
        vec_push(
            &answer->waiters,
            (struct waiter){.kind = p->wait_kind, .id = p->wait_id, .pid = p->pid, .tid = p->pid});
}

// Keeps a processor busy.
static void spend(int us)
{
    struct timespec start, now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000 < us);
}

static void source_probe(void *self, struct prober *prober, const struct probe *probe,
                         struct answer *answer)
{
    struct kernel *k = self;
    int delay = 0;

    (void)prober;
    LOCKED(k)
    {
        k->counts[what_of(probe)]++;
        k->hanging++;
        while (hangs(k, probe))
            pthread_cond_wait(&k->released, &k->lock);
        k->hanging--;
        answer_probe(k, probe, answer);
        if (probe->what == PROBE_ATTACHMENTS)
            delay = k->delay_us;
    }
    spend(delay);
}

static void source_act(void *self, const struct action *action, struct outcome *outcome)
{
    struct kernel *k = self;

    if (action->verb == ACTION_SIGNAL) {
        LOCKED(k)
        while (k->acts_hang)
            pthread_cond_wait(&k->released, &k->lock);
        kernel_exit(k, action->target.pid);
    } else {
        kernel_remove(k, action->target.id);
    }
    outcome->action = *action;
    outcome->state = OUTCOME_DONE;
}

struct source kernel_source(struct kernel *k)
{
    return (struct source){.self = k,
                           .read = source_read,
                           .processes = source_processes,
                           .forks = source_forks,
                           .prober_new = source_prober_new,
                           .prober_free = source_prober_free,
                           .probe = source_probe,
                           .act = source_act};
}

static uint64_t counted(struct kernel *k, const uint64_t *count)
{
    uint64_t n = 0;

    LOCKED(k) n = *count;
    return n;
}

uint64_t kernel_count(struct kernel *k, unsigned what)
{
    return counted(k, &k->counts[what]);
}

uint64_t kernel_reads(struct kernel *k)
{
    return counted(k, &k->reads);
}

uint64_t kernel_set_reads(struct kernel *k)
{
    return counted(k, &k->set_reads);
}

uint64_t kernel_use_reads(struct kernel *k)
{
    return counted(k, &k->use_reads);
}

uint64_t kernel_listings(struct kernel *k)
{
    return counted(k, &k->listings);
}

uint64_t kernel_compared(struct kernel *k)
{
    return counted(k, &k->compared);
}
