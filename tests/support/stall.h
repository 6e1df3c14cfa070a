// A file system of one file that stops answering on demand: processes that touch it get stuck in
// the states in which the kernel's readers of /proc hang.
//
// It speaks the protocol of fuse(4) to /dev/fuse itself, from a child that dies with the test; then
// the kernel fails what was waiting, so nothing stays behind that cannot be killed. The mount
// lives in the caller's mount namespace: call it below ns_run().
#ifndef IPCTOP_TESTS_STALL_H
#define IPCTOP_TESTS_STALL_H

#include <stdbool.h>
#include <sys/types.h>

enum { STALL_READS = 1, STALL_WRITES = 2, STALL_READS_FAIL_FIRST = 4 };
enum { STALL_SIZE = 1 << 20 }; // of the file

struct stall_shared;
struct stall {
    pid_t daemon;
    int bell; // eventfd: the mode changed
    struct stall_shared *shared;
    char dir[64], file[80];
};

// 0, or -errno: -ENOENT, -EACCES of /dev/fuse, -EPERM where it may not be mounted.
int stall_start(struct stall *stall);
// Requests of these kinds wait from now on; 0 answers all that wait.
void stall_hold(struct stall *stall, int kinds);
int stall_held(const struct stall *stall); // requests that wait now
void stall_end(struct stall *stall);

#endif
