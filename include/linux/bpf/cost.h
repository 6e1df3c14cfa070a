// What tracing costs everybody, measured: the time of the cheapest system call.
#ifndef IPCTOP_LINUX_BPF_COST_H
#define IPCTOP_LINUX_BPF_COST_H

// Nanoseconds a getppid(2) takes: the best of several rounds, so that other load does not count.
// Takes some milliseconds of processor time.
double cost_of_call(void);

#endif
