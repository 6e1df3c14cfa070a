#include "base/errors.h"

#include <errno.h>
#include <string.h>

bool error_passes(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

int error_or(int result)
{
    return result < 0 ? -errno : result;
}

int error_of_stream(FILE *stream)
{
    return fflush(stream) != 0 || ferror(stream) ? errno ? -errno : -EIO : 0;
}

const char *error_text(int error, char *dst, size_t cap)
{
#ifdef __GLIBC__ // returns the text, which need not be in `dst`: strerror(3)
    return strerror_r(error, dst, cap);
#else
    if (strerror_r(error, dst, cap) != 0)
        snprintf(dst, cap, "error %d", error);
    return dst;
#endif
}
