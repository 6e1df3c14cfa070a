// Writes files on a thread of its own: a disk that hangs holds up no screen.
#ifndef IPCTOP_APP_WRITER_H
#define IPCTOP_APP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum write_how {
    WRITE_NEW,      // -EEXIST where there is something by that name
    WRITE_OVER,     // takes the place of a regular file, whole or not at all
    WRITE_SETTINGS, // the same with mode 0600, missing directories made; see writer.c on root
};

struct write_job {
    const char *path; // copied
    enum write_how how;
    int (*produce)(FILE *out, void *arg, size_t *rows); // on the thread; 0 or -errno
    void (*release)(void *arg);                         // always called, once; may be NULL
    void *arg;
};

struct write_result {
    char path[4096];
    enum write_how how;
    int error;      // 0, or an errno value
    char why[200];  // in words; may be empty
    size_t rows;
    uint64_t bytes;
};

struct writer;

struct writer *writer_new(void); // NULL: no descriptor to be had
void writer_free(struct writer *writer); // waits a second for what is being written. NULL is fine

int writer_fd(const struct writer *writer); // readable when there is a result
// One at a time. False: the last is not done yet; nothing was taken, `release` not called.
bool writer_start(struct writer *writer, const struct write_job *job);
bool writer_take(struct writer *writer, struct write_result *result); // false: none

#endif
