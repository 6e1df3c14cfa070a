// Who maps which segment, found out in the plainest way: every task's maps as text, the same memory
// once by kcmp(2). Shares no code with the program.
#ifndef IPCTOP_TESTS_TRUTH_H
#define IPCTOP_TESTS_TRUTH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct truth_line {
    int shmid;
    pid_t pid, task; // a thread that is alive
    uint64_t start, end;
    char perms[5];
};

struct truth {
    struct truth_line *lines; // ordered by shmid, pid, start
    size_t n;
};

void truth_read(struct truth *truth); // of all processes in /proc
void truth_free(struct truth *truth);
// Mappings of a segment, those of one address space counted once.
size_t truth_count(const struct truth *truth, int shmid);

#endif
