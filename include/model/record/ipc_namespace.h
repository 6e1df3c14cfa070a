// An IPC namespace of this machine, and what it holds. ipc_namespaces(7).
#ifndef IPCTOP_MODEL_RECORD_IPC_NAMESPACE_H
#define IPCTOP_MODEL_RECORD_IPC_NAMESPACE_H

#include <stdint.h>

#include "base/vector.h"

// What was read of it: all numbers of objects together; their memory; the findings.
enum { NAMESPACE_KNOWS_OBJECTS = 1, NAMESPACE_KNOWS_RSS = 2, NAMESPACE_KNOWS_FINDINGS = 4 };

struct ipc_namespace {
    int32_t pid;        // the oldest of its processes; 0: none, a bind mount keeps it
    uint32_t first;     // into snapshot.namespace_pids, `processes` of them
    uint32_t processes; // seen to live in it
    uint64_t inode;
    uint64_t start_ticks; // of that process
    uint64_t segments, bytes, rss, semsets, queues, findings;
    int error; // -errno why it was not read; 0: it was, or was not tried yet
    uint8_t known;
};
VEC(ipc_namespace_vec, struct ipc_namespace);

// Of those ordered by inode; NULL where there is none.
const struct ipc_namespace *namespace_find(const struct ipc_namespace_vec *all, uint64_t inode);

#endif
