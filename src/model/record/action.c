#include "model/record/action.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/signal_name.h"

const struct action_words *action_words(enum action_verb verb)
{
    // clang-format off
    static const struct action_words words[] = {
        [ACTION_REMOVE] = {"remove", "Remove", "remove", "removing"},
        [ACTION_SIGNAL] = {"signal", "Signal", "signal", "signalling"},
        [ACTION_SET] = {"set", "Change", "change", "changing"},
        [ACTION_LOCK] = {"lock", "Lock", "lock", "locking"},
        [ACTION_UNLOCK] = {"unlock", "Unlock", "unlock", "unlocking"},
        [ACTION_LIMIT] = {"limit", "Limit", "set", "setting the limit"},
        [ACTION_RESOLVE] = {"resolve", "", "", "looking up"},
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

static const char *remove_flag(enum kind_id kind)
{
    return kind == KIND_SEGMENT  ? "-m"
           : kind == KIND_SEMSET ? "-s"
           : kind == KIND_QUEUE  ? "-q"
                                 : NULL;
}

const char *action_command(const struct action *action, char *dst, size_t cap)
{
    const char *signal = signal_abbreviation(action->signal);

    if (cap)
        dst[0] = '\0';
    switch (action->verb) {
    case ACTION_REMOVE:
        if (remove_flag(action->target.kind)) // else there was no such object
            snprintf(dst, cap, "ipcrm %s %" PRId32, remove_flag(action->target.kind),
                     action->target.id);
        break;
    case ACTION_SIGNAL:
        if (action->target.pid <= 0 || !action->signal)
            break; // refused before it had come to one
        if (signal)
            snprintf(dst, cap, "kill -%s %" PRId32, signal, action->target.pid);
        else
            snprintf(dst, cap, "kill -%d %" PRId32, action->signal, action->target.pid);
        break;
    case ACTION_LIMIT: // the four of kernel.sem are one line that would need all of them
        if (action->limit.name[0] && strncmp(action->limit.name, "sem", 3) != 0)
            snprintf(dst, cap, "sysctl -w kernel.%s=%" PRIu64, action->limit.name,
                     action->limit.value);
        break;
    case ACTION_SET:
    case ACTION_LOCK:
    case ACTION_UNLOCK:
    case ACTION_RESOLVE:
        break;
    }
    return dst;
}
