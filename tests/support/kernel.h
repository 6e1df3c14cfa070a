// A source made by hand: segments, processes and their answers, which a test changes while threads
// read them. Processes can be made to hang.
#ifndef IPCTOP_TESTS_KERNEL_H
#define IPCTOP_TESTS_KERNEL_H

#include "model/source.h"

struct kernel;

struct kernel *kernel_new(void);
void kernel_free(struct kernel *k);
struct source kernel_source(struct kernel *k);

void kernel_segment(struct kernel *k, int32_t shmid, uint32_t key);
void kernel_remove(struct kernel *k, int32_t shmid);
void kernel_queue(struct kernel *k, int32_t msqid);
void kernel_set(struct kernel *k, int32_t semid, uint64_t waiters);

// A process, counted as a fork. A pid may be used again after kernel_exit().
void kernel_spawn(struct kernel *k, int32_t pid);
// The same with the parent's mappings; with `share` also its memory, as vfork does: the kernel
// counts nothing then.
void kernel_fork(struct kernel *k, int32_t parent, int32_t pid, bool share);
void kernel_exit(struct kernel *k, int32_t pid);
// Changes count, times and lpid of the segment as the kernel would, `ago` seconds ago.
void kernel_attach(struct kernel *k, int32_t pid, int32_t shmid, uint64_t start, int ago);
void kernel_detach(struct kernel *k, int32_t pid, int32_t shmid, int ago);
// A mapping that no table knows of changes: what mprotect of a whole mapping does.
void kernel_protect(struct kernel *k, int32_t pid, uint8_t perms);
void kernel_fail(struct kernel *k, int32_t pid, int error);       // what its probes answer; 0: well
void kernel_exiting(struct kernel *k, int32_t pid, bool exiting); // no maps, still counted
void kernel_stranger(struct kernel *k, int32_t pid, uint64_t handle); // in another IPC namespace
void kernel_handle(struct kernel *k, int32_t shmid, uint64_t handle); // what holders of ours show
void kernel_wait(struct kernel *k, int32_t pid, enum kind_id kind, int32_t id);
void kernel_comm(struct kernel *k, int32_t pid, const char *comm);

// Beside the probes of the seam: a PROBE_PROCESS that asks for arguments, and another one that asks when a
// service is started again, counted and hung apart.
enum { KERNEL_COMMAND = PROBE_PLACES + 1, KERNEL_RESTART };

// Probes of `what` on that pid (uid, gid) hang from now on, until released.
void kernel_hang(struct kernel *k, unsigned what, int32_t pid);
void kernel_release(struct kernel *k, unsigned what, int32_t pid);
void kernel_hang_acts(struct kernel *k, bool hang);
size_t kernel_hanging(struct kernel *k);     // how many threads hang now
void kernel_delay(struct kernel *k, int us); // processor time of every probe of attachments

uint64_t kernel_count(struct kernel *k, unsigned what); // probes so far
uint64_t kernel_reads(struct kernel *k);
uint64_t kernel_set_reads(struct kernel *k); // of them: with sets, with rss and swap of segments
uint64_t kernel_use_reads(struct kernel *k);
uint64_t kernel_listings(struct kernel *k);
uint64_t kernel_compared(struct kernel *k);

#endif
