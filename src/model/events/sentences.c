#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sum.h"
#include "base/text.h"
#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/action.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "model/text/words.h"
#include "parts.h"

enum { TEXT = 320, WHO = 96 };

struct event *event_worded(const struct event *head, const struct snapshot *now, const char *who,
                           const char *text)
{
    const struct kind *kind = kind_get(head->about.kind);
    struct event event = *head;
    char object[80];

    if (head->several)
        snprintf(object, sizeof object, "%s", kind ? kind->name : "");
    else
        row_text(now, &head->about, object, sizeof object);
    event.object = *object ? object : NULL;
    event.kind = kind ? kind->one : NULL;
    return event_new(&event, who, text);
}

bool is_marked(enum kind_id kind, const void *row)
{
    const struct kind *known = kind_get(kind);

    return known && known->marked && known->marked(row);
}

// --- who -----------------------------------------------------------------------------------------

// Who it was when it did something at `time`: its program as the newer picture has it, else as the
// one before had it.
static int32_t add_process(struct line *line, const struct change *c, int32_t pid, int64_t time)
{
    if (pid == 0) {
        const struct snapshot *s = c->now;
        if (!(s->has & NEED_SYSTEM && s->system.first_pid_namespace))
            line_add(line, "a process outside");
        return 0;
    }
    enum pid_state state = snapshot_pid_state(c->now, pid, time);
    const char *program = state == PID_ALIVE ? words_program(c->now, pid) : NULL;
    if (!program && c->then && snapshot_pid_state(c->then, pid, time) == PID_ALIVE)
        program = words_program(c->then, pid);
    line_add(line, "%d%s%s%s", pid, program ? " " : "", program ? program : "",
             state == PID_GONE ? " (gone)" : "");
    return pid;
}

static void add_user(struct line *line, const struct change *c, uint32_t uid)
{
    words_user(line, snapshot_user(c->now, uid) || !c->then ? c->now : c->then, uid);
}

// Its pid; 0 where that is not known.
static int32_t add_last_user(struct line *line, const struct change *c)
{
    const struct snapshot *s = c->is ? c->now : c->then;
    const void *row = c->is ? c->is : c->was;
    const struct kind *kind = kind_get(c->kind);
    int32_t pid = 0;
    int64_t time;

    if (c->what == EVENT_CHANGED || c->what == EVENT_MARKED)
        return 0; // neither call leaves a pid: ipc/shm.c, ipc/util.c
    if (c->what == EVENT_CREATED && kind->maker) {
        pid = kind->maker(row, &time);
        return add_process(line, c, pid, time);
    }
    if (kind->last_user && kind->last_user(s, row, &pid, &time))
        pid = add_process(line, c, pid, time);
    if (line->n == 0 &&
        !kind->maker) // neither sets nor queues remember who made them but by the user
        add_user(line, c, owned_of(row)->cuid);
    return pid;
}

static void add_who(struct line *line, const struct change *c, struct event *head)
{
    if (c->trace) {
        actor_head(head, c->trace);
        actor_words(line, c->now, &c->trace->by);
        return;
    }
    head->pid = add_last_user(line, c);
    head->by = line->n ? EVENT_BY_LAST_USER : EVENT_BY_NOBODY;
}

// --- what ----------------------------------------------------------------------------------------

static void say_created(struct line *line, const struct change *c)
{
    const struct owned *o = owned_of(c->is);

    words_contents(line, c->kind, o);
    if (o->key)
        line_add(line, ", key 0x%08x", o->key);
    else
        line_add(line, ", private");
    line_add(line, ", owner ");
    add_user(line, c, o->uid);
    if (is_marked(c->kind, c->is))
        line_add(line, ", marked already: it goes with its last attachment");
}

// Of an object that is gone. 0: none, or the kernel does not count them.
static uint64_t waiters_counted(const struct change *c)
{
    const struct kind *kind = kind_get(c->kind);
    uint64_t n;

    return c->what == EVENT_REMOVED && kind->counted_waiters && kind->counted_waiters(c->was, &n)
               ? n
               : 0;
}

static void say_removed(struct line *line, const struct change *c)
{
    uint64_t waiters = waiters_counted(c);

    if (is_marked(c->kind, c->was)) {
        line_add(line, "gone with its last attachment, ");
        words_contents(line, c->kind, owned_of(c->was));
        line_add(line, " freed");
    } else {
        words_contents(line, c->kind, owned_of(c->was));
        line_add(line, ", owner ");
        add_user(line, c, owned_of(c->was)->uid);
    }
    if (waiters)
        line_add(line, ", %llu waited on it", (unsigned long long)waiters);
    if (c->logout)
        line_add(line, "; perhaps by systemd as its owner logged out (RemoveIPC)");
}

static void say_marked(struct line *line, const struct change *c)
{
    const struct segment *segment = c->is;

    line_add(line, "for removal; ");
    words_size(line, segment->size);
    line_add(line, " stays until ");
    line_count(line, segment->nattch, "attachment ends", "attachments end");
}

static void say_changed(struct line *line, const struct change *c)
{
    const struct owned *was = owned_of(c->was), *is = owned_of(c->is);

    if (was->uid != is->uid) {
        line_add(line, "owner ");
        add_user(line, c, was->uid);
        line_add(line, " to ");
        add_user(line, c, is->uid);
    }
    if (was->gid != is->gid) {
        line_add(line, "%sgroup ", line->n ? ", " : "");
        words_group(line, c->now, was->gid);
        line_add(line, " to ");
        words_group(line, c->now, is->gid);
    }
    if (was->mode != is->mode)
        line_add(line, "%smode %04o to %04o", line->n ? ", " : "", was->mode, is->mode);
}

static void say_attached(struct line *line, const struct change *c)
{
    char span[TEXT_SHORT];

    line_add(line, "%llu to %llu attachments", (unsigned long long)c->from,
             (unsigned long long)c->to);
    if (!c->span_ns)
        return;
    line_add(line, " in %s", text_age(span, sizeof span, c->span_ns / CLOCK_SECOND));
    if (c->low < c->from && c->low < c->to)
        line_add(line, ", as few as %llu", (unsigned long long)c->low);
    if (c->high > c->from && c->high > c->to)
        line_add(line, ", as many as %llu", (unsigned long long)c->high);
}

static struct event head_of(const struct change *c)
{
    struct event head = {.time = c->now->time,
                         .millis = -1,
                         .what = c->what,
                         .about = {.kind = c->kind},
                         .uid = UINT32_MAX};

    // A set that somebody waited on wakes him with an error.
    head.severity = waiters_counted(c) ? SEVERITY_WARNING : SEVERITY_NOTICE;
    return head;
}

struct event *event_of_change(const struct change *c)
{
    char who[WHO] = "", text[TEXT] = "";
    struct line by = line_start(who, sizeof who), line = line_start(text, sizeof text);
    struct event head = head_of(c);

    kind_get(c->kind)->identify(c->is ? c->now : c->then, c->is ? c->is : c->was, &head.about);
    add_who(&by, c, &head);
    switch (c->what) {
    case EVENT_CREATED:
        say_created(&line, c);
        break;
    case EVENT_REMOVED:
        say_removed(&line, c);
        break;
    case EVENT_MARKED:
        say_marked(&line, c);
        break;
    case EVENT_CHANGED:
        say_changed(&line, c);
        break;
    default:
        say_attached(&line, c);
        break;
    }
    if (c->trace && c->trace->by.parent_pid)
        line_add(&line, "; its parent is %d %s", c->trace->by.parent_pid, c->trace->by.parent_comm);
    return event_worded(&head, c->now, who, text);
}

static uint32_t owner_of(const struct change *c)
{
    return owned_of(c->is ? c->is : c->was)->uid;
}

// Boyer and Moore's vote finds whoever owns more than half; the count then says whether.
static uint32_t main_owner(const struct change *changes, size_t n, size_t *count)
{
    uint32_t best = 0;
    size_t votes = 0;

    for (size_t i = 0; i < n; i++) {
        if (votes == 0)
            best = owner_of(&changes[i]);
        votes += owner_of(&changes[i]) == best ? 1 : (size_t)-1;
    }
    *count = 0;
    for (size_t i = 0; i < n; i++)
        *count += owner_of(&changes[i]) == best;
    return best;
}

// Whether one process, traced, did all of it.
static bool is_of_one(const struct change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!changes[i].trace || changes[i].trace->by.outer_pid != changes[0].trace->by.outer_pid ||
            changes[i].trace->by.start_ns != changes[0].trace->by.start_ns)
            return false;
    return true;
}

struct event *event_of_many(const struct change *changes, size_t n)
{
    char who[WHO] = "", text[TEXT] = "";
    struct line by = line_start(who, sizeof who), line = line_start(text, sizeof text);
    struct event head = head_of(&changes[0]);
    const struct kind *kind = kind_get(changes[0].kind);
    uint64_t bytes = 0;
    size_t of_owner, logouts = 0;
    uint32_t owner = main_owner(changes, n, &of_owner);

    head.several = true;
    for (size_t i = 0; i < n; i++) {
        const void *row = changes[i].is ? changes[i].is : changes[i].was;
        if (kind->memory)
            sum_add(&bytes, kind->memory(row));
        logouts += changes[i].logout;
    }
    line_add(&line, "%zu %s", n, kind->name);
    if (bytes) {
        line_add(&line, ", ");
        words_size(&line, bytes);
        line_add(&line, " in all");
    }
    if (is_of_one(changes, n)) { // "by" them, not of them
        actor_head(&head, changes[n - 1].trace);
        actor_words(&by, changes[0].now, &changes[0].trace->by);
    }
    if (of_owner * 2 > n) {
        line_add(&line, of_owner == n ? ", all of " : ", mostly of ");
        add_user(&line, &changes[0], owner);
        if (!by.n)
            add_user(&by, &changes[0], owner);
    }
    if (logouts == n)
        line_add(&line, "; perhaps by systemd as their owner logged out (RemoveIPC)");
    return event_worded(&head, changes[0].now, who, text);
}

struct event *event_of_outcome(const struct outcome *outcome, const struct snapshot *now)
{
    char who[WHO], text[TEXT], command[96];
    struct line line = line_start(text, sizeof text);
    const struct event head = {
        .time = now->time,
        .millis = -1,
        .what = EVENT_ACTION,
        .by = EVENT_BY_US,
        .uid = now->has & NEED_SYSTEM ? now->system.euid : UINT32_MAX,
        .severity = outcome->state == OUTCOME_DONE ? SEVERITY_NOTICE : SEVERITY_WARNING,
        .about = outcome->action.target,
    };

    snprintf(who, sizeof who, "%s",
             now->has & NEED_SYSTEM && now->system.user[0] ? now->system.user : "ipctop");
    if (outcome->state != OUTCOME_DONE)
        line_add(&line, "%s: ", outcome_state_name(outcome->state));
    line_add(&line, "%s", outcome->text);
    if (action_command(&outcome->action, command, sizeof command)[0])
        line_add(&line, " [%s]", command);
    return event_worded(&head, now, who, text);
}
