// Puts a snapshot together: tables just read, and what the processes said, now or before.
#ifndef IPCTOP_ENGINE_PICTURE_H
#define IPCTOP_ENGINE_PICTURE_H

#include "model/record/snapshot.h"

// A new snapshot with the tables of `tables`, which stays as it is. The rest is empty.
struct snapshot *picture_of_tables(const struct snapshot *tables);

// For a picture that must not wait for the processes: everything they said that is in `last`.
void picture_keep(struct snapshot *picture, const struct snapshot *last, unsigned need);

void picture_set_scan(struct snapshot *picture, struct scan *scan); // NULL: none
void picture_copy_maps(struct mapping_vec *to, const struct mapping_vec *from);

#endif
