// One process → its mappings of SysV segments, by PROCMAP_QUERY or by text. proc_pid_maps(5),
// fs/proc/task_mmu.c.
//
// Reads from an open /proc/PID/maps or /proc/PID/task/TID/maps at its beginning, which stays open.
// Mappings are appended in address order, with `pid` left 0. May hang on a sick process.
#ifndef IPCTOP_LINUX_HOLDERS_MAPS_H
#define IPCTOP_LINUX_HOLDERS_MAPS_H

#include "model/record/objects.h"
#include "model/record/scan.h"
#include "model/record/shared.h"

// The devices SysV segments lie on: the kernel's internal tmpfs, and one per huge page size.
// Learned once from mappings of our own; never by attaching or creating a segment.
enum { MAPS_DEVICES = 8 };
struct maps_devices {
    size_t n;
    struct {
        uint32_t major, minor;
        bool hugetlb;
    } at[MAPS_DEVICES];
    // Where hugetlbfs is mounted, in this mount namespace. proc_pid_mountinfo(5)
    size_t n_mounted;
    struct {
        uint32_t major, minor;
    } mounted[MAPS_DEVICES];
};
// 0, or -errno: then what was learned may lack some, and is to be learned again.
int maps_learn_devices(struct maps_devices *out);
// Whether segments, and what else the kernel makes of shared memory, lie on that device.
bool maps_on_device(const struct maps_devices *devices, uint32_t major, uint32_t minor,
                    bool *hugetlb);
// Whether it is that of a mounted hugetlbfs.
bool maps_on_hugetlbfs(const struct maps_devices *devices, uint32_t major, uint32_t minor);

// One line of maps or smaps without its newline. False where it is none. `path` of *out stays
// NULL, shmid -1; *name points into the line. Never reads beyond `len`.
bool maps_parse_line(const char *line, size_t len, struct mapping *out, const char **name,
                     size_t *name_len);
// Completes what maps_parse_line() made when it is a SysV mapping: shmid, key (the one the segment
// was created with), MAP_DELETED, MAP_HUGE. It is one by a device of ours and the name "/SYSV%08x",
// with or without " (deleted)". Never by the inode alone: memory files and shared anonymous memory
// lie on the same device.
bool maps_recognise(const struct maps_devices *devices, struct mapping *mapping, const char *name,
                    size_t len);

// Gives each line of maps or smaps, without its newline, to `take`. 0; -ESRCH: there is none, the
// task has no address space any more; -errno.
int maps_each_line(int fd, void (*take)(void *arg, const char *line, size_t len), void *arg);

// A way of reading: the engines behind one interface, exactly equivalent.
// 0; -ENOTTY where the kernel lacks this way (nothing was read: another may be tried); -ESRCH
// where the task has no address space any more.
struct maps_engine {
    enum scan_method method;
    int (*read)(int fd, const struct maps_devices *devices, struct mapping_vec *out);
    // Whether all of these mappings stand as they did; there may be more. NULL where that is no
    // cheaper than reading.
    bool (*still)(int fd, const struct mapping_vec *known);
};
extern const struct maps_engine maps_by_query, maps_by_text;

// What the path that the kernel gives for an open or mapped file says: type, name, whether it is
// deleted. A queue is an entry of the root of its file system: "/name", as files of others are.
// False: it is no such thing.
bool maps_shared_path(const char *path, size_t len, struct shared *out);

// What a process maps that is shared, but no segment of System V: appended, then ordered by id, and the
// mappings of one by their start. `objects`, each once, have a name, a status, and in `size` how far they are
// mapped, in bytes. Errors as of an engine's read().
enum { SHARED_MAPPINGS_MAX = 1 << 16 }; // of one process; more are left out
struct shared_mappings {
    struct shared_vec objects;
    struct shared_mapping_vec mappings;
    bool left_out; // some were
    enum scan_method method;
};
// `fd` as above; `text_only`: not by PROCMAP_QUERY. The same reading finds the mappings of SysV segments:
// appended to *segments as an engine does, unless that is NULL. On error nothing is appended.
int maps_read_shared(int fd, bool text_only, const struct maps_devices *devices,
                     struct mapping_vec *segments, struct shared_mappings *out);
// Orders objects from that one on by id, and makes one of those with the same: the largest size, all that
// are open.
void maps_merge_shared(struct shared_vec *objects, size_t first);

// From an open smaps: mappings with rss, pss, swap and locked, in bytes. Unless `sysv_only`, also those that
// are no segment's: shmid -1 and `path` (escaped, the caller frees; "" for anonymous memory). Errors as above.
int maps_read_use(int fd, const struct maps_devices *devices, bool sysv_only,
                  struct mapping_vec *out);

#endif
