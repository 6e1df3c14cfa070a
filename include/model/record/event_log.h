// What happened, newest last: a bounded list that is shared by all pictures it has not changed
// between. Refcounted, immutable once made; one more event makes a new list of the same events.
#ifndef IPCTOP_MODEL_RECORD_EVENT_LOG_H
#define IPCTOP_MODEL_RECORD_EVENT_LOG_H

#include "model/record/objects.h"

enum { EVENTS_MAX = 1000 }; // about 250 bytes each

enum event_what {
    EVENT_CREATED,
    EVENT_REMOVED,
    EVENT_MARKED,   // IPC_RMID of a segment that is still attached
    EVENT_CHANGED,  // owner, group or mode: IPC_SET
    EVENT_ATTACHED, // more attachments than reported last
    EVENT_DETACHED,
    EVENT_LIMIT, // crossed 80 or 95 %, fallen below, or set to another value
    EVENT_STUCK, // a process that does not answer in time
    EVENT_RECOVERED,
    EVENT_ACTION,  // our own
    EVENT_TRACING, // it began, ended, or lost something
    EVENT_WHATS
};
extern const char *const event_what_names[EVENT_WHATS]; // "created", …

enum event_by {         // how the process is known
    EVENT_BY_NOBODY,    // it is not
    EVENT_BY_LAST_USER, // from the kernel's tables: the maker or last user of the object
    EVENT_BY_EXACT,     // traced: the very process
    EVENT_BY_US,
    EVENT_BYS
};
extern const char *const event_by_names[EVENT_BYS]; // "last user", "exact", "us"; NULL: nobody

struct event {
    int refs;        // private
    uint64_t number; // counts up from 1
    int64_t time;    // epoch seconds of the picture that showed it
    int32_t millis;  // of that second; -1: not known
    enum event_what what;
    enum severity severity;
    enum event_by by;
    int32_t pid;               // of that process; 0: not known, or outside our PID namespace
    uint32_t uid;              // UINT32_MAX: not known
    struct identity about;     // NO_KIND: nothing that has a row
    bool several;              // about many objects: only about.kind counts
    const char *kind;          // static: "segment"; NULL: nothing
    const char *object;        // in words: "segment 42", of several "segments"; NULL: nothing
    const char *who, *text;    // "18811 python" or empty; copies behind the record, as `object`
    uint64_t of;               // number of the event it is a member of; 0: it stands for itself
    struct event_log *members; // of a command on several targets: each of its actions, at most
                               // EVENTS_MAX; NULL: it is none
};

struct event_log {
    int refs; // private
    size_t n;
    struct event *at[]; // oldest first
};

struct event_log *event_log_ref(struct event_log *log); // NULL is fine
void event_log_unref(struct event_log *log);            // NULL is fine

// An event with copies of the texts and of head->object, and a reference of its own to head->members;
// one reference.
struct event *event_new(const struct event *head, const char *who, const char *text);
VEC(event_vec, struct event *);

// A list of the events of `log` (may be NULL) and then of those in `more`, whose references it
// takes; the oldest beyond EVENTS_MAX are left out. One reference; `log` stays as it is.
struct event_log *event_log_more(const struct event_log *log, const struct event_vec *more);

// Puts `event`, whose reference it takes, where the log has one of the same number; where that was
// dropped already, releases it. Of a list that nobody else has.
void event_log_replace(struct event_log *log, struct event *event);

#endif
