#include "engine/holders/known.h"

#include <string.h>

void known_holders_free(struct known_holders *a)
{
    vec_free(&a->holdings);
    vec_free(&a->mappings);
    vec_free(&a->stuck);
    vec_free(&a->handles);
    vec_free(&a->known);
    holders_ask_free(&a->roundup);
}

void known_holders_clear(struct known_holders *a)
{
    vec_clear(&a->holdings);
    vec_clear(&a->mappings);
    vec_clear(&a->stuck);
    a->unasked = a->processes = a->unreadable = a->exiting = 0;
}

// --- shared memory ------------------------------------------------------------------------------

struct comparison {
    const int32_t *tasks;
    size_t n;
    uint32_t *same;
    bool answered;
};

static void tell_tasks(void *arg, size_t index, struct answer *answer)
{
    const struct comparison *comparison = arg;

    (void)index;
    for (size_t i = 0; i < comparison->n; i++)
        vec_push(&answer->tasks, comparison->tasks[i]);
}

static void take_same(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct comparison *comparison = arg;

    (void)worker;
    (void)index;
    comparison->answered = !answer->error;
    if (!answer->error)
        memcpy(comparison->same, answer->same, comparison->n * sizeof *comparison->same);
}

// By a probing thread: whom the comparison hangs on is not known before.
static bool same_memory(void *self, const int32_t *tasks, size_t n, uint32_t *same)
{
    const struct known_holders *a = self;
    struct comparison comparison = {.tasks = tasks, .n = n, .same = same};
    const struct probe probe = {PROBE_SAME_MEMORY, -tasks[0]}; // others may be compared meanwhile
    const struct batch batch = {
        .probes = &probe, .n = 1, .prepare = tell_tasks, .take = take_same, .arg = &comparison};
    uint8_t asked;

    return prober_pool_run(a->probers, &batch, &asked) && comparison.answered;
}

void known_holders_input(struct known_holders *a, struct scan_input *in)
{
    in->holdings = &a->holdings;
    in->mappings = &a->mappings;
    in->handles = &a->handles;
    in->processes = a->processes;
    in->unreadable = a->unreadable;
    in->stuck = (uint32_t)a->stuck.n - a->unasked;
    in->stuck_pids = a->unasked ? NULL : a->stuck.at; // who is who would take a second list
    in->unasked = a->unasked;
    in->hidden = a->hidden;
    in->exiting = a->exiting;
    in->method = a->method;
    in->same_memory = same_memory;
    in->self = a;
}

static bool ask(struct known_holders *a, enum probe_what what, const struct pid_entry *entries,
                size_t n, struct meanwhile m)
{
    return holders_ask(&a->roundup, a->probers, what, entries, n, (struct known_holdings){0}, m);
}

// --- other IPC namespaces -----------------------------------------------------------------------

// The first holder of a segment whose IPC namespace is ours; NULL where there is none.
static const struct holding *voucher(const struct known_holders *a, int32_t shmid)
{
    for (size_t h = 0; h < a->holdings.n; h++) {
        const struct holding *holding = &a->holdings.at[h];
        if (holding->namespace_differs || holding->stale)
            continue;
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
            if (a->mappings.at[i].shmid == shmid)
                return holding;
    }
    return NULL;
}

static bool handle_wanted(const struct known_holders *a, const struct snapshot *tables,
                          const struct mapping *mapping)
{
    if (!(mapping->known & MAP_KNOWS_HANDLE) || !snapshot_segment(tables, mapping->shmid))
        return false;
    for (size_t i = 0; i < a->handles.n; i++)
        if (a->handles.at[i].shmid == mapping->shmid)
            return false;
    return true;
}

static void learn_handle(struct known_holders *a, const struct holding *from, int32_t shmid,
                         struct meanwhile m)
{
    const struct pid_entry entry = {from->pid, from->instance};

    ask(a, PROBE_EXACT, &entry, 1, m);
    for (size_t i = 0; i < a->roundup.mappings.n; i++) {
        const struct mapping *found = &a->roundup.mappings.at[i];
        if (found->shmid == shmid && found->known & MAP_KNOWS_HANDLE) {
            vec_push(&a->handles, (struct segment_handle){shmid, found->handle});
            return;
        }
    }
}

// Where a process of another IPC namespace maps a segment whose id we have too, a holder in our
// own shows which file is meant. Handles of segments that are gone are forgotten.
static void learn_handles(struct known_holders *a, const struct snapshot *tables,
                          struct meanwhile m)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->handles.n; i++)
        if (snapshot_segment(tables, a->handles.at[i].shmid))
            a->handles.at[kept++] = a->handles.at[i];
    a->handles.n = kept;
    for (size_t h = 0; h < a->holdings.n; h++) {
        const struct holding *holding = &a->holdings.at[h];
        for (uint32_t i = 0; holding->namespace_differs && i < holding->n; i++) {
            const struct mapping *mapping = &a->mappings.at[holding->first + i];
            const struct holding *from;
            if (handle_wanted(a, tables, mapping) && (from = voucher(a, mapping->shmid)))
                learn_handle(a, from, mapping->shmid, m);
        }
    }
}

static void forget_handle(struct known_holders *a, int32_t shmid)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->handles.n; i++)
        if (a->handles.at[i].shmid != shmid)
            a->handles.at[kept++] = a->handles.at[i];
    a->handles.n = kept;
}

// Adds the handles that the roundup brought to what is known. Whether there were new ones.
static bool take_handles(struct known_holders *a)
{
    bool any = false;

    for (size_t h = 0; h < a->roundup.holdings.n; h++) {
        const struct holding *now = &a->roundup.holdings.at[h];
        const struct holding *old = holding_find(&a->holdings, now->pid);
        if (!old || !holding_same(old, &a->mappings, now, &a->roundup.mappings))
            continue;
        for (uint32_t i = 0; i < now->n; i++) {
            const struct mapping *told = &a->roundup.mappings.at[now->first + i];
            struct mapping *mapping = &a->mappings.at[old->first + i];
            if (!(told->known & ~mapping->known & MAP_KNOWS_HANDLE))
                continue;
            mapping->handle = told->handle;
            mapping->known |= MAP_KNOWS_HANDLE;
            any = true;
        }
    }
    return any;
}

bool known_holders_resolve_namespaces(struct known_holders *a, const struct scan *scan,
                                      struct meanwhile m)
{
    struct pid_entry_vec entries = {0};
    bool any = false;

    for (size_t i = 0; i < scan->accounts.n; i++) {
        const struct segment_account *account = &scan->accounts.at[i];
        if (account->found <= account->nattch || account->stale)
            continue;
        size_t n;
        const struct holder *holders = scan_holders(scan, account->shmid, &n);
        vec_clear(&entries);
        for (size_t h = 0; h < n; h++) {
            const struct holding *holding = holding_find(&a->holdings, holders[h].pid);
            if (holding)
                vec_push(&entries, (struct pid_entry){holding->pid, holding->instance});
        }
        if (!ask(a, PROBE_EXACT, entries.at, entries.n, m))
            break;
        if (!take_handles(a))
            continue;
        forget_handle(a, account->shmid); // whoever vouched for it may be the stranger
        any = true;
    }
    vec_free(&entries);
    return any;
}

// --- answers taken over -------------------------------------------------------------------------

// What a process that does not answer held when it last did.
static void keep_stale(const struct known_holders *a, struct holding_vec *holdings,
                       struct mapping_vec *mappings)
{
    for (size_t i = 0; i < a->stuck.n; i++) {
        const struct pid_entry *now = process_list_find(&a->census->list, a->stuck.at[i]);
        const struct holding *old = holding_find(&a->holdings, a->stuck.at[i]);
        if (!old || (now && now->instance != old->instance))
            continue;
        holding_add(holdings, mappings, old, &a->mappings);
        holdings->at[holdings->n - 1].stale = true;
    }
}

// What the roundup brought becomes what is known.
static void adopt(struct known_holders *a, const struct snapshot *tables, struct meanwhile m)
{
    struct holding_vec holdings = {0};
    struct mapping_vec mappings = {0};

    vec_copy(&a->stuck, &a->roundup.stuck);
    a->unasked = a->roundup.unasked;
    vec_copy(&holdings, &a->roundup.holdings);
    vec_copy(&mappings, &a->roundup.mappings);
    keep_stale(a, &holdings, &mappings);
    holding_sort(&holdings);
    vec_free(&a->holdings);
    vec_free(&a->mappings);
    a->holdings = holdings;
    a->mappings = mappings;
    learn_handles(a, tables, m);
}

static void remember_asked(struct known_holders *a)
{
    if (a->known_number != a->census->number || a->known.n != a->census->list.n)
        vec_copy(&a->known, &a->census->list);
    a->known_number = a->census->number;
}

bool known_holders_ask_all(struct known_holders *a, const struct snapshot *tables,
                           struct meanwhile m)
{
    process_list_update(a->census, a->source);
    if (!ask(a, PROBE_ATTACHMENTS, a->census->list.at, a->census->list.n, m))
        return false;
    a->processes = a->roundup.asked + (uint32_t)a->roundup.stuck.n;
    a->unreadable = a->roundup.unreadable;
    a->exiting = a->roundup.exiting;
    a->method = a->roundup.method;
    // Every PID namespace has a pid 1.
    a->hidden = a->census->list.n && !process_list_find(&a->census->list, 1);
    adopt(a, tables, m);
    remember_asked(a);
    return true;
}

// --- asking some --------------------------------------------------------------------------------

static bool contains(const struct pid_set *set, int32_t pid)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->at[middle] < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->n && set->at[low] == pid;
}

// Who is to be asked where no full scan is needed: the known holders, those who did not answer
// last time, and who is new.
static void pick(const struct known_holders *a, struct pid_entry_vec *out)
{
    size_t kept = 0;

    process_list_added(&a->known, &a->census->list, out);
    for (size_t i = 0; i < a->holdings.n; i++) { // or who has that pid now
        const struct pid_entry *entry = process_list_find(&a->census->list, a->holdings.at[i].pid);
        vec_push(out, entry
                          ? *entry
                          : (struct pid_entry){a->holdings.at[i].pid, a->holdings.at[i].instance});
    }
    for (size_t i = 0; i < a->stuck.n; i++) {
        const struct pid_entry *entry = process_list_find(&a->census->list, a->stuck.at[i]);
        if (entry)
            vec_push(out, *entry);
    }
    pid_entries_sort(out->at, out->n);
    for (size_t i = 0; i < out->n; i++)
        if (kept == 0 || out->at[kept - 1].pid != out->at[i].pid)
            out->at[kept++] = out->at[i];
    out->n = kept;
}

// Condition 4: everyone who held something and is not stuck holds the same.
static bool holders_same(const struct known_holders *a)
{
    for (size_t i = 0; i < a->holdings.n; i++) {
        const struct holding *old = &a->holdings.at[i];
        if (old->stale || contains(&a->roundup.stuck, old->pid))
            continue;
        const struct holding *now = holding_find(&a->roundup.holdings, old->pid);
        if (!now || !holding_same(old, &a->mappings, now, &a->roundup.mappings))
            return false;
    }
    return true;
}

static bool same_set(const struct pid_set *a, const struct pid_set *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, a->n * sizeof *a->at) == 0);
}

// Whether somebody is new, came back or got stuck.
static bool news(const struct known_holders *a)
{
    const struct holders_answers *r = &a->roundup;

    if (a->unasked != r->unasked || !same_set(&a->stuck, &r->stuck) ||
        r->holdings.n + r->stuck.n != a->holdings.n + a->stuck.n)
        return true;
    for (size_t i = 0; i < r->holdings.n; i++) {
        const struct holding *old = holding_find(&a->holdings, r->holdings.at[i].pid);
        if (!old || old->stale)
            return true;
    }
    return false;
}

enum attached_news known_holders_ask_some(struct known_holders *a, const struct snapshot *tables,
                                          bool newcomers, struct meanwhile m)
{
    struct pid_entry_vec entries = {0};

    if (newcomers)
        process_list_update(a->census, a->source);
    pick(a, &entries);
    // Nobody has attached since (the caller saw to that): what holders held is looked at alone.
    bool same = holders_ask(&a->roundup, a->probers, PROBE_ATTACHMENTS, entries.at, entries.n,
                            (struct known_holdings){&a->holdings, &a->mappings}, m) &&
                holders_same(a);
    vec_free(&entries);
    if (!same)
        return ATTACHED_OTHER;
    remember_asked(a);
    if (!news(a))
        return ATTACHED_SAME;
    adopt(a, tables, m);
    return ATTACHED_MORE;
}
