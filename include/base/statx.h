// statx(2) from what the kernel has cached, also where the C library does not offer it: musl(7) does from
// 1.2.5 on. Unlike stat(2) it does not wait for the server of a network file system.
#ifndef IPCTOP_BASE_STATX_H
#define IPCTOP_BASE_STATX_H

#include <fcntl.h>
#include <sys/stat.h>
#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#endif

// As statx(2) with AT_STATX_DONT_SYNC among its flags: 0, or -1 with errno set. Where the machine has no such
// call, as fstatat(2), which may wait.
int statx_cached(int dir, const char *path, int flags, unsigned mask, struct statx *out);

#endif
