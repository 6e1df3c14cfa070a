#include "parts.h"

#include "model/kinds/registry.h"

struct say *consequence_next(struct draft *t)
{
    say(&t->effect, t->effect.line.n ? " " : "");
    return &t->effect;
}

struct say *consequence_refusal(struct draft *t)
{
    t->effect = say_start(t->s, t->out->effect, sizeof t->out->effect);
    t->out->impossible = true;
    t->out->grave = false;
    return &t->effect;
}

const struct owned *consequence_object(struct draft *t)
{
    const struct identity *target = &t->action->target;
    const struct owned *o = snapshot_owned(t->s, target->kind, target->id);
    const struct kind *known = kind_get(target->kind);
    const char *kind = known ? known->one : "object";

    if (!o) {
        say(consequence_refusal(t), "There is no {text} {number} any more.", kind, target->id);
        return NULL;
    }
    struct identity now = identity_of(o);
    if (!identity_same(&now, target)) {
        say(consequence_refusal(t), "The {text} with id {number} is another one now.", kind,
            target->id);
        return NULL;
    }
    return o;
}

void consequence_permission(struct draft *t, uint32_t uid, uint32_t cuid, const char *capability)
{
    const struct system *system = &t->s->system;

    if (!(t->s->has & NEED_SYSTEM) || system->euid == 0 || system->euid == uid ||
        system->euid == cuid)
        return;
    t->out->forbidden = true;
    if (uid == 0)
        say(consequence_next(t), "It needs root or {text}.", capability);
    else
        say(consequence_next(t), "It needs root, {user} or {text}.", uid, capability);
}
