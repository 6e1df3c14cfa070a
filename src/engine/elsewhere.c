#include "engine/elsewhere.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/order.h"
#include "base/sum.h"
#include "engine/refresh.h"
#include "model/kinds/registry.h"
#include "model/triage/finding_elsewhere.h"
#include "model/triage/triage.h"

enum { SHARE = 400 }; // a four-hundredth of a processor
static const int64_t EVERY_NS = 10 * CLOCK_SECOND, CREDIT_MAX_NS = 20 * CLOCK_MS;
// Paid back in a minute: the others are looked into again, whatever a way took that did not answer.
static const int64_t DEBT_MAX_NS = 60 * CLOCK_SECOND / SHARE;

struct look {                 // into one namespace
    struct ipc_namespace row; // as it was then
    int64_t time_ns;
    struct finding_vec findings; // about its objects and limits
};
VEC(look_vec, struct look);

struct elsewhere {
    struct source source;
    struct prober_pool *pool;
    struct look_vec looks; // ordered by inode
    size_t turn;
    int64_t credit_ns, counted_ns; // time that may be used, as of then
};

struct elsewhere *elsewhere_new(const struct source *source, struct prober_pool *pool)
{
    struct elsewhere *self = mem_zero(1, sizeof *self);

    self->source = *source;
    self->pool = pool;
    self->credit_ns = CREDIT_MAX_NS;
    self->counted_ns = clock_ns();
    return self;
}

static void forget(struct look *look)
{
    findings_clear(&look->findings);
    vec_free(&look->findings);
}

void elsewhere_free(struct elsewhere *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->looks.n; i++)
        forget(&self->looks.at[i]);
    vec_free(&self->looks);
    free(self);
}

// --- counting -----------------------------------------------------------------------------------

static void count(const struct snapshot *s, struct ipc_namespace *row)
{
    uint64_t all = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES;
    bool resident = s->has & NEED_SEGMENT_USE;

    row->bytes = row->rss = 0;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *segment = &s->segments.at[i];
        sum_add(&row->bytes, segment->size);
        sum_add(&row->rss, segment->rss);
        resident &= (segment->known & SEG_KNOWS_RSS) != 0;
    }
    row->segments = s->segments.n;
    row->semsets = s->semsets.n;
    row->queues = s->queues.n;
    row->known = (s->has & all) == all ? NAMESPACE_KNOWS_OBJECTS : 0;
    if (row->known && resident)
        row->known |= NAMESPACE_KNOWS_RSS;
}

// --- looking ------------------------------------------------------------------------------------

static struct look *find(const struct elsewhere *self, uint64_t inode)
{
    return vec_find(&self->looks, row.inode, inode);
}

// Those that are listed now, in their order; what is known of the others is forgotten.
static void follow_rows(struct elsewhere *self, const struct ipc_namespace_vec *rows)
{
    struct look_vec now = {0};

    vec_reserve(&now, rows->n);
    for (size_t i = 0; i < rows->n; i++) {
        struct look *known = find(self, rows->at[i].inode);
        vec_push(&now, known ? *known : (struct look){.row.inode = rows->at[i].inode});
        if (known)
            known->findings = (struct finding_vec){0}; // they moved
    }
    for (size_t i = 0; i < self->looks.n; i++)
        forget(&self->looks.at[i]);
    vec_free(&self->looks);
    self->looks = now;
}

struct inside { // a source that knows the processes of one namespace alone
    struct source source;
    const int32_t *pids;
    size_t n;
};

static int inside_read(void *arg, const struct want *want, struct snapshot *fresh)
{
    const struct inside *inside = arg;

    return inside->source.read(inside->source.self, want, fresh);
}

static int inside_processes(void *arg, struct pid_entry_vec *out)
{
    const struct inside *inside = arg;

    vec_clear(out);
    for (size_t i = 0; i < inside->n; i++)
        vec_push(out, (struct pid_entry){.pid = inside->pids[i]});
    vec_sort(out, order_i32);
    return 0;
}

static int inside_forks(void *arg, uint64_t *forks)
{
    (void)arg;
    *forks = 0;
    return 0;
}

// A whole round, as if that namespace were shown, but for processes that live elsewhere.
static struct snapshot *look_around(struct elsewhere *self, const struct ipc_namespace *row,
                                    const struct pid_vec *pids, uint64_t own)
{
    struct inside inside = {self->source, pids->at + row->first, row->processes};
    const struct source source = {.self = &inside,
                                  .read = inside_read,
                                  .processes = inside_processes,
                                  .some = true,
                                  .forks = inside_forks};
    struct want want = {.need = triage_need() | NEED_SEGMENT_USE,
                        .ipc_namespace = row->inode == own ? 0 : row->inode};
    struct refresh *refresh = refresh_new(&source, self->pool, false);

    want = refresh_complete(want);
    refresh_tables(refresh, &want, NULL);
    struct snapshot *s = refresh_round(refresh, &want, EFFORT_FULL);
    refresh_derive(refresh, s, NULL, NULL);
    refresh_free(refresh);
    return s;
}

// Of processes that cannot be read the shown namespace's findings speak already.
static bool is_about_contents(const struct finding *f)
{
    const struct kind *kind = kind_get(f->about.kind);

    return kind && !(kind->flags & TABLE_PROCESSES);
}

// Of one rule one stays, the heaviest: it stands first.
static void take_findings(struct look *look, struct snapshot *s)
{
    findings_clear(&look->findings);
    for (size_t i = 0, more; i < s->findings.n; i += more) {
        struct finding *f = &s->findings.at[i];
        for (more = 1; i + more < s->findings.n && s->findings.at[i + more].rule == f->rule;)
            more++;
        if (!is_about_contents(f))
            continue;
        struct finding taken = {.rule = f->rule,
                                .severity = f->severity,
                                .weight = f->weight,
                                .title = more > 1
                                             ? mem_format("%s and %zu more", f->title, more - 1)
                                             : mem_copy_string(f->title),
                                .evidence = mem_copy_string(f->evidence),
                                .advice = mem_copy_string(f->advice),
                                .advice_by_key = mem_copy_string(f->advice_by_key)};
        vec_push(&look->findings, taken);
    }
    look->row.findings = s->findings.n;
}

static void look_into(struct elsewhere *self, struct look *look, const struct snapshot *shown)
{
    const struct ipc_namespace *row = namespace_find(&shown->namespaces, look->row.inode);
    struct snapshot *s =
        look_around(self, row, &shown->namespace_pids, shown->system.own_namespace);

    look->row.error = s->error;
    look->time_ns = clock_ns();
    count(s, &look->row);
    findings_clear(&look->findings);
    if (look->row.known & NAMESPACE_KNOWS_OBJECTS) {
        take_findings(look, s);
        look->row.known |= NAMESPACE_KNOWS_FINDINGS;
    }
    snapshot_unref(s);
}

// A way that does not answer takes no processor time, but ours.
static void look_and_charge(struct elsewhere *self, struct look *look, const struct snapshot *shown)
{
    int64_t used = clock_used_ns(), began = clock_ns();

    look_into(self, look, shown);
    self->credit_ns -=
        look->row.known & NAMESPACE_KNOWS_OBJECTS ? clock_used_ns() - used : clock_ns() - began;
    if (self->credit_ns < -DEBT_MAX_NS)
        self->credit_ns = -DEBT_MAX_NS;
}

static void earn(struct elsewhere *self, int64_t now)
{
    self->credit_ns += (now - self->counted_ns) / SHARE;
    self->counted_ns = now;
    if (self->credit_ns > CREDIT_MAX_NS)
        self->credit_ns = CREDIT_MAX_NS;
}

void elsewhere_update(struct elsewhere *self, enum others others, struct snapshot *s,
                      enum effort effort)
{
    int64_t now = clock_ns();

    if (others == OTHERS_LIST)
        return;
    earn(self, now);
    follow_rows(self, &s->namespaces);
    for (size_t i = 0; i < self->looks.n && (effort == EFFORT_FULL || self->credit_ns > 0); i++) {
        struct look *look = &self->looks.at[self->turn++ % self->looks.n];
        if (look->row.inode == s->system.ipc_namespace ||
            (effort != EFFORT_FULL && look->time_ns && now - look->time_ns < EVERY_NS))
            continue;
        look_and_charge(self, look, s);
    }
    self->turn = self->looks.n ? self->turn % self->looks.n : 0;
    elsewhere_fill(self, others, s);
}

// Behind those of the same severity that are there.
static void insert(struct finding_vec *findings, struct finding finding)
{
    size_t at = findings->n;

    vec_push(findings, finding);
    for (; at > 0 && findings->at[at - 1].severity < finding.severity; at--)
        findings->at[at] = findings->at[at - 1];
    findings->at[at] = finding;
}

static void add_findings(struct snapshot *s, const struct ipc_namespace *row,
                         const struct finding_vec *found)
{
    for (size_t i = 0; i < found->n; i++)
        insert(&s->findings, finding_elsewhere(s, row, &found->at[i]));
}

void elsewhere_fill(const struct elsewhere *self, enum others others, struct snapshot *s)
{
    size_t own = s->findings.n; // before those of others

    for (size_t i = 0; i < s->namespaces.n && others != OTHERS_LIST; i++) {
        struct ipc_namespace *row = &s->namespaces.at[i];
        const struct look *look = find(self, row->inode);
        if (row->inode == s->system.ipc_namespace) {
            count(s, row);
            row->findings = own;
            row->known |= s->has & NEED_HOLDERS ? NAMESPACE_KNOWS_FINDINGS : 0;
        } else if (look) {
            struct ipc_namespace now = *row;
            *row = look->row;
            row->inode = now.inode;
            row->processes = now.processes;
            row->pid = now.pid;
            row->start_ticks = now.start_ticks;
            row->first = now.first;
            if (others == OTHERS_FINDINGS)
                add_findings(s, row, &look->findings);
        }
    }
}
