// Target 9: what recording adds to a tick, and what it takes to open a recording anywhere.
#ifndef IPCTOP_BENCH_RECORDINGS_H
#define IPCTOP_BENCH_RECORDINGS_H

void bench_recordings(const char *program);

#endif
