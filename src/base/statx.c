#include "base/statx.h"

#include <sys/syscall.h>
#include <unistd.h>

int statx_cached(int dir, const char *path, int flags, unsigned mask, struct statx *out)
{
#ifdef __GLIBC__ // emulates it on kernels before 4.11
    return statx(dir, path, flags | AT_STATX_DONT_SYNC, mask, out);
#else
    return (int)syscall(SYS_statx, dir, path, flags | AT_STATX_DONT_SYNC, mask, out);
#endif
}
