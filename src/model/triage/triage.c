#include "model/triage/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "model/apps/groups.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/shared.h"
#include "rules.h"

enum { TITLE_MAX = 200, EVIDENCE_MAX = 600, ADVICE_MAX = 1600 };

// clang-format off
#define TOPIC(name) name##_rules,
static const struct rule *const topics[] = {TOPIC_LIST(TOPIC)};
#undef TOPIC
// clang-format on

static int by_rank(const void *a, const void *b)
{
    const struct rule *const *x = a, *const *y = b;

    return ((*x)->rank > (*y)->rank) - ((*x)->rank < (*y)->rank);
}

struct rule_vec rules_in_order(void)
{
    struct rule_vec rules = {0};

    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        for (const struct rule *r = topics[i]; r->name; r++)
            vec_push(&rules, r);
    qsort(rules.at, rules.n, sizeof *rules.at, by_rank);
    return rules;
}

uint64_t triage_need(void)
{
    uint64_t need = 0;

    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        for (const struct rule *r = topics[i]; r->name; r++)
            need |= r->need;
    return need;
}

// --- the objects a rule looks at ----------------------------------------------------------------

static size_t count_subjects(const struct snapshot *s, const struct rule *rule)
{
    if (rule->instead == OF_GROWTHS)
        return s->growths.n;
    return rule->instead == OF_SCAN ? s->scan != NULL : kind_count(rule->subject, s);
}

static const void *subject_at(const struct snapshot *s, const struct rule *rule, size_t i)
{
    if (rule->instead == OF_GROWTHS)
        return &s->growths.at[i];
    return rule->instead == OF_SCAN ? s->scan : kind_at(rule->subject, s, i);
}

// By an object that came: it is there to be entered.
static struct identity identify_growth(const struct snapshot *s, const struct growth *g)
{
    const struct owned *o = snapshot_owned(s, g->kind, g->example);

    return o ? identity_of(o) : (struct identity){.kind = NO_KIND};
}

// The first process that does not answer; without a name, none.
static struct identity identify_stuck(const struct snapshot *s)
{
    const struct holder *holder = vec_first(&s->scan->holders, h, h->stale);
    const struct process *p = vec_first(&s->processes, one, one->stuck && !one->gone);

    return holder ? holder_identity(holder->shmid, holder->pid, holder->start_ticks)
           : p    ? holder_identity(-1, p->pid, p->start_ticks)
                  : (struct identity){.kind = NO_KIND};
}

static struct identity identify(const struct snapshot *s, const struct rule *rule,
                                const void *object)
{
    struct identity about;

    if (rule->instead == OF_GROWTHS)
        return identify_growth(s, object);
    if (rule->instead == OF_SCAN)
        return identify_stuck(s);
    rule->subject->identify(s, object, &about);
    return about;
}

// --- running the rules --------------------------------------------------------------------------

static int heaviest_first(const void *a, const void *b)
{
    const struct match *x = a, *y = b;

    return order_by(y->severity, x->severity)
               ?: order_by_u64(y->weight, x->weight)
               ?: (x->object > y->object) - (x->object < y->object); // both in the order of their ids
}

static int by_group(const void *a, const void *b)
{
    return order_by_u64(((const struct match *)a)->group, ((const struct match *)b)->group)
               ?: heaviest_first(a, b);
}

struct run { // matches of one finding
    struct match *first;
    size_t n;
};
VEC(run_vec, struct run);

static int heaviest_run_first(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    uint64_t wx = matches_weight(x->first, x->n), wy = matches_weight(y->first, y->n);

    if (x->first->severity != y->first->severity || wx == wy)
        return heaviest_first(x->first, y->first);
    return wx > wy ? -1 : 1;
}

static void words(const struct snapshot *s, rule_words *write, const struct match *matches,
                  size_t n, char *dst, size_t cap)
{
    struct say x = say_start(s, dst, cap);

    x.match = matches;
    x.n = n;
    write(&x);
}

// The objects of a finding, as a set.
static struct identity_vec objects_of(const struct snapshot *s, const struct rule *rule,
                                      const struct match *matches, size_t n)
{
    struct identity_vec objects = {0}, set = {0};

    for (size_t i = 0; i < n; i++) {
        const struct identity about = identify(s, rule, matches[i].object);
        const struct kind *kind = kind_get(about.kind);

        if (rule->objects)
            rule->objects(s, &matches[i], &objects);
        else if (kind_is_object(about.kind) || (kind && kind->act_on))
            vec_push(&objects, about);
    }
    identity_set_add_all(&set, objects.at, objects.n);
    vec_free(&objects);
    return set;
}

static void take_ids(struct finding *finding)
{
    const struct identity_vec *objects = &finding->objects;

    if (!objects->n || !kind_is_object(objects->at[0].kind))
        return;
    finding->objects_word = kind_get(objects->at[0].kind)->word;
    vec_reserve(&finding->ids, objects->n);
    for (size_t i = 0; i < objects->n; i++)
        vec_push(&finding->ids, (uint32_t)objects->at[i].id);
}

static void report(struct snapshot *s, const struct rule *rule, const struct match *matches,
                   size_t n)
{
    char title[TITLE_MAX], evidence[EVIDENCE_MAX], advised[ADVICE_MAX];
    const char *advice = rule->advise ? advised : rule->advice;

    words(s, rule->title, matches, n, title, sizeof title);
    words(s, rule->evidence, matches, n, evidence, sizeof evidence);
    if (rule->advise)
        words(s, rule->advise, matches, n, advised, sizeof advised);
    const struct identity about = identify(s, rule, matches[0].object);
    const struct kind *kind = kind_get(about.kind);
    struct finding finding = {.rule = rule->name,
                              .severity = matches[0].severity,
                              .about = about,
                              .about_word = kind ? kind->word : NULL,
                              .weight = matches_weight(matches, n),
                              .title = mem_copy_string(title),
                              .evidence = mem_copy_string(evidence),
                              .advice = advice_for(s, advice, false),
                              .advice_by_key =
                                  strchr(advice, '\1') ? advice_for(s, advice, true) : NULL,
                              .objects = objects_of(s, rule, matches, n),
                              .more_need = rule->more_need};
    if (rule->lists)
        rule->lists(s, matches, &finding.listed);
    take_ids(&finding);
    vec_push(&s->findings, finding);
}

// The matches stand by their groups.
static void report_runs(struct snapshot *s, const struct rule *rule, struct match_vec *matches)
{
    struct run_vec runs = {0};

    for (size_t i = 0, end; i < matches->n; i = end) {
        for (end = i + 1; end < matches->n && matches->at[end].group == matches->at[i].group;)
            end++;
        struct run run = {&matches->at[i], end - i};
        if (!rule->judge || rule->judge(s, run.first, run.n))
            vec_push(&runs, run);
    }
    vec_sort(&runs, heaviest_run_first);
    for (size_t i = 0; i < runs.n; i++)
        report(s, rule, runs.at[i].first, runs.at[i].n);
    vec_free(&runs);
}

static void run_rule(struct snapshot *s, const struct rule *rule, struct match_vec *matches)
{
    size_t n = count_subjects(s, rule);

    vec_clear(matches);
    for (size_t i = 0; i < n; i++) {
        struct match match = {.object = subject_at(s, rule, i), .severity = rule->severity};

        if (rule->applies(s, &match))
            vec_push(matches, match);
    }
    for (size_t i = 0; i < matches->n; i++)
        matches->at[i].group = rule->group      ? rule->group(s, &matches->at[i])
                               : rule->together ? 0
                                                : i;
    vec_sort(matches, by_group);
    report_runs(s, rule, matches);
}

// Stable: findings of one severity keep the order of the rules, those of one rule that of weight.
static void order_by_severity(struct finding_vec *findings)
{
    struct finding_vec ordered = {0};

    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_NOTICE; severity--)
        for (size_t i = 0; i < findings->n; i++)
            if (findings->at[i].severity == (enum severity)severity)
                vec_push(&ordered, findings->at[i]);
    vec_free(findings);
    *findings = ordered;
}

void triage_run(struct snapshot *snapshot)
{
    struct match_vec matches = {0};
    struct rule_vec rules = rules_in_order();

    findings_clear(&snapshot->findings);
    groups_mark(snapshot);
    for (size_t i = 0; i < rules.n; i++)
        run_rule(snapshot, rules.at[i], &matches);
    vec_free(&rules);
    order_by_severity(&snapshot->findings);
    vec_free(&matches);
}

// --- the header's line --------------------------------------------------------------------------

// The worst finding of each host, worst first.
static void summary_of_hosts(const struct snapshot *s, struct line *line)
{
    for (size_t i = 0; i < s->hosts.n && !line->full; i++)
        if (s->hosts.at[i].worst)
            line_add(line, "%s%s: %s", line->n ? " · " : "", s->hosts.at[i].name,
                     s->hosts.at[i].worst);
}

enum severity triage_worst(const struct snapshot *s)
{
    enum severity worst = SEVERITY_NOTICE;
    const struct snapshot *part;

    for (size_t i = 0; (part = snapshot_part(s, i)); i++)
        if (part->findings.n && part->findings.at[0].severity > worst)
            worst = part->findings.at[0].severity;
    return worst;
}

// Findings of one rule and severity stand together: the heaviest is shown, the others are counted.
void triage_summary(const struct snapshot *snapshot, char *dst, size_t cap)
{
    const struct finding_vec *findings = &snapshot->findings;
    struct line line = line_start(dst, cap);

    if (snapshot->others.n) {
        summary_of_hosts(snapshot, &line);
        return;
    }
    for (size_t i = 0, next; i < findings->n && !line.full; i = next) {
        const struct finding *f = &findings->at[i];

        for (next = i + 1; next < findings->n; next++)
            if (findings->at[next].severity != f->severity ||
                strcmp(findings->at[next].rule, f->rule) != 0)
                break;
        line_add(&line, "%s%s", i ? " · " : "", f->title);
        if (next - i > 1)
            line_add(&line, " and %zu more", next - i - 1);
    }
}
