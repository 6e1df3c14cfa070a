// The size of a /dev/shm as a row of the limits: "dev_shm" is that of the IPC namespace shown, ours of our
// own, "dev_shm:4026532201" that of another mount namespace. Pure.
#ifndef IPCTOP_MODEL_RECORD_SHM_LIMIT_H
#define IPCTOP_MODEL_RECORD_SHM_LIMIT_H

#include "model/record/snapshot.h"

struct limit shm_limit(const struct shm_place *place); // its texts are static
bool shm_limit_is(const struct limit *limit);
// What makes it larger: "mount -o remount,size=SIZE /dev/shm", or of one that is not ours, which that would
// not be about, how its container is started. Static.
const char *shm_limit_remedy(const struct limit *limit);
// Replaces the rows of other mount namespaces by those of s->shm_places that are used: an empty one is no
// row. In another IPC namespace that of its processes comes first, used or not.
void shm_limits_fill(struct snapshot *s);
// The place that lies on that device; NULL where none was seen.
const struct shm_place *shm_place_at(const struct shm_place_vec *places, uint32_t dev_major,
                                     uint32_t dev_minor);
// The place whose row it is. NULL: it is ours and here, or not known any longer.
const struct shm_place *shm_limit_place(const struct snapshot *s, const struct limit *limit);

#endif
