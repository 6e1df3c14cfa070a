#include "model/record/action.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

const struct action_words *action_words(enum action_verb verb)
{
    // clang-format off
    static const struct action_words words[] = {
        [ACTION_REMOVE] = {"remove", "Remove", "remove", "removing", "removed"},
        [ACTION_SIGNAL] = {"signal", "Signal", "signal", "signalling", "signalled"},
        [ACTION_SET] = {"set", "Change", "change", "changing", "changed"},
        [ACTION_LOCK] = {"lock", "Lock", "lock", "locking", "locked"},
        [ACTION_UNLOCK] = {"unlock", "Unlock", "unlock", "unlocking", "unlocked"},
        [ACTION_LIMIT] = {"limit", "Limit", "set", "setting the limit", "set"},
        [ACTION_RESOLVE] = {"resolve", "", "", "looking up", "looked up"},
    };
    // clang-format on
    return &words[verb];
}

const char *outcome_state_name(enum outcome_state state)
{
    // clang-format off
    static const char *const names[OUTCOME_STATES] = {
        [OUTCOME_DONE] = "done",
        [OUTCOME_REFUSED] = "refused",
        [OUTCOME_FAILED] = "failed",
        [OUTCOME_CANCELLED] = "cancelled",
    };
    // clang-format on
    return names[state];
}

struct outcome outcome_refused(const struct action *action, const char *why)
{
    struct outcome refused = {.action = *action, .state = OUTCOME_REFUSED};
    struct line text = line_start(refused.text, sizeof refused.text);

    line_add(&text, "%s", why);
    return refused;
}
