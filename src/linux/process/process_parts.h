// Between process.c, which finds the process and what remains where it does not answer, and
// process_facts.c, which reads its files.
#ifndef IPCTOP_LINUX_PROCESS_PROCESS_PARTS_H
#define IPCTOP_LINUX_PROCESS_PROCESS_PARTS_H

#include <sys/types.h>

#include "linux/process/process.h"

enum {
    FILE_MAX = 8 * 1024,     // of stat and statm
    COMMAND_MAX = 16 * 1024, // longer command lines are cut: a screen is full much earlier
};

struct prober {
    char *path; // of proc
    int proc;   // O_PATH; -1: not open
    struct process_reader_options options;
    uid_t user; // that asks
    bool knows_boot;
    double boot; // of a fixture; epoch seconds
    char text[COMMAND_MAX];
};

// The facts that are wanted (enum process_fact), each from its file, below the directory `dir`, or
// below `home` ("42/") in it: those beyond the first, of a process whose stat is known. 0; -errno:
// there is no such process, or a further fact could not be read; -ECHILD: it only waits to be
// reaped, and process->parent is known.
int process_facts_read(struct prober *self, int dir, const char *home, uint64_t wanted,
                       struct process *process);

#endif
