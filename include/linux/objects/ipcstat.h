// Objects as the calls have them: shmctl(2), semctl(2), msgctl(2). One by its id, or all of our IPC
// namespace. Never blocks.
#ifndef IPCTOP_LINUX_OBJECTS_IPCSTAT_H
#define IPCTOP_LINUX_OBJECTS_IPCSTAT_H

#include "model/record/objects.h"

struct ipcstat {
    struct owned o;
    uint8_t flags;      // segments: SEG_DEST, SEG_LOCKED
    uint64_t nattch;    // segments
    uint64_t max_bytes; // queues
    int32_t cpid;       // segments
};

// Of a segment, semaphore set or queue. Needs no read permission on the object since Linux 4.17.
// 0; -EINVAL or -EIDRM where there is none, -EACCES where an older kernel does not show it.
int ipcstat(enum kind_id kind, int32_t id, struct ipcstat *out);

// shmctl(2), semctl(2) or msgctl(2). `argument`: a struct shmid_ds, semid_ds or msqid_ds, or what
// else the command takes.
int ipcstat_control(enum kind_id kind, int32_t id, int command, void *argument);

// The tables of linux/objects/sysvipc.h at a third of their price: `rows` as there, the limit of
// queues with them, without rss and swap of segments. -errno where the text has to be read instead,
// as on a kernel before 4.17, where few of many ids are left, or none. `all`: there is no text to
// be read, as with a /proc of subset=pid: however few of many ids are left. Then -ENOSYS: a kernel
// without System V IPC; -ENOTSUP: one before 4.17.
int ipcstat_read(enum kind_id kind, bool all, void *rows);

#endif
