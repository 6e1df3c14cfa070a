#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sum.h"
#include "model/identity/command_line.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/action.h"
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

struct event event_at(const struct snapshot *now, enum event_what what, enum severity severity)
{
    return (struct event){
        .time = now->time, .millis = -1, .what = what, .severity = severity, .uid = UINT32_MAX};
}

struct event event_own(const struct snapshot *now, bool done)
{
    struct event head = event_at(now, EVENT_ACTION, done ? SEVERITY_NOTICE : SEVERITY_WARNING);

    head.by = EVENT_BY_US;
    if (now->has & NEED_SYSTEM)
        head.uid = now->system.euid;
    return head;
}

bool is_marked(enum kind_id kind, const void *row)
{
    const struct kind *known = kind_get(kind);

    return known && known->marked && known->marked(row);
}

// --- by which process ----------------------------------------------------------------------------

// The process as it was when it did something at `time`: its program as the newer snapshot has it,
// else as the one before had it.
static int32_t say_process(struct say *x, const struct change *c, int32_t pid, int64_t time)
{
    if (pid == 0) {
        const struct snapshot *s = c->now;
        if (!(s->has & NEED_SYSTEM && s->system.first_pid_namespace))
            say(x, "a process outside");
        return 0;
    }
    enum pid_state state = snapshot_pid_state(c->now, pid, time);
    const char *program = state == PID_ALIVE ? words_program(c->now, pid) : NULL;
    if (!program && c->then && snapshot_pid_state(c->then, pid, time) == PID_ALIVE)
        program = words_program(c->then, pid);
    say(x, "{number}{text}{text}{text}", pid, program ? " " : "", program,
        state == PID_GONE ? " (gone)" : "");
    return pid;
}

// As the snapshot that knows its name has it.
static void say_user(struct say *x, const struct change *c, uint32_t uid)
{
    words_user(&x->line, snapshot_user(c->now, uid) || !c->then ? c->now : c->then, uid);
}

// Its pid; 0 where that is not known.
static int32_t say_last_user(struct say *x, const struct change *c)
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
        return say_process(x, c, pid, time);
    }
    if (kind->last_user && kind->last_user(s, row, &pid, &time)) {
        pid = say_process(x, c, pid, time);
    } else if (kind->maker) { // nothing ever used it
        pid = kind->maker(row, &time);
        say(x, "made by ");
        pid = say_process(x, c, pid, time);
    }
    if (x->line.n == 0 && !kind->maker) // of their makers sets and queues name the user alone
        say_user(x, c, owned_of(row)->cuid);
    return pid;
}

static void say_actor(struct say *x, const struct change *c, struct event *head)
{
    if (c->trace) {
        actor_head(head, c->trace);
        actor_say(x, &c->trace->by);
        return;
    }
    head->pid = say_last_user(x, c);
    head->by = x->line.n ? EVENT_BY_LAST_USER : EVENT_BY_NOBODY;
}

// --- what ----------------------------------------------------------------------------------------

static void say_created(struct say *x, const struct change *c)
{
    const struct owned *o = owned_of(c->is);

    say(x, "{contents}, ", contents_of(o));
    if (o->key)
        say(x, "key {key}, owner ", o->key);
    else
        say(x, "private, owner ");
    say_user(x, c, o->uid);
    if (is_marked(c->kind, c->is))
        say(x, ", marked already: it goes with its last attachment");
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

static void say_removed(struct say *x, const struct change *c)
{
    const struct owned *was = owned_of(c->was);
    uint64_t waiters = waiters_counted(c);

    if (is_marked(c->kind, c->was)) {
        say(x, "gone with its last attachment, {contents} freed", contents_of(was));
    } else {
        say(x, "{contents}, owner ", contents_of(was));
        say_user(x, c, was->uid);
    }
    if (waiters)
        say(x, ", {number} waited on it", waiters);
    if (kind_get(c->kind)->marked && c->then->has & NEED_SYSTEM && c->then->system.rmid_forced)
        say(x, "; kernel.shm_rmid_forced removes segments to which nothing is attached");
    if (c->logout)
        say(x, "; perhaps by systemd as its owner logged out (RemoveIPC)");
}

static void say_marked(struct say *x, const struct change *c)
{
    const struct segment *segment = c->is;

    say(x, "for removal; {size} stays until {n attachment ends|attachments end}", segment->size,
        segment->nattch);
}

static void say_changed(struct say *x, const struct change *c)
{
    const struct owned *was = owned_of(c->was), *is = owned_of(c->is);

    if (was->uid != is->uid) {
        say(x, "owner ");
        say_user(x, c, was->uid);
        say(x, " to ");
        say_user(x, c, is->uid);
    }
    if (was->gid != is->gid)
        say(x, "{text}group {group} to {group}", x->line.n ? ", " : "", was->gid, is->gid);
    if (was->mode != is->mode)
        say(x, "{text}mode {mode} to {mode}", x->line.n ? ", " : "", was->mode, is->mode);
}

static void say_attached(struct say *x, const struct change *c)
{
    say(x, "{number} to {number} attachments", c->from, c->to);
    if (!c->span_ns)
        return;
    say(x, " in {age}", c->span_ns / CLOCK_SECOND);
    if (c->low < c->from && c->low < c->to)
        say(x, ", as few as {number}", c->low);
    if (c->high > c->from && c->high > c->to)
        say(x, ", as many as {number}", c->high);
}

static struct event head_of(const struct change *c)
{
    // A task that waited on the set is woken with an error.
    struct event head =
        event_at(c->now, c->what, waiters_counted(c) ? SEVERITY_WARNING : SEVERITY_NOTICE);

    head.about.kind = c->kind;
    return head;
}

struct event *event_of_change(const struct change *c)
{
    char who[WHO] = "", text[TEXT] = "";
    struct say by = say_start(c->now, who, sizeof who), x = say_start(c->now, text, sizeof text);
    struct event head = head_of(c);

    kind_get(c->kind)->identify(c->is ? c->now : c->then, c->is ? c->is : c->was, &head.about);
    say_actor(&by, c, &head);
    switch (c->what) {
    case EVENT_CREATED:
        say_created(&x, c);
        break;
    case EVENT_REMOVED:
        say_removed(&x, c);
        break;
    case EVENT_MARKED:
        say_marked(&x, c);
        break;
    case EVENT_CHANGED:
        say_changed(&x, c);
        break;
    default:
        say_attached(&x, c);
        break;
    }
    if (c->trace && c->trace->by.parent_pid)
        say(&x, "; its parent is {number} {text}", c->trace->by.parent_pid,
            c->trace->by.parent_comm);
    return event_worded(&head, c->now, who, text);
}

static uint32_t owner_of(const struct change *c)
{
    return owned_of(c->is ? c->is : c->was)->uid;
}

// Boyer and Moore's vote finds the user that owns more than half; the count then says whether.
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
    const struct snapshot *now = changes[0].now;
    struct say by = say_start(now, who, sizeof who), x = say_start(now, text, sizeof text);
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
    say(&x, "{number} {text}", n, kind->name);
    if (bytes)
        say(&x, ", {size} in all", bytes);
    if (is_of_one(changes, n)) { // "by" them, not of them
        actor_head(&head, changes[n - 1].trace);
        actor_say(&by, &changes[0].trace->by);
    }
    if (of_owner * 2 > n) {
        say(&x, "{text}", of_owner == n ? ", all of " : ", mostly of ");
        say_user(&x, &changes[0], owner);
        if (!by.line.n)
            say_user(&by, &changes[0], owner);
    }
    if (logouts == n)
        say(&x, "; perhaps by systemd as their owner logged out (RemoveIPC)");
    return event_worded(&head, now, who, text);
}

const char *event_own_user(const struct snapshot *now)
{
    return now->has & NEED_SYSTEM && now->system.user[0] ? now->system.user : "ipctop";
}

struct event *event_of_outcome(const struct outcome *outcome, const struct snapshot *now)
{
    char text[TEXT], command[96];
    struct say x = say_start(now, text, sizeof text);
    struct event head = event_own(now, outcome->state == OUTCOME_DONE);

    head.about = outcome->action.target;
    if (outcome->state != OUTCOME_DONE)
        say(&x, "{text}: ", outcome_state_name(outcome->state));
    say(&x, "{text}", outcome->text);
    if (action_command(&outcome->action, command, sizeof command)[0])
        say(&x, " [{text}]", command);
    return event_worded(&head, now, event_own_user(now), text);
}
