// A database at work whose segment somebody removed: it goes on, and its key no longer finds it.
//
// ipc/shm.c do_shm_rmid(): the segment is marked and loses its key; those attached keep it, and who knows
// its id can still attach it (shmat(2), NOTES). Oracle's new sessions look for it by key. PostgreSQL's
// inherit it; but a server that starts finds its predecessor's by postmaster.pid and by key, and only the
// former is left.
#include <string.h>

#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/record/event_log.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 3 };

// Process monitor: an instance without one is a leftover.
static bool has_pmon(const struct snapshot *s, const struct segment *g)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);

    for (size_t i = 0; i < n; i++) {
        const struct process *p = snapshot_process(s, holders[i].pid);
        if (p && !p->gone && strncmp(p->comm, "ora_pmon_", strlen("ora_pmon_")) == 0 &&
            !process_is_stranger(p, &g->o))
            return true;
    }
    return false;
}

bool databases_removed(const struct snapshot *s, const struct segment *g)
{
    struct label label;

    if (!(g->flags & SEG_DEST) || g->nattch == 0 || !label_of(s, &g->o, &label))
        return false;
    if (strcmp(label.app, "oracle") == 0)
        return has_pmon(s, g);
    return label.database && label.database->shmid == g->o.id && label.pid > 0 &&
           !postgres_interlocked(s, g, label.database);
}

static bool removed(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    struct label label;

    match->weight = g->size;
    if (!databases_removed(s, g))
        return false;
    if (label_of(s, &g->o, &label) && label.database)
        match->severity = SEVERITY_WARNING;
    return true;
}

static void removed_title(struct say *x)
{
    const struct segment *g = x->match->object;
    struct label label;

    if (label_of(x->s, &g->o, &label))
        say(x, "{text}{text}{text}: segment {number} was removed while it runs", label.title,
            label.database ? "" : " ", label.database ? "" : label.instance, g->o.id);
}

// The newest call that marked it, where such calls were traced.
static const struct event *removal_of(const struct snapshot *s, const struct segment *g)
{
    for (size_t i = s->events ? s->events->n : 0; i > 0; i--) {
        const struct event *event = s->events->at[i - 1];
        if (event->what == EVENT_MARKED && event->by == EVENT_BY_EXACT &&
            event->about.kind == g->o.kind && event->about.id == g->o.id &&
            event->time >= segment_birth(g))
            return event;
    }
    return NULL;
}

bool say_remover(struct say *x, const char *before, const struct segment *g)
{
    const struct event *event = removal_of(x->s, g);

    if (!event)
        return false;
    say(x, "{text}removed by {text}, {ago}", before, event->who, event->time);
    return true;
}

static void removed_evidence(struct say *x)
{
    const struct segment *g = x->match->object;
    struct label label;

    if (label_of(x->s, &g->o, &label) && label.database)
        say(x, "data directory {text}; ", label.database->directory);
    say(x, "{size}, held by {holders}", g->size, holders_of(g->o.id, LISTED_MAX));
    if (!say_remover(x, "; ", g))
        say(x, "; who removed it is not known: tracing (E, --trace) names the next one");
    say(x, "; its key no longer finds it");
}

static void removed_advise(struct say *x)
{
    const struct segment *g = x->match->object;
    struct label label;

    if (label_of(x->s, &g->o, &label) && label.database)
        say(x,
            "restart the server in order when it suits; until then leave postmaster.pid alone: it "
            "is all that keeps a second server off the data");
    else
        say(x,
            "restart the instance in order: its sessions go on until then, new ones may not find "
            "it; do not kill its processes");
}

const struct rule databases_rules[] = {
    {
        .name = "database-removed",
        .subject = &kind_segments,
        .rank = 12,
        .severity = SEVERITY_CRITICAL,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_APPS,
        .applies = removed,
        .title = removed_title,
        .evidence = removed_evidence,
        .advise = removed_advise,
    },
    {0},
};
