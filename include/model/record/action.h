// What a user may do to an object or a process, and what came of it.
#ifndef IPCTOP_MODEL_RECORD_ACTION_H
#define IPCTOP_MODEL_RECORD_ACTION_H

#include <stddef.h>

#include "base/vector.h"
#include "model/record/identity.h"

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

struct action {
    enum action_verb verb;
    struct identity target; // a copy taken when the user chose it: what must still be true
    int signal;             // ACTION_SIGNAL
    struct {
        unsigned which; // SET_*: the fields to change, the others stay; ACTION_RESOLVE: to look
                        // up, and in a failed outcome those there is nobody for
        uint32_t uid, gid, mode;
        uint64_t max_bytes;
        // ACTION_RESOLVE: names to look up; ACTION_SET: names known for uid and gid, or empty
        char user[SET_NAME], group[SET_NAME];
    } set; // ACTION_SET
    struct {
        char name[16];
        uint64_t value;
    } limit; // ACTION_LIMIT
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

struct outcome {
    struct action action;
    enum outcome_state state;
    int error;      // errno of FAILED, else 0
    bool extra;     // none that is waited for: of an action that was reported as hanging
                    // before, or refused before it came to one
    char text[256]; // "segment 42 marked; 3 still attached: 18811 python ×2, …"
};
VEC(outcome_vec, struct outcome);

// Why something was not begun at all.
struct outcome outcome_refused(const struct action *action, const char *why);

// How an action is spoken of: the log's verb; a prompt's title and its typed word; under way.
struct action_words {
    const char *name, *title, *word, *doing;
};
const struct action_words *action_words(enum action_verb verb);

// The command line that would have done the same: "ipcrm -m 42", "kill -TERM 18811"; empty where
// there is none. Returns dst.
const char *action_command(const struct action *action, char *dst, size_t cap);

#endif
