// What one look at all processes found of shared memory besides System V's. Between the files of
// this room.
#ifndef IPCTOP_ENGINE_SHARED_SHARING_H
#define IPCTOP_ENGINE_SHARED_SHARING_H

#include "engine/ask/collector.h"
#include "model/apps/shared_names.h"
#include "model/kinds/shared.h"

struct maker {
    struct shared_id id;
    const struct shared_rule *rule;
    uint32_t uid;
    bool lives; // or may live: a process of that user could not be looked at
};
VEC(maker_vec, struct maker);

struct sharing {                        // the outcome of one look
    struct shared_vec objects;          // ordered by id once settled, each once
    struct shared_mapping_vec mappings; // ordered by id, pid, start
    struct shared_holder_vec holders;   // ordered by id, pid
    struct maker_vec makers;            // of named objects that no process holds, ordered by id
    struct pid_vec unseen;              // processes that could not be looked at, ascending
    struct shared_look look;
    size_t settled;   // so many objects there were when they were put in order last
    int32_t own;      // our pid; 0: not asked yet
    bool open;        // descriptors were looked at
    bool queues_only; // shared_queues_only()
    bool beside;      // other IPC namespaces are listed beside this one
};

void sharing_free(struct sharing *sharing); // empties it
// What one process answered, into a struct sharing: `take` of struct asking. Copied.
void sharing_take(void *arg, const struct probe *probe, struct answer *answer);
// Whether the names of a /dev/shm (PROBE_SHM) could not be read, though there may be some, also
// where it is on a disk: not where there is none, or the process is gone.
bool shm_place_is_unread(const struct answer *answer);
// What else is known of the same object.
void sharing_merge(struct shared *to, const struct shared *from);
// Puts all in order, and what several processes hold together.
void sharing_settle(struct sharing *sharing);
// Leaves what has a name in those tables.
void sharing_keep_named(struct sharing *sharing, const struct snapshot *tables);

// Asks which programs run, for objects that nothing holds and whose names a rule knows.
void makers_ask(const struct round *round, struct sharing *to);

// Rows of what has a name here, with what was seen of it, and of what has none: of
// tables[kind_shared.id]. Each name is here or elsewhere by snapshot->shm_places.
void rows_fill(const struct sharing *sharing, struct snapshot *snapshot);

#endif
