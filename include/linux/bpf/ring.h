// The reader's side of a ring of records: Documentation/bpf/ringbuf.rst.
#ifndef IPCTOP_LINUX_BPF_RING_H
#define IPCTOP_LINUX_BPF_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
    uint64_t *consumer;       // mapped: up to where it is read
    const uint64_t *producer; // mapped: up to where it is written; the data lie one page behind
    const uint8_t *data;
    uint32_t bytes; // a power of two
};

// Maps the map at `fd`, which stays the caller's. 0 or -errno.
int ring_open(struct ring *ring, int fd, uint32_t bytes);
void ring_close(struct ring *ring); // a zeroed one is fine

// Gives every record that is complete to `take`, oldest first. How many there were.
size_t ring_drain(struct ring *ring, void (*take)(const void *record, size_t size, void *arg),
                  void *arg);

#endif
