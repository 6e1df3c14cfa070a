#include "linux/objects/sysvipc.h"

#include <stddef.h>
#include <unistd.h>

#include "ipc_table.h"

// Added to `perms` of a segment by include/linux/shm.h: SHM_DEST, SHM_LOCKED.
enum { PERMS_BITS = 0777, PERMS_DEST = 01000, PERMS_LOCKED = 02000 };

// clang-format off
#define OWNED(row, id_name)                                                                        \
    {"key", FIELD_KEY, offsetof(row, o.key), 0}, {id_name, FIELD_ID, offsetof(row, o.id), 0},      \
    {"perms", FIELD_PERMS, offsetof(row, o.mode), 0},                                              \
    {"uid", FIELD_UID, offsetof(row, o.uid), 0}, {"gid", FIELD_GID, offsetof(row, o.gid), 0},      \
    {"cuid", FIELD_UID, offsetof(row, o.cuid), 0}, {"cgid", FIELD_GID, offsetof(row, o.cgid), 0},  \
    {"ctime", FIELD_TIME, offsetof(row, o.ctime), 0}
// clang-format on

// clang-format off
static const struct ipc_field segment_fields[] = {
    OWNED(struct segment, "shmid"),
    {"size", FIELD_COUNT, offsetof(struct segment, size), 0},
    {"cpid", FIELD_PID, offsetof(struct segment, cpid), 0},
    {"lpid", FIELD_PID, offsetof(struct segment, lpid), 0},
    {"nattch", FIELD_COUNT, offsetof(struct segment, nattch), 0},
    {"atime", FIELD_TIME, offsetof(struct segment, atime), 0},
    {"dtime", FIELD_TIME, offsetof(struct segment, dtime), 0},
    {"rss", FIELD_COUNT, offsetof(struct segment, rss), SEG_KNOWS_RSS},    // since 2.6.34
    {"swap", FIELD_COUNT, offsetof(struct segment, swap), SEG_KNOWS_SWAP}, // since 2.6.34
};
// clang-format on

static void complete_segment(void *row, uint8_t seen)
{
    struct segment *segment = row;

    segment->flags = (segment->o.mode & PERMS_DEST ? SEG_DEST : 0) |
                     (segment->o.mode & PERMS_LOCKED ? SEG_LOCKED : 0);
    segment->o.mode &= PERMS_BITS;
    segment->known = seen;
    // The kernel multiplies a hugetlb segment's pages by too much: huge_segments_settle() looks at what
    // is beyond the size, and makes it unknown where it is not that.
    // Whole pages are counted: 4096 resident of a segment of 56 bytes is the truth.
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (segment->rss > segment->size && segment->rss - segment->size >= page) {
        segment->known &= (uint8_t)~SEG_KNOWS_RSS;
    }
}

static void complete_other(void *row, uint8_t seen)
{
    (void)seen;
    ((struct owned *)row)->mode &= PERMS_BITS;
}

// clang-format off
static const struct ipc_field semset_fields[] = {
    OWNED(struct semset, "semid"),
    {"nsems", FIELD_COUNT, offsetof(struct semset, nsems), 0},
    {"otime", FIELD_TIME, offsetof(struct semset, otime), 0},
};
// clang-format on

// clang-format off
static const struct ipc_field queue_fields[] = {
    OWNED(struct queue, "msqid"),
    {"cbytes", FIELD_COUNT, offsetof(struct queue, bytes), 0},
    {"qnum", FIELD_COUNT, offsetof(struct queue, messages), 0},
    {"lspid", FIELD_PID, offsetof(struct queue, lspid), 0},
    {"lrpid", FIELD_PID, offsetof(struct queue, lrpid), 0},
    {"stime", FIELD_TIME, offsetof(struct queue, stime), 0},
    {"rtime", FIELD_TIME, offsetof(struct queue, rtime), 0},
};
// clang-format on

// clang-format off
static const struct ipc_table tables[OBJECT_KINDS] = {
    [KIND_SEGMENT] = {"shm", segment_fields, sizeof segment_fields / sizeof *segment_fields,
                      sizeof(struct segment), KIND_SEGMENT, complete_segment},
    [KIND_SEMSET] = {"sem", semset_fields, sizeof semset_fields / sizeof *semset_fields,
                     sizeof(struct semset), KIND_SEMSET, complete_other},
    [KIND_QUEUE] = {"msg", queue_fields, sizeof queue_fields / sizeof *queue_fields,
                    sizeof(struct queue), KIND_QUEUE, complete_other},
};
// clang-format on

int sysvipc_read(const char *proc, enum kind_id kind, void *rows)
{
    const struct ipc_table *table = &tables[kind];
    struct ipc_rows read = ipc_rows_begin(rows);
    int error = ipc_table_read(proc, table, &read);

    return ipc_rows_end(&read, table->row_size, error, rows);
}
