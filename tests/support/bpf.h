// What tests of tracing share: whether this machine permits it, and what programs of ours it holds.
#ifndef IPCTOP_TESTS_BPF_H
#define IPCTOP_TESTS_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ns_run(tests) where bpf(2) and tracepoints are permitted; else says why not and returns 77.
int bpf_run(int (*tests)(void));

// Ids of the BPF programs that descriptors of `pid` hold, at most `cap`: how many.
size_t bpf_programs_of(pid_t pid, uint32_t *ids, size_t cap);
bool bpf_program_exists(uint32_t id);
// The process of that name in our /proc; 0: there is none.
pid_t bpf_process(const char *comm);
// Until no process has that name. Keepers end one after the other, a second or more each: what may not
// take a minute is the next one's end.
void bpf_await_end(const char *comm);

#endif
