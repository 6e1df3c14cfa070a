// The parts consequence.c puts together, by verb. Each counts first, then makes the words from the
// numbers.
#ifndef IPCTOP_MODEL_CONSEQUENCE_PARTS_H
#define IPCTOP_MODEL_CONSEQUENCE_PARTS_H

#include "model/consequence/consequence.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "model/text/words.h"

struct draft { // a consequence being written
    const struct snapshot *s;
    const struct action *action;
    const struct among *among;
    struct consequence *out;
    struct say question, effect;
};

void consequence_remove(struct draft *t);
void consequence_unlink(struct draft *t); // ACTION_REMOVE of shared memory without a number
void consequence_signal(struct draft *t);
void consequence_limit(struct draft *t);
// Of a process that ends: what it serves, whether systemd starts it again; children that hold the same.
void consequence_served(struct draft *t, const struct process *p);
void consequence_children(struct draft *t, int32_t pid);

// The next sentence of the effect goes there.
struct say *consequence_next(struct draft *t);
// Nothing will be done: the reason goes there, in place of all sentences so far.
struct say *consequence_refusal(struct draft *t);
// The object of the action as it stands now; NULL and a refusal where it is gone or another.
const struct owned *consequence_object(struct draft *t);
// "It needs root, oracle or CAP_SYS_ADMIN." where this user is none of them: uid and cuid may too.
void consequence_permission(struct draft *t, uint32_t uid, uint32_t cuid, const char *capability);

#endif
