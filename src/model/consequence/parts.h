// The parts consequence.c puts together, by verb. The question and `out`'s flags are set by each.
#ifndef IPCTOP_MODEL_CONSEQUENCE_PARTS_H
#define IPCTOP_MODEL_CONSEQUENCE_PARTS_H

#include "model/consequence/consequence.h"
#include "model/kinds/registry.h"
#include "model/text/words.h"

struct telling { // a consequence being written
    const struct snapshot *s;
    const struct action *action;
    struct consequence *out;
    struct line question, effect;
};

void consequence_remove(struct telling *t);
void consequence_signal(struct telling *t);
void consequence_limit(struct telling *t);

// Nothing will be done: says why, in place of everything said so far.
void consequence_refuse(struct telling *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// The object of the action as it stands now; NULL and a refusal where it is gone or another.
const struct owned *consequence_object(struct telling *t);
// " It needs root, oracle or CAP_SYS_ADMIN." where this user is none of them: uid and cuid may too.
void consequence_permission(struct telling *t, uint32_t uid, uint32_t cuid, const char *capability);

#endif
