// Writes a file whole or not at all: what had its name stays where the new one cannot be completed.
#ifndef IPCTOP_STORE_WRITE_FILE_H
#define IPCTOP_STORE_WRITE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum write_how {
    WRITE_NEW,      // EEXIST where a regular file has that name
    WRITE_OVER,     // takes the place of a regular file, whole or not at all
    WRITE_PUBLIC,   // the same, for all to read: a collector is another user
    WRITE_SETTINGS, // the same with mode 0600, missing directories made, where a symbolic link of
                    // one's own leads; not where the file is another user's, nor, as root,
                    // through what is
    WRITE_SYSTEM,   // the same for all to read, without links, and only over a file with that mark
};

struct write_job {
    const char *path;
    enum write_how how;
    const char *mark; // WRITE_SYSTEM: what a file of ours begins with, static
    int (*produce)(FILE *out, void *arg, size_t *rows); // 0 or -errno
    const char *(*words)(int error); // of what produce() returned; NULL: strerror() is enough
    void (*release)(void *arg);      // of `arg`, the writer's; may be NULL
    void *arg;
};

struct write_result {
    char path[4096];
    enum write_how how;
    int error;     // 0, or an errno value
    char why[200]; // in words; may be empty
    size_t rows;
    uint64_t bytes;
};

// 0, or -errno, with `why` where strerror() is not enough; also fills `bytes` and `rows`.
int write_file(const struct write_job *job, struct write_result *result);

#endif
