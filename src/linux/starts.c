#include "linux/starts.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

enum { SLOTS = 1 << 13 }; // pids are handed out in order: few holders share a slot

struct start {
    int32_t pid; // 0: empty
    uint64_t instance, start_ticks;
};

struct starts {
    pthread_mutex_t lock; // never held across a read: a thread left behind must not keep it
    struct start at[SLOTS];
};

struct starts *starts_new(void)
{
    struct starts *self = mem_zero(1, sizeof *self);

    pthread_mutex_init(&self->lock, NULL);
    return self;
}

void starts_free(struct starts *self)
{
    if (!self)
        return;
    pthread_mutex_destroy(&self->lock);
    free(self);
}

bool starts_find(struct starts *self, int32_t pid, uint64_t instance, uint64_t *start_ticks)
{
    struct start *start = &self->at[(uint32_t)pid % SLOTS];

    pthread_mutex_lock(&self->lock);
    bool found = start->pid == pid && start->instance == instance;
    *start_ticks = start->start_ticks;
    pthread_mutex_unlock(&self->lock);
    return found;
}

void starts_keep(struct starts *self, int32_t pid, uint64_t instance, uint64_t start_ticks)
{
    pthread_mutex_lock(&self->lock);
    self->at[(uint32_t)pid % SLOTS] = (struct start){pid, instance, start_ticks};
    pthread_mutex_unlock(&self->lock);
}
