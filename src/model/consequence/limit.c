// Limits of the kernel: what a new value refuses, and the line that makes it last. sysctl.d(5).
#include "parts.h"

#include <stdio.h>
#include <string.h>

#include "model/record/limit.h"
#include "model/record/limit_spec.h"

// "kernel.shmmni = 8192"; kernel.sem holds four numbers, in the order of ipc/ipc_sysctl.c.
static bool sysctl_line(struct say *x, const struct draft *t, const struct limit_spec *changed)
{
    const struct limit_spec *fields[LIMIT_SPECS] = {0};
    char name[64];

    for (size_t i = 0; i < LIMIT_SPECS; i++)
        if (strcmp(limit_specs[i].path, changed->path) == 0)
            fields[limit_specs[i].field] = &limit_specs[i];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(changed->setting, ","), changed->setting);
    say(x, "{text} =", name);
    for (size_t i = 0; fields[i]; i++) {
        const struct limit *limit = limit_find(t->s, fields[i]->name);

        if (!limit || !(limit->known & LIMIT_KNOWS_LIMIT))
            return false;
        say(x, " {number}", fields[i] == changed ? t->action->limit.value : limit->limit);
    }
    return true;
}

// "65536 (64.0K)", "2097152 (8.0G)" of pages, "unlimited".
static void say_value(struct say *x, const struct limit_spec *spec, uint64_t value)
{
    uint64_t bytes;

    say(x, "{limit}", value);
    if (spec && !limit_unlimited(value) && limit_spec_bytes(spec, value, &bytes))
        say(x, " ({size})", bytes);
}

static void say_less(struct draft *t, const struct limit *limit, const struct limit_spec *spec)
{
    uint64_t value = t->action->limit.value;

    if ((limit->known & LIMIT_KNOWS_USED) && value < limit->used) {
        say(consequence_next(t), "In use: ");
        say_value(&t->effect, spec, limit->used);
        say(&t->effect, ": what exists stays, new ones are refused.");
        t->out->grave = true;
    } else if (value == 0 && !(spec && spec->is_switch)) {
        say(consequence_next(t), "With 0, nothing new is allowed at all.");
        t->out->grave = true;
    }
}

void consequence_limit(struct draft *t)
{
    const char *name = t->action->limit.name;
    const struct limit *limit = limit_find(t->s, name);
    const struct limit_spec *spec = limit_spec_find(name);
    uint64_t value = t->action->limit.value;
    char text[sizeof t->out->setting];
    struct say line = say_start(t->s, text, sizeof text);

    say(&t->question, "Set {text}", name);
    if (!limit) {
        say(&t->question, " to {number}?", value);
        say(consequence_refusal(t), "There is no limit {text}.", name);
        return;
    }
    if (!spec || spec->fixed)
        say(consequence_refusal(t), "{text} is the whole machine's and is not set here.", name);
    if (limit->known & LIMIT_KNOWS_LIMIT) {
        say(&t->question, " from ");
        say_value(&t->question, spec, limit->limit);
    }
    say(&t->question, " to ");
    say_value(&t->question, spec, value);
    say(&t->question, "?");
    say(consequence_next(t), "Takes effect at once in this IPC namespace, until reboot.");
    say_less(t, limit, spec);
    if (limit_extended(limit, value))
        say(consequence_next(t), "Values above {number} need the boot option ipcmni_extend.",
            IPCMNI);
    if (spec && spec->remark)
        say(consequence_next(t), "{text}", spec->remark);
    if ((t->s->has & NEED_SYSTEM) && t->s->system.euid != 0)
        say(consequence_next(t), "It needs root.");
    if (!spec || !sysctl_line(&line, t, spec))
        return;
    snprintf(t->out->setting, sizeof t->out->setting, "%s", text);
    // On a line of its own, to be copied.
    say(consequence_next(t), "To make it last, in {text}:\n{text}", limit_sysctl_file, text);
}
