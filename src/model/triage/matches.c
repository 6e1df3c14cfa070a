#include "base/sum.h"
#include "rules.h"

uint64_t matches_owner(const struct snapshot *s, const struct match *match)
{
    (void)s;
    return ((const struct owned *)match->object)->uid;
}

uint64_t matches_weight(const struct match *matches, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum_add(&sum, matches[i].weight);
    return sum;
}

void say_continue(struct say *x, int32_t pid)
{
    say(x, "continue {process} (", process_at(pid, 0));
    say(x, BY_KEY("k, SIGCONT", "SIGCONT: kill -CONT {number}"), pid);
    say(x, ")");
}

void say_traced(struct say *x, const struct process *p)
{
    say(x, "{process} is stopped by its tracer", process_at(p->pid, 0));
    if (p->tracer > 0)
        say(x, " {process}", process_at(p->tracer, 0));
    say(x, ": it goes on when that detaches or ends");
}
