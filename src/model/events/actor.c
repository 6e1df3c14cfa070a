// The process that did it, as tracing saw it.
#include "base/clock.h"
#include "parts.h"

static void say_uid(struct say *x, uint32_t uid)
{
    const char *name = snapshot_user(x->s, uid);

    say(x, "{number}{text}{text}", uid, name ? " " : "", name);
}

void actor_say(struct say *x, const struct actor *by)
{
    if (by->pid)
        say(x, "{number} {text} (uid ", by->pid, by->comm);
    else
        say(x, "{text} outside (uid ", by->comm);
    say_uid(x, by->uid);
    if (by->euid != by->uid) {
        say(x, " as ");
        say_uid(x, by->euid);
    }
    if (by->login_uid != UINT32_MAX && by->login_uid != by->uid) {
        say(x, ", logged in as ");
        say_uid(x, by->login_uid);
    }
    say(x, ")");
}

void actor_head(struct event *head, const struct trace *trace)
{
    head->time = trace->time_ns / CLOCK_SECOND;
    head->millis = (int32_t)(trace->time_ns % CLOCK_SECOND / CLOCK_MS);
    head->by = EVENT_BY_EXACT;
    head->pid = trace->by.pid;
    head->uid = trace->by.uid;
}
