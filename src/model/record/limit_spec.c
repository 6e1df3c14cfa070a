#include "model/record/limit_spec.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/sum.h"

#define SYSCTL(name) "/proc/sys/kernel/" name
#define MQUEUE(name) "/proc/sys/fs/mqueue/" name

static uint64_t one(const struct owned *object)
{
    (void)object;
    return 1;
}

static uint64_t segment_size(const struct owned *object)
{
    return ((const struct segment *)object)->size;
}

// ipc/shm.c newseg: shm_tot counts whole pages of the system's own size, hugetlb or not.
static uint64_t segment_pages(const struct owned *object)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = segment_size(object);

    return size / page + (size % page != 0);
}

static uint64_t set_size(const struct owned *object)
{
    return ((const struct semset *)object)->nsems;
}

static uint64_t queue_bytes(const struct owned *object)
{
    return ((const struct queue *)object)->bytes;
}

static uint64_t queue_bound(const struct owned *object)
{
    const struct queue *q = (const struct queue *)object;

    return q->known & QUEUE_KNOWS_MAX ? q->max_bytes : 0;
}

#define WHOLE "a whole number"
#define BYTES "bytes, or 64K, 1.5M"
#define TAKES_BYTES "a number of bytes such as 65536 or 64K"

// The most: ipc/ipc_sysctl.c has unsigned long, numbers of objects, int; ipc/mq_sysctl.c HARD_MSGMAX and
// HARD_MSGSIZEMAX.
// clang-format off
const struct limit_spec limit_specs[LIMIT_SPECS] = {
    {.name = "shmmni", .meaning = "segments in the system", .unit = "segments",
     .path = SYSCTL("shmmni"), .setting = "kernel.shmmni",
     .kind = KIND_SEGMENT, .use = one, .shared = true,
     .most = IPCMNI_EXTEND, .hint = "segments", .takes = WHOLE},
    {.name = "shmall", .meaning = "pages of shared memory in the system", .unit = "pages",
     .path = SYSCTL("shmall"), .setting = "kernel.shmall",
     .kind = KIND_SEGMENT, .use = segment_pages, .shared = true,
     .most = ULONG_MAX, .hint = "pages, or unlimited", .takes = "a number of pages, without a unit"},
    {.name = "shmmax", .meaning = "size of one segment; used: the largest", .unit = "bytes",
     .path = SYSCTL("shmmax"), .setting = "kernel.shmmax",
     .kind = KIND_SEGMENT, .use = segment_size,
     .most = ULONG_MAX, .hint = "bytes, or 64M, 1.5G, unlimited", .takes = TAKES_BYTES},
    {.name = "shm_rmid_forced", .meaning = "1: segments go with their last attachment", .unit = "",
     .path = SYSCTL("shm_rmid_forced"), .setting = "kernel.shm_rmid_forced",
     .kind = KIND_SEGMENT, .is_switch = true,
     .most = 1, .hint = "0 or 1", .takes = "0 or 1"},
    {.name = "semmni", .meaning = "semaphore sets in the system", .unit = "sets",
     .path = SYSCTL("sem"), .field = 3, .setting = "kernel.sem, 4th number",
     .kind = KIND_SEMSET, .use = one, .shared = true,
     .most = IPCMNI_EXTEND, .hint = "sets", .takes = WHOLE},
    {.name = "semmns", .meaning = "semaphores in the system", .unit = "semaphores",
     .path = SYSCTL("sem"), .field = 1, .setting = "kernel.sem, 2nd number",
     .kind = KIND_SEMSET, .use = set_size, .shared = true,
     .most = INT_MAX, .hint = "semaphores", .takes = WHOLE},
    {.name = "semmsl", .meaning = "semaphores in one set; used: the largest", .unit = "semaphores",
     .path = SYSCTL("sem"), .field = 0, .setting = "kernel.sem, 1st number",
     .kind = KIND_SEMSET, .use = set_size,
     .most = INT_MAX, .hint = "semaphores", .takes = WHOLE},
    {.name = "semopm", .meaning = "operations in one semop call", .unit = "operations",
     .path = SYSCTL("sem"), .field = 2, .setting = "kernel.sem, 3rd number",
     .kind = KIND_SEMSET,
     .most = INT_MAX, .hint = "operations", .takes = WHOLE},
    {.name = "msgmni", .meaning = "queues in the system", .unit = "queues",
     .path = SYSCTL("msgmni"), .setting = "kernel.msgmni",
     .kind = KIND_QUEUE, .use = one, .shared = true,
     .most = IPCMNI_EXTEND, .hint = "queues", .takes = WHOLE},
    {.name = "msgmax", .meaning = "size of one message", .unit = "bytes",
     .path = SYSCTL("msgmax"), .setting = "kernel.msgmax",
     .kind = KIND_QUEUE,
     .most = INT_MAX, .hint = BYTES, .takes = TAKES_BYTES},
    {.name = "msgmnb", .meaning = "bytes in a new queue; used: the fullest, of its own limit", .unit = "bytes",
     .path = SYSCTL("msgmnb"), .setting = "kernel.msgmnb",
     .kind = KIND_QUEUE, .use = queue_bytes, .own = queue_bound,
     .most = INT_MAX, .hint = BYTES, .takes = TAKES_BYTES,
     .remark = "Queues that exist keep their own size."},
    {.name = "hugetlb_shm_group", .meaning = "group that may make segments of huge pages", .unit = "gid",
     .path = "/proc/sys/vm/hugetlb_shm_group", .setting = "vm.hugetlb_shm_group",
     .kind = KIND_SEGMENT, .is_switch = true, .fixed = true,
     .most = INT_MAX, .hint = "gid", .takes = WHOLE},
    {.name = "mqueue_queues_max", .meaning = "POSIX queues in the system", .unit = "queues",
     .path = MQUEUE("queues_max"), .setting = "fs.mqueue.queues_max", .shared = true,
     .most = INT_MAX, .hint = "queues", .takes = WHOLE},
    {.name = "mqueue_msg_max", .meaning = "messages a POSIX queue may hold; used: the most", .unit = "messages",
     .path = MQUEUE("msg_max"), .setting = "fs.mqueue.msg_max",
     .most = 65536, .hint = "messages", .takes = WHOLE},
    {.name = "mqueue_msgsize_max", .meaning = "size of a message of POSIX queues; used: the largest", .unit = "bytes",
     .path = MQUEUE("msgsize_max"), .setting = "fs.mqueue.msgsize_max",
     .most = 16777216, .hint = BYTES, .takes = TAKES_BYTES},
};
// clang-format on

const struct limit_spec *limit_spec_size(enum kind_id kind)
{
    for (size_t i = 0; i < LIMIT_SPECS; i++)
        if (limit_specs[i].kind == kind && limit_specs[i].use && !limit_specs[i].shared)
            return &limit_specs[i];
    return NULL;
}

const struct limit_spec *limit_spec_find(const char *name)
{
    for (size_t i = 0; name && i < LIMIT_SPECS; i++)
        if (strncmp(limit_specs[i].name, name, LIMIT_NAME) == 0)
            return &limit_specs[i];
    return NULL;
}

const char *limit_of_objects(enum kind_id kind)
{
    for (size_t i = 0; i < LIMIT_SPECS; i++)
        if (limit_specs[i].kind == kind && limit_specs[i].use == one)
            return limit_specs[i].name;
    return NULL;
}

bool limit_spec_counted(const struct limit_spec *spec, const struct snapshot *s)
{
    static const uint64_t needs[OBJECT_KINDS] = {
        [KIND_SEGMENT] = NEED_SEGMENTS, [KIND_SEMSET] = NEED_SEMSETS, [KIND_QUEUE] = NEED_QUEUES};

    return spec->use && s->has & needs[spec->kind];
}

uint64_t limit_spec_used(const struct limit_spec *spec, const struct snapshot *s,
                         const uint32_t *uid)
{
    const struct owned *o;
    uint64_t used = 0;

    for (size_t i = 0; spec->use && (o = snapshot_object_at(s, spec->kind, i)); i++)
        if (!uid || o->uid == *uid)
            sum_add(&used, spec->use(o));
    return used;
}

bool limit_spec_bytes(const struct limit_spec *spec, uint64_t amount, uint64_t *bytes)
{
    bool pages = strcmp(spec->unit, "pages") == 0;

    *bytes = amount;
    if (pages)
        return !__builtin_mul_overflow(amount, (uint64_t)sysconf(_SC_PAGESIZE), bytes);
    return strcmp(spec->unit, "bytes") == 0;
}

const char limit_sysctl_file[] = "/etc/sysctl.d/60-ipctop.conf";
