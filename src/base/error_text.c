#include "base/error_text.h"

#include <stdio.h>
#include <string.h>

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
