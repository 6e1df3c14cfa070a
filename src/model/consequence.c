#include "model/consequence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "consequence_parts.h"

void consequence_refuse(struct telling *t, const char *format, ...)
{
    va_list args;
    char text[sizeof t->out->effect];

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->effect = line_start(t->out->effect, sizeof t->out->effect);
    line_add(&t->effect, "%s", text);
    t->out->impossible = true;
    t->out->grave = false;
}

const char *consequence_kind_name(enum kind_id kind)
{
    switch (kind) {
    case KIND_SEGMENT:
        return "segment";
    case KIND_SEMSET:
        return "semaphore set";
    case KIND_QUEUE:
        return "queue";
    default:
        return "object";
    }
}

static const struct owned *find_object(const struct snapshot *s, const struct identity *target)
{
    const struct segment *segment;
    const struct semset *set;
    const struct queue *queue;

    switch (target->kind) {
    case KIND_SEGMENT:
        return (segment = snapshot_segment(s, target->id)) ? &segment->o : NULL;
    case KIND_SEMSET:
        return (set = snapshot_semset(s, target->id)) ? &set->o : NULL;
    case KIND_QUEUE:
        return (queue = snapshot_queue(s, target->id)) ? &queue->o : NULL;
    default:
        return NULL;
    }
}

const struct owned *consequence_object(struct telling *t)
{
    const struct identity *target = &t->action->target;
    const struct owned *o = find_object(t->s, target);
    const char *kind = consequence_kind_name(target->kind);

    if (!o) {
        consequence_refuse(t, "There is no %s %d any more.", kind, target->id);
        return NULL;
    }
    struct identity now = {.kind = target->kind, .id = o->id, .key = o->key, .cuid = o->cuid,
                           .cgid = o->cgid};
    if (!identity_same(&now, target)) {
        consequence_refuse(t, "The %s with id %d is another one now.", kind, target->id);
        return NULL;
    }
    return o;
}

void consequence_permission(struct telling *t, const struct owned *o, const char *capability)
{
    const struct system *system = &t->s->system;

    if (!(t->s->has & NEED_SYSTEM) || system->euid == 0 || system->euid == o->uid ||
        system->euid == o->cuid)
        return;
    line_add(&t->effect, " It needs root, ");
    words_user(&t->effect, t->s, o->uid);
    line_add(&t->effect, " or %s.", capability);
}

// --- owner, group, mode, size of a queue ---------------------------------------------------------

static void tell_set(struct telling *t)
{
    const struct action *a = t->action;
    const char *separator = "";

    line_add(&t->question, "Change %s %d: ", consequence_kind_name(a->target.kind), a->target.id);
    const struct owned *o = consequence_object(t);
    if (a->set.which & SET_UID) {
        line_add(&t->question, "owner ");
        words_user(&t->question, t->s, a->set.uid);
        separator = ", ";
    }
    if (a->set.which & SET_GID) {
        const char *name = snapshot_group(t->s, a->set.gid);

        line_add(&t->question, "%sgroup ", separator);
        if (name)
            line_add(&t->question, "%s", name);
        else
            line_add(&t->question, "gid %u", a->set.gid);
        separator = ", ";
    }
    if (a->set.which & SET_MODE) {
        line_add(&t->question, "%smode %04o", separator, a->set.mode);
        separator = ", ";
    }
    if (a->set.which & SET_MAX_BYTES) {
        line_add(&t->question, "%ssize limit ", separator);
        words_size(&t->question, a->set.max_bytes);
    }
    line_add(&t->question, "?");
    if (!o)
        return;
    if (a->set.which & (SET_UID | SET_GID | SET_MODE))
        line_add(&t->effect, "New users of it are checked against this; who uses it already %s.",
                 a->target.kind == KIND_SEGMENT ? "stays attached" : "is checked at the next call");
    if (a->set.which & SET_MAX_BYTES) {
        // ipc/msg.c msgctl_down: only CAP_SYS_RESOURCE may go beyond msgmnb.
        line_add(&t->effect, "%sBlocked senders try again at once; what is queued stays. "
                 "More than msgmnb needs CAP_SYS_RESOURCE.", t->effect.n ? " " : "");
    }
    consequence_permission(t, o, "CAP_SYS_ADMIN");
}

// --- locking -------------------------------------------------------------------------------------

static void tell_lock(struct telling *t)
{
    bool lock = t->action->verb == ACTION_LOCK;
    const struct owned *o = consequence_object(t);

    line_add(&t->question, "%s segment %d", lock ? "Lock" : "Unlock", t->action->target.id);
    if (o) {
        line_add(&t->question, " (");
        words_size(&t->question, snapshot_segment(t->s, o->id)->size);
        line_add(&t->question, ")");
    }
    line_add(&t->question, " %s memory?", lock ? "in" : "from");
    if (!o)
        return;
    // shmctl(2) SHM_LOCK: pages are not brought in by it.
    if (lock)
        line_add(&t->effect, "Its pages are never swapped out again; what is swapped comes back "
                             "when it is touched. It counts against your RLIMIT_MEMLOCK.");
    else
        line_add(&t->effect, "Its pages may be swapped out again.");
    consequence_permission(t, o, "CAP_IPC_LOCK");
}

// --- limits --------------------------------------------------------------------------------------

static const struct limit *find_limit(const struct snapshot *s, const char *name)
{
    for (size_t i = 0; i < s->limits.n; i++)
        if (s->limits.at[i].name && strcmp(s->limits.at[i].name, name) == 0)
            return &s->limits.at[i];
    return NULL;
}

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
    for (size_t i = 0; i < 4; i++) {
        const struct limit *limit = find_limit(t->s, four[i]);

        if (!limit || !(limit->known & LIMIT_KNOWS_LIMIT))
            return false;
        line_add(line, " %" PRIu64, limit == changed ? t->action->limit.value : limit->limit);
    }
    return true;
}

static void tell_limit(struct telling *t)
{
    const struct limit *limit = find_limit(t->s, t->action->limit.name);
    char text[128];
    struct line line = line_start(text, sizeof text);

    line_add(&t->question, "Set %s", t->action->limit.name);
    if (limit && (limit->known & LIMIT_KNOWS_LIMIT))
        line_add(&t->question, " from %" PRIu64, limit->limit);
    line_add(&t->question, " to %" PRIu64 "?", t->action->limit.value);
    if (!limit) {
        consequence_refuse(t, "There is no limit %s.", t->action->limit.name);
        return;
    }
    line_add(&t->effect, "It counts at once for this IPC namespace, until the next start.");
    if ((limit->known & LIMIT_KNOWS_USED) && t->action->limit.value < limit->used) {
        line_add(&t->effect, " %" PRIu64 " are in use: what exists stays, new ones are refused.",
                 limit->used);
        t->out->grave = true;
    }
    if (sysctl_line(&line, t, limit))
        line_add(&t->effect, " To make it last, in /etc/sysctl.d/60-ipc.conf: %s", text);
    if ((t->s->has & NEED_SYSTEM) && t->s->system.euid != 0)
        line_add(&t->effect, " It needs root.");
}

void consequence_of(const struct snapshot *s, const struct action *action, struct consequence *out)
{
    *out = (struct consequence){0};
    struct telling t = {.s = s, .action = action, .out = out,
                        .question = line_start(out->question, sizeof out->question),
                        .effect = line_start(out->effect, sizeof out->effect)};

    switch (action->verb) {
    case ACTION_REMOVE:
        consequence_remove(&t);
        break;
    case ACTION_SIGNAL:
        consequence_signal(&t);
        break;
    case ACTION_SET:
        tell_set(&t);
        break;
    case ACTION_LOCK:
    case ACTION_UNLOCK:
        tell_lock(&t);
        break;
    case ACTION_LIMIT:
        tell_limit(&t);
        break;
    }
}
