// What only several pictures together show: whose objects grow more and more, and how long a
// semaphore has been waited for. Pure; one per live screen, fed with every picture before it is
// published.
#ifndef IPCTOP_MODEL_TRIAGE_TRENDS_H
#define IPCTOP_MODEL_TRIAGE_TRENDS_H

#include "model/record/snapshot.h"

struct trend;

struct trend *trend_new(void);
void trend_free(struct trend *trend); // NULL is fine

// Remembers what the picture shows, and fills its growths and its elements' `waited`. Pictures come
// in the order of their time_ns; what one has not read stays as it was. Its memory is bounded: an
// owner beyond the first TREND_SERIES of them is not followed.
void trend_note(struct trend *trend, struct snapshot *picture);

enum { TREND_SERIES = 512 };

#endif
