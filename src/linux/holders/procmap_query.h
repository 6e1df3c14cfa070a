// The ioctl of Linux 6.11 that answers for one mapping at a time: fs/proc/task_mmu.c
// do_procmap_query, include/uapi/linux/fs.h. Defined here under names of our own, because the
// headers we build with may be older than the kernel we run on.
#ifndef IPCTOP_LINUX_HOLDERS_PROCMAP_QUERY_H
#define IPCTOP_LINUX_HOLDERS_PROCMAP_QUERY_H

#include <stdint.h>
#include <sys/ioctl.h>

#include "model/record/objects.h"

enum { // query_flags and vma_flags
    QUERY_READABLE = 0x01,
    QUERY_WRITABLE = 0x02,
    QUERY_EXECUTABLE = 0x04,
    QUERY_SHARED = 0x08,
    QUERY_COVERING_OR_NEXT = 0x10,
    QUERY_FILE_BACKED = 0x20,
};

struct map_query {
    uint64_t size;                     // in: of this struct
    uint64_t query_flags, query_addr;  // in
    uint64_t vma_start, vma_end;       // out
    uint64_t vma_flags, vma_page_size; // out
    uint64_t vma_offset, inode;        // out
    uint32_t dev_major, dev_minor;     // out
    uint32_t vma_name_size;            // in: room, with the NUL; out: used; 0: do not ask
    uint32_t build_id_size;
    uint64_t vma_name_addr; // in
    uint64_t build_id_addr;
};
_Static_assert(sizeof(struct map_query) == 104, "the layout of struct procmap_query");

#define MAP_QUERY _IOWR('f', 17, struct map_query)

// The shared file-backed mapping at `address` or the next one, with its name if `cap` is not 0. A name
// that does not fit is ENAMETOOLONG and gives nothing else. 0 or -errno; ENOENT: there is none.
int maps_ask(int fd, uint64_t address, struct map_query *query, char *name, size_t cap);
struct mapping maps_of_query(const struct map_query *query); // shmid -1
bool maps_lacks_query(int error); // of maps_ask(): this way is closed, another one may be open

#endif
