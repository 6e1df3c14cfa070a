#include "app/preview.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/tags.h"
#include "base/line.h"
#include "base/text.h"

VEC(text_vec, char);

static void add(struct text_vec *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct text_vec *out, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n >= 0) {
        vec_reserve(out, out->n + (size_t)n + 1);
        vsnprintf(out->at + out->n, (size_t)n + 1, format, again);
        out->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

struct totals {
    size_t segments, sets, queues, processes, refused, grave, hidden;
    uint64_t now, memory, later; // bytes of segments that go at once, resident of it; and of those
                                 // that go at their last detach
    bool memory_known;
    uint64_t pinned;     // bytes that stay in memory
    uint64_t waiters;    // that get EIDRM
    struct pid_vec holders;
};

static int by_pid(const void *a, const void *b)
{
    const int32_t *pa = a, *pb = b;

    return (*pa > *pb) - (*pa < *pb);
}

static size_t count_pids(struct pid_vec *pids)
{
    size_t n = 0;

    if (pids->n)
        qsort(pids->at, pids->n, sizeof *pids->at, by_pid);
    for (size_t i = 0; i < pids->n; i++)
        n += i == 0 || pids->at[i] != pids->at[i - 1];
    return n;
}

static void count_segment(const struct snapshot *s, int32_t id, struct totals *t)
{
    const struct segment *segment = snapshot_segment(s, id);
    size_t n = 0;
    const struct holder *holders = s->scan ? scan_holders(s->scan, id, &n) : NULL;

    if (segment && segment->nattch == 0) {
        t->now += segment->size;
        t->memory += segment->known & SEG_KNOWS_RSS ? segment->rss : 0;
        t->memory_known = t->memory_known && segment->known & SEG_KNOWS_RSS;
    } else if (segment) {
        t->later += segment->size;
    }
    for (size_t i = 0; i < n; i++)
        vec_push(&t->holders, holders[i].pid);
}

static void count_target(const struct snapshot *s, const struct action *action, struct totals *t)
{
    const struct semset *set;

    if (action->verb == ACTION_SIGNAL) {
        t->processes++;
        return;
    }
    t->segments += action->target.kind == KIND_SEGMENT;
    t->sets += action->target.kind == KIND_SEMSET;
    t->queues += action->target.kind == KIND_QUEUE;
    if (action->verb != ACTION_REMOVE) {
        const struct segment *segment = action->target.kind == KIND_SEGMENT
                                            ? snapshot_segment(s, action->target.id) : NULL;
        t->pinned += segment && action->verb == ACTION_LOCK ? segment->size : 0;
        return;
    }
    switch (action->target.kind) {
    case KIND_SEGMENT:
        count_segment(s, action->target.id, t);
        break;
    case KIND_SEMSET:
        set = snapshot_semset(s, action->target.id);
        if (set && set->known & SET_KNOWS_WAITERS)
            t->waiters += set->waiters;
        break;
    case KIND_QUEUE:
        for (size_t i = 0; i < s->waiters.n; i++)
            t->waiters += s->waiters.at[i].kind == KIND_QUEUE &&
                          s->waiters.at[i].id == action->target.id;
        break;
    default:
        break;
    }
}

// The rows on screen, ordered to be searched. Caller frees.
static struct identity_vec rows_shown(struct session *s)
{
    struct view *v = session_view(s);
    struct identity_vec rows = {0}, ordered = {0};

    vec_reserve(&rows, v->rows.n);
    for (size_t i = 0; i < v->rows.n; i++)
        v->kind->identify(s->snapshot, v->rows.at[i], &rows.at[rows.n++]);
    tags_add_all(&ordered, rows.at, rows.n);
    vec_free(&rows);
    return ordered;
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void question(const struct snapshot *s, const struct action *first, const struct totals *t,
                     struct consequence *total)
{
    char what[112] = "";
    const struct {
        size_t n;
        const char *one;
    } parts[] = {{t->processes, "process"}, {t->segments, "segment"}, {t->sets, "semaphore set"},
                 {t->queues, "queue"}};

    for (size_t i = 0, used = 0; i < sizeof parts / sizeof *parts && used < sizeof what; i++) {
        if (!parts[i].n)
            continue;
        const char *end = parts[i].n == 1 ? "" : i == 0 ? "es" : "s";
        used += (size_t)snprintf(what + used, sizeof what - used, "%s%zu %s%s", used ? ", " : "",
                                 parts[i].n, parts[i].one, end);
    }
    if (first->verb == ACTION_SIGNAL) {
        const char *name = sigabbrev_np(first->signal);
        snprintf(total->question, sizeof total->question, "Send signal %d%s%s to %s?",
                 first->signal, name ? " SIG" : "", name ? name : "", what);
    } else if (first->verb == ACTION_SET) {
        char to[96];
        consequence_change(s, first, to, sizeof to);
        struct line line = line_start(total->question, sizeof total->question);
        line_add(&line, "Change %s: %s?", what, to);
    } else {
        const char *verb = first->verb == ACTION_LOCK     ? "Lock in memory:"
                           : first->verb == ACTION_UNLOCK ? "Unlock:"
                                                          : "Remove";
        snprintf(total->question, sizeof total->question, "%s %s?", verb, what);
    }
}

static void effect(const struct totals *t, size_t holders, struct consequence *total)
{
    char size[TEXT_SHORT], memory[TEXT_SHORT];
    struct text_vec out = {0};

    if (t->now) {
        add(&out, "%s vanish at once, with their contents", text_size(size, sizeof size, t->now));
        if (t->memory_known)
            add(&out, "; %s of memory are freed",
                text_size(memory, sizeof memory, t->memory));
        add(&out, ". ");
    }
    if (t->later)
        add(&out, "%s are marked and stay until the last process detaches; %zu process%s seen "
            "holding them. ", text_size(size, sizeof size, t->later), holders,
            holders == 1 ? "" : "es");
    if (t->pinned)
        add(&out, "%s can no longer be swapped out. ", text_size(size, sizeof size, t->pinned));
    if (t->waiters)
        add(&out, "%llu waiting task%s get%s EIDRM. ", (unsigned long long)t->waiters,
            plural(t->waiters), t->waiters == 1 ? "s" : "");
    if (t->grave)
        add(&out, "An application runs on %zu of them: read the list. ", t->grave);
    if (t->refused)
        add(&out, "%zu cannot be done and %s left out. ", t->refused,
            t->refused == 1 ? "is" : "are");
    if (t->hidden)
        add(&out, "%zu of them the filter hides. ", t->hidden);
    snprintf(total->effect, sizeof total->effect, "%s", out.n ? out.at : "");
    total->grave = t->grave > 0;
    vec_free(&out);
}

char *preview_text(struct session *s, struct action_vec *actions, struct consequence *total)
{
    struct identity_vec rows = rows_shown(s);
    enum kind_id kind = session_view(s)->kind->id; // targets of others are not of this list
    struct text_vec list = {0};
    struct totals t = {.memory_known = true};
    struct action first = {0};
    size_t kept = 0;

    *total = (struct consequence){0};
    for (size_t i = 0; i < actions->n; i++) {
        const struct action *action = &actions->at[i];
        struct consequence c;

        consequence_of(s->snapshot, action, &c);
        bool hidden = action->target.kind == kind && !tags_has(&rows, &action->target);
        add(&list, "%s%s%s\n    %s\n",
            c.impossible ? "left out: " : c.grave ? "! " : "  ", c.question,
            hidden ? " (hidden by the filter)" : "", c.effect);
        if (c.impossible) {
            t.refused++;
            continue;
        }
        t.grave += c.grave;
        t.hidden += hidden;
        count_target(s->snapshot, action, &t);
        first = *action;
        actions->at[kept++] = *action;
    }
    actions->n = kept;
    question(s->snapshot, &first, &t, total);
    effect(&t, count_pids(&t.holders), total);
    vec_free(&t.holders);
    vec_free(&rows);
    total->impossible = kept == 0;
    if (total->impossible)
        snprintf(total->question, sizeof total->question, "Nothing of this can be done");
    vec_reserve(&list, 1);
    return list.at;
}

char *preview_results(const struct outcome_vec *outcomes, char *summary, size_t cap)
{
    static const char *const names[] = {
        [OUTCOME_DONE] = "done", [OUTCOME_REFUSED] = "refused", [OUTCOME_FAILED] = "failed"};
    size_t count[3] = {0};
    struct text_vec list = {0};

    for (size_t i = 0; i < outcomes->n; i++) {
        const struct outcome *o = &outcomes->at[i];

        count[o->state]++;
        add(&list, "%-8s %s\n", names[o->state], o->text);
    }
    snprintf(summary, cap, "%zu done, %zu refused, %zu failed", count[OUTCOME_DONE],
             count[OUTCOME_REFUSED], count[OUTCOME_FAILED]);
    vec_reserve(&list, 1);
    return list.at;
}
