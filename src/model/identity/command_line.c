#include "model/identity/command_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "model/kinds/registry.h"
#include "model/record/limit_spec.h"

const char *action_command(const struct action *action, char *dst, size_t cap)
{
    const struct kind *kind = kind_get(action->target.kind);
    const char *signal = signal_abbreviation(action->signal);
    const struct limit_spec *spec = limit_spec_find(action->limit.name);

    if (cap)
        dst[0] = '\0';
    switch (action->verb) {
    case ACTION_REMOVE:
        if (kind && kind->ipcrm) // else there was no such object
            snprintf(dst, cap, "ipcrm -%c %" PRId32, kind->ipcrm, action->target.id);
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
        if (spec && !strchr(spec->setting, ','))
            snprintf(dst, cap, "sysctl -w %s=%" PRIu64, spec->setting, action->limit.value);
        break;
    case ACTION_SET:
    case ACTION_LOCK:
    case ACTION_UNLOCK:
    case ACTION_RESOLVE:
        break;
    }
    return dst;
}
