#include "model/text/words.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/errors.h"
#include "base/text.h"
#include "model/record/pid_state.h"

const char *words_program(const struct snapshot *s, int32_t pid)
{
    const struct process *process = pid > 0 ? snapshot_process(s, pid) : NULL;
    bool named = process && !process->gone && (process->known & PROC_KNOWS_COMM);

    return named && process->comm[0] ? process->comm : NULL;
}

static void add_name(struct line *line, const char *name, const char *what, const char *unknown,
                     uint32_t id)
{
    if (name)
        line_add(line, "%s", name);
    else if (id == UINT32_MAX)
        line_add(line, "an unknown %s", unknown);
    else
        line_add(line, "%s %u", what, id);
}

void words_user(struct line *line, const struct snapshot *s, uint32_t uid)
{
    add_name(line, snapshot_user(s, uid), "uid", "user", uid);
}

void words_group(struct line *line, const struct snapshot *s, uint32_t gid)
{
    add_name(line, snapshot_group(s, gid), "gid", "group", gid);
}

void words_size(struct line *line, uint64_t bytes)
{
    char text[TEXT_SHORT];

    text_size(text, sizeof text, bytes);
    size_t n = strlen(text); // a bare number reads like an id
    line_add(line, "%s%s", text, n && text[n - 1] >= '0' && text[n - 1] <= '9' ? " B" : "");
}

void words_contents(struct line *line, const struct owned *o)
{
    if (o->kind == KIND_SEGMENT)
        words_size(line, ((const struct segment *)o)->size);
    else if (o->kind == KIND_SEMSET)
        line_count(line, ((const struct semset *)o)->nsems, "semaphore", NULL);
    else if (((const struct queue *)o)->messages)
        line_count(line, ((const struct queue *)o)->messages, "message", NULL);
    else
        line_add(line, "empty");
}

size_t words_waiters(struct line *line, const struct snapshot *s, const struct owned *o,
                     unsigned calls, size_t most)
{
    size_t all, n = 0;
    const struct waiter *waiters = snapshot_waiters(s, o->kind, o->id, &all);

    for (size_t i = 0; i < all; i++) {
        const struct waiter *w = &waiters[i];

        if (!(calls & 1u << w->call))
            continue;
        if (line && n < most)
            line_add(line, "%s%d%s%s", n ? ", " : "", w->pid, w->comm[0] ? " " : "", w->comm);
        n++;
    }
    if (line && n > most)
        line_add(line, " and %zu more", n - most);
    return n;
}

static void unasked(struct line *line, const struct snapshot *s)
{
    const char *user = s->has & NEED_SYSTEM ? s->system.user : "";

    line_count(line, s->waiters_unseen, "process", "processes");
    line_add(line, " not readable%s%s", *user ? " as " : "", user);
    if (strcmp(user, "root") != 0) // root that is refused sits in a container
        line_add(line, "; try sudo");
}

// True: senders should not wait, and a process that is not seen may.
static bool waiting_on_queue(struct line *line, const struct snapshot *s, int32_t id)
{
    const struct owned o = {.kind = KIND_QUEUE, .id = id};
    size_t senders = words_waiters(NULL, s, &o, CALLS_SEND, 0);
    size_t receivers = words_waiters(NULL, s, &o, CALLS_RECEIVE, 0);

    if (senders > 0) {
        line_count(line, senders, "sender", NULL);
        line_add(line, " blocked");
    }
    if (receivers > 0) {
        line_add(line, "%s", senders > 0 ? ", " : "");
        line_count(line, receivers, "receiver", NULL);
        line_add(line, " waiting");
    }
    if (senders + receivers == 0)
        line_add(line, "%s", s->waiters_unseen > 0 ? "no waiters seen" : "nobody waits");
    if (s->waiters_unseen > 0) {
        line_add(line, " (");
        unasked(line, s);
        line_add(line, ")");
    }
    return senders > 0 || s->waiters_unseen > 0;
}

// A stopped task shows its call all the same, but the kernel does not count it. True: not all waiters
// are seen.
static bool waiting_on_set(struct line *line, const struct snapshot *s, const struct semset *set)
{
    size_t all, stopped = 0;
    const struct waiter *waiters = snapshot_waiters(s, set->o.kind, set->o.id, &all);

    for (size_t i = 0; i < all; i++)
        stopped += waiters[i].stopped;
    size_t found = all - stopped;
    if (!(set->known & SET_KNOWS_WAITERS))
        line_add(line, "%zu found waiting", found);
    else if (set->waiters == 0 && found == 0)
        line_add(line, "nobody waits");
    else
        line_add(line, "%" PRIu64 " waiting: %zu found", set->waiters, found);
    bool unseen = set->known & SET_KNOWS_WAITERS ? found < set->waiters : s->waiters_unseen > 0;
    if (set->known & SET_KNOWS_WAITERS && unseen) {
        line_add(line, ", %" PRIu64 " unseen (", set->waiters - found);
        if (s->waiters_unseen > 0)
            unasked(line, s);
        else
            line_add(line, "another PID namespace, or changed meanwhile");
        line_add(line, ")");
    }
    if (stopped > 0)
        line_add(line, ", and %zu stopped", stopped);
    return unseen;
}

enum severity words_waiting(struct line *line, const struct snapshot *s, enum kind_id kind,
                            int32_t id)
{
    const struct semset *set = kind == KIND_SEMSET ? snapshot_semset(s, id) : NULL;
    bool worth = false;

    if (!(s->has & NEED_WAITERS))
        line_add(line, s->recorded ? "the waiters were not recorded" : "reading the waiters ...");
    else if (kind == KIND_QUEUE)
        worth = waiting_on_queue(line, s, id);
    else if (set)
        worth = waiting_on_set(line, s, set);
    return worth ? SEVERITY_WARNING : SEVERITY_NOTICE;
}

void words_unread(struct line *line, const struct snapshot *s)
{
    char reason[64];

    if (s->error == -ENOENT)
        line_add(line, "no /proc/sysvipc: is /proc mounted, and System V IPC in this kernel?");
    else if (s->error == -ENOSYS)
        line_add(line, "no System V IPC in this kernel");
    else if (s->error == -ENOTSUP)
        line_add(line, "no /proc/sysvipc, and this kernel lists no objects by shmctl(2)");
    else if (s->error)
        line_add(line, "/proc/sysvipc: %s", error_text(-s->error, reason, sizeof reason));
}
