// A made-up picture for tests of tables and output: known numbers, hostile names, unknown parts.
#ifndef IPCTOP_TESTS_PICTURES_H
#define IPCTOP_TESTS_PICTURES_H

#include "model/record/snapshot.h"

enum { PICTURE_NOW = 1700000000 };

// Three segments (one healthy and held, one dest with an unseen attachment, one leaked), a set with
// two elements, two queues, two limits, one finding. One reference, the caller's.
struct snapshot *picture_new(void);
// One zeroed record in every table and nothing else: all that can be unknown is.
struct snapshot *picture_blank(void);

#endif
