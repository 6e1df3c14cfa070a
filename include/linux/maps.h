// One process → its mappings, by PROCMAP_QUERY or by text. proc_pid_maps(5), fs/proc/task_mmu.c.
#ifndef IPCTOP_LINUX_MAPS_H
#define IPCTOP_LINUX_MAPS_H

#include "model/objects.h"
#include "model/attach.h"

// The devices SysV segments lie on: the kernel's internal tmpfs, and one per huge page size.
// Learned once from mappings of our own; never by attaching or creating a segment.
enum { MAPS_DEVICES = 8 };
struct maps_devices {
    size_t n;
    struct { uint32_t major, minor; bool hugetlb; } at[MAPS_DEVICES];
};
int maps_learn_devices(struct maps_devices *out);
bool maps_is_sysv(const struct maps_devices *devices, uint32_t major, uint32_t minor,
                  const char *name, uint32_t *key); // a device of ours and "/SYSV%08x"

// A way of reading: the engines behind one interface. `path` is /proc/PID/maps or
// /proc/PID/task/TID/maps below any root. Appends SysV mappings in address order.
// 0; -ENOTTY where the kernel lacks this way; -EACCES, -ESRCH, …
struct maps_engine {
    const char *name;
    enum scan_method method;
    int (*read)(const char *path, const struct maps_devices *devices, struct mapping_vec *out);
};
extern const struct maps_engine maps_by_query, maps_by_text;

// Every mapping with rss, pss, swap, locked from smaps; `sysv_only` leaves the others out.
int maps_read_use(const char *path, const struct maps_devices *devices, bool sysv_only,
                  struct mapping_vec *out);

#endif
