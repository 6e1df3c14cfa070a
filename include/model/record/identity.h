// Which object or process something is, surely enough to keep a selection on it, and to act on it.
#ifndef IPCTOP_MODEL_RECORD_IDENTITY_H
#define IPCTOP_MODEL_RECORD_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind_id {
    NO_KIND,
    KIND_SEGMENT, // objects of the kernel come first
    KIND_SEMSET,
    KIND_QUEUE,
    OBJECT_KINDS, // one beyond them
    KIND_HOLDER = OBJECT_KINDS,
    KIND_MAPPING,
    KIND_ELEMENT,
    KIND_WAITER,
    KIND_LIMIT,
    KIND_FINDING,
    KIND_EVENT,
    KIND_PROCESS,
    KIND_FILE,
    KIND_SHARED_MAP,
    KIND_NAMESPACE,
    TABLE_KINDS, // from here on: rows stand in snapshot.tables alone, and NEED_OF() has them read
    KIND_SHARED = TABLE_KINDS,
    KIND_SHARED_HOLDER, // NEED_OF() it: processes are asked for what they share
    KINDS               // array size; the first kind has number 1
};

// Fields that do not apply are 0. 0 is also a valid id and pid: `kind` says which apply.
struct identity {
    enum kind_id kind;
    int32_t id;           // shmid, semid, msqid; of the object a holder, mapping, … belongs to
    uint32_t key;         // as the table shows it now: IPC_RMID turns it to 0
    uint32_t cuid, cgid;  // creator's
    int64_t ctime;        // epoch seconds; IPC_SET moves it
    int32_t pid;          // holders, mappings, waiters
    uint64_t start_ticks; // of that process, clock ticks since boot (proc(5) stat field 22)
    uint64_t instance;    // of that process, as in struct process; for an action, 0 where not known
    uint64_t part; // mapping: start address; element, limit, finding, event: its index or number
};

// Whether rows are objects that the kernel keeps: segments, semaphore sets, queues. Their records
// begin with struct owned (model/record/objects.h), and their tables are ordered by id.
bool kind_is_object(enum kind_id kind);

struct owned;
struct identity identity_of(const struct owned *o);

// The same row as before, for a selection or a tag: survives IPC_SET and IPC_RMID.
bool identity_same(const struct identity *a, const struct identity *b);

// Unchanged in everything: what an action demands of its target at the moment of acting.
bool identity_exact(const struct identity *a, const struct identity *b);

#endif
