// Which process holds which segment: the result of one scan of the processes, and what it could not see.
//
// Pure: probes (what single processes answered) go in, an accounted picture comes out. How the
// processes are read is linux/'s business, when and by which thread engine/'s.
#ifndef IPCTOP_MODEL_RECORD_SCAN_H
#define IPCTOP_MODEL_RECORD_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/record/objects.h"

enum scan_method { SCAN_PROCMAP_QUERY, SCAN_TEXT, SCAN_REVERSE_MAP, SCAN_METHODS };
extern const char
    *const scan_method_names[]; // "procmap_query", "text", "reverse_map"; ends with NULL

// Why attachments of a segment stay unseen; bits, as evidence was met during the scan.
enum unseen {
    UNSEEN_UNREADABLE = 1, // processes this user may not read
    UNSEEN_OUTSIDE = 2,    // another PID namespace is at work (a pid of 0)
    UNSEEN_EXITING = 4,    // a process on its way out, still counted, maps already empty
    UNSEEN_CHANGED = 8,    // attachments came or went while the scan ran
    UNSEEN_STUCK = 16,     // a process whose maps cannot be read in time
    UNSEEN_HIDDEN = 64,    // processes this user does not even see: proc(5) hidepid
    UNSEEN_UNASKED = 32,   // out of threads or file descriptors to ask processes
    UNSEEN_LEFT_OUT = 256, // mappings beyond the number that is kept
    UNSEEN_ALIKE = 128,    // mappings that may be those of another IPC namespace
};

struct segment_account { // one segment's accounting
    int32_t shmid;
    uint64_t nattch;  // as read just before the scan
    uint64_t found;   // mappings seen, an address space counted once
    uint32_t holders; // processes seen
    uint32_t stale;   // of `found`, known only from before
    uint16_t unseen;  // enum unseen; 0 where found == nattch
    bool key_known;
    bool alike; // mappings of equal id and key exist that another IPC namespace's segment may own
    uint32_t original_key; // as its mappings name it
    bool hugetlb;
    uint64_t handle; // private to the building of a scan: of the first mapping that has one; or 0
};
VEC(account_vec, struct segment_account);

// One finished scan. Refcounted, immutable once published.
struct scan {
    int refs;                    // private to scan_ref, scan_unref (atomic)
    struct holder_vec holders;   // ordered by shmid, then pid
    struct mapping_vec mappings; // ordered by shmid, pid, start
    struct account_vec accounts; // ordered by shmid
    uint32_t processes;          // looked at
    uint32_t unreadable;         // refused for lack of permission
    uint32_t stuck;              // did not answer in time
    uint32_t exiting;
    uint32_t unasked;          // for lack of a thread or descriptor
    uint64_t left_out;         // mappings not kept: there are too many
    struct pid_vec stuck_pids; // some of them, ascending
    enum scan_method method;
    uint64_t duration_us;
    int64_t finished_ns; // CLOCK_MONOTONIC: how old the picture is. Checking it again renews it
};

struct scan *scan_new(void); // one reference
struct scan *scan_ref(struct scan *scan);
void scan_unref(struct scan *scan); // NULL is fine

// Of a table ordered by id. NULL where there is none, or no table.
const struct segment *segments_find(const struct segment_vec *segments, int32_t shmid);
struct segment_account *accounts_find(const struct account_vec *accounts, int32_t shmid);
// Attachments that stay unseen, of that segment (-1: of all). *why: UNSEEN_* of those; may be NULL.
uint64_t scan_unseen(const struct scan *scan, int32_t shmid, uint16_t *why);
const struct segment_account *scan_account(const struct scan *scan, int32_t shmid);
// The holders of one segment as a range of scan->holders: the first, *n of them.
const struct holder *scan_holders(const struct scan *scan, int32_t shmid, size_t *n);
const struct holder *scan_holder(const struct scan *scan, int32_t shmid, int32_t pid);

// "18 attachments: 18 found in 17 processes", "5 attachments: 3 found, 2 unseen (12 processes not
// readable as oracle; try sudo)". `user`: the name of the user that scanned; NULL where unknown.
char *scan_accounting_line(const struct scan *scan, int32_t shmid,
                           const char *user); // caller frees

// A mapping's path as proc shows it: its own, or "/SYSV%08x (deleted)". Writes at most cap bytes.
const char *mapping_path(const struct mapping *mapping, char *scratch, size_t cap);
// "rw-s", "r--p" as in maps; and "rw", "r", "rwx", "none" for access.
const char *mapping_perms_text(uint8_t perms, char out[5]);
const char *access_text(uint8_t access, char out[5]);

#endif
