// Leaks in progress, and waiting in progress (model/triage/trends.h).
//
// Starting a server makes many objects, too, but within seconds; clients that come and go make and
// remove them. A leak goes on: what stays of the owner's objects becomes more again and again, never
// fewer, and no pause is much longer than those before it. What stays beside such traffic is the smallest
// number seen in a span of time; longer spans see through slower traffic.
#include "model/triage/trends.h"

#include "base/clock.h"
#include "model/kinds/registry.h"

enum { RISES_LEAST = 6, QUIET_TIMES = 3 };
static const int64_t LASTS_LEAST_NS = 60 * CLOCK_SECOND, QUIET_NS = 10 * CLOCK_SECOND,
                     PATIENCE_NS = 600 * CLOCK_SECOND; // before its pace is known

enum { SPANS = 3 };
static const int64_t spans_ns[SPANS] = {0, 10 * CLOCK_SECOND, 60 * CLOCK_SECOND};

struct pace {
    uint64_t from, to;          // how many before the first rise, and at the last look
    int64_t since_ns, risen_ns; // of the last look before the first rise; of the last rise
    int64_t longest_ns;         // pause between two rises
    uint32_t rises;
    uint64_t low;               // the smallest number since the span began
    int64_t span_ns, before_ns; // when it began; when the one before was looked at, 0: never
};

struct series { // the objects of one kind and owner
    enum kind_id kind;
    uint32_t uid;
    struct pace paces[SPANS];
    int32_t example; // one of those that came; others while it exists
    uint64_t seen;   // in the picture at hand
    struct example_seen {
        bool example; // is still there
        int32_t newest;
        int64_t newest_ctime;
    } now;
};
VEC(series_vec, struct series);

struct watch {          // a semaphore somebody waits for
    int32_t semid, pid; // of its last operation
    uint32_t index;
    int64_t since_ns;
};
VEC(watch_vec, struct watch);

struct trend {
    struct series_vec series;        // ordered by kind, uid
    struct watch_vec watches;        // ordered by semid, index
    int64_t looked_ns[OBJECT_KINDS]; // at the objects of each kind; 0: never
};

struct trend *trend_new(void)
{
    return mem_zero(1, sizeof(struct trend));
}

void trend_free(struct trend *trend)
{
    if (!trend)
        return;
    vec_free(&trend->series);
    vec_free(&trend->watches);
    free(trend);
}

// --- numbers of objects -------------------------------------------------------------------------

// NULL where there is no room for one more.
static struct series *series_of(struct trend *trend, enum kind_id kind, uint32_t uid)
{
    struct series_vec *v = &trend->series;
    size_t at = vec_lower(v, s, s->kind < kind || (s->kind == kind && s->uid < uid));

    if (at < v->n && v->at[at].kind == kind && v->at[at].uid == uid)
        return &v->at[at];
    if (v->n >= TREND_SERIES)
        return NULL;
    vec_insert(v, at, (struct series){.kind = kind, .uid = uid, .example = -1});
    return &v->at[at];
}

static void count(struct trend *trend, enum kind_id kind, const struct owned *o)
{
    struct series *s = series_of(trend, kind, o->uid);

    if (!s)
        return;
    if (s->seen == 0 || o->ctime >= s->now.newest_ctime)
        s->now.newest = o->id, s->now.newest_ctime = o->ctime;
    s->now.example |= o->id == s->example;
    s->seen++;
}

static void start_over(struct pace *p, uint64_t n)
{
    p->from = p->to = n;
    p->rises = 0;
    p->longest_ns = 0;
}

// A pause longer than this is no part of a steady growth.
static int64_t pause_most(const struct pace *p)
{
    int64_t usual = (p->risen_ns - p->since_ns) / p->rises;

    return QUIET_TIMES * usual + QUIET_NS;
}

static bool grows(const struct pace *p)
{
    return p->rises >= RISES_LEAST && p->risen_ns - p->since_ns >= LASTS_LEAST_NS &&
           p->longest_ns <= pause_most(p);
}

// `n` objects stay now; before_ns: of the look before, 0: there was none.
static void pace_look(struct pace *p, uint64_t n, int64_t before_ns, int64_t now_ns)
{
    if (before_ns == 0 || n < p->to) {
        start_over(p, n);
        return;
    }
    if (n > p->to) {
        if (p->rises == 0)
            p->from = p->to, p->since_ns = before_ns;
        else if (now_ns - p->risen_ns > p->longest_ns)
            p->longest_ns = now_ns - p->risen_ns;
        p->rises++;
        p->to = n;
        p->risen_ns = now_ns;
        return;
    }
    if (p->rises == 0)
        return;
    int64_t most = pause_most(p);
    if (p->rises < RISES_LEAST && most < PATIENCE_NS)
        most = PATIENCE_NS;
    if (now_ns - p->risen_ns > most)
        start_over(p, n);
}

// The end of a span looks at the smallest number seen in it.
static void pace_span(struct pace *p, int64_t length_ns, uint64_t n, int64_t now_ns)
{
    if (p->span_ns == 0 || n < p->low)
        p->low = n;
    if (p->span_ns == 0)
        p->span_ns = now_ns;
    if (p->before_ns > 0 && n < p->to)
        start_over(p, n); // what stayed went, too
    if (now_ns - p->span_ns < length_ns)
        return;
    pace_look(p, p->low, p->before_ns, now_ns);
    p->before_ns = p->span_ns = now_ns;
    p->low = n;
}

static void look(struct series *s, int64_t before_ns, int64_t now_ns)
{
    bool rose = false;

    for (size_t i = 0; i < SPANS; i++) {
        uint32_t rises = s->paces[i].rises;

        if (spans_ns[i] == 0)
            pace_look(&s->paces[i], s->seen, before_ns, now_ns);
        else if (before_ns > 0)
            pace_span(&s->paces[i], spans_ns[i], s->seen, now_ns);
        rose |= s->paces[i].rises > rises;
    }
    if (!s->now.example && (rose || s->example >= 0))
        s->example = s->now.newest;
}

static void look_at_kind(struct trend *trend, enum kind_id kind, int64_t now_ns)
{
    size_t kept = 0;

    for (size_t i = 0; i < trend->series.n; i++) {
        struct series *s = &trend->series.at[i];

        if (s->kind == kind) {
            look(s, trend->looked_ns[kind], now_ns);
            if (s->seen == 0)
                continue; // nothing is left of it
            s->seen = 0;
            s->now = (struct example_seen){0};
        }
        trend->series.at[kept++] = *s;
    }
    trend->series.n = kept;
    trend->looked_ns[kind] = now_ns;
}

static void note_objects(struct trend *trend, const struct snapshot *p)
{
    for (int id = NO_KIND + 1; id < OBJECT_KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);

        if (!kind_is_known(kind, p))
            continue;
        for (size_t i = 0; i < kind_count(kind, p); i++)
            count(trend, kind->id, kind_at(kind, p, i));
        look_at_kind(trend, kind->id, p->time_ns);
    }
}

static void tell_growths(const struct trend *trend, struct snapshot *p)
{
    vec_clear(&p->growths);
    for (size_t i = 0; i < trend->series.n; i++) {
        const struct series *s = &trend->series.at[i];
        const struct pace *pace = s->paces;

        while (pace < s->paces + SPANS && !grows(pace))
            pace++;
        if (pace == s->paces + SPANS)
            continue;
        struct growth growth = {.kind = s->kind,
                                .uid = s->uid,
                                .from = pace->from,
                                .to = pace->to,
                                .seconds = (pace->risen_ns - pace->since_ns) / CLOCK_SECOND,
                                .example = s->example};
        vec_push(&p->growths, growth);
    }
}

// --- semaphores waited for ----------------------------------------------------------------------

static bool comes_before(const struct watch *w, const struct element *e)
{
    return w->semid < e->semid || (w->semid == e->semid && w->index < e->index);
}

static void note_elements(struct trend *trend, struct snapshot *p)
{
    const unsigned known = ELEMENT_KNOWS_COUNTS | ELEMENT_KNOWS_PID;
    struct watch_vec old = trend->watches;
    size_t k = 0;

    trend->watches = (struct watch_vec){0};
    for (size_t i = 0; i < p->elements.n; i++) {
        struct element *e = &p->elements.at[i];

        e->waited = 0;
        if ((e->known & known) != known || e->ncount + e->zcount == 0)
            continue;
        while (k < old.n && comes_before(&old.at[k], e))
            k++;
        struct watch watch = {
            .semid = e->semid, .index = e->index, .pid = e->pid, .since_ns = p->time_ns};
        if (k < old.n && old.at[k].semid == e->semid && old.at[k].index == e->index &&
            old.at[k].pid == e->pid)
            watch.since_ns = old.at[k].since_ns;
        e->waited = (p->time_ns - watch.since_ns) / CLOCK_SECOND;
        vec_push(&trend->watches, watch);
    }
    vec_free(&old);
}

void trend_note(struct trend *trend, struct snapshot *picture)
{
    note_objects(trend, picture);
    tell_growths(trend, picture);
    if (picture->has & NEED_ELEMENTS)
        note_elements(trend, picture);
}
