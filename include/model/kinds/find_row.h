// From an identity to the row it stands for now, and to the object that row belongs to.
#ifndef IPCTOP_MODEL_KINDS_FIND_ROW_H
#define IPCTOP_MODEL_KINDS_FIND_ROW_H

#include "model/record/snapshot.h"

const void *find_row(const struct snapshot *s, const struct identity *wanted); // NULL: none
// The object a row belongs to, as it is now. False: it belongs to none, or that is gone.
bool find_object(const struct snapshot *s, const struct identity *row, struct identity *object);

#endif
