// Header only. The objects: plain records that the readers fill and the columns show.
//
// Sizes are bytes, times epoch seconds with 0 for never, pids as this PID namespace numbers them
// (0: outside of it). What the kernel did not say has its bit in `known` clear; it is never 0 or
// a guess. Strings are harmless UTF-8 (base/text.h).
#ifndef IPCTOP_MODEL_RECORD_OBJECTS_H
#define IPCTOP_MODEL_RECORD_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"
#include "model/record/identity_set.h"
#include "model/record/process.h"

// struct ipc_perm, and what all three kinds share. /proc/sysvipc/*, ipc(7).
struct owned {
    int32_t id; // 0 is a valid id
    uint32_t key;
    uint32_t mode; // permission bits 0777 alone; flags are in struct segment
    uint32_t uid, gid, cuid, cgid;
    enum kind_id kind; // whose record it begins
    int64_t ctime;
    // Made together with an object in use: then this one may be needed, too. See model/apps/groups.h.
    bool grouped;
    enum kind_id mate_kind;
    int32_t mate; // that one's id
};

enum { SEG_DEST = 1, SEG_LOCKED = 2, SEG_HUGETLB = 4 }; // HUGETLB is learned from a mapping
enum { SEG_KNOWS_RSS = 1, SEG_KNOWS_SWAP = 2 };

struct segment { // ipc/shm.c sysvipc_shm_proc_show
    struct owned o;
    uint64_t size, rss, swap;
    uint64_t nattch; // mappings, not processes
    int64_t atime, dtime;
    int32_t cpid, lpid;
    uint8_t flags, known;
};
VEC(segment_vec, struct segment);

// LEFT_OUT: its semaphores were not read, since there are too many in all.
enum {
    SET_KNOWS_WAITERS = 1,
    SET_KNOWS_PIDS = 2,
    SET_LEFT_OUT = 4, // its elements were not read: there are too many
    SET_REFUSED = 8,  // nor could they be, by this user: semctl(2) GETALL, EACCES
};

struct semset { // ipc/sem.c sysvipc_sem_proc_show
    struct owned o;
    uint64_t nsems;
    int64_t otime;
    uint64_t waiters;       // ncount + zcount over all elements
    uint32_t first_element; // into snapshot.elements, n_elements of them (0: not read)
    uint32_t n_elements;
    uint8_t known;
};
VEC(semset_vec, struct semset);

enum { SETS_LOOK_KNOWN = 1 };

struct sets_look {                 // of how many sets the elements were not read: a row of a table
    uint32_t unreadable, left_out; // SET_REFUSED, SET_LEFT_OUT
    uint8_t known;                 // SETS_LOOK_KNOWN, where any were left unread
};

enum { ELEMENT_KNOWS_VALUE = 1, ELEMENT_KNOWS_COUNTS = 2, ELEMENT_KNOWS_PID = 4 };

struct element { // semctl(2) GETVAL, GETNCNT, GETZCNT, GETPID
    int32_t semid;
    uint32_t index;
    uint32_t value, ncount, zcount;
    int32_t pid; // of the last operation, or SETVAL; 0: none, or outside this PID namespace
    uint8_t known;
    int64_t waited; // seconds somebody has been seen waiting without an operation; 0: not followed
};
VEC(element_vec, struct element);

enum { QUEUE_KNOWS_MAX = 1 };

struct queue { // ipc/msg.c sysvipc_msg_proc_show; qbytes by MSG_STAT_ANY
    struct owned o;
    uint64_t bytes, messages;
    uint64_t max_bytes; // msg_qbytes
    int64_t stime, rtime;
    int32_t lspid, lrpid;
    uint8_t known;
};
VEC(queue_vec, struct queue);

// Whether a pid named by an object is still the process that was meant.
enum pid_state {
    PID_UNKNOWN, // not asked, or not to be seen
    PID_ALIVE,
    PID_GONE,
    PID_REUSED, // that pid now belongs to a younger process
    PID_OUTSIDE // pid 0: another PID namespace
};

enum { MAP_R = 1, MAP_W = 2, MAP_X = 4, MAP_SHARED_BIT = 8, MAP_DELETED = 16 };
enum { MAP_KNOWS_USE = 1, MAP_KNOWS_HANDLE = 2 };

struct mapping { // one VMA; proc_pid_maps(5)
    int32_t pid;
    int32_t shmid; // equals the inode; -1: no SysV segment (only where all mappings are asked)
    uint32_t key;  // from the /SYSV name: the key the segment was created with
    uint32_t dev_major, dev_minor;
    uint64_t start, end, offset, inode;
    uint8_t perms; // MAP_*
    uint8_t known;
    uint64_t rss, pss, swap, locked; // smaps, on demand: MAP_KNOWS_USE
    uint64_t handle; // MAP_KNOWS_HANDLE: the same for all mappings of one segment, and no other's
    char *path;      // only where shmid is -1; else see mapping_path(); owned
};
VEC(mapping_vec, struct mapping);
enum { MAP_HUGE = 32 }; // in `perms`: of huge pages, whose pss the kernel does not show

struct holder { // a process and one segment
    int32_t pid;
    int32_t shmid;
    uint64_t start_ticks;
    uint32_t attaches;          // its mappings of the segment
    uint8_t access;             // union of the mappings' MAP_R|W|X
    bool namespace_differs;     // attached, then left for another IPC namespace
    bool stale;                 // known from before: its files cannot be read now
    int32_t shares_memory_with; // the pid under which this address space is counted, or 0
};
VEC(holder_vec, struct holder);

struct waiter {        // a task blocked in semop, msgsnd or msgrcv; /proc/PID/task/TID/syscall
    enum kind_id kind; // of the set or queue it waits on
    int32_t id;
    int32_t pid, tid;
    uint32_t uid;
    enum wait_call { WAIT_SEMOP, WAIT_SEMTIMEDOP, WAIT_MSGSND, WAIT_MSGRCV } call;
    char detail[96]; // "element 0 -1", "type 5"; escaped
    bool stopped;    // it will wait on when continued; meanwhile the kernel does not count it
    char comm[68];
};
VEC(waiter_vec, struct waiter);

struct server { // a process with children of the same program that run as another user
    int32_t pid;
    uint32_t uid, worker_uid;
    // It, or such a child, does not answer: there may be one between these users. pid is 0.
    bool silent;
    bool any_uid, any_worker; // then: that user is not known either
};
VEC(server_vec, struct server);

// A process that goes on for one which ended: that forked it, and it executed no program since.
struct heir {
    int32_t pid;
    uint32_t uid;
    int64_t start_time; // epoch seconds; 0: unknown
    int32_t session;    // 0: unknown
    bool server;  // no such process, but one that has children which execute no other program,
    bool threads; // or threads
    int64_t workers[2]; // when the youngest of those children and the next one were forked; 0: none
    bool silent;        // it, or its parent, does not answer: it may be an heir
    bool any_user;      // then: its user is not known either
    bool hidden; // then: it may be any process of other users than that one, which hidepid hides
};
VEC(heir_vec, struct heir);

enum { LIMIT_KNOWS_LIMIT = 1, LIMIT_KNOWS_USED = 2, LIMIT_KNOWS_TOP = 4 };

struct limit {           // ipc(5), proc_sys_kernel(5)
    const char *name;    // static: "shmmni", "semmns", …
    const char *meaning; // static, one line
    const char *path;    // static: "/proc/sys/kernel/shmmni"
    const char *unit;    // static: "segments", "bytes", "pages", "semaphores", …
    uint64_t used, limit;
    uint64_t own;     // what bounds the object that `used` is of; 0: `limit` does
    uint32_t top_uid; // the user that uses most of it
    uint8_t known;
    uint64_t mount_namespace; // of a /dev/shm that is not ours, or elsewhere: where it is, and
    int32_t pid;              // a process there
    bool here, ours;          // of a /dev/shm: as in struct shm_place
};
VEC(limit_vec, struct limit);

struct growth {        // objects of one owner that become more and more; model/triage/trends.c
    enum kind_id kind; // of the objects
    uint32_t uid;
    uint64_t from, to;
    int64_t seconds; // it took, > 0
    int32_t example; // id of one that came
};
VEC(growth_vec, struct growth);

enum severity { SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };

VEC(object_id_vec, uint32_t);

struct finding {      // model/triage/triage.c
    const char *rule; // static
    enum severity severity;
    struct identity about;
    const char *about_word;          // static: "segment", "process"; NULL: nothing with a name
    uint64_t weight;                 // orders findings of one rule: bytes, waiters
    char *title, *evidence, *advice; // owned
    char *advice_by_key; // the same for the screen, where it names keys; NULL: no other. Owned
    struct identity_vec objects; // the objects it is about, of one kind, as a set; owned. Empty:
                                 // about none, but a limit or a process
    const char
        *objects_word; // static: "segment", what these are; NULL: they have no ids, or are none
    struct object_id_vec ids;   // of these, as they stand there; owned
    struct identity_vec listed; // what it can be looked for in, where it is about a limit; owned
    uint64_t more_need;         // enum need: what its evidence lacks where that was not read
};
VEC(finding_vec, struct finding);

enum { INSTANCE_KNOWS_PID = 1, INSTANCE_KNOWS_PORT = 2, INSTANCE_KNOWS_SEGMENT = 4 };

// A PostgreSQL data directory. The key of its segment is the directory's inode number, or one of
// the next where that was taken; what postmaster.pid says is known only where it may be read.
struct instance {
    char directory[512]; // escaped
    uint64_t device, inode;
    uint32_t uid;       // whose it is: the server runs as nobody else
    int32_t pid;        // postmaster.pid, line 1
    int64_t start_time; // line 3, epoch seconds
    uint32_t port;      // line 4
    uint32_t key;       // line 7
    int32_t shmid;
    uint8_t known;
};
VEC(instance_vec, struct instance);

struct named { // a user or group
    uint32_t id;
    char name[33]; // escaped
};
VEC(named_vec, struct named);

#endif
