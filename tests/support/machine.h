// Tests that change the whole machine: its clock, its huge pages. They run in a virtual machine alone.
#ifndef IPCTOP_TESTS_MACHINE_H
#define IPCTOP_TESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

// This is such a machine (tests/vm/init says so); else false, after saying why the test is skipped.
bool machine_is_ours(void);
// Writes a number to a file of the kernel; fails the test where that cannot be done.
void machine_set(const char *path, long number);
long machine_get(const char *path);
void *machine_shared(size_t size); // zeroed memory that children share; to the end of the program

#endif
