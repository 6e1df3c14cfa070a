// Doing something as an ordinary user, beside a test that is root.
#ifndef IPCTOP_TESTS_ASUSER_H
#define IPCTOP_TESTS_ASUSER_H

#include <stdbool.h>
#include <stddef.h>

// Runs body(result) in a child without privileges; `result`, `size` bytes, comes back from it.
// False where it ended otherwise than by returning. Real root only: skip the test without.
bool as_nobody(void (*body)(void *result), void *result, size_t size);

#endif
