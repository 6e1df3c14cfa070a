// bpf(2), perf_event_open(2) and tracefs, without a library.
//
// Every descriptor is closed on exec. Errors are -errno; where a caller can show a reason, it is one
// line in `reason`.
#ifndef IPCTOP_LINUX_BPF_LOAD_H
#define IPCTOP_LINUX_BPF_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "linux/bpf/assembler.h"

struct reason {
    char text[200]; // "" where there is none
};
void reason_set(struct reason *reason, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// A map; BPF_MAP_TYPE_…, BPF_F_…. The descriptor or -errno.
int map_create(uint32_t type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags,
               struct reason *reason);
int map_get(int fd, const void *key, void *value); // 0 or -errno
int map_put(int fd, const void *key, const void *value);

// BPF_PROG_TYPE_SYSCALL of Linux 5.14: the headers we build with may be older.
enum { PROGRAM_SYSCALL = 31 };

// Assembles and loads. The descriptor or -errno; the reason holds what the verifier objected to.
int bpf_program_load(struct assembler *a, uint32_t type, uint32_t flags, const char *name,
                     struct reason *reason);
// Runs a PROGRAM_SYSCALL once, which may change `context`. 0 or -errno.
int bpf_program_run(int fd, void *context, uint32_t size);
// How often the kernel ran past it, since another program or a change of a map was under way on that
// processor (kernel/trace/bpf_trace.c trace_call_bpf()): counted since Linux 6.7, 0 where it is not.
uint64_t bpf_program_misses(int fd);
// Attaches a program of BPF_PROG_TYPE_RAW_TRACEPOINT. The descriptor or -errno.
int bpf_program_attach_raw(int fd, const char *tracepoint);

// The last line of the verifier's log that is not its statistics; "" where there is none.
void verifier_objection(const char *log, char *line, size_t cap);

#endif
