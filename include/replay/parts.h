// The files of a recording, one behind the other: FILE.1, if there is one that is older, and FILE. They
// grow while they are written, and a FILE that has become FILE.1 is followed by the new one.
#ifndef IPCTOP_REPLAY_PARTS_H
#define IPCTOP_REPLAY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTS_MAX = 3 };

struct part {
    int fd;
    int64_t begin; // offset of its first byte among all; it never changes
    int64_t size;  // bytes, and one more: a newline, where its last line was cut off
};

struct parts {
    char *path;
    int n;
    struct part at[PARTS_MAX];
};

// False with *error an errno value; EINVAL: no regular file. Nothing is ever written to.
bool parts_open(struct parts *parts, const char *path, int *error);
void parts_close(struct parts *parts);
// As large as they are now. The oldest one is given up where there are too many.
void parts_measure(struct parts *parts);

int64_t parts_begin(const struct parts *parts); // offset of the first byte that is still there
int64_t parts_end(const struct parts *parts);   // offset after the last one
const struct part *parts_of(const struct parts *parts, int64_t offset); // the one that has it

#endif
