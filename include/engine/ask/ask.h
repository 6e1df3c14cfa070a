// Asks many processes (or the name service) a question each: the one way collectors do it.
//
//     struct asking asking = {.take = take, .arg = self};
//     ask_add(&asking, (struct probe){.what = PROBE_WAITERS, .id = pid, .of = i}); ...
//     ask_each(pool, &asking);
//     ... asking.asked[i] ...
//     ask_end(&asking);
#ifndef IPCTOP_ENGINE_ASK_ASK_H
#define IPCTOP_ENGINE_ASK_ASK_H

#include "engine/ask/prober_pool.h"

// What one collector wants to know of every process, answered along with what another one asks all of them
// before it in the same round: no process is asked twice.
struct ride {
    uint64_t facts; // of each probe, besides its own
    // As those of struct asking, but the answer is left as it is. NULL: nothing is wanted.
    void (*take)(void *arg, const struct probe *probe, struct answer *answer);
    void *arg;

    bool done;             // all processes were asked
    struct pid_vec unseen; // those that did not answer, or were not asked
    int64_t cost_ns;       // processor time of that, for both
};

void ask_add(struct asking *asking, struct probe probe);
// Asks all that were added: prober_pool_run(). False: cancelled; what was asked until then is in
// `asked` all the same.
bool ask_each(struct prober_pool *pool, struct asking *asking);
void ask_end(struct asking *asking); // frees what it holds; it may be used again

// Asks one question, with what is known in *answer. ASKED_DONE: that is replaced by an answer as
// `take` gets it, which the caller clears; else it may be empty.
enum asked ask_one(struct prober_pool *pool, struct probe probe, struct answer *answer);

// `facts` (PROBE_PROCESS) of each of these processes, in any order: those that are gone, refuse or do not
// answer are left out, unless they are unreaped. Replaces *out; they have no strings, and *silent, which
// may be NULL, by those that could not be asked, refuse or do not answer, in the order of `pids`: they may live.
void ask_processes(struct prober_pool *pool, const struct pid_vec *pids, uint64_t facts,
                   struct process_vec *out, struct pid_vec *silent);

#endif
