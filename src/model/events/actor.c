// Who did it, as tracing saw that process.
#include <inttypes.h>

#include "base/clock.h"
#include "parts.h"

static void add_uid(struct line *line, const struct snapshot *now, uint32_t uid)
{
    const char *name = snapshot_user(now, uid);

    line_add(line, "%" PRIu32 "%s%s", uid, name ? " " : "", name ? name : "");
}

void actor_words(struct line *line, const struct snapshot *now, const struct actor *by)
{
    if (by->pid)
        line_add(line, "%d %s (uid ", by->pid, by->comm);
    else
        line_add(line, "%s outside (uid ", by->comm);
    add_uid(line, now, by->uid);
    if (by->euid != by->uid) {
        line_add(line, " as ");
        add_uid(line, now, by->euid);
    }
    if (by->login_uid != UINT32_MAX && by->login_uid != by->uid) {
        line_add(line, ", logged in as ");
        add_uid(line, now, by->login_uid);
    }
    line_add(line, ")");
}

void actor_head(struct event *head, const struct trace *trace)
{
    head->time = trace->time_ns / CLOCK_SECOND;
    head->millis = (int32_t)(trace->time_ns % CLOCK_SECOND / CLOCK_MS);
    head->by = EVENT_BY_EXACT;
    head->pid = trace->by.pid;
    head->uid = trace->by.uid;
}
