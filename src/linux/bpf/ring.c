#include "linux/bpf/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

int ring_open(struct ring *ring, int fd, uint32_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    *ring = (struct ring){.bytes = bytes};
    void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (consumer == MAP_FAILED)
        return -errno;
    // The kernel maps the data twice, so that no record is cut at the end.
    void *producer = mmap(NULL, page + 2 * (size_t)bytes, PROT_READ, MAP_SHARED, fd, (off_t)page);
    if (producer == MAP_FAILED) {
        int error = -errno;
        munmap(consumer, page);
        return error;
    }
    ring->consumer = consumer;
    ring->producer = producer;
    ring->data = (const uint8_t *)producer + page;
    return 0;
}

void ring_close(struct ring *ring)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    if (ring->consumer) {
        munmap(ring->consumer, page);
        munmap((void *)(uintptr_t)ring->producer, page + 2 * (size_t)ring->bytes);
    }
    *ring = (struct ring){0};
}

size_t ring_drain(struct ring *ring, void (*take)(const void *record, size_t size, void *arg),
                  void *arg)
{
    size_t n = 0;

    if (!ring->consumer)
        return 0;
    uint64_t at = *ring->consumer, end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
    while (at < end) {
        const uint8_t *head = ring->data + (at & (ring->bytes - 1));
        uint32_t length = __atomic_load_n((const uint32_t *)(const void *)head, __ATOMIC_ACQUIRE);
        if (length & BPF_RINGBUF_BUSY_BIT)
            break;
        uint32_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            take(head + BPF_RINGBUF_HDR_SZ, size, arg);
            n++;
        }
        at += (size + BPF_RINGBUF_HDR_SZ + 7) & ~UINT64_C(7);
        __atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
    }
    return n;
}
