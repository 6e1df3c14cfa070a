#include "model/record/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"

void table_copy(struct table *to, const struct table *from)
{
    free(to->at);
    *to = *from;
    to->at =
        from->n ? memcpy(mem_alloc(from->n * from->size), from->at, from->n * from->size) : NULL;
}

struct snapshot *snapshot_new(void)
{
    struct snapshot *s = mem_zero(1, sizeof *s);

    s->refs = 1;
    return s;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
    __atomic_add_fetch(&snapshot->refs, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void findings_clear(struct finding_vec *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        free(findings->at[i].title);
        free(findings->at[i].evidence);
        free(findings->at[i].advice);
        free(findings->at[i].advice_by_key);
        vec_free(&findings->at[i].listed);
        vec_free(&findings->at[i].objects);
        vec_free(&findings->at[i].ids);
    }
    vec_clear(findings);
}

static void free_parts(struct snapshot *s)
{
    processes_clear(&s->processes);
    for (size_t i = 0; i < s->focus_maps.n; i++)
        free(s->focus_maps.at[i].path);
    vec_free(&s->segments);
    vec_free(&s->semsets);
    vec_free(&s->queues);
    vec_free(&s->elements);
    vec_free(&s->limits);
    vec_free(&s->processes);
    vec_free(&s->totals);
    vec_free(&s->users);
    vec_free(&s->groups);
    vec_free(&s->waiters);
    vec_free(&s->servers);
    vec_free(&s->heirs);
    vec_free(&s->focus_maps);
    process_page_release(&s->page);
    files_clear(&s->files);
    vec_free(&s->files);
    vec_free(&s->file_answers);
    vec_free(&s->ports);
    vec_free(&s->instances);
    vec_free(&s->traces);
    vec_free(&s->growths);
    vec_free(&s->namespaces);
    vec_free(&s->namespace_pids);
    vec_free(&s->hosts);
    vec_free(&s->mounts);
    vec_free(&s->shm_places);
    findings_clear(&s->findings);
    vec_free(&s->findings);
    for (size_t i = 0; i < KINDS; i++)
        free(s->tables[i].at);
    scan_unref(s->scan);
    event_log_unref(s->events);
    if (s->recorded)
        s->recorded->release(s->recorded);
}

void snapshot_unref(struct snapshot *snapshot)
{
    // The thread that drops the last reference must see what every other thread wrote before dropping
    // its.
    if (!snapshot || __atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < snapshot->others.n; i++)
        snapshot_unref(snapshot->others.at[i]);
    vec_free(&snapshot->others);
    if (snapshot->lender)
        snapshot_unref(snapshot->lender);
    else
        free_parts(snapshot);
    free(snapshot);
}

struct snapshot *snapshot_borrow(struct snapshot *snapshot)
{
    struct snapshot *s = snapshot_new();
    size_t from = offsetof(struct snapshot, number); // others count references meanwhile

    memcpy((char *)s + from, (const char *)snapshot + from, sizeof *s - from);
    s->others = (struct picture_vec){0};
    s->lender = snapshot_ref(snapshot);
    return s;
}

const struct snapshot *snapshot_part(const struct snapshot *s, size_t i)
{
    return i == 0 ? s : i <= s->others.n ? s->others.at[i - 1] : NULL;
}

const struct segment *snapshot_segment(const struct snapshot *s, int32_t shmid)
{
    return segments_find(&s->segments, shmid);
}

const struct semset *snapshot_semset(const struct snapshot *s, int32_t semid)
{
    return vec_find(&s->semsets, o.id, semid);
}

const struct queue *snapshot_queue(const struct snapshot *s, int32_t msqid)
{
    return vec_find(&s->queues, o.id, msqid);
}

static struct table table_of(const struct snapshot *s, enum kind_id kind)
{
    switch (kind) {
    case KIND_SEGMENT:
        return (struct table){s->segments.at, s->segments.n, sizeof *s->segments.at};
    case KIND_SEMSET:
        return (struct table){s->semsets.at, s->semsets.n, sizeof *s->semsets.at};
    case KIND_QUEUE:
        return (struct table){s->queues.at, s->queues.n, sizeof *s->queues.at};
    default:
        return s->tables[kind];
    }
}

const struct owned *snapshot_object_at(const struct snapshot *s, enum kind_id kind, size_t i)
{
    const struct table table = table_of(s, kind);

    return i < table.n ? (const void *)((const char *)table.at + i * table.size) : NULL;
}

const struct owned *snapshot_owned(const struct snapshot *s, enum kind_id kind, int32_t id)
{
    if (!kind_is_object(kind))
        return NULL;
    size_t low = 0, high = table_of(s, kind).n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct owned *o = snapshot_object_at(s, kind, middle);

        if (o->id == id)
            return o;
        if (o->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct process *snapshot_process(const struct snapshot *s, int32_t pid)
{
    return vec_find(&s->processes, pid, pid);
}

struct process *snapshot_process_room(struct snapshot *s, int32_t pid)
{
    struct process_vec *all = &s->processes;
    size_t at = vec_lower(all, p, p->pid < pid);

    if (at == all->n || all->at[at].pid != pid) {
        vec_insert(all, at, (struct process){.pid = pid});
    }
    return &all->at[at];
}

struct sets_look snapshot_sets_look(const struct snapshot *s)
{
    struct sets_look look = {0};

    for (size_t i = 0; i < s->semsets.n; i++) {
        look.unreadable += (s->semsets.at[i].known & SET_REFUSED) != 0;
        look.left_out += (s->semsets.at[i].known & SET_LEFT_OUT) != 0;
    }
    if (look.unreadable || look.left_out)
        look.known = SETS_LOOK_KNOWN;
    return look;
}

// Index of the first waiter of that object or a later one.
static size_t first_waiter(const struct snapshot *s, enum kind_id kind, int64_t id)
{
    return vec_lower(&s->waiters, w, w->kind < kind || (w->kind == kind && w->id < id));
}

const struct waiter *snapshot_waiters(const struct snapshot *s, enum kind_id kind, int32_t id,
                                      size_t *n)
{
    size_t first = first_waiter(s, kind, id), end = first_waiter(s, kind, (int64_t)id + 1);

    *n = end - first;
    return *n ? &s->waiters.at[first] : NULL;
}

const struct element *snapshot_elements(const struct snapshot *s, const struct semset *set,
                                        size_t *n)
{
    bool read = (uint64_t)set->first_element + set->n_elements <= s->elements.n;

    *n = read ? set->n_elements : 0;
    return *n ? &s->elements.at[set->first_element] : NULL;
}

static const char *name_of(const struct named_vec *names, uint32_t id)
{
    const struct named *named = vec_find(names, id, id);

    return named && named->name[0] ? named->name : NULL;
}

const char *snapshot_user(const struct snapshot *s, uint32_t uid)
{
    return name_of(&s->users, uid);
}

const char *snapshot_group(const struct snapshot *s, uint32_t gid)
{
    return name_of(&s->groups, gid);
}

void pids_add(struct pid_vec *out, int32_t pid)
{
    if (pid > 0 && (out->n == 0 || out->at[out->n - 1] != pid))
        vec_push(out, pid);
}

void pids_settle(struct pid_vec *pids)
{
    vec_keep(pids, pid, *pid > 0);
    pids->n = order_once(pids->at, pids->n, sizeof *pids->at, order_i32);
}

bool pids_has(const struct pid_vec *settled, int32_t pid)
{
    return settled->n && bsearch(&pid, settled->at, settled->n, sizeof pid, order_i32);
}
