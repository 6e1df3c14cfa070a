#include "linux/objects/semctl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "base/order.h"
#include "linux/objects/ipcstat.h"

union semun { // semctl(2): the caller defines it
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

// One number of one semaphore; false where it cannot be read.
static bool ask(int32_t semid, uint32_t index, int command, uint32_t *value)
{
    int answer = semctl(semid, (int)index, command);

    if (answer < 0)
        return false;
    *value = (uint32_t)answer;
    return true;
}

static void read_element(struct element *element, const unsigned short *values)
{
    uint32_t pid;

    if (values) {
        element->value = values[element->index];
        element->known |= ELEMENT_KNOWS_VALUE;
    }
    // semop(2): nobody waits for the zero that is there, so that a call can be saved.
    bool zero = element->known & ELEMENT_KNOWS_VALUE && element->value == 0;
    if (ask(element->semid, element->index, GETNCNT, &element->ncount) &&
        (zero || ask(element->semid, element->index, GETZCNT, &element->zcount)))
        element->known |= ELEMENT_KNOWS_COUNTS;
    if (ask(element->semid, element->index, GETPID, &pid)) {
        element->pid = (int32_t)pid;
        element->known |= ELEMENT_KNOWS_PID;
    }
}

// After a call that failed.
static bool was_gone(void)
{
    return errno == EINVAL || errno == EIDRM;
}

// --- which sets ---------------------------------------------------------------------------------

// A semaphore costs the kernel four calls and its monitor 50 bytes; anybody may make a thousand
// million of them (semmns). Beyond so many the sets of the users who made fewest are read, so that a
// user who makes many hides only their own. No set is read in part.
enum { ELEMENTS_MAX = 1 << 19 };

struct turn {
    uint64_t by_creator; // semaphores of all sets of that user
    uint32_t cuid, nsems;
    size_t at;
};

static int by_creator(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    return order_by(x->cuid, y->cuid);
}

static int by_turn(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    return order_by_u64(x->by_creator, y->by_creator) ?: order_by_u64(x->at, y->at);
}

static struct turn *turns_of(const struct semset_vec *sets)
{
    struct turn *turns = mem_zero(sets->n, sizeof *turns);

    for (size_t i = 0; i < sets->n; i++)
        turns[i] = (struct turn){
            .cuid = sets->at[i].o.cuid, .at = i, .nsems = (uint32_t)sets->at[i].nsems};
    qsort(turns, sets->n, sizeof *turns, by_creator);
    for (size_t first = 0, end; first < sets->n; first = end) {
        uint64_t sum = 0;
        for (end = first; end < sets->n && turns[end].cuid == turns[first].cuid; end++)
            sum += turns[end].nsems;
        for (size_t i = first; i < end; i++)
            turns[i].by_creator = sum;
    }
    qsort(turns, sets->n, sizeof *turns, by_turn);
    return turns;
}

// Marks those that are not.
static void leave_out(struct semset_vec *sets)
{
    uint64_t all = 0, left = ELEMENTS_MAX;

    for (size_t i = 0; i < sets->n; i++)
        all += sets->at[i].nsems;
    if (all <= ELEMENTS_MAX)
        return;
    struct turn *turns = turns_of(sets);
    for (size_t i = 0; i < sets->n; i++) {
        if (turns[i].nsems <= left)
            left -= turns[i].nsems;
        else
            sets->at[turns[i].at].known |= SET_LEFT_OUT;
    }
    free(turns);
}

// --- reading ------------------------------------------------------------------------------------

static void read_set(struct snapshot *s, struct semset *set)
{
    // One call for all values, so that they are of one moment.
    unsigned short *values = mem_resize(NULL, set->nsems, sizeof *values);
    union semun all = {.array = values};
    unsigned known = ELEMENT_KNOWS_VALUE | ELEMENT_KNOWS_COUNTS | ELEMENT_KNOWS_PID;
    bool readable = semctl(set->o.id, 0, GETALL, all) == 0;
    uint64_t waiters = 0;

    if (!readable && was_gone()) {
        free(values);
        return;
    }
    if (!readable)
        set->known |= SET_REFUSED;
    set->first_element = (uint32_t)s->elements.n;
    set->n_elements = (uint32_t)set->nsems;
    vec_reserve(&s->elements, s->elements.n + set->nsems);
    for (uint32_t i = 0; i < set->nsems; i++) {
        struct element element = {.semid = set->o.id, .index = i};
        if (readable) // one permission for all of them: ipc/sem.c semctl_main
            read_element(&element, values);
        waiters += (uint64_t)element.ncount + element.zcount;
        known &= element.known;
        vec_push(&s->elements, element);
    }
    if (known & ELEMENT_KNOWS_COUNTS) {
        set->waiters = waiters;
        set->known |= SET_KNOWS_WAITERS;
    }
    if (known & ELEMENT_KNOWS_PID)
        set->known |= SET_KNOWS_PIDS;
    free(values);
}

void semctl_elements(struct snapshot *s, const int32_t *only)
{
    if (!only)
        leave_out(&s->semsets);
    for (size_t i = 0; i < s->semsets.n; i++) {
        struct semset *set = &s->semsets.at[i];
        if (only ? set->o.id == *only : !(set->known & SET_LEFT_OUT))
            read_set(s, set);
    }
}

void semctl_waiters(struct semset_vec *sets)
{
    leave_out(sets);
    for (size_t i = 0; i < sets->n; i++) {
        struct semset *set = &sets->at[i];
        uint64_t waiters = 0;
        uint32_t ncount, zcount, index = 0;
        if (set->known & (SET_KNOWS_WAITERS | SET_LEFT_OUT | SET_REFUSED))
            continue;
        errno = 0;
        for (; index < set->nsems; index++) {
            if (!ask(set->o.id, index, GETNCNT, &ncount) ||
                !ask(set->o.id, index, GETZCNT, &zcount))
                break;
            waiters += (uint64_t)ncount + zcount;
        }
        if (index < set->nsems && !was_gone())
            set->known |= SET_REFUSED;
        if (index < set->nsems)
            continue;
        set->waiters = waiters;
        set->known |= SET_KNOWS_WAITERS;
    }
}

void semctl_max_bytes(struct queue_vec *queues)
{
    for (size_t i = 0; i < queues->n; i++) {
        struct queue *queue = &queues->at[i];
        struct ipcstat stat;
        if (queue->known & QUEUE_KNOWS_MAX || ipcstat(queue->o.kind, queue->o.id, &stat))
            continue;
        queue->max_bytes = stat.max_bytes;
        queue->known |= QUEUE_KNOWS_MAX;
    }
}
