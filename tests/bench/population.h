// The processes and objects a benchmark runs against, in the namespaces the bench made.
#ifndef IPCTOP_BENCH_POPULATION_H
#define IPCTOP_BENCH_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// `processes` of about 120 mappings each, `holders` of them attached to the target; five segments
// in all. False when they could not be made.
struct population {
    pid_t forker;
    int target; // shmid
    int others[4];
};
bool population_start(struct population *p, size_t processes, size_t holders);
void population_end(struct population *p); // waits until they are gone

// `n` segments, sets (of one semaphore each) and queues; raises the namespace's limits as needed.
bool objects_make(size_t n);
// The same, each triple made by a process of its own that ends at once; sets of four.
bool objects_leave(size_t n);
void objects_remove(void); // every object of the namespace

// A process that forks an attaching child `per_second` times a second until killed.
pid_t churn_start(int shmid, int per_second);

#endif
