// A segment with one attachment, by a child that does nothing else; inside ns_run().
#ifndef IPCTOP_TESTS_HELD_H
#define IPCTOP_TESTS_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct held {
    int id;
    pid_t holder;
};

bool held_make(struct held *held, int key, size_t bytes,
               int mode);         // by this process, attached when it returns
void held_end(struct held *held); // the holder, and the segment

#endif
