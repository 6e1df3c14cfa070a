#include "linux/process/start_times.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"

enum { SLOTS = 1 << 13 }; // pids are handed out in order: few holders share a slot

struct start {
    int32_t pid; // 0: empty
    uint64_t instance, start_ticks;
};

struct start_times {
    pthread_mutex_t lock; // never held across a read: a thread left behind must not keep it
    struct start at[SLOTS];
};

struct start_times *start_times_new(void)
{
    struct start_times *self = mem_zero(1, sizeof *self);

    pthread_mutex_init(&self->lock, NULL);
    return self;
}

void start_times_free(struct start_times *self)
{
    if (!self)
        return;
    pthread_mutex_destroy(&self->lock);
    free(self);
}

bool start_times_find(struct start_times *self, int32_t pid, uint64_t instance,
                      uint64_t *start_ticks)
{
    struct start *start = &self->at[(uint32_t)pid % SLOTS];

    pthread_mutex_lock(&self->lock);
    bool found = start->pid == pid && start->instance == instance;
    *start_ticks = start->start_ticks;
    pthread_mutex_unlock(&self->lock);
    return found;
}

void start_times_keep(struct start_times *self, int32_t pid, uint64_t instance,
                      uint64_t start_ticks)
{
    pthread_mutex_lock(&self->lock);
    self->at[(uint32_t)pid % SLOTS] = (struct start){pid, instance, start_ticks};
    pthread_mutex_unlock(&self->lock);
}
