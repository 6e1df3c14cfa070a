#include "base/errors.h"

#include <errno.h>

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
