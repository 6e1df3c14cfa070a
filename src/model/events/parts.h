// What the parts of events.c share: one thing that happened, before it is put into words.
#ifndef IPCTOP_MODEL_EVENTS_PARTS_H
#define IPCTOP_MODEL_EVENTS_PARTS_H

#include "model/events/events.h"
#include "model/record/event_log.h"
#include "model/text/say.h"

struct change {
    enum kind_id kind;
    enum event_what what;
    const struct snapshot *then; // where `was` is; NULL: nothing was
    const struct snapshot *now;
    const void *was, *is;         // the object's records; NULL: there is none
    uint64_t from, to, low, high; // attachments; low and high over span_ns, where that is not 0
    int64_t span_ns;
    bool logout;               // its owner logged out
    const struct trace *trace; // of the call that did it; NULL: not traced
};
VEC(change_vec, struct change);

// --- sentences.c: changes in words ------------------------------------------------------------

struct event *event_of_change(const struct change *change);
// Of n changes of one kind and sort.
struct event *event_of_many(const struct change *changes, size_t n);
struct event *event_of_outcome(const struct outcome *outcome, const struct snapshot *now);

// Who acts: "root".
const char *event_own_user(const struct snapshot *now);
// An event of a picture, of which nothing else is known; one of our own actions.
struct event event_at(const struct snapshot *now, enum event_what what, enum severity severity);
struct event event_own(const struct snapshot *now, bool done);
// An event with the words for what it is about.
struct event *event_worded(const struct event *head, const struct snapshot *now, const char *who,
                           const char *text);

// --- batch.c: the actions of one command on several targets --------------------------------------

struct batch {
    uint32_t number; // struct action's; 0: there is none
    uint64_t event;  // number of the event of all of them
    bool reported;   // that event is in the list already
    enum action_verb verb;
    enum kind_id kind; // of their targets; NO_KIND: of several
    size_t n, counts[OUTCOME_STATES];
    struct event_log *members;
    struct event_vec fresh; // not among these yet
};
// Of another batch than before where the outcome says so: report that one first. Takes the reference
// to `member`; *number is the last number of an event.
void batch_add(struct batch *batch, const struct outcome *outcome, struct event *member,
               uint64_t *number);
// The event of all so far, where there are new ones; NULL: there are none.
struct event *batch_report(struct batch *batch, const struct snapshot *now);

// --- own.c: what we removed or marked ---------------------------------------------------------------

struct own {
    struct identity object;
    int pictures; // that it is kept for
    bool hidden;  // one event was hidden: of a segment that we marked, that it goes is news again
};
VEC(own_vec, struct own); // ordered by kind, id
// Notes an object; counts from own_settle() on, once for each picture.
void own_add(struct own_vec *own, const struct identity *object);
void own_settle(struct own_vec *own);
// Whether its going is no news: once.
bool own_is(struct own_vec *own, const struct identity *object);

// Whether the object goes with its last user.
bool is_marked(enum kind_id kind, const void *row);

// The record of a segment, set or queue begins with it.
static inline const struct owned *owned_of(const void *row)
{
    return row;
}

// --- traced.c: what tracing adds ------------------------------------------------------------------

struct pending { // a trace that no event was made of yet
    struct trace trace;
    int rounds; // it waits since
    bool used;  // an event was made of it
    bool shown; // by traced_rest()
};
VEC(pending_vec, struct pending);

struct traced {
    struct pending_vec pending; // ordered by kind, id, time
    struct change_vec deferred; // removals without a trace: it may come with the next snapshot
    size_t resumed;             // of them, by this one
    enum trace_state state;     // reported last
    uint64_t lost;              // reported so far
};
void traced_free(struct traced *traced);

// Takes over the traces of a snapshot; reports the state of tracing itself.
void traced_add(struct traced *traced, const struct snapshot *now, struct event_vec *out);
// The trace of the call that made this change, which is used up then; NULL: there is none.
const struct trace *traced_find(struct traced *traced, const struct change *change);
// Whether somebody was seen to attach or detach that segment.
bool traced_attachments(const struct traced *traced, const struct owned *segment);
// Puts a removal off to the next snapshot where its trace may still come. Takes references.
bool traced_defer(struct traced *traced, const struct change *change);
// Appends the removals put off last time, with the traces that came; traced_defer()'s references
// last until traced_settle().
void traced_resume(struct traced *traced, struct change_vec *out);
// What no table shows: objects that came and went, IPC_SET, SHM_LOCK, attaches and detaches.
void traced_rest(struct traced *traced, const struct snapshot *then, const struct snapshot *now,
                 struct event_vec *out);
void traced_settle(struct traced *traced);

// --- actor.c --------------------------------------------------------------------------------------

// Writes the process that did it: "12997 ipcrm (uid 1234 deploy)".
void actor_say(struct say *x, const struct actor *by);
// Fills in the process and the time.
void actor_head(struct event *head, const struct trace *trace);

// --- watches.c: what takes memory beyond the last picture -----------------------------------

struct flow { // attachments of a segment that come and go
    int32_t shmid;
    uint64_t reported, low, high; // since the window began
    int64_t since_ns, window_ns;
    bool moved;
};
VEC(flow_vec, struct flow);

// Takes note of a segment's count; appends what is to be reported at once.
void flow_note(struct flow_vec *flows, const struct change *same, struct change_vec *out);
// Appends the changes of windows that ended; forgets calm and vanished ones.
void flow_sweep(struct flow_vec *flows, const struct snapshot *now, struct change_vec *out);

struct level { // of a limit's use
    const char *name;
    uint64_t mount_namespace; // of which /dev/shm; 0: there is one
    uint64_t limit;
    int level; // 0, 80, 95
    bool ours; // we set it to `own`, which the action's event says
    uint64_t own;
};
VEC(level_vec, struct level);
// Takes note of a limit that we set.
void levels_own(struct level_vec *levels, const struct action *action);
void levels_watch(struct level_vec *levels, const struct snapshot *now, struct event_vec *out);

struct stuck {
    int32_t pid;
    uint64_t start_ticks;
    char comm[68];
};
VEC(stuck_vec, struct stuck);
void stuck_watch(struct stuck_vec *stuck, const struct snapshot *now, struct event_vec *out);

struct login {
    uint32_t uid;
    int was, is; // as struct source reports it
};
VEC(login_vec, struct login);
// Asks for the owners in both pictures (either may be NULL).
void logins_watch(struct login_vec *logins, const struct snapshot *then, const struct snapshot *now,
                  const struct source *source);
// Whether that user's login ended between the last two pictures.
bool logins_ended(const struct login_vec *logins, uint32_t uid);

#endif
