// What an error number means, as strerror(3) says it, for any thread.
#ifndef IPCTOP_BASE_ERROR_TEXT_H
#define IPCTOP_BASE_ERROR_TEXT_H

#include <stddef.h>

// "Permission denied" of EACCES. The text lies in `dst` or is constant.
const char *error_text(int error, char *dst, size_t cap);

#endif
