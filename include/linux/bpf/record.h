// Header only. What the witness's programs write to the ring, one record a call that succeeded.
#ifndef IPCTOP_LINUX_BPF_RECORD_H
#define IPCTOP_LINUX_BPF_RECORD_H

#include <stdint.h>

#include "linux/bpf/probe.h"

enum witness_call {
    CALL_SHMGET,
    CALL_SHMAT,
    CALL_SHMDT,
    CALL_SHMCTL,
    CALL_SEMGET,
    CALL_SEMCTL,
    CALL_MSGGET,
    CALL_MSGCTL,
    CALL_SYSTEM_CALLS,
    CALL_FORK =
        CALL_SYSTEM_CALLS, // of a process with attachments; of the child, args[0]: its tgid,
                           // args[1]: its pid in our namespace, args[2]: its start
    CALL_EXEC,             // its attachments are gone
    CALL_EXIT,             // of its last thread
    CALLS
};
extern const char *const witness_call_names[CALL_SYSTEM_CALLS];

struct witness_record {
    uint64_t time;  // CLOCK_MONOTONIC, nanoseconds: when the call returned
    uint64_t start; // of the process, nanoseconds since boot
    uint64_t args[3];
    int64_t result;
    uint32_t call;
    uint32_t ipc_ns;    // inode, as at that time
    uint32_t tgid, pid; // of the process: in the initial PID namespace, in ours (0: outside)
    uint32_t parent_tgid, parent_pid;
    uint32_t uid, euid; // of the initial user namespace
    uint32_t login_uid; // of the session it descends from: audit(7). UINT32_MAX: not set, unknown
    uint32_t pad;
    char comm[COMM], parent_comm[COMM]; // of the process, not of the thread
};

#endif
