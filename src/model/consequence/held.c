#include "model/consequence/held.h"

#include "base/order.h"

// The process's own holding before those of processes that share its memory.
static int held_order(const void *pa, const void *pb)
{
    const struct held *a = pa, *b = pb;

    return order_by(a->pid, b->pid)
               ?: order_by(a->holder->shmid, b->holder->shmid)
               ?: (a->holder->pid != a->pid) - (b->holder->pid != b->pid);
}

static void count_children(const struct snapshot *s, struct held_vec *held)
{
    for (size_t i = 0; i < s->processes.n && held->n; i++) {
        const struct process *child = &s->processes.at[i];
        size_t n;

        if (child->gone || !(child->known & PROC_KNOWS_PARENT))
            continue;
        const struct held *parents = held_find(held, child->parent, &n);
        for (size_t k = 0; k < n; k++)
            if (scan_holder(s->scan, parents[k].holder->shmid, child->pid)) {
                held->at[parents - held->at].children++;
                break;
            }
    }
}

struct held_vec held_of(const struct snapshot *s, const struct pid_vec *pids)
{
    const struct scan *scan = pids->n ? s->scan : NULL;
    struct held_vec all = {0};
    size_t kept = 0;

    for (size_t i = 0; scan && i < scan->holders.n; i++) {
        const struct holder *h = &scan->holders.at[i];

        if (pids_has(pids, h->pid))
            vec_push(&all, (struct held){h->pid, h, h->shares_memory_with != 0, 0});
        if (pids_has(pids, h->shares_memory_with))
            vec_push(&all, (struct held){h->shares_memory_with, h, true, 0});
    }
    vec_sort(&all, held_order);
    for (size_t i = 0; i < all.n; i++) {
        const struct held *next = &all.at[i];
        struct held *last = kept ? &all.at[kept - 1] : NULL;

        if (next->pid == next->holder->pid)
            all.at[kept++] = *next;
        else if (last && last->pid == next->pid && last->holder->shmid == next->holder->shmid)
            last->shared = true;
    }
    all.n = kept;
    count_children(s, &all);
    return all;
}

const struct held *held_find(const struct held_vec *held, int32_t pid, size_t *n)
{
    size_t low = vec_lower(held, h, h->pid < pid);

    for (*n = 0; low + *n < held->n && held->at[low + *n].pid == pid;)
        ++*n;
    return *n ? &held->at[low] : NULL;
}
