// What a person at the screen waits for.
#ifndef IPCTOP_BENCH_LATENCIES_H
#define IPCTOP_BENCH_LATENCIES_H

#include <stddef.h>

void bench_latencies(const char *program, size_t processes); // scanned while keys are pressed

#endif
