// A task's line in /proc/PID/stat, as far as the attachment and waiter probes need it.
// proc_pid_stat(5). May hang on a process stuck in exec.
#ifndef IPCTOP_LINUX_PROCESS_STAT_H
#define IPCTOP_LINUX_PROCESS_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task_stat {
    char state;           // R S D Z T t X I
    uint32_t flags;       // PF_*, include/linux/sched.h
    int32_t parent;       // 0: of another PID namespace
    int32_t session;      // 0: its leader is outside this PID namespace
    int32_t tty;          // device number of its terminal as stat encodes it; 0: none
    bool reaped;          // children that it waited for used memory
    uint64_t cpu_ticks;   // user and system, of all its threads; of sysconf(_SC_CLK_TCK) a second
    int32_t threads;      // an exited leader that was not reaped counts
    uint64_t start_ticks; // the same, since boot
    int32_t exit_signal;  // negative: a thread beside the main one
    char comm[64];        // raw bytes, as the process chose them
};

// `path` below the directory `dir`: "42/stat", "42/task/43/stat". 0 or -errno.
int stat_read(int dir, const char *path, struct task_stat *out);
// The line alone. The name may hold anything, also ')' and newlines: fields count from the last
// one.
bool stat_parse(const char *line, size_t len, struct task_stat *out);

bool stat_is_forked(
    const struct task_stat *stat); // a process that executed no program since it was forked
bool stat_is_kernel(const struct task_stat *stat); // a kernel thread: no address space, ever
bool stat_is_thread(const struct task_stat *stat); // not the one that stands for a process
bool stat_is_dead(const struct task_stat *stat);   // a zombie: its address space is given back
bool stat_is_gone(
    const struct task_stat *stat); // and no thread of it lives: it only waits to be reaped

#endif
