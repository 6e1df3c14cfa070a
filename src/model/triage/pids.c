// Processes that a finding names, of all its objects together.
#include "rules.h"

enum { FILTER_PIDS = 64 }; // a command names no more

_Static_assert(PIDS_FILTER_MAX >= FILTER_PIDS * 12 + 8, "room for each");

void match_holders(const struct say *x, struct pid_vec *out)
{
    for (size_t i = 0; i < x->n; i++) {
        size_t n;
        const struct holder *holders =
            scan_holders(x->s->scan, ((const struct segment *)x->match[i].object)->o.id, &n);

        for (size_t k = 0; k < n; k++)
            vec_push(out, holders[k].pid);
    }
    pids_settle(out);
}

void say_pids(struct say *x, const struct pid_vec *pids, size_t most)
{
    for (size_t i = 0; i < pids->n && i < most; i++)
        say(x, "{text}{process}", i ? ", " : "", process_at(pids->at[i], 0));
    say(x, "{more}", (int64_t)pids->n - (int64_t)most);
}

bool pids_filter(const struct pid_vec *pids, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    for (size_t i = 0; i < pids->n && pids->n <= FILTER_PIDS; i++)
        line_add(&line, "%s%d", i ? "|" : "pid=", pids->at[i]);
    return pids->n <= FILTER_PIDS;
}
