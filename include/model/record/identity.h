// Which object or process something is, surely enough to keep a selection on it, and to act on it.
#ifndef IPCTOP_MODEL_RECORD_IDENTITY_H
#define IPCTOP_MODEL_RECORD_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

// Every kind of row, in the order of the numbers, with the name of its table: kind_NAME of
// model/kinds.
//
// A new kind is a row here, in TABLE_KIND_LIST; src/model/kinds/NAME.c with its columns and methods (struct
// kind); its record in model/kinds/NAME.h; and what reads that: a table_reader of src/linux, or, where
// processes are asked, a collector, and then the row stands last. Tab, JSON, filter, recordings, help and
// metrics follow from struct kind; `make golden` writes the manual.
// clang-format off
#define KIND_LIST(KIND)                                                                            \
    /* objects of the kernel come first */                                                         \
    KIND(KIND_SEGMENT, segments)                                                                   \
    KIND(KIND_SEMSET, semsets)                                                                     \
    KIND(KIND_QUEUE, queues)                                                                       \
    KIND(KIND_HOLDER, holders)                                                                     \
    KIND(KIND_MAPPING, mappings)                                                                   \
    KIND(KIND_ELEMENT, elements)                                                                   \
    KIND(KIND_WAITER, waiters)                                                                     \
    KIND(KIND_LIMIT, limits)                                                                       \
    KIND(KIND_FINDING, findings)                                                                   \
    KIND(KIND_EVENT, events)                                                                       \
    KIND(KIND_PROCESS, processes)                                                                  \
    KIND(KIND_FILE, files)                                                                         \
    KIND(KIND_SHARED_MAP, shared_maps)                                                             \
    KIND(KIND_ACTION, actions)                                                                     \
    KIND(KIND_NAMESPACE, namespaces)                                                               \
    KIND(KIND_HOST, hosts)                                                                         \
    TABLE_KIND_LIST(KIND)                                                                          \
    /* a collector finds these while it asks processes */                                          \
    KIND(KIND_SHARED_HOLDER, shared_holders)

// Kinds with a need of their own, NEED_OF(): rows stand in snapshot.tables alone, and a const
// struct table_reader NAME_reader reads them (linux/objects/table_reader.h).
#define TABLE_KIND_LIST(KIND)                                                                      \
    KIND(KIND_SHARED, shared)

enum kind_id {
    NO_KIND,
#define KIND(id, name) id,
    KIND_LIST(KIND)
#undef KIND
    KINDS, // array size; the first kind has number 1
    OBJECT_KINDS = KIND_QUEUE + 1,   // one beyond them
    TABLE_KINDS = KIND_HOST + 1 // the first that NEED_OF() has a bit for
};
// clang-format on

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
    uint32_t host; // which one of several hosts it is on, from 1; 0: there is one
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
