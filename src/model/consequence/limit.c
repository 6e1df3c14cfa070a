// Limits of the kernel: what a new value refuses, and the line that makes it last. sysctl.d(5).
#include "parts.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "model/record/limit.h"

// "kernel.shmmni = 8192"; kernel.sem holds four numbers, in the order of ipc/ipc_sysctl.c.
static bool sysctl_line(struct line *line, const struct telling *t, const struct limit *changed)
{
    static const char *const four[] = {"semmsl", "semmns", "semopm", "semmni"};
    static const char sem[] = "/proc/sys/kernel/sem", sys[] = "/proc/sys/";

    if (!changed->path || strncmp(changed->path, sys, strlen(sys)) != 0)
        return false;
    if (strcmp(changed->path, sem) != 0) {
        for (const char *c = changed->path + strlen(sys); *c; c++)
            line_add(line, "%c", *c == '/' ? '.' : *c);
        line_add(line, " = %" PRIu64, t->action->limit.value);
        return true;
    }
    line_add(line, "kernel.sem =");
    for (size_t i = 0; i < sizeof four / sizeof *four; i++) {
        const struct limit *limit = limit_find(t->s, four[i]);

        if (!limit || !(limit->known & LIMIT_KNOWS_LIMIT))
            return false;
        line_add(line, " %" PRIu64, limit == changed ? t->action->limit.value : limit->limit);
    }
    return true;
}

// "65536 (64.0K)", "2097152 (8.0G)" of pages, "unlimited".
static void add_value(struct line *line, const struct limit *limit, uint64_t value)
{
    char text[32];
    uint64_t bytes = value;
    bool pages = limit->unit && strcmp(limit->unit, "pages") == 0;

    limit_write(value, text, sizeof text);
    line_add(line, "%s", text);
    bool sized = pages || (limit->unit && strcmp(limit->unit, "bytes") == 0);
    if (!sized || limit_unlimited(value) ||
        (pages && __builtin_mul_overflow(value, (uint64_t)sysconf(_SC_PAGESIZE), &bytes)))
        return;
    line_add(line, " (");
    words_size(line, bytes);
    line_add(line, ")");
}

static void tell_less(struct telling *t, const struct limit *limit)
{
    uint64_t value = t->action->limit.value;

    if ((limit->known & LIMIT_KNOWS_USED) && value < limit->used) {
        line_add(&t->effect, " In use: ");
        add_value(&t->effect, limit, limit->used);
        line_add(&t->effect, ": what exists stays, new ones are refused.");
        t->out->grave = true;
    } else if (value == 0) {
        line_add(&t->effect, " With 0, nothing new is allowed at all.");
        t->out->grave = true;
    }
}

void consequence_limit(struct telling *t)
{
    const struct limit *limit = limit_find(t->s, t->action->limit.name);
    uint64_t value = t->action->limit.value;
    char text[128];
    struct line line = line_start(text, sizeof text);

    line_add(&t->question, "Set %s", t->action->limit.name);
    if (!limit) {
        line_add(&t->question, " to %" PRIu64 "?", value);
        consequence_refuse(t, "There is no limit %s.", t->action->limit.name);
        return;
    }
    if (limit->known & LIMIT_KNOWS_LIMIT) {
        line_add(&t->question, " from ");
        add_value(&t->question, limit, limit->limit);
    }
    line_add(&t->question, " to ");
    add_value(&t->question, limit, value);
    line_add(&t->question, "?");
    line_add(&t->effect, "It counts at once for this IPC namespace, until the next start.");
    tell_less(t, limit);
    if (limit_extended(limit, value))
        line_add(&t->effect, " So many are for kernels started with ipcmni_extend.");
    if (limit->path && strcmp(limit->path, "/proc/sys/kernel/msgmnb") == 0)
        line_add(&t->effect, " Queues that exist keep their own size.");
    if ((t->s->has & NEED_SYSTEM) && t->s->system.euid != 0)
        line_add(&t->effect, " It needs root.");
    if (sysctl_line(&line, t, limit)) // on a line of its own, to be copied
        line_add(&t->effect, " To make it last, in /etc/sysctl.d/60-ipc.conf:\n%s", text);
}
