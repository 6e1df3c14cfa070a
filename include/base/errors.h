// What an errno(3) says about what was asked for.
#ifndef IPCTOP_BASE_ERRORS_H
#define IPCTOP_BASE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// A lack of ours that passes, as of descriptors: what was asked for may be there all the same. Positive.
bool error_passes(int error);
// "Permission denied" of EACCES, as strerror(3) says it, for any thread. The text lies in `dst` or
// is constant.
const char *error_text(int error, char *dst, size_t cap);
// What a system call returned; where that is -1, -errno.
int error_or(int result);
// At the end of what is written to a stream: 0, or -errno where not all of it went out.
int error_of_stream(FILE *stream);

#endif
