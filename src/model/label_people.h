// Who has to do with an object: what its label is told by. For labels.c alone.
#ifndef IPCTOP_MODEL_LABEL_PEOPLE_H
#define IPCTOP_MODEL_LABEL_PEOPLE_H

#include "model/snapshot.h"

enum { PEOPLE_MOST = 48 };

struct subject { // an object, and who has to do with it
    const struct snapshot *s;
    enum kind_id kind;
    const struct owned *o;
    const struct segment *segment;              // NULL: no segment
    const struct process *people[PEOPLE_MOST];  // that live: holders, then others by their roles
    size_t n, n_holders, n_strangers;
};

struct subject subject_of(const struct snapshot *s, enum kind_id kind, const void *object);
// Adds who last sent to and received from a queue.
void subject_add_queue(struct subject *subject, const struct queue *queue);
// The i-th, where his name tells whose the object is: the owner's, the creator's, or root's.
// NULL: a stranger.
const struct process *subject_own(const struct subject *subject, size_t i);
int32_t subject_first_own(const struct subject *subject); // his pid; 0: there is none

#endif
