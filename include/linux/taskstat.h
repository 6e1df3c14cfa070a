// A task's line in /proc/PID/stat, as far as the attachment and waiter probes need it.
// proc_pid_stat(5). May hang on a process stuck in exec.
#ifndef IPCTOP_LINUX_TASKSTAT_H
#define IPCTOP_LINUX_TASKSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct taskstat {
    char state; // R S D Z T t X I
    uint32_t flags; // PF_*, include/linux/sched.h
    int32_t threads; // an exited leader that was not reaped counts
    uint64_t start_ticks;
    int32_t exit_signal; // negative: a thread beside the main one
    char comm[64]; // raw bytes, as the process chose them
};

// `path` below the directory `dir`: "42/stat", "42/task/43/stat". 0 or -errno.
int taskstat_read(int dir, const char *path, struct taskstat *out);
// The line alone. The name may hold anything, also ')' and newlines: fields count from the last
// one.
bool taskstat_parse(const char *line, size_t len, struct taskstat *out);

bool taskstat_is_kernel(const struct taskstat *stat); // a kernel thread: no address space, ever
bool taskstat_is_thread(const struct taskstat *stat); // not the one that stands for a process
bool taskstat_is_dead(const struct taskstat *stat);   // a zombie: its address space is given back

#endif
