// One object by its id, as the kernel has it now: shmctl(2), semctl(2), msgctl(2). Never blocks.
#ifndef IPCTOP_LINUX_IPCSTAT_H
#define IPCTOP_LINUX_IPCSTAT_H

#include "model/objects.h"

struct ipcstat {
    struct owned o;
    uint8_t flags;      // segments: SEG_DEST, SEG_LOCKED
    uint64_t nattch;    // segments
    uint64_t max_bytes; // queues
};

// KIND_SEGMENT, KIND_SEMSET or KIND_QUEUE. Needs no read permission on the object since Linux 4.17.
// 0; -EINVAL or -EIDRM where there is none, -EACCES where an older kernel does not tell.
int ipcstat(enum kind_id kind, int32_t id, struct ipcstat *out);

#endif
