// Answers of processes → a full account of which process holds which segment. Pure, but for one question
// it may put to the source: whether two processes share their memory.
#ifndef IPCTOP_MODEL_HOLDERS_ACCOUNTING_H
#define IPCTOP_MODEL_HOLDERS_ACCOUNTING_H

#include "model/record/scan.h"

// What one process answered: `n` mappings from `first` in a vector common to all.
struct holding {
    int32_t pid;
    int32_t task;      // the thread to compare, where the main one has no address space; else 0
    uint64_t instance; // as in struct pid_entry
    uint64_t start_ticks;
    uint32_t first, n;
    bool namespace_differs;
    bool stale; // known from before; it does not answer now
};
VEC(holding_vec, struct holding);

// The file handle of a segment of ours, as a holder surely in our namespace showed it.
struct segment_handle {
    int32_t shmid;
    uint64_t handle;
};
VEC(segment_handle_vec, struct segment_handle);

struct scan_input {
    const struct holding_vec *holdings; // ordered by pid
    const struct mapping_vec *mappings;
    const struct segment_vec *before;         // the table as read before the processes were
    const struct segment_vec *after;          // and after; NULL: not read again
    const struct segment_handle_vec *handles; // ordered by shmid; NULL: none
    uint32_t processes, unreadable, stuck, exiting;
    uint32_t unasked;          // for lack of a thread or descriptor
    uint64_t left_out;         // mappings not kept, since there are too many
    const int32_t *stuck_pids; // `stuck` of them, ascending; NULL: not known
    bool hidden;               // some processes are not even listed: proc(5) hidepid
    bool forks_moved;          // processes were made while they were read
    bool first_pid_namespace;  // no process is outside, so a pid of 0 is nobody
    enum scan_method method;
    // Finds the tasks that share their memory, as address_spaces_join() does; false: not known now.
    bool (*same_memory)(void *self, const int32_t *tasks, size_t n, uint32_t *same);
    void *self;
};

// One reference. duration_us and finished_ns are left to the caller.
struct scan *scan_build(const struct scan_input *in);

// The same picture once more, for another finished_ns.
struct scan *scan_copy(const struct scan *scan);

// Every attachment of every segment was seen, once.
bool scan_resolved(const struct scan *scan);

// NULL where it holds nothing. The holdings are ordered by pid.
const struct holding *holding_find(const struct holding_vec *holdings, int32_t pid);
void holding_sort(struct holding_vec *holdings);
// Appends a holding with its mappings, which lie in `from`.
void holding_add(struct holding_vec *holdings, struct mapping_vec *mappings,
                 const struct holding *holding, const struct mapping_vec *from);
// Whether two processes answered the same.
bool holding_same(const struct holding *a, const struct mapping_vec *a_mappings,
                  const struct holding *b, const struct mapping_vec *b_mappings);

#endif
