#include "linux/holders/reverse_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/order.h"
#include "base/text.h"
#include "linux/bpf/walk.h"
#include "linux/process/namespace.h"

// Microseconds, as measured: rough, since all that hangs on them is which way is taken.
enum {
    COST_PROCESS = 12, // to ask one for its mappings
    COST_LOAD = 12000, // the programs, once
    COST_SEGMENT = 10, // to find one
    COST_MAPPING = 1,
};
enum {
    ATTEMPTS = 3,
    MINOR_BITS = 20,
    HUGE = 0x400000,
    NO_LOAD = 0x400,
    REPORTED = 0x7f,
    MAY_SHARE = 0x80
};

struct reverse_map {
    struct walker *walker; // NULL: not loaded yet
    int error;             // why it never will be; 0: it may
    bool by_root;          // the user, who may read every process
};

struct reverse_map *reverse_map_new(void)
{
    struct reverse_map *map = mem_zero(1, sizeof *map);

    map->by_root = geteuid() == 0;
    return map;
}

void reverse_map_free(struct reverse_map *map)
{
    if (!map)
        return;
    walker_close(map->walker);
    free(map);
}

// --- one segment --------------------------------------------------------------------------------

// As fs/proc/array.c get_task_state() shows it.
static char state_letter(uint32_t state)
{
    static const char letters[] = "RSDTtXZPI";
    int index = 0;

    if ((state & 2) && (state & NO_LOAD))
        return 'I';
    for (uint32_t bits = state & REPORTED; bits; bits >>= 1)
        index++;
    return letters[index];
}

// More users of an address space than threads: another process shares it, which only its own files
// show; or somebody reads those of this one at the moment. A main thread that has ended counts too.
static bool is_simple(const struct walk_mapping *m)
{
    char state = state_letter(m->state);

    return m->tgid && m->users <= m->threads && state != 'Z' && state != 'X';
}

static uint32_t key_of(const struct walk_segment *segment)
{
    unsigned key = 0;

    sscanf(segment->name, "SYSV%8x", &key);
    return key;
}

// A read-only mapping of a shared file may be shared, but is not VM_SHARED: mm/mmap.c do_mmap().
static uint8_t perms_of(uint64_t flags)
{
    return (uint8_t)((flags & (MAP_R | MAP_W | MAP_X)) | (flags & MAY_SHARE ? MAP_SHARED_BIT : 0) |
                     MAP_DELETED | (flags & HUGE ? MAP_HUGE : 0));
}

static void add_mapping(const struct walk_mapping *m, int32_t shmid,
                        const struct walk_segment *segment, struct walked *out)
{
    const struct mapping mapping = {
        .pid = (int32_t)m->pid,
        .shmid = shmid,
        .key = key_of(segment),
        .dev_major = segment->device >> MINOR_BITS,
        .dev_minor = segment->device & ((1u << MINOR_BITS) - 1),
        .start = m->start,
        .end = m->end,
        .offset = m->page_offset * (uint64_t)sysconf(_SC_PAGESIZE),
        .inode = (uint32_t)shmid,
        .perms = perms_of(m->flags),
        .known = MAP_KNOWS_HANDLE,
        .handle = segment->address,
    };

    vec_push(&out->mappings, mapping);
}

static void add_process(const struct reverse_map *map, const struct walk_mapping *m, double boot,
                        struct walked *out)
{
    const uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
    struct process process = {
        .pid = (int32_t)m->pid,
        .uid = m->euid,
        .start_ticks = m->started / (CLOCK_SECOND / hz),
        .state = state_letter(m->state),
        .known = PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE | PROC_KNOWS_COMM |
                 (map->by_root ? PROC_READABLE : 0),
    };

    process.start_time = (int64_t)(boot + (double)process.start_ticks / (double)hz);
    text_escape(process.comm, sizeof process.comm, m->comm, strnlen(m->comm, sizeof m->comm));
    vec_push(&out->processes, process);
    if (m->elsewhere)
        vec_push(&out->elsewhere, process.pid);
}

// `found` is room to work in.
static int walk_one(const struct reverse_map *map, int32_t shmid, double boot,
                    struct walk_mapping_vec *found, struct walked *out)
{
    struct walk_segment segment;
    int error = -EAGAIN;

    for (int i = 0; i < ATTEMPTS && error == -EAGAIN; i++) {
        vec_clear(found);
        error = walker_segment(map->walker, shmid, &segment, found);
        for (size_t k = 0; !error && k < found->n; k++)
            if (!is_simple(&found->at[k]))
                error = -EAGAIN;
    }
    if (error)
        return error;
    vec_reserve(&out->mappings, out->mappings.n + found->n);
    vec_reserve(&out->processes, out->processes.n + found->n);
    for (size_t i = 0; i < found->n; i++) {
        const struct walk_mapping *m = &found->at[i];
        if (!m->pid) {
            out->outside++;
            continue;
        }
        add_mapping(m, shmid, &segment, out);
        add_process(map, m, boot, out);
    }
    return 0;
}

// --- all of them --------------------------------------------------------------------------------

static int by_place(const void *pa, const void *pb)
{
    const struct mapping *a = pa, *b = pb;

    return order_by(a->pid, b->pid) ?: order_by_u64(a->start, b->start);
}

// Each process once. Nothing is owned by them yet.
static void settle(struct walked *out)
{
    vec_sort(&out->mappings, by_place);
    out->processes.n =
        order_once(out->processes.at, out->processes.n, sizeof *out->processes.at, order_i32);
    pids_settle(&out->elsewhere);
}

// In a time namespace (time_namespaces(7)) start times are shown with an offset.
static bool is_first_time_namespace(void)
{
    const uint64_t first = 4026531834; // PROC_TIME_INIT_INO
    uint64_t inode = namespace_of_ours("/proc", "time");

    return inode ? inode == first : errno == ENOENT; // there are none before Linux 5.6
}

static int load(struct reverse_map *map)
{
    struct reason reason;

    if (map->walker || map->error)
        return map->error;
    if (!is_first_time_namespace())
        return map->error = -EOPNOTSUPP;
    map->walker = walker_open(&reason, &map->error);
    return map->error;
}

int reverse_map_walk_anyway(struct reverse_map *map, const struct segment_vec *segments,
                            struct walked *out)
{
    struct walk_mapping_vec found = {0};
    double boot = (double)clock_boot_ns() / 1e9; // epoch seconds
    int error = load(map);

    walked_clear(out);
    for (size_t i = 0; i < segments->n && !error; i++) {
        if (!segments->at[i].nattch)
            continue;
        error = walk_one(map, segments->at[i].o.id, boot, &found, out);
        if (error == -EINVAL) // removed meanwhile
            error = -EAGAIN;
    }
    vec_free(&found);
    if (!error)
        settle(out);
    return error;
}

int reverse_map_walk(struct reverse_map *map, const struct segment_vec *segments,
                     struct walked *out)
{
    uint64_t cost = map->walker ? 0 : COST_LOAD;
    struct sysinfo machine;

    if (map->error)
        return map->error;
    for (size_t i = 0; i < segments->n; i++)
        if (segments->at[i].nattch)
            cost += COST_SEGMENT + segments->at[i].nattch * COST_MAPPING;
    if (sysinfo(&machine) < 0 || cost >= (uint64_t)machine.procs * COST_PROCESS)
        return -E2BIG;
    return reverse_map_walk_anyway(map, segments, out);
}
