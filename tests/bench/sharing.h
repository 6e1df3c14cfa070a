// Scans for shared memory that is not System V's, and many namespaces.
#ifndef IPCTOP_BENCH_SHARING_H
#define IPCTOP_BENCH_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Among processes that map `others` such objects each.
enum { OTHERS_MAX = 4 };
void bench_sharing(size_t processes, size_t others, size_t runs);

// A process in each of `n` IPC and mount namespaces with a /dev/shm of its own. Their parent's pid, which
// takes them with it; -1 where they cannot be made.
pid_t namespaces_start(size_t n);

#endif
