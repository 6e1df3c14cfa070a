#include "session/actions/preview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/signal_name.h"
#include "base/sum.h"
#include "model/apps/labels.h"
#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/words.h"
#include "session/actions/targets.h"
#include "session/session.h"
#include "session/tags.h"

enum { NAMED_MAX = 4, NAME = 48 };

struct totals {
    size_t segments, sets, queues, processes;
    size_t now, later; // segments that go at once, and at their last detach
    size_t grave, forbidden;
    uint64_t now_bytes, memory, swap, later_bytes;
    bool memory_known;
    bool unseen;              // of the later ones, more hold them than are seen
    uint64_t pinned;          // bytes that stay in memory
    uint64_t messages, bytes; // of queues, lost
    uint64_t waiters;         // that get EIDRM
    struct pid_vec holders;
    struct pid_vec ended;        // who may end by their signals
    size_t let_go;               // segments that nobody holds then, but stay
    char named[NAMED_MAX][NAME]; // whose applications run on them
    size_t n_named;              // more than NAMED_MAX: these many at least
};

static void count_segment(const struct snapshot *s, const struct segment *segment, struct totals *t)
{
    const unsigned both = SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
    size_t n = 0;
    const struct holder *holders = scan_holders(s->scan, segment->o.id, &n);
    const struct segment_account *account = scan_account(s->scan, segment->o.id);

    if (segment->nattch == 0) {
        t->now++;
        sum_add(&t->now_bytes, segment->size);
        t->memory_known = t->memory_known && (segment->known & both) == both;
        t->memory += segment->rss;
        t->swap += segment->swap;
        return;
    }
    t->later++;
    sum_add(&t->later_bytes, segment->size);
    t->unseen |= !account || account->found < segment->nattch;
    for (size_t i = 0; i < n; i++)
        vec_push(&t->holders, holders[i].pid);
}

static void count_removal(const struct snapshot *s, const struct identity *target, struct totals *t)
{
    const struct segment *segment;
    const struct semset *set;
    const struct queue *queue;
    uint64_t waiters = words_waiters(NULL, s, target->kind, target->id, CALLS_ALL, 0);

    if (target->kind == KIND_SEGMENT && (segment = snapshot_segment(s, target->id)))
        count_segment(s, segment, t);
    if (target->kind == KIND_SEMSET && (set = snapshot_semset(s, target->id)) &&
        set->known & SET_KNOWS_WAITERS && set->waiters > waiters)
        waiters = set->waiters;
    if (target->kind == KIND_QUEUE && (queue = snapshot_queue(s, target->id))) {
        t->messages += queue->messages;
        t->bytes += queue->bytes;
    }
    t->waiters += waiters;
}

static void name_user(const struct snapshot *s, const struct identity *target, struct totals *t)
{
    const struct owned *o = snapshot_owned(s, target->kind, target->id);
    struct label label;
    char name[NAME];

    if (!o || t->n_named > NAMED_MAX || !label_of(s, target->kind, o, &label))
        return;
    label_short(&label, name, sizeof name);
    for (size_t i = 0; i < t->n_named; i++)
        if (strcmp(t->named[i], name) == 0)
            return;
    if (t->n_named < NAMED_MAX)
        memcpy(t->named[t->n_named], name, sizeof name);
    t->n_named++;
}

static void count_target(const struct snapshot *s, const struct action *action,
                         const struct consequence *c, struct totals *t)
{
    const struct identity *target = &action->target;

    t->grave += c->grave;
    t->forbidden += c->forbidden;
    if (action->verb == ACTION_SIGNAL) {
        t->processes++;
        if (c->ends)
            vec_push(&t->ended, target->pid);
        return;
    }
    t->segments += target->kind == KIND_SEGMENT;
    t->sets += target->kind == KIND_SEMSET;
    t->queues += target->kind == KIND_QUEUE;
    if (action->verb == ACTION_REMOVE)
        count_removal(s, target, t);
    else if (action->verb == ACTION_LOCK && snapshot_segment(s, target->id))
        sum_add(&t->pinned, snapshot_segment(s, target->id)->size);
    if (c->grave)
        name_user(s, target, t);
}

static int by_pid(const void *a, const void *b)
{
    const int32_t *pa = a, *pb = b;

    return (*pa > *pb) - (*pa < *pb);
}

static bool all_end(const struct totals *t, const struct holder *holders, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!bsearch(&holders[i].pid, t->ended.at, t->ended.n, sizeof *t->ended.at, by_pid))
            return false;
    return true;
}

// What no single one of them frees, all together do.
static void count_let_go(const struct snapshot *s, struct totals *t)
{
    pids_settle(&t->ended);
    for (size_t i = 0; t->ended.n && i < s->segments.n; i++) {
        const struct segment *segment = &s->segments.at[i];
        const struct segment_account *account = scan_account(s->scan, segment->o.id);
        size_t n;
        const struct holder *holders = scan_holders(s->scan, segment->o.id, &n);

        if (!n || !account || account->found < segment->nattch || !all_end(t, holders, n))
            continue;
        if (!(segment->flags & SEG_DEST)) {
            t->let_go++;
            continue;
        }
        t->later++;
        sum_add(&t->later_bytes, segment->size);
    }
}

// --- in words -------------------------------------------------------------------------------------

static void question(const struct snapshot *s, const struct action *first, const struct totals *t,
                     struct consequence *total)
{
    const struct {
        size_t n;
        const char *one, *many;
    } parts[] = {{t->processes, "process", "processes"},
                 {t->segments, "segment", NULL},
                 {t->sets, "semaphore set", NULL},
                 {t->queues, "queue", NULL}};
    struct line line = line_start(total->question, sizeof total->question);
    const char *name = signal_abbreviation(first->signal), *comma = "";

    if (first->verb == ACTION_SIGNAL)
        line_add(&line, "Send signal %d%s%s to ", first->signal, name ? " SIG" : "",
                 name ? name : "");
    else
        line_add(&line, "%s ", action_words(first->verb)->title);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].n)
            continue;
        line_add(&line, "%s", comma);
        line_count(&line, parts[i].n, parts[i].one, parts[i].many);
        comma = ", ";
    }
    if (first->verb == ACTION_SET) {
        char to[96];
        consequence_change(s, first, to, sizeof to);
        line_add(&line, ": %s", to);
    }
    line_add(&line, "?");
}

static void tell_segments(struct line *line, struct totals *t)
{
    if (t->now) {
        line_add(line, "  freed now     ");
        words_size(line, t->now_bytes);
        line_add(line, " in ");
        line_count(line, t->now, "segment", NULL);
        if (t->memory_known) {
            line_add(line, ": ");
            words_size(line, t->memory);
            line_add(line, " of memory, ");
            words_size(line, t->swap);
            line_add(line, " of swap");
        }
        line_add(line, "\n");
    }
    if (t->later) {
        line_add(line, "  freed later   ");
        words_size(line, t->later_bytes);
        line_add(line, " in ");
        line_count(line, t->later, "segment", NULL);
        if (t->processes) {
            line_add(line, " marked for removal, when all of them have ended\n");
            return;
        }
        line_add(line, ", when the last attachment ends; ");
        pids_settle(&t->holders);
        line_count(line, t->holders.n, "process holds them", "processes hold them");
        line_add(line, "%s\n", t->unseen ? ", and some that are not seen" : "");
    }
}

// One line each: what is of which kind stands in a column.
static void effect(struct totals *t, size_t refused, size_t hidden, struct consequence *total)
{
    struct line line = line_start(total->effect, sizeof total->effect);

    tell_segments(&line, t);
    if (t->let_go) {
        line_add(&line, "  let go        ");
        line_count(&line, t->let_go, "segment", NULL);
        line_add(&line, ": nobody holds %s any more, but %s until removed\n",
                 t->let_go == 1 ? "it" : "them", t->let_go == 1 ? "it stays" : "they stay");
    }
    if (t->messages) {
        line_add(&line, "  lost          ");
        line_count(&line, t->messages, "message", NULL);
        line_add(&line, " of ");
        words_size(&line, t->bytes);
        line_add(&line, "\n");
    }
    if (t->waiters) {
        line_add(&line, "  woken         ");
        line_count(&line, t->waiters, "waiting task gets EIDRM", "waiting tasks get EIDRM");
        line_add(&line, "\n");
    }
    if (t->pinned) {
        line_add(&line, "  in memory     ");
        words_size(&line, t->pinned);
        line_add(&line, " can no longer be swapped out\n");
    }
    if (t->grave) {
        line_add(&line, "  in use        %zu of them%s", t->grave, t->n_named ? ", by " : "");
        for (size_t i = 0; i < t->n_named && i < NAMED_MAX; i++)
            line_add(&line, "%s%s", i ? ", " : "", t->named[i]);
        line_add(&line, "%s: marked ! in the list\n", t->n_named > NAMED_MAX ? " and others" : "");
    }
    if (t->forbidden)
        line_add(&line, "  may fail      %zu that this user may not touch\n", t->forbidden);
    if (refused)
        line_add(&line, "  left out      %zu that cannot be done\n", refused);
    if (hidden)
        line_add(&line, "  left alone    %zu tagged that %s hidden here\n", hidden,
                 hidden == 1 ? "is" : "are");
    total->grave = t->grave > 0;
}

char *preview_hidden(struct session *s)
{
    size_t hidden = tags_count(s, NULL).hidden;

    return hidden ? mem_format("%zu tagged %s hidden here and left alone.", hidden,
                               hidden == 1 ? "is" : "are")
                  : NULL;
}

// --- the list -------------------------------------------------------------------------------------

static void add_id(struct line *line, const char *what, const char *was, const char *now)
{
    if (strcmp(was, now) != 0)
        line_add(line, "; %s %s is %s now", what, was, now);
}

// What has changed since it was asked about, before what is to be known of it.
static void add_change(const struct snapshot *s, const struct action *action,
                       struct consequence *out)
{
    const struct object_state *was = &action->was, *now = &action->now;
    char effect[sizeof out->effect], before[48], after[48];
    struct line line = line_start(effect, sizeof effect);
    struct line user;

    line_add(&line, "Changed since it was asked about");
    user = line_start(before, sizeof before);
    words_user(&user, s, was->uid);
    user = line_start(after, sizeof after);
    words_user(&user, s, now->uid);
    add_id(&line, "owner", before, after);
    user = line_start(before, sizeof before);
    words_group(&user, s, was->gid);
    user = line_start(after, sizeof after);
    words_group(&user, s, now->gid);
    add_id(&line, "group", before, after);
    snprintf(before, sizeof before, "%04o", was->mode);
    snprintf(after, sizeof after, "%04o", now->mode);
    add_id(&line, "mode", before, after);
    if (was->uid == now->uid && was->gid == now->gid && was->mode == now->mode)
        line_add(&line, ", neither owner nor mode");
    line_add(&line, "; id, key and creator are the same. %s", out->effect);
    memcpy(out->effect, effect, sizeof effect);
}

void preview_one(const struct session *s, const struct action *action, struct consequence *out)
{
    char name[80];

    consequence_of(s->snapshot, action, out);
    if (action->again && !out->impossible)
        add_change(s->snapshot, action, out);
    if (action->verb != ACTION_SIGNAL || action->target.kind == KIND_HOLDER)
        return;
    snprintf(out->question, sizeof out->question, "Signal %s?",
             identity_text(&action->target, name, sizeof name));
    targets_none(s->snapshot, &action->target, out->effect, LINE_TEXT);
    out->impossible = true;
}

enum rank { LEFT_OUT, GRAVE, PLAIN, RANKS };

char *preview_text(struct session *s, struct action_vec *actions, struct outcome_vec *refused,
                   struct consequence *total)
{
    static const char *const marks[RANKS] = {"left out: ", "! ", "  "};
    char *texts[RANKS];
    size_t sizes[RANKS], kept = 0;
    FILE *lists[RANKS];
    struct totals t = {.memory_known = true};

    for (size_t i = 0; i < RANKS; i++)
        lists[i] = mem_stream(&texts[i], &sizes[i]);
    for (size_t i = 0; i < actions->n; i++) {
        const struct action *action = &actions->at[i];
        struct consequence c;

        preview_one(s, action, &c);
        enum rank rank = c.impossible ? LEFT_OUT : c.grave ? GRAVE : PLAIN;
        fprintf(lists[rank], "%s%s\n    %s\n", marks[rank], c.question, c.effect);
        if (c.impossible) {
            vec_push(refused, outcome_refused(action, c.effect));
            continue;
        }
        count_target(s->snapshot, action, &c, &t);
        actions->at[kept++] = *action;
    }
    actions->n = kept;
    count_let_go(s->snapshot, &t);
    *total = (struct consequence){.impossible = kept == 0};
    if (kept)
        question(s->snapshot, &actions->at[0], &t, total);
    else
        snprintf(total->question, sizeof total->question, "Nothing of this can be done");
    effect(&t, refused->n, tags_count(s, NULL).hidden, total);
    vec_free(&t.holders);
    vec_free(&t.ended);
    for (size_t i = 0; i < RANKS; i++)
        mem_stream_end(lists[i]);
    char *list = mem_format("%s%s%s", texts[LEFT_OUT], texts[GRAVE], texts[PLAIN]);
    for (size_t i = 0; i < RANKS; i++)
        free(texts[i]);
    return list;
}
