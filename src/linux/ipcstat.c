#include "linux/ipcstat.h"

#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#ifndef SHM_STAT_ANY // include/uapi/linux/{shm,sem,msg}.h; older C libraries lack them
#define SHM_STAT_ANY 15
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

enum { MODE_BITS = 0777 };

// *_STAT_ANY takes the kernel's index instead of the id, which is sequence << shift | index. The
// shift depends on the boot parameter ipcmni_extend and is nowhere to be read (ipc/util.h
// ipcmni_seq_shift); but the call returns the id it found at an index, so a wrong guess shows.
static const int shifts[] = {15, 24};
enum { SHIFTS = sizeof shifts / sizeof *shifts };

static int32_t index_of(int32_t id, int shift)
{
    return id & ((1 << shift) - 1);
}

static void take_perm(const struct ipc_perm *perm, int64_t ctime, struct ipcstat *out)
{
    out->o.key = (uint32_t)perm->__key;
    out->o.mode = perm->mode & MODE_BITS;
    out->o.uid = perm->uid;
    out->o.gid = perm->gid;
    out->o.cuid = perm->cuid;
    out->o.cgid = perm->cgid;
    out->o.ctime = ctime;
}

// The call by id, and where that is not permitted, by index. `answer` is of the right type.
static int ask(int (*call)(int32_t id, int command, void *answer), int32_t id, int stat_any,
               void *answer)
{
    if (call(id, IPC_STAT, answer) >= 0)
        return 0;
    int error = -errno;
    for (int i = 0; error == -EACCES && i < SHIFTS; i++)
        if (call(index_of(id, shifts[i]), stat_any, answer) == id)
            return 0;
    return error;
}

static int call_shmctl(int32_t id, int command, void *answer)
{
    return shmctl(id, command, answer);
}

static int call_semctl(int32_t id, int command, void *answer)
{
    union { // semctl(2): the caller defines it
        int val;
        struct semid_ds *buf;
    } all = {.buf = answer};

    return semctl(id, 0, command, all);
}

static int call_msgctl(int32_t id, int command, void *answer)
{
    return msgctl(id, command, answer);
}

static int stat_segment(int32_t id, struct ipcstat *out)
{
    struct shmid_ds ds;
    int error = ask(call_shmctl, id, SHM_STAT_ANY, &ds);

    if (error)
        return error;
    take_perm(&ds.shm_perm, ds.shm_ctime, out);
    out->flags = (ds.shm_perm.mode & SHM_DEST ? SEG_DEST : 0) |
                 (ds.shm_perm.mode & SHM_LOCKED ? SEG_LOCKED : 0);
    out->nattch = ds.shm_nattch;
    return 0;
}

static int stat_set(int32_t id, struct ipcstat *out)
{
    struct semid_ds ds;
    int error = ask(call_semctl, id, SEM_STAT_ANY, &ds);

    if (!error)
        take_perm(&ds.sem_perm, ds.sem_ctime, out);
    return error;
}

static int stat_queue(int32_t id, struct ipcstat *out)
{
    struct msqid_ds ds;
    int error = ask(call_msgctl, id, MSG_STAT_ANY, &ds);

    if (error)
        return error;
    take_perm(&ds.msg_perm, ds.msg_ctime, out);
    out->max_bytes = ds.msg_qbytes;
    return 0;
}

int ipcstat(enum kind_id kind, int32_t id, struct ipcstat *out)
{
    *out = (struct ipcstat){.o.id = id};
    switch (kind) {
    case KIND_SEGMENT:
        return stat_segment(id, out);
    case KIND_SEMSET:
        return stat_set(id, out);
    case KIND_QUEUE:
        return stat_queue(id, out);
    default:
        return -EINVAL;
    }
}
