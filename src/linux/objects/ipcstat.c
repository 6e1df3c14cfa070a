#include "linux/objects/ipcstat.h"

#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc_table.h"
#include "linux/process/mapped_ids.h"

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

static struct owned owned_by(enum kind_id kind, int32_t id, const struct ipc_perm *perm,
                             int64_t ctime)
{
    return (struct owned){.kind = kind,
                          .id = id,
                          .key = (uint32_t)perm->__key,
                          .mode = perm->mode & MODE_BITS,
                          .uid = mapped_user(perm->uid),
                          .gid = mapped_group(perm->gid),
                          .cuid = mapped_user(perm->cuid),
                          .cgid = mapped_group(perm->cgid),
                          .ctime = ctime};
}

static uint8_t segment_flags(const struct shmid_ds *ds)
{
    return (ds->shm_perm.mode & SHM_DEST ? SEG_DEST : 0) |
           (ds->shm_perm.mode & SHM_LOCKED ? SEG_LOCKED : 0);
}

union answer { // of a kind's call
    struct shmid_ds shm;
    struct semid_ds sem;
    struct msqid_ds msg;
    union { // of IPC_INFO, and of the command `info` of the kind
        struct shminfo limits;
        struct shm_info shm;
        struct seminfo sem;
        struct msginfo msg;
    } info;
};

static void take_segment(const union answer *answer, int32_t id, void *row)
{
    const struct shmid_ds *ds = &answer->shm;

    *(struct segment *)row =
        (struct segment){.o = owned_by(KIND_SEGMENT, id, &ds->shm_perm, ds->shm_ctime),
                         .size = ds->shm_segsz,
                         .nattch = ds->shm_nattch,
                         .atime = ds->shm_atime,
                         .dtime = ds->shm_dtime,
                         .cpid = ds->shm_cpid,
                         .lpid = ds->shm_lpid,
                         .flags = segment_flags(ds)};
}

static void take_semset(const union answer *answer, int32_t id, void *row)
{
    const struct semid_ds *ds = &answer->sem;

    *(struct semset *)row =
        (struct semset){.o = owned_by(KIND_SEMSET, id, &ds->sem_perm, ds->sem_ctime),
                        .nsems = ds->sem_nsems,
                        .otime = ds->sem_otime};
}

static void take_queue(const union answer *answer, int32_t id, void *row)
{
    const struct msqid_ds *ds = &answer->msg;

    *(struct queue *)row =
        (struct queue){.o = owned_by(KIND_QUEUE, id, &ds->msg_perm, ds->msg_ctime),
                       .bytes = ds->__msg_cbytes,
                       .messages = ds->msg_qnum,
                       .max_bytes = ds->msg_qbytes,
                       .stime = ds->msg_stime,
                       .rtime = ds->msg_rtime,
                       .lspid = ds->msg_lspid,
                       .lrpid = ds->msg_lrpid,
                       .known = QUEUE_KNOWS_MAX};
}

static const struct calls {
    int stat_any, info; // commands
    size_t size;        // of a row
    void (*take)(const union answer *answer, int32_t id, void *row);
    // clang-format off
} calls[OBJECT_KINDS] = {
    [KIND_SEGMENT] = {SHM_STAT_ANY, SHM_INFO, sizeof(struct segment), take_segment},
    [KIND_SEMSET] = {SEM_STAT_ANY, SEM_INFO, sizeof(struct semset), take_semset},
    [KIND_QUEUE] = {MSG_STAT_ANY, MSG_INFO, sizeof(struct queue), take_queue},
};
// clang-format on

// The C library of glibc before 2.33 hands over no buffer for SEM_STAT_ANY (its bug 26637).
static int control_semset(int32_t id, int command, void *argument)
{
#if defined __GLIBC__ && defined __LP64__
    if (!__GLIBC_PREREQ(2, 33) && command == SEM_STAT_ANY)
        return (int)syscall(SYS_semctl, id, 0, command, argument);
#endif
    union { // semctl(2): the caller defines it
        int val;
        struct semid_ds *buf;
    } all = {.buf = argument};

    return semctl(id, 0, command, all);
}

int ipcstat_control(enum kind_id kind, int32_t id, int command, void *argument)
{
    switch (kind) {
    case KIND_SEGMENT:
        return shmctl(id, command, argument);
    case KIND_SEMSET:
        return control_semset(id, command, argument);
    default:
        return msgctl(id, command, argument);
    }
}

// The call by id, and where that is not permitted, by index.
static int ask(enum kind_id kind, int32_t id, union answer *answer)
{
    if (ipcstat_control(kind, id, IPC_STAT, answer) >= 0)
        return 0;
    int error = -errno;
    for (int i = 0; error == -EACCES && i < SHIFTS; i++)
        if (ipcstat_control(kind, index_of(id, shifts[i]), calls[kind].stat_any, answer) == id)
            return 0;
    return error;
}

int ipcstat(enum kind_id kind, int32_t id, struct ipcstat *out)
{
    union answer answer;
    union {
        struct owned o; // of any
        struct segment segment;
        struct semset set;
        struct queue queue;
    } row;

    *out = (struct ipcstat){.o.id = id};
    int error = kind_is_object(kind) ? ask(kind, id, &answer) : -EINVAL;
    if (error)
        return error;
    calls[kind].take(&answer, id, &row);
    out->o = row.o;
    if (kind == KIND_SEGMENT) {
        out->flags = row.segment.flags;
        out->nattch = row.segment.nattch;
        out->cpid = row.segment.cpid;
    } else if (kind == KIND_QUEUE) {
        out->max_bytes = row.queue.max_bytes;
    }
    return 0;
}

// --- all of them --------------------------------------------------------------------------------

enum { HOLES_MAX = 512 };

// How many there are: SHM_INFO, SEM_INFO, MSG_INFO. msgctl(2), semctl(2), shmctl(2).
static int count(enum kind_id kind)
{
    union answer answer = {.info = {{0}}};

    if (ipcstat_control(kind, 0, calls[kind].info, &answer) < 0)
        return -1;
    return kind == KIND_SEGMENT  ? answer.info.shm.used_ids
           : kind == KIND_SEMSET ? answer.info.sem.semusz
                                 : answer.info.msg.msgpool;
}

// Asks index by index. Where there are many holes, reading the text is cheaper: -E2BIG. Where
// nothing is found, older kernels may not know the command: -ENOTSUP.
static int walk(enum kind_id kind, bool all, struct ipc_rows *rows)
{
    const struct calls *c = &calls[kind];
    union answer answer;
    int last = ipcstat_control(kind, 0, IPC_INFO, &answer), holes = 0; // the highest index in use

    if (last < 0 && all)
        return -errno;
    for (int i = 0; i <= last; i++) {
        int id = ipcstat_control(kind, i, c->stat_any, &answer);
        if (id >= 0) {
            c->take(&answer, id, ipc_rows_next(rows, c->size));
            rows->n++;
        } else if (errno != EINVAL && errno != EIDRM) {
            return -errno;
        } else if ((size_t)++holes > HOLES_MAX + rows->n && !all) {
            return -E2BIG;
        }
    }
    return rows->n || (all && count(kind) == 0) ? 0 : -ENOTSUP;
}

int ipcstat_read(enum kind_id kind, bool all, void *rows)
{
    struct ipc_rows read = ipc_rows_begin(rows);
    int error = walk(kind, all, &read);

    return ipc_rows_end(&read, calls[kind].size, error, rows);
}
