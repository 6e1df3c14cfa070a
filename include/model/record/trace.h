// Header only. What was done to an object, exactly when and by which process: from tracing, which
// shows what the kernel's own tables forget.
#ifndef IPCTOP_MODEL_RECORD_TRACE_H
#define IPCTOP_MODEL_RECORD_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"
#include "model/record/identity.h"

enum { TRACE_COMM = 68 }; // escaped, as struct process has it

struct actor {         // a process as it was at the moment of the call; it may have ended since
    int32_t pid;       // as our PID namespace has it; 0: outside of it
    int32_t outer_pid; // as the initial one has it
    int32_t parent_pid;
    uint32_t uid, euid;
    uint32_t login_uid; // of the session it descends from; UINT32_MAX: none, or not known
    uint64_t start_ns;  // since boot
    char comm[TRACE_COMM], parent_comm[TRACE_COMM];
};

enum trace_what {
    TRACE_GOT,      // created or found by shmget, semget, msgget: the call does not say which
    TRACE_REMOVED,  // IPC_RMID
    TRACE_CHANGED,  // IPC_SET
    TRACE_LOCKED,   // SHM_LOCK
    TRACE_UNLOCKED, // SHM_UNLOCK
    TRACE_VALUES,   // SETVAL, SETALL
    TRACE_ATTACHED,
    TRACE_DETACHED,
    TRACE_WHATS
};

enum trace_way { TRACE_BY_CALL, TRACE_BY_FORK, TRACE_BY_EXEC, TRACE_BY_EXIT };

struct trace {
    enum trace_what what;
    enum trace_way way;
    enum kind_id kind;
    int32_t id;
    uint32_t key;   // TRACE_GOT: asked for, 0 for IPC_PRIVATE
    uint32_t count; // TRACE_ATTACHED, TRACE_DETACHED: of one process within a second; else 1
    bool exclusive; // TRACE_GOT: surely created, by IPC_EXCL or IPC_PRIVATE
    uint32_t ipc_namespace; // inode, as it was then
    int64_t time_ns;        // since 1970; of several, the last one's
    struct actor by;
};
VEC(trace_vec, struct trace);

enum trace_state { TRACE_OFF, TRACE_STARTING, TRACE_ON, TRACE_REFUSED, TRACE_ENDED };

struct trace_status {
    enum trace_state state;
    char reason[200];           // of TRACE_REFUSED and TRACE_ENDED: one line
    double before_ns, after_ns; // what the cheapest system call takes; after_ns 0: not known
    uint64_t lost;              // calls that may have left no record, since the start: at most
    uint64_t run_past;          // of them: whatever they did, in whatever namespace
    int64_t since_ns;           // since 1970: what happened before is not known
};

#endif
