// Target 8: what the kernel as witness costs, and what the walk from a segment to its holders saves.
#ifndef IPCTOP_BENCH_WITNESSED_H
#define IPCTOP_BENCH_WITNESSED_H

#include <stddef.h>

void bench_witness(const char *program, size_t processes);

#endif
