#include "linux/objects/ipcstat.h"

#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "ipc_table.h"

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

typedef int call_fn(int32_t id, int command, void *answer);

// *_STAT_ANY takes the kernel's index instead of the id, which is sequence << shift | index. The
// shift depends on the boot parameter ipcmni_extend and is nowhere to be read (ipc/util.h
// ipcmni_seq_shift); but the call returns the id it found at an index, so a wrong guess shows.
static const int shifts[] = {15, 24};
enum { SHIFTS = sizeof shifts / sizeof *shifts };

static int32_t index_of(int32_t id, int shift)
{
    return id & ((1 << shift) - 1);
}

static struct owned owned_by(enum kind_id kind, int32_t id, const struct ipc_perm *perm,
                             int64_t ctime)
{
    return (struct owned){.kind = kind,
                          .id = id,
                          .key = (uint32_t)perm->__key,
                          .mode = perm->mode & MODE_BITS,
                          .uid = perm->uid,
                          .gid = perm->gid,
                          .cuid = perm->cuid,
                          .cgid = perm->cgid,
                          .ctime = ctime};
}

// The call by id, and where that is not permitted, by index. `answer` is of the right type.
static int ask(call_fn *call, int32_t id, int stat_any, void *answer)
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

static uint8_t segment_flags(const struct shmid_ds *ds)
{
    return (ds->shm_perm.mode & SHM_DEST ? SEG_DEST : 0) |
           (ds->shm_perm.mode & SHM_LOCKED ? SEG_LOCKED : 0);
}

static int stat_segment(int32_t id, struct ipcstat *out)
{
    struct shmid_ds ds;
    int error = ask(call_shmctl, id, SHM_STAT_ANY, &ds);

    if (error)
        return error;
    out->o = owned_by(KIND_SEGMENT, id, &ds.shm_perm, ds.shm_ctime);
    out->flags = segment_flags(&ds);
    out->nattch = ds.shm_nattch;
    out->cpid = ds.shm_cpid;
    return 0;
}

static int stat_set(int32_t id, struct ipcstat *out)
{
    struct semid_ds ds;
    int error = ask(call_semctl, id, SEM_STAT_ANY, &ds);

    if (!error)
        out->o = owned_by(KIND_SEMSET, id, &ds.sem_perm, ds.sem_ctime);
    return error;
}

static int stat_queue(int32_t id, struct ipcstat *out)
{
    struct msqid_ds ds;
    int error = ask(call_msgctl, id, MSG_STAT_ANY, &ds);

    if (error)
        return error;
    out->o = owned_by(KIND_QUEUE, id, &ds.msg_perm, ds.msg_ctime);
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

// --- all of them --------------------------------------------------------------------------------

enum { HOLES_MAX = 512 };

struct walk { // over the objects of a kind
    call_fn *call;
    int stat_any, info; // commands
    void (*add)(void *out, int32_t id, const void *answer);
    bool all; // there is no text that could be read instead
};

union info {
    struct shminfo limits;
    struct shm_info shm;
    struct seminfo sem;
    struct msginfo msg;
};

// How many there are: SHM_INFO, SEM_INFO, MSG_INFO. msgctl(2), semctl(2), shmctl(2).
static int count(const struct walk *w)
{
    union info info = {0};

    if (w->call(0, w->info, &info) < 0)
        return -1;
    return w->info == SHM_INFO   ? info.shm.used_ids
           : w->info == SEM_INFO ? info.sem.semusz
                                 : info.msg.msgpool;
}

// Asks index by index. Where there are many holes, reading the text is cheaper: -E2BIG. Where
// nothing is found, older kernels may not know the command: -ENOTSUP.
static int walk(const struct walk *w, void *answer, void *out)
{
    union info info;
    int last = w->call(0, IPC_INFO, &info), found = 0, holes = 0; // the highest index in use

    if (last < 0 && w->all)
        return -errno;
    for (int i = 0; i <= last; i++) {
        int id = w->call(i, w->stat_any, answer);
        if (id >= 0) {
            w->add(out, id, answer);
            found++;
        } else if (errno != EINVAL && errno != EIDRM) {
            return -errno;
        } else if (++holes > HOLES_MAX + found && !w->all) {
            return -E2BIG;
        }
    }
    return found || (w->all && count(w) == 0) ? 0 : -ENOTSUP;
}

static void add_segment(void *out, int32_t id, const void *answer)
{
    const struct shmid_ds *ds = answer;

    vec_push((struct segment_vec *)out,
             (struct segment){.o = owned_by(KIND_SEGMENT, id, &ds->shm_perm, ds->shm_ctime),
                              .size = ds->shm_segsz,
                              .nattch = ds->shm_nattch,
                              .atime = ds->shm_atime,
                              .dtime = ds->shm_dtime,
                              .cpid = ds->shm_cpid,
                              .lpid = ds->shm_lpid,
                              .flags = segment_flags(ds)});
}

int ipcstat_segments(struct segment_vec *out, bool all)
{
    const struct walk w = {call_shmctl, SHM_STAT_ANY, SHM_INFO, add_segment, all};
    struct shmid_ds ds;

    vec_clear(out);
    int error = walk(&w, &ds, out);
    out->n = error ? 0 : ipc_table_order(out->at, out->n, sizeof *out->at);
    return error;
}

static void add_semset(void *out, int32_t id, const void *answer)
{
    const struct semid_ds *ds = answer;

    vec_push((struct semset_vec *)out,
             (struct semset){.o = owned_by(KIND_SEMSET, id, &ds->sem_perm, ds->sem_ctime),
                             .nsems = ds->sem_nsems,
                             .otime = ds->sem_otime});
}

int ipcstat_semsets(struct semset_vec *out, bool all)
{
    const struct walk w = {call_semctl, SEM_STAT_ANY, SEM_INFO, add_semset, all};
    struct semid_ds ds;

    vec_clear(out);
    int error = walk(&w, &ds, out);
    out->n = error ? 0 : ipc_table_order(out->at, out->n, sizeof *out->at);
    return error;
}

static void add_queue(void *out, int32_t id, const void *answer)
{
    const struct msqid_ds *ds = answer;

    vec_push((struct queue_vec *)out,
             (struct queue){.o = owned_by(KIND_QUEUE, id, &ds->msg_perm, ds->msg_ctime),
                            .bytes = ds->__msg_cbytes,
                            .messages = ds->msg_qnum,
                            .max_bytes = ds->msg_qbytes,
                            .stime = ds->msg_stime,
                            .rtime = ds->msg_rtime,
                            .lspid = ds->msg_lspid,
                            .lrpid = ds->msg_lrpid,
                            .known = QUEUE_KNOWS_MAX});
}

int ipcstat_queues(struct queue_vec *out, bool all)
{
    const struct walk w = {call_msgctl, MSG_STAT_ANY, MSG_INFO, add_queue, all};
    struct msqid_ds ds;

    vec_clear(out);
    int error = walk(&w, &ds, out);
    out->n = error ? 0 : ipc_table_order(out->at, out->n, sizeof *out->at);
    return error;
}
