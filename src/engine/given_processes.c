// The files that have the further facts alone are read, by their paths: a third of the calls. That a pid
// is still the same process's, another walk from the segments shows: it would hold the same segment, and
// have started at the same time.
#include "engine/given_processes.h"

#include "engine/holders/known.h"

// Each in a file of its own, that shows it.
static const uint64_t SIMPLE = NEED_COMMANDS | NEED_RSS | NEED_CGROUP | NEED_SWAP;

struct given {
    const struct process_vec *before;
    struct process_vec after; // of each: with the facts; pid 0 where it did not answer
};

static void prepare(void *arg, const struct probe *probe, struct answer *answer)
{
    const struct given *given = arg;

    answer->process = given->before->at[probe->of];
    answer->process.strings = NULL;
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct given *given = arg;

    if (answer->error)
        return;
    given->after.at[probe->of] = answer->process;
    answer->process.strings = NULL; // they are ours now
}

static void ask(const struct round *round, struct given *given, uint64_t facts)
{
    struct asking asking = {.take = take, .prepare = prepare, .arg = given};

    for (size_t i = 0; i < given->before->n; i++) {
        ask_add(&asking, (struct probe){.what = PROBE_FURTHER,
                                        .id = given->before->at[i].pid,
                                        .facts = facts,
                                        .of = i});
        vec_push(&given->after, (struct process){0});
    }
    ask_each(round->pool, &asking);
    ask_end(&asking);
}

// Both ascending. Those that the second walk found as the first did are whole.
static void settle(struct given *given, const struct process_vec *again, struct process_vec *to,
                   struct pid_vec *sure)
{
    size_t k = 0;

    for (size_t i = 0; i < to->n; i++) {
        struct process *process = &given->after.at[i];
        while (k < again->n && again->at[k].pid < to->at[i].pid)
            k++;
        bool same = process->pid && k < again->n && again->at[k].pid == process->pid &&
                    again->at[k].start_ticks == process->start_ticks;
        if (!same) {
            process_release(process);
            continue;
        }
        process_release(&to->at[i]);
        to->at[i] = *process;
        vec_push(sure, process->pid);
    }
}

void given_processes_ask(const struct round *round, struct pid_vec *sure)
{
    struct process_vec *processes = &round->tables->processes;
    uint64_t facts = round->want->need & NEED_PROCESS_FACTS & ~(uint64_t)NEED_PROCESSES;
    struct given given = {.before = processes};
    struct walked again = {0};

    if (!processes->n || facts & ~SIMPLE)
        return;
    ask(round, &given, facts);
    holders_walk(round, &again);
    settle(&given, &again.processes, processes, sure);
    walked_free(&again);
    vec_free(&given.after);
}
