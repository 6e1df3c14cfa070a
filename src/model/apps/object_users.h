// Processes that use or made an object: the input of the label rules. For labels.c alone.
#ifndef IPCTOP_MODEL_APPS_OBJECT_USERS_H
#define IPCTOP_MODEL_APPS_OBJECT_USERS_H

#include "model/record/snapshot.h"

enum { OBJECT_USERS_MAX = 48 };

struct object_users { // an object, and its users
    const struct snapshot *s;
    const struct owned *o;
    const struct segment *segment; // NULL: no segment
    const struct semset *set;      // NULL: no set
    const struct process
        *people[OBJECT_USERS_MAX]; // that live: holders, then others by their roles
    size_t n, n_holders, n_strangers;
};

struct object_users object_users_of(const struct snapshot *s, const struct owned *o);
// Adds the processes that last sent to and received from a queue.
void object_users_add_queue(struct object_users *subject, const struct queue *queue);
// The i-th user, if trusted to identify the application: its owner's, creator's or root's process.
// NULL: a stranger.
const struct process *object_users_trusted(const struct object_users *subject, size_t i);
int32_t object_users_first_trusted(const struct object_users *subject); // its pid; 0: there is none

#endif
