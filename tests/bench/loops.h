// The bare loops a holder scan is measured against: the least work that gives the same answer.
#ifndef IPCTOP_BENCH_LOOPS_H
#define IPCTOP_BENCH_LOOPS_H

#include <stddef.h>

// Mappings of `shmid` found in all processes below /proc; -1 where the kernel lacks the way.
// One thread, no accounting, no identity: PROCMAP_QUERY over shared file-backed mappings; 64 KiB
// reads and memmem("/SYSV"); readdir, open and close alone.
long loop_query(int shmid);
long loop_memmem(int shmid);
long loop_floor(int shmid);

#endif
