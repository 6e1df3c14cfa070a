// What is read of one process alone, when its page is looked at.
#ifndef IPCTOP_MODEL_RECORD_PROCESS_PAGE_H
#define IPCTOP_MODEL_RECORD_PROCESS_PAGE_H

#include <stdint.h>

enum page_outcome { PAGE_READ, PAGE_GONE, PAGE_STUCK };

enum {
    PAGE_KNOWS_MEMORY = 1, // rss_anon, rss_file, rss_shared, locked
    PAGE_KNOWS_OOM = 2,    // oom_score, oom_adjust
    PAGE_KNOWS_NICE = 4,
    PAGE_KNOWS_PSS = 16, // shared_pss
    PAGE_LIBRARY = 32,   // libproc2 was there to be asked; without it the first three are unknown
    PAGE_REFUSED = 64,   // some of it is not for this user
    PAGE_UNREAD = 128,   // some of it could not be read for another reason
    PAGE_KNOWS_MACHINE = 256, // machine
};

// Limits of a process: getrlimit(2). Processes are those of its user, and message queues POSIX ones.
enum page_limit {
    PAGE_MAX_FILES,
    PAGE_MAX_LOCKED, // bytes, as are the following ones but processes
    PAGE_MAX_QUEUES,
    PAGE_MAX_MEMORY, // address space
    PAGE_MAX_CORE,
    PAGE_MAX_PROCESSES,
    PAGE_LIMITS
};

struct process_page {
    int32_t pid;     // 0: of none
    uint8_t outcome; // enum page_outcome
    uint16_t known;
    int32_t oom_score, oom_adjust, nice;
    uint64_t rss_anon, rss_file, rss_shared, locked, shared_pss; // bytes
    struct machine_memory {                                      // proc_meminfo(5)
        uint64_t total, shared;                                  // bytes: MemTotal, Shmem
        uint64_t huge_size;                                      // bytes of a huge page
        uint64_t huge_n, huge_free;                              // such pages in the pool
    } machine;
    uint64_t limits[PAGE_LIMITS];     // the soft ones; UINT64_MAX: none
    uint8_t limits_known;             // bits 1 << enum page_limit
    char *exe, *cwd, *cgroup, *slice; // escaped; NULL: none, or not for this user. Owned
};

void process_page_release(struct process_page *page); // what it owns; empties it
void process_page_copy(struct process_page *to, const struct process_page *from); // replaces *to

#endif
