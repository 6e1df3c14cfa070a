// Actions on objects and processes, and their outcomes.
#ifndef IPCTOP_MODEL_RECORD_ACTION_H
#define IPCTOP_MODEL_RECORD_ACTION_H

#include <stdbool.h>

#include "base/vector.h"
#include "model/record/identity.h"
#include "model/record/shared.h"

enum action_verb {
    ACTION_REMOVE,
    ACTION_SIGNAL,
    ACTION_SET,
    ACTION_LOCK,
    ACTION_UNLOCK,
    ACTION_LIMIT,
    ACTION_RESOLVE
}; // changes nothing: set.user and set.group to numbers

enum { SET_NAME = 64 };
enum { SET_UID = 1, SET_GID = 2, SET_MODE = 4, SET_MAX_BYTES = 8 };

// What IPC_SET changes; and the creator of a segment, 0 where that is not known.
struct object_state {
    uint32_t uid, gid, mode;
    int32_t cpid;
};

struct action {
    enum action_verb verb;
    uint64_t ipc_namespace;      // the target's; 0: our own
    struct identity target;      // a copy taken when the user chose it: what must still be true
    struct shared_target shared; // of one without a number; its owner is was.uid
    // It was refused as changed, and asked about again with what has changed from `was` to `now`: that
    // ctime moves on is no reason to refuse it. (semctl(2) SETVAL in a loop would for ever.)
    bool again;
    struct object_state was, now;
    uint32_t batch;   // the same for all that are done by one command; 0: it is done alone
    bool unused_only; // ACTION_REMOVE: refused where a process uses it by then, or may
    int signal;       // ACTION_SIGNAL
    struct {
        unsigned which; // SET_*: the fields to change, the others stay; ACTION_RESOLVE: to look
                        // up, and in a failed outcome those there is nobody for
        uint32_t uid, gid, mode;
        uint64_t max_bytes;
        // ACTION_RESOLVE: names to look up; ACTION_SET: names known for uid and gid, or empty
        char user[SET_NAME], group[SET_NAME];
    } set; // ACTION_SET
    struct {
        char name[24]; // LIMIT_NAME
        uint64_t value;
        char setting[96]; // what makes it last, to be written once it is set; empty: until reboot
    } limit;              // ACTION_LIMIT
};

VEC(action_vec, struct action);

enum outcome_state {
    OUTCOME_DONE,
    OUTCOME_REFUSED, // the target is not what it was, or may not be touched: nothing was done
    OUTCOME_FAILED,
    OUTCOME_CANCELLED, // not tried: the user, or the monitor's end, came before its turn
    OUTCOME_STATES
};
const char *outcome_state_name(enum outcome_state state); // "done", "refused", …

// What exactly it was: model/consequence/outcomes.c has the state and the sentence of each.
enum outcome_code {
    OUTCOME_TEXT, // none of these: state and text say it
    // done
    OUTCOME_REMOVED,
    OUTCOME_MARKED,       // for removal; `number` are still attached
    OUTCOME_UNLINKED,     // its name is gone; some process still uses it
    OUTCOME_NAME_REMOVED, // one of several
    OUTCOME_SET,
    OUTCOME_LOCKED,
    OUTCOME_UNLOCKED,
    OUTCOME_NEVER_SWAPPED, // huge pages: there is nothing to lock
    OUTCOME_SENT,
    OUTCOME_SENT_STOPPED, // a stopped process gets the signal when it is continued
    OUTCOME_LIMIT_SET,    // was `number`
    OUTCOME_RESOLVED,
    // refused
    OUTCOME_GONE,
    OUTCOME_OTHER_CREATOR, // `now` has the id
    OUTCOME_OTHER_KEY,
    OUTCOME_NOW_MARKED,
    OUTCOME_NOW_CHANGED,
    OUTCOME_NOW_ATTACHED, // `number` times
    OUTCOME_NOW_USED,
    OUTCOME_USE_UNKNOWN,
    OUTCOME_OTHER_OWNER, // `state.uid` owns it now
    OUTCOME_NOTHING_TO_SET,
    OUTCOME_NOT_LOCKABLE,
    OUTCOME_NO_OBJECT,
    OUTCOME_NO_SUCH_ACTION,
    OUTCOME_NO_SUCH_LIMIT,
    OUTCOME_NO_SUCH_SIGNAL,
    OUTCOME_OUTSIDE, // of this PID namespace
    OUTCOME_OURSELVES,
    OUTCOME_NO_START,
    OUTCOME_OTHER_PROCESS,
    OUTCOME_UNIDENTIFIED,
    OUTCOME_FOREIGN_PROC,
    OUTCOME_NOT_LIVE,
    // failed; `error` is set
    OUTCOME_NOT_PERMITTED, // but to root, `owner` and `creator`
    OUTCOME_UNREADABLE,
    OUTCOME_NOT_ACCEPTED,
    OUTCOME_LOCK_LIMIT,
    OUTCOME_ERROR,
    OUTCOME_NOT_SENT,
    OUTCOME_LIMIT_NOT_PERMITTED,
    OUTCOME_LIMIT_READ_ONLY,
    OUTCOME_LIMIT_NOT_ACCEPTED,
    OUTCOME_LIMIT_CLAMPED, // the kernel made it `number`
    OUTCOME_LIMIT_ERROR,
    OUTCOME_NO_SUCH_USER,
    OUTCOME_NO_SUCH_GROUP,
    OUTCOME_USER_NOT_FOUND, // the name service fails
    OUTCOME_GROUP_NOT_FOUND,
    OUTCOME_NAMESPACE,   // the target's could not be entered
    OUTCOME_NAME_PASSED, // to another object, which was removed instead
    OUTCOME_NO_WAY,      // none that may be taken leads to where its name is
    OUTCOME_NO_ANSWER,   // yet, from the kernel
    OUTCOME_NO_ANSWER_OF_PROCESS,
    OUTCOME_UNFINISHED, // when the monitor ended
    OUTCOME_NO_THREAD,
    OUTCOME_TOO_MANY_HANG,
    // cancelled
    OUTCOME_CANCELLED_BY_USER,
    OUTCOME_CANCELLED_BY_END,
    OUTCOME_CODES
};

struct outcome {
    struct action action;
    enum outcome_state state;
    enum outcome_code code;
    int error; // errno of FAILED, else 0
    struct outcome_facts {
        uint64_t number;     // see the codes
        struct identity now; // OUTCOME_OTHER_*, OUTCOME_NOW_*: what has the id now
        struct object_state state;
        // Escaped names, or empty: of the process, and of the users besides root who may do it.
        char process[64], owner[SET_NAME], creator[SET_NAME];
    } facts;
    bool extra;     // none that is waited for: of an action that was reported as hanging
                    // before, or refused before it came to one
    char text[256]; // "segment 42 marked; 3 still attached: 18811 python ×2, …"
};
VEC(outcome_vec, struct outcome);

// Why something was not begun at all.
struct outcome outcome_refused(const struct action *action, const char *why);

// How an action is spoken of: the log's verb; a prompt's title and its typed word; under way.
struct action_words {
    const char *name, *title, *word, *doing, *done; // "removed"
};
const struct action_words *action_words(enum action_verb verb);

#endif
