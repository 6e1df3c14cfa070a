// What an action will really do, in words, before it is done. Pure, but for this process's own pid and
// limits.
#ifndef IPCTOP_MODEL_CONSEQUENCE_CONSEQUENCE_H
#define IPCTOP_MODEL_CONSEQUENCE_CONSEQUENCE_H

#include "model/record/action.h"
#include "model/record/snapshot.h"

struct consequence {
    char question[160]; // "Remove segment 425985 (276M, key 0x0052e2c1, owner oracle)?"
    char effect[640];   // "18 attachments stay until they detach; nothing is freed now. …"
    bool grave;         // an application runs on it: y is not enough, the word is typed
    bool ends;          // a signal that may end the process
    bool forbidden;     // to this user, as far as one can tell: it is tried all the same
    bool impossible;    // refused beforehand: `effect` says why (pid <= 0, gone, another one now)
};

// The fields ACTION_SET changes: "owner oracle, mode 0640".
void consequence_change(const struct snapshot *s, const struct action *action, char *dst,
                        size_t cap);

void consequence_of(const struct snapshot *s, const struct action *action, struct consequence *out);

#endif
