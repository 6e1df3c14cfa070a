// An immutable, refcounted picture of one moment. Everything the program shows comes from one.
//
// The sampler builds it on one thread, publishes it, and from then on nothing writes to it.
#ifndef IPCTOP_MODEL_RECORD_SNAPSHOT_H
#define IPCTOP_MODEL_RECORD_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/record/event_log.h"
#include "model/record/host.h"
#include "model/record/ipc_namespace.h"
#include "model/record/objects.h"
#include "model/record/open_file.h"
#include "model/record/process_page.h"
#include "model/record/process_totals.h"
#include "model/record/scan.h"
#include "model/record/shared.h"
#include "model/record/shm_place.h"
#include "model/record/trace.h"

// What is looked at. The rest is not read. Bits 24 to 39 are facts of processes
// (record/process.h), those from 40 on kinds of their own (NEED_OF).
enum need {
    NEED_SEGMENTS = 1 << 0,
    NEED_SEMSETS = 1 << 1,
    NEED_QUEUES = 1 << 2,
    NEED_QUEUE_MAX = 1 << 3,   // msg_qbytes, a call per queue
    NEED_SEM_WAITERS = 1 << 4, // ncount + zcount, two calls per semaphore
    NEED_ELEMENTS = 1 << 5,    // values and last pids; of the focus's set alone if there is one
    NEED_LIMITS = 1 << 6,
    NEED_HOLDERS = 1 << 7,       // the scan of the processes
    NEED_PORTS = 1 << 8,         // where all with totals listen
    NEED_TOTALS = 1 << 9,        // what each process holds in all
    NEED_NAMES = 1 << 10,        // of users and groups
    NEED_MAP_USE = 1 << 11,      // smaps of the focus's process
    NEED_ALL_MAPS = 1 << 12,     // every mapping of the focus's process, not SysV's alone
    NEED_WAITERS = 1 << 13,      // tasks blocked on sets and queues
    NEED_APPS = 1 << 14,         // facts for labels
    NEED_SYSTEM = 1 << 15,       // uptime and load for the header
    NEED_FILES = 1 << 16,        // of the focus's process, of those followed, or of all with totals
    NEED_SEGMENT_USE = 1 << 17,  // rss and swap of segments: three times the price of NEED_SEGMENTS
    NEED_TRACE = 1 << 18,        // calls of processes since the snapshot before: tracing is on
    NEED_SERVERS = 1 << 19,      // processes that may use what names nobody alive: servers, heirs
    NEED_NAMESPACES = 1 << 20,   // every IPC namespace of the machine
    NEED_SHARED_OPEN = 1 << 21,  // descriptors of shared memory, as well as its mappings
    NEED_PAGE = 1 << 22,         // all there is to know of the focus's process
    NEED_PEERS = 1 << 23,        // with NEED_FILES: who has the other ends of sockets
    NEED_SHM_PLACES = 1ll << 62, // the /dev/shm of every mount namespace
};

// The need to read a kind from TABLE_KINDS on.
#define NEED_OF(kind) (1ull << (40 + (kind)-TABLE_KINDS))
_Static_assert(KINDS - TABLE_KINDS <= 22, "each has a bit below NEED_SHM_PLACES");

enum { WANT_FOLLOWED = 16 };

// What NEED_NAMESPACES shows of the IPC namespaces whose objects are not shown.
enum others {
    OTHERS_FINDINGS, // what each holds, and the findings in it beside those of the one shown
    OTHERS_COUNTS,   // what each holds
    OTHERS_LIST      // that they are there: none is looked into
};

struct want {
    uint64_t need;         // enum need
    uint64_t in_sight;     // the tables among them that are on the screen: others may be older
    bool focused;          // the rest counts only if so
    struct identity focus; // the object or process a drill-down shows
    bool alone;            // of processes, only those this segment names count
    int64_t orphan_age;    // of the snapshot, see there
    // Inode of the one to look into; 0: our own, which is never given by its number. Of several hosts: the
    // number of the one to show; 0: all of them.
    uint64_t ipc_namespace;
    enum others others; // with NEED_NAMESPACES
    // Processes to read as well, whether anything names them or not: pids, in any order.
    uint8_t n_followed;
    int32_t followed[WANT_FOLLOWED];
};

struct clock_step { // the time of day was set
    int64_t until;  // epoch seconds: times of objects up to this one may be from before
    int64_t by;     // seconds at most; 0: it is not known to have been set
};

struct system { // the header's first line
    char hostname[65];
    bool knows_load;
    double load[3];
    int64_t uptime;         // seconds
    int64_t boot_ms;        // when it booted, by the clock of now: epoch milliseconds; 0 unknown
    uint64_t ram;           // bytes of memory, proc_meminfo(5) MemTotal; 0 unknown
    uint64_t ipc_namespace; // inode of the one shown; 0 unknown
    uint64_t own_namespace; // of /proc/self/ns/ipc; 0 unknown
    bool host_namespace;    // it is the machine's first one
    // /proc/self/ns/pid is the machine's first one: no process is outside, and a pid of 0 in an
    // object means nobody. False where it is another or could not be read.
    bool first_pid_namespace;
    // kernel.shm_rmid_forced is seen to be on: segments go with the last attachment.
    bool rmid_forced;
    struct clock_step forward, back; // model/record/clock_steps.h
    uint32_t euid;
    char user[33];
};

// The rows of a kind that only its own file and its reader know. They own nothing.
struct table {
    void *at; // n rows of `size` bytes each; of objects: ordered by id
    size_t n, size;
};

// What a picture from a recording has beside its rows: model/table/recorded.h.
struct recorded_base {
    void (*release)(struct recorded_base *recorded);
    // What it says of a row in a column of that name. NULL, false: nothing.
    const char *(*text)(const struct recorded_base *recorded, enum kind_id kind, const void *row,
                        const char *column);
    bool (*truth)(const struct recorded_base *recorded, enum kind_id kind, const void *row,
                  const char *column, bool *out);
};

// How a picture from a recording is shown.
struct playback {
    bool live;    // it came through a pipe, when it was taken
    bool ended;   // of that, nothing more will come
    double speed; // it is played; 0: it stands
    enum { PLACE_BETWEEN, PLACE_FIRST, PLACE_LAST } place; // in the recording, as far as known
    char note[160]; // what could not be read of it or before it, a line; empty: nothing
    uint32_t host;  // which of several hosts it is of, from 1; 0: there is one
    char host_name[HOST_NAME];
};

struct snapshot;
VEC(picture_vec, struct snapshot *);

struct snapshot {
    int refs;           // private to snapshot_ref, snapshot_unref (atomic)
    uint64_t number;    // counts up from 1
    int64_t time;       // epoch seconds
    int64_t time_ns;    // CLOCK_MONOTONIC
    uint64_t has;       // enum need: which parts were read
    uint64_t in_part;   // of those: kinds of which there may be rows that could not be read
    int error;          // why a table that was asked for was not: -errno of the first
    int64_t orphan_age; // seconds: objects idle for less are not reported as orphans
    uint64_t entered;   // place of the objects, as it was wanted: see want.ipc_namespace
    struct system system;
    struct segment_vec segments; // each ordered by id
    struct semset_vec semsets;
    struct queue_vec queues;
    struct element_vec elements;    // ordered by semid, index
    struct limit_vec limits;        // in the kernel's order: shm, sem, msg; pools of huge pages
    uint64_t huge_sizes;            // bit n: the kernel has huge pages of 2^n bytes
    struct process_vec processes;   // ordered by pid
    struct totals_vec totals;       // ordered by pid
    struct named_vec users, groups; // ordered by id
    struct waiter_vec waiters;      // ordered by kind, id, tid
    struct server_vec servers;      // in no order
    bool servers_missing;           // some sets were given away since they were looked for
    bool heirs_missing;             // heirs of some objects could not be looked for yet
    struct heir_vec heirs;          // in no order; those of objects that nobody alive is named by
    uint32_t waiters_unseen;        // processes that could not be asked whether they wait
    uint32_t processes_unasked;     // named ones that could not be asked who they are
    struct ipc_namespace_vec namespaces; // ordered by inode
    struct pid_vec namespace_pids;       // who lives in them
    uint32_t namespaces_unseen;          // processes whose IPC namespace could not be read, and one
                                         // where the mounts that keep some could not
    struct mount_namespace_vec mounts;   // ordered by inode
    struct shm_place_vec shm_places;     // NEED_SHM_PLACES: ordered by device, each once
    uint32_t shm_places_unread;          // /dev/shm that no process led to
    struct shared_look shared_look;      // NEED_SHARED_HOLDERS
    struct sets_look sets_look;
    struct mapping_vec focus_maps;         // NEED_MAP_USE, NEED_ALL_MAPS: of the focus's process
    struct process_page page;              // NEED_PAGE
    struct file_vec files;                 // of processes in file_answers; ordered by pid, fd
    struct process_files_vec file_answers; // ordered by pid
    struct port_vec ports;                 // of file_answers
    struct files_look files_look;          // the sum of file_answers
    int64_t files_ns;                      // CLOCK_MONOTONIC: when these were read; 0: not known
    int64_t processes_ns; // when the process that was asked longest ago was asked; 0: none was
    struct instance_vec instances; // databases a label may name, in no order
    struct growth_vec growths;     // ordered by kind, uid; only where pictures follow each other
    struct finding_vec findings;   // worst first
    struct event_log *events;      // what happened until then; NULL: nothing yet
    struct trace_status tracing;
    struct trace_vec traces;    // of the time since the snapshot before, oldest first
    struct table tables[KINDS]; // of kinds that have no place above
    struct scan *scan;          // NULL: nobody asked, or none finished yet
    // Of other IPC namespaces or hosts, whose rows stand beside its own; a reference to each.
    struct picture_vec others;
    struct host_vec hosts;          // read from, where there are several; worst first
    struct recorded_base *recorded; // NULL: it is no recording
    struct playback playback;       // of that
    struct snapshot *lender; // what everything but the numbers here belongs to; NULL: it is its own
    bool partial; // the tables are new, what processes answered is of the snapshot before; a
                  // complete one follows
};

// Copies the rows of one table; replaces *to.
void table_copy(struct table *to, const struct table *from);

struct snapshot *snapshot_new(void); // one reference
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot); // NULL is fine
// The same picture once more, to be shown otherwise: only its numbers may be changed. One reference.
struct snapshot *snapshot_borrow(struct snapshot *snapshot);
// The picture itself for 0, then the others whose rows stand beside its own; NULL after the last.
const struct snapshot *snapshot_part(const struct snapshot *s, size_t i);
void findings_clear(struct finding_vec *findings); // frees their texts and objects; the room
                                                   // stays

// NULL where there is none. O(log n).
const struct segment *snapshot_segment(const struct snapshot *s, int32_t shmid);
const struct semset *snapshot_semset(const struct snapshot *s, int32_t semid);
const struct queue *snapshot_queue(const struct snapshot *s, int32_t msqid);
// The object of a kind that the kernel keeps, by its id; its record begins with this. NULL where there
// is none, and of other kinds.
const struct owned *snapshot_owned(const struct snapshot *s, enum kind_id kind, int32_t id);
// The same by its place among those of the kind, ascending by id; NULL behind the last.
const struct owned *snapshot_object_at(const struct snapshot *s, enum kind_id kind, size_t i);
const struct process *snapshot_process(const struct snapshot *s, int32_t pid);
// The same while the snapshot is built: one of which only the pid is known, where there was none. Good
// until the next call.
struct process *snapshot_process_room(struct snapshot *s, int32_t pid);
// The tasks waiting on a set or queue: the first, *n of them.
const struct waiter *snapshot_waiters(const struct snapshot *s, enum kind_id kind, int32_t id,
                                      size_t *n);
struct sets_look snapshot_sets_look(const struct snapshot *s);
// The semaphores of a set: the first, *n of them; 0 where they were not read.
const struct element *snapshot_elements(const struct snapshot *s, const struct semset *set,
                                        size_t *n);
const char *snapshot_user(const struct snapshot *s, uint32_t uid); // NULL: not known (yet)
const char *snapshot_group(const struct snapshot *s, uint32_t gid);

// Appends a pid that names a process (above 0), unless it was appended last: of thousands of objects
// most name the same few, one after the other.
void pids_add(struct pid_vec *pids, int32_t pid);
// Ascending, each once; what names no process (0, and below) is left out.
void pids_settle(struct pid_vec *pids);
bool pids_has(const struct pid_vec *settled, int32_t pid);

#endif
