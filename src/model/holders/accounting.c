#include "model/holders/accounting.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "ownership.h"

enum { STUCK_NAMED = 64 }; // more would say nothing more

struct build {
    const struct scan_input *in;
    struct scan *scan;
    int32_t *shares;                     // of each holding: the pid it is counted under, or 0
    struct segment_account **account_of; // of each mapping: NULL where it is of no segment of ours
};

static bool same_mapping(const struct mapping *a, const struct mapping *b)
{
    return a->shmid == b->shmid && a->start == b->start && a->end == b->end &&
           a->offset == b->offset && a->perms == b->perms && a->key == b->key;
}

bool holding_same(const struct holding *a, const struct mapping_vec *a_mappings,
                  const struct holding *b, const struct mapping_vec *b_mappings)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!same_mapping(&a_mappings->at[a->first + i], &b_mappings->at[b->first + i]))
            return false;
    return true;
}

void holding_sort(struct holding_vec *holdings)
{
    vec_sort(holdings, order_i32);
}

const struct holding *holding_find(const struct holding_vec *holdings, int32_t pid)
{
    return vec_find(holdings, pid, pid);
}

void holding_add(struct holding_vec *holdings, struct mapping_vec *mappings,
                 const struct holding *holding, const struct mapping_vec *from)
{
    struct holding copy = *holding;

    copy.first = (uint32_t)mappings->n;
    for (uint32_t i = 0; i < holding->n; i++)
        vec_push(mappings, from->at[holding->first + i]);
    vec_push(holdings, copy);
}

// --- address spaces -----------------------------------------------------------------------------

struct candidate { // a holding and a fingerprint of its mappings
    uint64_t print;
    size_t holding;
};

static int candidate_order(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    return order_by_u64(x->print, y->print) ?: order_by_u64(x->holding, y->holding);
}

static uint64_t fingerprint(const struct scan_input *in, const struct holding *holding)
{
    uint64_t print = 0xcbf29ce484222325u;

    for (uint32_t i = holding->first; i < holding->first + holding->n; i++) {
        const struct mapping *m = &in->mappings->at[i];
        const uint64_t parts[] = {m->start, m->end, m->offset, (uint32_t)m->shmid};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            print = (print ^ parts[k]) * 0x100000001b3u;
    }
    return print;
}

// Finds those of a group of look-alikes that share their memory.
static void compare_group(struct build *b, const struct candidate *group, size_t n)
{
    const struct holding *holdings = b->in->holdings->at;
    int32_t *tasks = mem_alloc(n * sizeof *tasks);
    uint32_t *same = mem_alloc(n * sizeof *same);

    // A main thread that has ended has no address space: kcmp would find any two of them equal.
    for (size_t i = 0; i < n; i++)
        tasks[i] = holdings[group[i].holding].task ?: holdings[group[i].holding].pid;
    if (b->in->same_memory(b->in->self, tasks, n, same))
        for (size_t i = 0; i < n; i++)
            if (same[i] != i)
                b->shares[group[i].holding] = holdings[group[same[i]].holding].pid;
    free(tasks);
    free(same);
}

static bool tuple_changed(const struct scan_input *in, int32_t shmid)
{
    const struct segment *before = segments_find(in->before, shmid);
    const struct segment *after = segments_find(in->after, shmid);

    if (!in->after)
        return false;
    if (!before || !after)
        return true;
    return before->nattch != after->nattch || before->atime != after->atime ||
           before->dtime != after->dtime || before->lpid != after->lpid;
}

static bool pid_outside(const struct scan_input *in, int32_t shmid)
{
    const struct segment *segment = ownership_segment(in, shmid);

    return !in->first_pid_namespace && segment && (segment->cpid == 0 || segment->lpid == 0);
}

// Whether a process that the scan did not see may hold a segment: then the right sum could hide an
// address space counted twice.
static bool doubtful(struct build *b, int32_t shmid)
{
    const struct scan_input *in = b->in;
    const struct segment_account *account = scan_account(b->scan, shmid);

    return in->unreadable || in->hidden || in->stuck || in->unasked || in->exiting ||
           (account && account->found != account->nattch) || tuple_changed(in, shmid) ||
           pid_outside(in, shmid);
}

static bool group_doubtful(struct build *b, const struct holding *holding)
{
    for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
        if (doubtful(b, b->in->mappings->at[i].shmid))
            return true;
    return false;
}

static void find_shared_memory(struct build *b)
{
    const struct scan_input *in = b->in;
    struct candidate *all = mem_alloc(in->holdings->n * sizeof *all);
    size_t n = 0;

    for (size_t i = 0; i < in->holdings->n; i++)
        if (in->holdings->at[i].n && !in->holdings->at[i].stale)
            all[n++] = (struct candidate){fingerprint(in, &in->holdings->at[i]), i};
    if (n > 1)
        qsort(all, n, sizeof *all, candidate_order);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && all[end].print == all[i].print;)
            end++;
        if (end - i > 1 && group_doubtful(b, &in->holdings->at[all[i].holding]))
            compare_group(b, all + i, end - i);
    }
    free(all);
}

// --- counting -----------------------------------------------------------------------------------

static void open_accounts(struct build *b)
{
    const struct scan_input *in = b->in;
    const struct segment_vec *segments = in->after ? in->after : in->before;

    vec_reserve(&b->scan->accounts, segments->n);
    for (size_t i = 0; i < segments->n; i++) {
        const struct segment *before = segments_find(in->before, segments->at[i].o.id);
        vec_push(
            &b->scan->accounts,
            (struct segment_account){.shmid = segments->at[i].o.id,
                                     .nattch = before ? before->nattch : segments->at[i].nattch});
    }
}

static void count_found(struct build *b)
{
    const struct scan_input *in = b->in;

    for (size_t i = 0; i < b->scan->accounts.n; i++)
        b->scan->accounts.at[i].found = b->scan->accounts.at[i].stale = 0;
    for (size_t h = 0; h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++) {
            struct segment_account *account = b->account_of[i];
            if (!account || b->shares[h])
                continue;
            account->found++;
            account->stale += holding->stale;
        }
    }
}

// Where the processes that answered already hold everything, what a stuck process held before is gone.
static void drop_stale(struct build *b)
{
    const struct scan_input *in = b->in;

    for (size_t h = 0; h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        for (uint32_t i = holding->first; holding->stale && i < holding->first + holding->n; i++) {
            const struct segment_account *account = b->account_of[i];
            if (account && account->found > account->nattch &&
                account->found - account->stale >= account->nattch)
                b->account_of[i] = NULL;
        }
    }
}

static int mapping_order(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    return order_by(x->shmid, y->shmid) ?: order_by(x->pid, y->pid) ?: order_by_u64(x->start, y->start);
}

// Those taken, ordered by segment, process and address. The holdings are ordered by pid and each by
// address, so that it is enough to know how many of each segment there are. An account learns from
// its mappings what the table does not show.
static void list_mappings(struct build *b)
{
    const struct scan_input *in = b->in;
    struct account_vec *accounts = &b->scan->accounts;
    struct mapping_vec *out = &b->scan->mappings;
    size_t *places = mem_zero(accounts->n + 1, sizeof *places); // where each segment's go next

    for (size_t i = 0; i < in->mappings->n; i++)
        if (b->account_of[i])
            places[b->account_of[i] - accounts->at + 1]++;
    for (size_t i = 0; i < accounts->n; i++)
        places[i + 1] += places[i];
    vec_reserve(out, places[accounts->n]);
    out->n = places[accounts->n];
    for (size_t h = 0; h < in->holdings->n; h++) {
        const struct holding *holding = &in->holdings->at[h];
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++) {
            struct segment_account *account = b->account_of[i];
            struct mapping mapping = in->mappings->at[i];
            if (!account)
                continue;
            account->key_known = true;
            account->original_key = mapping.key;
            account->hugetlb |= (mapping.perms & MAP_HUGE) != 0;
            mapping.pid = holding->pid;
            mapping.path = NULL;
            out->at[places[account - accounts->at]++] = mapping;
        }
    }
    free(places);
    for (size_t i = 1; i < out->n; i++) // an emulated proc may list them in any order
        if (mapping_order(&out->at[i - 1], &out->at[i]) > 0) {
            qsort(out->at, out->n, sizeof *out->at, mapping_order);
            break;
        }
}

// The mappings of one segment in one process, which stand together, make a holder.
static void list_holders(struct build *b)
{
    const struct holding_vec *holdings = b->in->holdings;
    const struct mapping_vec *mappings = &b->scan->mappings;

    vec_reserve(&b->scan->holders, mappings->n < holdings->n ? mappings->n : holdings->n);
    for (size_t i = 0; i < mappings->n;) {
        const struct mapping *m = &mappings->at[i];
        const struct holding *holding = holding_find(holdings, m->pid);
        struct holder holder = {.shmid = m->shmid,
                                .pid = m->pid,
                                .start_ticks = holding->start_ticks,
                                .namespace_differs = holding->namespace_differs,
                                .stale = holding->stale,
                                .shares_memory_with = b->shares[holding - holdings->at]};
        for (; i < mappings->n && mappings->at[i].shmid == holder.shmid &&
               mappings->at[i].pid == holder.pid;
             i++) {
            holder.attaches++;
            holder.access |= mappings->at[i].perms & (MAP_R | MAP_W | MAP_X);
        }
        vec_push(&b->scan->holders, holder);
        accounts_find(&b->scan->accounts, holder.shmid)->holders++;
    }
}

// Says why an account does not come out, as far as there is evidence.
static void explain(struct build *b, struct segment_account *account)
{
    const struct scan_input *in = b->in;
    const struct segment *after = segments_find(in->after, account->shmid);

    if (account->found != account->nattch && after && after->nattch == account->found)
        account->nattch = after->nattch; // it changed before the holders were read
    if (account->found == account->nattch)
        return;
    account->unseen |= account->alike ? UNSEEN_ALIKE : 0;
    if (tuple_changed(in, account->shmid) || in->forks_moved ||
        (account->found > account->nattch && !account->alike))
        account->unseen |= UNSEEN_CHANGED;
    if (account->found > account->nattch)
        return;
    account->unseen |= (in->unreadable ? UNSEEN_UNREADABLE : 0) | (in->stuck ? UNSEEN_STUCK : 0) |
                       (in->hidden ? UNSEEN_HIDDEN : 0) | (in->unasked ? UNSEEN_UNASKED : 0) |
                       (in->exiting ? UNSEEN_EXITING : 0) | (in->left_out ? UNSEEN_LEFT_OUT : 0) |
                       (pid_outside(in, account->shmid) ? UNSEEN_OUTSIDE : 0);
}

struct scan *scan_build(const struct scan_input *in)
{
    struct build b = {
        .in = in,
        .scan = scan_new(),
        .shares = mem_zero(in->holdings->n, sizeof *b.shares),
        .account_of = mem_zero(in->mappings->n, sizeof *b.account_of),
    };

    b.scan->processes = in->processes;
    b.scan->unreadable = in->unreadable;
    b.scan->stuck = in->stuck;
    for (size_t i = 0; in->stuck_pids && i < in->stuck && i < STUCK_NAMED; i++)
        vec_push(&b.scan->stuck_pids, in->stuck_pids[i]);
    b.scan->exiting = in->exiting;
    b.scan->unasked = in->unasked;
    b.scan->left_out = in->left_out;
    b.scan->method = in->method;
    open_accounts(&b);
    ownership_claim(in, &b.scan->accounts, b.account_of);
    count_found(&b);
    find_shared_memory(&b);
    count_found(&b);
    drop_stale(&b);
    count_found(&b);
    list_mappings(&b);
    list_holders(&b);
    for (size_t i = 0; i < b.scan->accounts.n; i++)
        explain(&b, &b.scan->accounts.at[i]);
    free(b.shares);
    free(b.account_of);
    return b.scan;
}

struct scan *scan_copy(const struct scan *scan)
{
    struct scan *copy = scan_new();

    *copy = *scan;
    copy->refs = 1;
    copy->holders = (struct holder_vec){0};
    copy->mappings = (struct mapping_vec){0};
    copy->accounts = (struct account_vec){0};
    copy->stuck_pids = (struct pid_vec){0};
    vec_copy(&copy->holders, &scan->holders);
    vec_copy(&copy->mappings, &scan->mappings); // their paths are NULL
    vec_copy(&copy->accounts, &scan->accounts);
    vec_copy(&copy->stuck_pids, &scan->stuck_pids);
    return copy;
}

bool scan_resolved(const struct scan *scan)
{
    return !vec_first(&scan->accounts, a, a->found != a->nattch);
}
