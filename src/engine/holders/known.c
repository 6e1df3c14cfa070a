#include "engine/holders/known.h"

#include <string.h>

void known_holders_free(struct known_holders *k)
{
    held_free(&k->held);
    held_free(&k->answers.held);
    vec_free(&k->handles);
    vec_free(&k->asked);
}

void known_holders_clear(struct known_holders *k)
{
    held_clear(&k->held);
    k->counts = (struct holders_counts){.method = k->counts.method};
    k->unlisted = false;
}

// --- shared memory ------------------------------------------------------------------------------

// By a probing thread: it is not known before which process the comparison hangs on.
static bool same_memory(void *self, const int32_t *tasks, size_t n, uint32_t *same)
{
    const struct round *round = self;
    // No pid: other processes may be compared while this comparison hangs.
    const struct probe probe = {.what = PROBE_SAME_MEMORY, .id = -tasks[0]};
    struct answer answer = {0};

    for (size_t i = 0; i < n; i++)
        vec_push(&answer.tasks, tasks[i]);
    bool answered = ask_one(round->pool, probe, &answer) == ASKED_DONE && !answer.error;
    if (answered)
        memcpy(same, answer.same, n * sizeof *same);
    answer_clear(&answer);
    return answered;
}

void known_holders_input(struct known_holders *k, const struct round *round, struct scan_input *in)
{
    in->holdings = &k->held.holdings;
    in->mappings = &k->held.mappings;
    in->handles = &k->handles;
    in->processes = k->counts.asked;
    in->unreadable = k->counts.unreadable;
    in->stuck = (uint32_t)k->held.stuck.n - k->held.unasked;
    in->stuck_pids =
        k->held.unasked ? NULL : k->held.stuck.at; // which are which takes a second list
    in->unasked = k->held.unasked + k->unlisted;   // one at least
    in->left_out = k->counts.left_out;
    in->hidden = k->hidden;
    in->exiting = k->counts.exiting;
    in->method = k->counts.method;
    in->same_memory = same_memory;
    in->self = (void *)round;
}

static bool ask_exact(struct known_holders *k, const struct pid_entry_vec *processes,
                      const struct round *round)
{
    return holders_ask(&k->answers, round->pool, PROBE_EXACT, processes, NULL, NULL);
}

// --- other IPC namespaces -----------------------------------------------------------------------

void known_holders_add_handle(struct known_holders *k, const struct mapping *mapping)
{
    size_t place = vec_lower(&k->handles, handle, handle->shmid < mapping->shmid);

    if (!vec_find(&k->handles, shmid, mapping->shmid))
        vec_insert(&k->handles, place, (struct segment_handle){mapping->shmid, mapping->handle});
}

// Handles of segments that are gone are forgotten.
static void drop_old_handles(struct known_holders *k, const struct snapshot *tables)
{
    vec_keep(&k->handles, handle, snapshot_segment(tables, handle->shmid));
}

enum handle_need { HANDLE_NOT_NEEDED, HANDLE_NEEDED, HANDLE_ASKED };

// Index into the table of the segment that a mapping may be of, by its id; n: there is none.
static size_t segment_index(const struct snapshot *tables, const struct mapping *mapping)
{
    const struct segment *segment = snapshot_segment(tables, mapping->shmid);

    return segment ? (size_t)(segment - tables->segments.at) : tables->segments.n;
}

// Of each segment: whether a process of another IPC namespace shows a handle to compare with.
static bool find_needed(const struct known_holders *k, const struct snapshot *tables,
                        uint8_t *needs)
{
    bool any = false;

    for (size_t h = 0; h < k->held.holdings.n; h++) {
        const struct holding *holding = &k->held.holdings.at[h];
        for (uint32_t i = 0; holding->namespace_differs && i < holding->n; i++) {
            const struct mapping *mapping = &k->held.mappings.at[holding->first + i];
            size_t index = segment_index(tables, mapping);
            if (index == tables->segments.n || needs[index] ||
                !(mapping->known & MAP_KNOWS_HANDLE) ||
                vec_find(&k->handles, shmid, mapping->shmid))
                continue;
            needs[index] = HANDLE_NEEDED;
            any = true;
        }
    }
    return any;
}

// A reference holder of each needed segment: one whose IPC namespace is ours. Few processes show
// many segments.
static void find_reference_holders(const struct known_holders *k, const struct snapshot *tables,
                                   uint8_t *needs, struct pid_entry_vec *out)
{
    for (size_t h = 0; h < k->held.holdings.n; h++) {
        const struct holding *holding = &k->held.holdings.at[h];
        bool is_reference = false;
        if (holding->namespace_differs || holding->stale)
            continue;
        for (uint32_t i = 0; i < holding->n; i++) {
            size_t index = segment_index(tables, &k->held.mappings.at[holding->first + i]);
            if (index == tables->segments.n || needs[index] != HANDLE_NEEDED)
                continue;
            needs[index] = HANDLE_ASKED;
            is_reference = true;
        }
        if (is_reference)
            vec_push(out, (struct pid_entry){holding->pid, holding->instance});
    }
}

// Where a process of another IPC namespace maps a segment whose id we have too, a holder in our
// own shows which file is meant.
static void learn_handles(struct known_holders *k, const struct round *round)
{
    const struct snapshot *tables = round->tables;
    uint8_t *needs = mem_zero(tables->segments.n, sizeof *needs);
    struct pid_entry_vec processes = {0};

    drop_old_handles(k, tables);
    if (find_needed(k, tables, needs))
        find_reference_holders(k, tables, needs, &processes);
    if (processes.n)
        ask_exact(k, &processes, round);
    for (size_t i = 0; processes.n && i < k->answers.held.mappings.n; i++) {
        const struct mapping *found = &k->answers.held.mappings.at[i];
        size_t index = segment_index(tables, found);
        if (index == tables->segments.n || needs[index] != HANDLE_ASKED ||
            !(found->known & MAP_KNOWS_HANDLE))
            continue;
        known_holders_add_handle(k, found);
        needs[index] = HANDLE_NOT_NEEDED;
    }
    free(needs);
    vec_free(&processes);
}

static bool is_surplus(const struct segment_account *account)
{
    return account && account->found > account->nattch && !account->stale;
}

// A reference holder of such a segment may be the stranger itself.
static void forget_surplus_handles(struct known_holders *k, const struct scan *scan)
{
    vec_keep(&k->handles, handle, !is_surplus(scan_account(scan, handle->shmid)));
}

// Adds the handles in the answers to what is known. Whether there were new ones.
static bool take_handles(struct known_holders *k)
{
    bool any = false;

    for (size_t h = 0; h < k->answers.held.holdings.n; h++) {
        const struct holding *now = &k->answers.held.holdings.at[h];
        const struct holding *old = holding_find(&k->held.holdings, now->pid);
        if (!old || !holding_same(old, &k->held.mappings, now, &k->answers.held.mappings))
            continue;
        for (uint32_t i = 0; i < now->n; i++) {
            const struct mapping *shown = &k->answers.held.mappings.at[now->first + i];
            struct mapping *mapping = &k->held.mappings.at[old->first + i];
            if (!(shown->known & ~mapping->known & MAP_KNOWS_HANDLE))
                continue;
            mapping->handle = shown->handle;
            mapping->known |= MAP_KNOWS_HANDLE;
            any = true;
        }
    }
    return any;
}

bool known_holders_resolve_namespaces(struct known_holders *k, const struct scan *scan,
                                      const struct round *round)
{
    struct pid_vec pids = {0};
    struct pid_entry_vec processes = {0};

    for (size_t i = 0; i < scan->accounts.n; i++) {
        size_t n;
        const struct holder *holders = scan_holders(scan, scan->accounts.at[i].shmid, &n);
        for (size_t h = 0; is_surplus(&scan->accounts.at[i]) && h < n; h++)
            vec_push(&pids, holders[h].pid);
    }
    pids_settle(&pids);
    for (size_t i = 0; i < pids.n; i++) {
        const struct holding *holding = holding_find(&k->held.holdings, pids.at[i]);
        if (holding)
            vec_push(&processes, (struct pid_entry){holding->pid, holding->instance});
    }
    bool any = processes.n && ask_exact(k, &processes, round) && take_handles(k);
    if (any)
        forget_surplus_handles(k, scan);
    vec_free(&pids);
    vec_free(&processes);
    return any;
}

// --- answers taken over -------------------------------------------------------------------------

// What a process that does not answer held when it last did.
static void keep_stale(struct held *now, const struct held *before, const struct process_list *list)
{
    for (size_t i = 0; i < now->stuck.n; i++) {
        const struct pid_entry *entry = process_list_find(&list->list, now->stuck.at[i]);
        const struct holding *old = holding_find(&before->holdings, now->stuck.at[i]);
        if (!old || (entry && entry->instance != old->instance))
            continue;
        holding_add(&now->holdings, &now->mappings, old, &before->mappings);
        now->holdings.at[now->holdings.n - 1].stale = true;
    }
}

void known_holders_adopt(struct known_holders *k, const struct round *round)
{
    struct held before = k->held;

    k->held = k->answers.held;
    k->answers.held = (struct held){0};
    keep_stale(&k->held, &before, round->processes);
    held_free(&before);
    holding_sort(&k->held.holdings);
    learn_handles(k, round);
}

void known_holders_remember_asked(struct known_holders *k, const struct process_list *list)
{
    if (k->asked_number != list->number || k->asked.n != list->list.n)
        vec_copy(&k->asked, &list->list);
    k->asked_number = list->number;
}

bool known_holders_ask_all(struct known_holders *k, const struct round *round)
{
    struct process_list *list = round->processes;

    k->unlisted = process_list_update(list, round->source) != 0;
    k->hidden = list->hidden;
    if (!holders_ask(&k->answers, round->pool, PROBE_ATTACHMENTS, &list->list, NULL, round->ride))
        return false;
    k->counts = k->answers.counts;
    k->counts.asked += (uint32_t)k->answers.held.stuck.n;
    known_holders_adopt(k, round);
    known_holders_remember_asked(k, list);
    return true;
}
