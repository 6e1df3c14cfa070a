// What an action will really do, before it is done: in numbers, and in words made from them. Pure, but
// for this process's own pid and limits.
#ifndef IPCTOP_MODEL_CONSEQUENCE_CONSEQUENCE_H
#define IPCTOP_MODEL_CONSEQUENCE_CONSEQUENCE_H

#include "model/consequence/held.h"
#include "model/record/action.h"
#include "model/record/snapshot.h"

struct amount {
    uint64_t n, bytes; // bytes: at most UINT64_MAX
};

struct impact {            // of several actions: the sum
    struct amount now;     // segments that vanish at once
    uint64_t memory, swap; // bytes of them that are freed, unless memory_unknown
    struct amount later;   // segments that vanish with their last attachment
    struct amount let_go;  // segments that nothing holds then, but that stay
    struct amount pinned;  // segments that can no longer be swapped out
    struct amount kept; // queues and semaphores that lose their names, and stay while they are used
    struct amount lost; // messages
    uint64_t woken;     // tasks that get EIDRM
    bool memory_unknown; // of some that vanish at once
    bool holders_unseen; // of some that vanish later
};
void impact_add(struct impact *sum, const struct impact *one);

// What a signal's consequence rests on beside the objects: what its target serves, and whose it is.
enum {
    SIGNAL_NEEDS =
        NEED_PROCESSES | NEED_COMMANDS | NEED_CGROUP | NEED_RESTART | NEED_FILES | NEED_PEERS,
};

struct consequence {
    struct impact impact;
    bool grave;         // an application runs on it: y is not enough, the word is typed
    bool grouped;       // nothing shows its use: it is grave since it was made with one in use
    bool ends;          // a signal that may end the process
    bool forbidden;     // to this user, as far as is known: it is tried all the same
    bool impossible;    // refused beforehand: `effect` says why (pid <= 0, gone, another one now)
    char setting[96];   // ACTION_LIMIT: the line of sysctl.d(5) that makes it last; empty: none
    char question[160]; // "Remove segment 425985 (276M, key 0x0052e2c1, owner oracle)?"
    char effect[640];   // "18 attachments stay until they detach; nothing is freed now. …"
};

// What many actions have in common, found out once for all of them.
struct among {
    struct held_vec held; // what the processes that are signalled hold
    int32_t own;          // pid of this monitor
};
struct among among_of(const struct snapshot *s, const struct action *actions, size_t n);
void among_free(struct among *among);

void consequence_of(const struct snapshot *s, const struct action *action, struct consequence *out);
// The same for one of those.
void consequence_among(const struct snapshot *s, const struct action *action,
                       const struct among *among, struct consequence *out);
// Adds the segments that lose their last holder when all these processes end, which no single one
// of them may free. `pids` ascend.
void consequence_ended(const struct snapshot *s, const struct pid_vec *pids, struct impact *sum);

#endif
