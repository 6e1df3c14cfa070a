#include "model/action.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *remove_flag(enum kind_id kind)
{
    return kind == KIND_SEGMENT ? "-m" : kind == KIND_SEMSET ? "-s" : "-q";
}

const char *action_command(const struct action *action, char *dst, size_t cap)
{
    const char *signal = sigabbrev_np(action->signal);

    if (cap)
        dst[0] = '\0';
    switch (action->verb) {
    case ACTION_REMOVE:
        snprintf(dst, cap, "ipcrm %s %" PRId32, remove_flag(action->target.kind),
                 action->target.id);
        break;
    case ACTION_SIGNAL:
        if (signal)
            snprintf(dst, cap, "kill -%s %" PRId32, signal, action->target.pid);
        else
            snprintf(dst, cap, "kill -%d %" PRId32, action->signal, action->target.pid);
        break;
    case ACTION_LIMIT: // the four of kernel.sem are one line that would need all of them
        if (strncmp(action->limit.name, "sem", 3) != 0)
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
