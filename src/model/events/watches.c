#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "model/record/huge_pool.h"
#include "model/record/limit.h"
#include "parts.h"

enum { WINDOW_FIRST = 10, WINDOW_LAST = 600 }; // seconds
enum { BELOW = 5 };                            // percent
enum { STUCK_MAX = 256, LOGINS_MAX = 64 };

// systemd's bound of system users, and nobody: logind leaves their objects alone
// (src/login/logind-user.c, src/basic/user-util.h).
enum { UID_FIRST = 1000, UID_NOBODY = 65534 };

// --- attachments ---------------------------------------------------------------------------------

static struct flow flow_of(const struct segment *is, const struct snapshot *now, int64_t window_ns)
{
    const int64_t last = WINDOW_LAST * CLOCK_SECOND;

    return (struct flow){.shmid = is->o.id,
                         .reported = is->nattch,
                         .low = is->nattch,
                         .high = is->nattch,
                         .since_ns = now->time_ns,
                         .window_ns = window_ns < last ? window_ns : last};
}

void flow_note(struct flow_vec *flows, const struct change *same, struct change_vec *out)
{
    const struct segment *was = same->was, *is = same->is;
    size_t at = vec_lower(flows, flow, flow->shmid < is->o.id);

    if (was->nattch == is->nattch)
        return;
    if (at < flows->n && flows->at[at].shmid == is->o.id) {
        struct flow *flow = &flows->at[at];
        flow->moved = true;
        flow->low = is->nattch < flow->low ? is->nattch : flow->low;
        flow->high = is->nattch > flow->high ? is->nattch : flow->high;
        return;
    }
    vec_insert(flows, at, flow_of(is, same->now, WINDOW_FIRST * CLOCK_SECOND));
    struct change change = *same;
    change.what = is->nattch > was->nattch ? EVENT_ATTACHED : EVENT_DETACHED;
    change.from = was->nattch;
    change.to = is->nattch;
    vec_push(out, change);
}

static void flow_report(struct flow *flow, const struct segment *is, const struct snapshot *now,
                        struct change_vec *out)
{
    if (is->nattch != flow->reported)
        vec_push(out, (struct change){
                          .kind = is->o.kind,
                          .what = is->nattch > flow->reported ? EVENT_ATTACHED : EVENT_DETACHED,
                          .now = now,
                          .is = is,
                          .from = flow->reported,
                          .to = is->nattch,
                          .low = flow->low,
                          .high = flow->high,
                          .span_ns = now->time_ns - flow->since_ns,
                      });
    *flow = flow_of(is, now, flow->window_ns * 2);
}

void flow_sweep(struct flow_vec *flows, const struct snapshot *now, struct change_vec *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < flows->n; i++) {
        struct flow *flow = &flows->at[i];
        const struct segment *is = snapshot_segment(now, flow->shmid);
        bool over = now->time_ns - flow->since_ns >= flow->window_ns;

        if (!is || (over && !flow->moved))
            continue;
        if (over)
            flow_report(flow, is, now, out);
        flows->at[kept++] = *flow;
    }
    flows->n = kept;
}

// --- limits --------------------------------------------------------------------------------------

static struct level *level_of(struct level_vec *levels, const char *name, uint64_t mount_namespace)
{
    return vec_first(levels, level,
                     strcmp(level->name, name) == 0 && level->mount_namespace == mount_namespace);
}

static bool is_listed(const struct snapshot *now, uint64_t mount_namespace)
{
    return vec_first(&now->limits, limit, limit->mount_namespace == mount_namespace);
}

static void say_limit(struct say *x, const struct limit *limit)
{
    char name[64];

    say(x, "{text}", limit_name(limit, name, sizeof name));
}

// Up at once, down only when it is surely below: a count that plays around the line is one event.
static int level_after(int level, double percent)
{
    if (percent >= LIMIT_CRITICAL || (level == LIMIT_CRITICAL && percent >= LIMIT_CRITICAL - BELOW))
        return LIMIT_CRITICAL;
    if (percent >= LIMIT_WARNING || (level >= LIMIT_WARNING && percent >= LIMIT_WARNING - BELOW))
        return LIMIT_WARNING;
    return 0;
}

static void report_limit(const struct snapshot *now, const struct limit *limit,
                         enum severity severity, const char *text, struct event_vec *out)
{
    char who[64] = "";
    struct say x = say_start(now, who, sizeof who);
    struct event head = event_at(now, EVENT_LIMIT, severity);

    if (limit->known & LIMIT_KNOWS_TOP)
        say(&x, "{user}", limit->top_uid);
    kind_limits.identify(now, limit, &head.about);
    vec_push(out, event_worded(&head, now, who, text));
}

void levels_own(struct level_vec *levels, const struct action *action)
{
    struct level *level = level_of(levels, action->limit.name, 0);

    if (level && level->limit != action->limit.value) {
        level->ours = true;
        level->own = action->limit.value;
    }
}

static void level_watch(struct level *was, const struct snapshot *now, const struct limit *limit,
                        double percent, struct event_vec *out)
{
    int level = level_after(was->level, percent);
    char text[160];
    struct say x = say_start(now, text, sizeof text);

    if (was->limit != limit->limit && !(was->ours && limit->limit == was->own)) {
        say_limit(&x, limit);
        say(&x, " set from {limit} to {limit}", was->limit, limit->limit);
        report_limit(now, limit, SEVERITY_NOTICE, text, out);
    }
    if (level != was->level) {
        bool up = level > was->level;
        x = say_start(now, text, sizeof text);
        say_limit(&x, limit);
        say(&x, " {text} {number}%: {number} of {number} {text}", up ? "above" : "below",
            up ? level : was->level, limit->used, limit->limit, limit->unit);
        report_limit(now, limit,
                     !up                       ? SEVERITY_NOTICE
                     : level == LIMIT_CRITICAL ? SEVERITY_CRITICAL
                                               : SEVERITY_WARNING,
                     text, out);
    }
    was->ours = was->ours && was->limit == limit->limit; // else it is seen now
    was->limit = limit->limit;
    was->level = level;
}

void levels_watch(struct level_vec *levels, const struct snapshot *now, struct event_vec *out)
{
    for (size_t i = 0; i < now->limits.n; i++) {
        const struct limit *limit = &now->limits.at[i];
        struct level *was = level_of(levels, limit->name, limit->mount_namespace);
        double percent;

        if (!(limit->known & LIMIT_KNOWS_LIMIT))
            continue;
        if (huge_pool_is(limit) || !limit_percent(limit, &percent))
            percent = 0; // one without a limit cannot fill up, and a pool is there to be used up
        if (was)
            level_watch(was, now, limit, percent, out);
        else
            vec_push(levels, (struct level){.name = limit->name,
                                            .mount_namespace = limit->mount_namespace,
                                            .limit = limit->limit,
                                            .level = level_after(0, percent)});
    }
    // Containers come and go.
    vec_keep(levels, l, !l->mount_namespace || is_listed(now, l->mount_namespace));
}

// --- stuck processes -----------------------------------------------------------------------------

static void report_stuck(const struct snapshot *now, const struct stuck *stuck,
                         enum event_what what, const char *text, struct event_vec *out)
{
    char who[96];
    struct event head =
        event_at(now, what, what == EVENT_STUCK ? SEVERITY_WARNING : SEVERITY_NOTICE);

    head.about = holder_identity(-1, stuck->pid, stuck->start_ticks);
    snprintf(who, sizeof who, "%d%s%s", stuck->pid, stuck->comm[0] ? " " : "", stuck->comm);
    vec_push(out, event_worded(&head, now, who, text));
}

void stuck_watch(struct stuck_vec *stuck, const struct snapshot *now, struct event_vec *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < stuck->n; i++) {
        const struct process *p = snapshot_process(now, stuck->at[i].pid);

        if (p && p->stuck && !p->gone)
            stuck->at[kept++] = stuck->at[i];
        else if (p) // else nothing names it any more: nobody knows
            report_stuck(now, &stuck->at[i], EVENT_RECOVERED, p->gone ? "ended" : "answers again",
                         out);
    }
    stuck->n = kept;
    for (size_t i = 0; i < now->processes.n && stuck->n < STUCK_MAX; i++) {
        const struct process *p = &now->processes.at[i];
        struct stuck found = {.pid = p->pid};

        if (!p->stuck || p->gone || vec_first(stuck, known, known->pid == p->pid))
            continue;
        if (p->known & PROC_KNOWS_START)
            found.start_ticks = p->start_ticks;
        if (p->known & PROC_KNOWS_COMM)
            memcpy(found.comm, p->comm, sizeof found.comm);
        vec_push(stuck, found);
        report_stuck(now, &found, EVENT_STUCK, "/proc does not answer for it in time", out);
    }
}

// --- logins --------------------------------------------------------------------------------------

static struct login *login_of(const struct login_vec *logins, uint32_t uid)
{
    return vec_first(logins, login, login->uid == uid);
}

static void add_login(struct login_vec *logins, uint32_t uid)
{
    if (uid < UID_FIRST || uid == UID_NOBODY || logins->n == LOGINS_MAX)
        return;
    // Objects of one owner stand together mostly.
    if (logins->n && logins->at[logins->n - 1].uid == uid)
        return;
    if (!login_of(logins, uid))
        vec_push(logins, (struct login){.uid = uid, .was = -1, .is = -1});
}

void logins_watch(struct login_vec *logins, const struct snapshot *then, const struct snapshot *now,
                  const struct source *source)
{
    const struct snapshot *both[] = {then, now};
    struct login_vec before = *logins;
    const struct owned *o;

    *logins = (struct login_vec){0};
    if (!source || !source->login) {
        vec_free(&before);
        return;
    }
    for (size_t k = 0; k < 2; k++)
        for (int id = NO_KIND + 1; both[k] && id < OBJECT_KINDS; id++)
            for (size_t i = 0; (o = snapshot_object_at(both[k], (enum kind_id)id, i)); i++)
                add_login(logins, o->uid);
    for (size_t i = 0; i < logins->n; i++) {
        const struct login *old = login_of(&before, logins->at[i].uid);
        if (old)
            logins->at[i].was = old->is;
        logins->at[i].is = source->login(source->self, logins->at[i].uid);
    }
    vec_free(&before);
}

bool logins_ended(const struct login_vec *logins, uint32_t uid)
{
    const struct login *login = login_of(logins, uid);

    return login && login->was == 1 && login->is == 0;
}
