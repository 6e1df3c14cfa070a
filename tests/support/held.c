#include "support/held.h"

#include <stdint.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"

static void hold(void *arg, int ready)
{
    if ((intptr_t)shmat(*(int *)arg, NULL, 0) == -1)
        _exit(1);
    child_ready(ready);
    pause();
}

bool held_make(struct held *held, int key, size_t bytes, int mode)
{
    held->id = shmget(key, bytes, IPC_CREAT | mode);
    held->holder = held->id < 0 ? -1 : child_start(hold, &held->id);
    return held->holder > 0;
}

void held_end(struct held *held)
{
    child_end(held->holder);
    shmctl(held->id, IPC_RMID, NULL);
}
