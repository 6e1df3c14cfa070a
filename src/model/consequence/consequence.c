#include "model/consequence/consequence.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "parts.h"

// --- owner, group, mode, size of a queue ---------------------------------------------------------

static void add_change(struct line *line, const struct snapshot *s, const struct action *a)
{
    const char *separator = "";

    if (a->set.which & SET_UID) {
        line_add(line, "owner ");
        if (a->set.user[0])
            line_add(line, "%s", a->set.user);
        else
            words_user(line, s, a->set.uid);
        separator = ", ";
    }
    if (a->set.which & SET_GID) {
        line_add(line, "%sgroup ", separator);
        if (a->set.group[0])
            line_add(line, "%s", a->set.group);
        else
            words_group(line, s, a->set.gid);
        separator = ", ";
    }
    if (a->set.which & SET_MODE) {
        line_add(line, "%smode %04o", separator, a->set.mode);
        separator = ", ";
    }
    if (a->set.which & SET_MAX_BYTES) {
        line_add(line, "%ssize limit ", separator);
        words_size(line, a->set.max_bytes);
    }
}

void consequence_change(const struct snapshot *s, const struct action *action, char *dst,
                        size_t cap)
{
    struct line line = line_start(dst, cap);

    add_change(&line, s, action);
}

// ipc/msg.c msg_fits_inqueue: bytes and messages both have to stay within it.
static void tell_room(struct telling *t, const struct queue *queue)
{
    uint64_t room = t->action->set.max_bytes;

    line_add(&t->effect, "%s", t->effect.n ? " " : "");
    if (queue && queue->known & QUEUE_KNOWS_MAX)
        line_add(&t->effect, "Its size limit is %" PRIu64 " bytes now. ", queue->max_bytes);
    if (room == 0)
        line_add(&t->effect, "With 0 nobody can send any more. ");
    else if (queue && room < queue->bytes)
        line_add(&t->effect, "%" PRIu64 " bytes are queued: senders wait until there are fewer. ",
                 queue->bytes);
    // ipc/msg.c msgctl_down: only CAP_SYS_RESOURCE may go beyond msgmnb.
    line_add(&t->effect, "Blocked senders try again at once; what is queued stays. "
                         "More than msgmnb needs CAP_SYS_RESOURCE.");
}

static void tell_set(struct telling *t)
{
    const struct action *a = t->action;
    char name[48];

    line_add(&t->question, "Change %s: ", identity_text(&a->target, name, sizeof name));
    const struct owned *o = consequence_object(t);
    add_change(&t->question, t->s, a);
    line_add(&t->question, "?");
    if (!o)
        return;
    if (a->set.which & (SET_UID | SET_GID | SET_MODE)) {
        line_add(&t->effect, "Now: owner ");
        words_user(&t->effect, t->s, o->uid);
        line_add(&t->effect, ", group ");
        words_group(&t->effect, t->s, o->gid);
        line_add(&t->effect,
                 ", mode %04o. New users of it are checked against this; who uses it "
                 "already %s.",
                 o->mode,
                 a->target.kind == KIND_SEGMENT ? "stays attached" : "is checked at the next call");
    }
    if (a->set.which & SET_MAX_BYTES)
        tell_room(t, snapshot_queue(t->s, o->id));
    consequence_permission(t, o->uid, o->cuid, "CAP_SYS_ADMIN");
}

// --- locking -------------------------------------------------------------------------------------

// shmctl(2) SHM_LOCK: pages are not brought in by it. mm/mlock.c user_shm_lock: the caller's limit.
static void tell_pinned(struct telling *t, const struct segment *segment)
{
    struct rlimit limit;
    bool root = (t->s->has & NEED_SYSTEM) && t->s->system.euid == 0;

    words_size(&t->effect, segment->size);
    line_add(&t->effect, " can no longer be swapped out, each page from when it is touched next.");
    if (segment->known & SEG_KNOWS_SWAP && segment->swap) {
        line_add(&t->effect, " ");
        words_size(&t->effect, segment->swap);
        line_add(&t->effect, " of it are swapped out now, and stay so until they are touched.");
    }
    line_add(&t->effect, " It counts against RLIMIT_MEMLOCK (ulimit -l)");
    if (!root && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        line_add(&t->effect, ", which is ");
        words_size(&t->effect, limit.rlim_cur);
        line_add(&t->effect, " here%s", limit.rlim_cur < segment->size ? ": too little" : "");
    }
    line_add(&t->effect, ".");
}

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
    if (lock)
        tell_pinned(t, snapshot_segment(t->s, o->id));
    else
        line_add(&t->effect, "Its pages may be swapped out again.");
    consequence_permission(t, o->uid, o->cuid, "CAP_IPC_LOCK");
}

void consequence_of(const struct snapshot *s, const struct action *action, struct consequence *out)
{
    *out = (struct consequence){0};
    struct telling t = {.s = s,
                        .action = action,
                        .out = out,
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
        consequence_limit(&t);
        break;
    case ACTION_RESOLVE:
        break;
    }
}
