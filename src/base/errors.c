#include "base/errors.h"

#include <errno.h>

bool error_passes(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}
