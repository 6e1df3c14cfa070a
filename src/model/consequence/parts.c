#include "parts.h"

#include <stdarg.h>
#include <stdio.h>

#include "model/kinds/registry.h"

void consequence_refuse(struct telling *t, const char *format, ...)
{
    va_list args;
    char text[sizeof t->out->effect];

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->effect = line_start(t->out->effect, sizeof t->out->effect);
    line_add(&t->effect, "%s", text);
    t->out->impossible = true;
    t->out->grave = false;
}

const struct owned *consequence_object(struct telling *t)
{
    const struct identity *target = &t->action->target;
    const struct owned *o = snapshot_owned(t->s, target->kind, target->id);
    const struct kind *known = kind_get(target->kind);
    const char *kind = known ? known->one : "object";

    if (!o) {
        consequence_refuse(t, "There is no %s %d any more.", kind, target->id);
        return NULL;
    }
    struct identity now = identity_of(target->kind, o);
    if (!identity_same(&now, target)) {
        consequence_refuse(t, "The %s with id %d is another one now.", kind, target->id);
        return NULL;
    }
    return o;
}

void consequence_permission(struct telling *t, uint32_t uid, uint32_t cuid, const char *capability)
{
    const struct system *system = &t->s->system;

    if (!(t->s->has & NEED_SYSTEM) || system->euid == 0 || system->euid == uid ||
        system->euid == cuid)
        return;
    t->out->forbidden = true;
    line_add(&t->effect, " It needs root");
    if (uid != 0) {
        line_add(&t->effect, ", ");
        words_user(&t->effect, t->s, uid);
    }
    line_add(&t->effect, " or %s.", capability);
}
