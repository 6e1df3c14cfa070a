// What is wrong with databases and servers that are known by name.
#include <string.h>

#include "model/labels.h"
#include "triage_rules.h"

enum { NAMED_MOST = 6 };

// src/backend/port/sysv_shmem.c: a server starts only where nobody is attached to its
// predecessor's segment. It is the only thing that keeps two servers off one data directory once
// postmaster.pid is gone.
static bool interlock(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    struct label label;

    match->weight = g->nattch;
    return g->nattch > 0 && label_of(s, KIND_SEGMENT, g, &label) &&
           label_interlocked(s, g, &label);
}

static void interlock_title(const struct snapshot *s, const struct match *m, size_t n,
                            struct line *line)
{
    const struct segment *g = m->object;

    (void)s, (void)n;
    line_add(line, "PostgreSQL: postmaster gone, segment %d held by ", g->o.id);
    line_count(line, g->nattch, "backend", NULL);
}

static void interlock_evidence(const struct snapshot *s, const struct match *m, size_t n,
                               struct line *line)
{
    const struct segment *g = m->object;
    struct label label;
    size_t seen;

    (void)n;
    if (label_of(s, KIND_SEGMENT, g, &label))
        line_add(line, "data directory %s; ", label.instance);
    line_add(line, "postmaster ");
    words_process(line, s, g->cpid, segment_birth(g));
    if (scan_holders(s->scan, g->o.id, &seen)) {
        line_add(line, "; still working on its data: ");
        words_holders(line, s, g->o.id, NAMED_MOST);
    } else {
        line_add(line, "; who still works on its data cannot be seen");
    }
    line_add(line, "; until they end no server starts there");
}

const struct rule rule_interlock = {
    .name = "database-interlock",
    .subject = OF_SEGMENTS,
    .severity = SEVERITY_CRITICAL,
    .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_APPS,
    .applies = interlock,
    .title = interlock_title,
    .evidence = interlock_evidence,
    .advice = "end these backends (Enter, k), then start the server; do not remove the segment or "
              "postmaster.pid: a second server beside them destroys the data",
};

// --- servers whose parent is gone ----------------------------------------------------------------

// Zabbix marks its segments when it makes them: to the rule of removed segments its workers are a
// program at work. Its parent starts and stops them, and makes the segments; alone they go on.
static bool headless(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    struct label label;

    match->weight = g->nattch;
    if (g->nattch == 0 || !(g->flags & SEG_DEST) || !label_of(s, KIND_SEGMENT, g, &label) ||
        strcmp(label.app, "zabbix") != 0)
        return false;
    enum pid_state creator = snapshot_pid_state(s, g->cpid, segment_birth(g));
    return creator == PID_GONE || creator == PID_REUSED;
}

static void headless_title(const struct snapshot *s, const struct match *m, size_t n,
                           struct line *line)
{
    const struct segment *g = m->object;
    size_t seen;

    (void)n;
    scan_holders(s->scan, g->o.id, &seen);
    line_add(line, "Zabbix: parent gone, ");
    line_count(line, seen, "process goes on", "processes go on");
}

static void headless_evidence(const struct snapshot *s, const struct match *m, size_t n,
                              struct line *line)
{
    const struct segment *g = m->object;

    line_add(line, "segment %d", g->o.id);
    if (n > 1)
        line_add(line, " and %zu more", n - 1);
    line_add(line, ", made by ");
    words_process(line, s, g->cpid, segment_birth(g));
    line_add(line, ", held by ");
    words_holders(line, s, g->o.id, NAMED_MOST);
}

const struct rule rule_headless = {
    .name = "headless",
    .subject = OF_SEGMENTS,
    .severity = SEVERITY_WARNING,
    .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_APPS,
    .together = true,
    .applies = headless,
    .title = headless_title,
    .evidence = headless_evidence,
    .advice = "end these processes (Enter, k), then start the service: they keep its port and its "
              "memory",
};
