// The holders of segments, by the kernel's own map from a segment's file back to its mappings: an engine
// beside maps_by_query and maps_by_text that asks no process. linux/bpf/walk.h.
#ifndef IPCTOP_LINUX_HOLDERS_REVERSE_MAP_H
#define IPCTOP_LINUX_HOLDERS_REVERSE_MAP_H

#include "linux/holders/maps.h"
#include "model/source.h"

struct reverse_map; // of one thread at a time; loads its programs when they are needed first

struct reverse_map *reverse_map_new(void);
void reverse_map_free(struct reverse_map *map); // NULL is fine

// As `walk` of struct source. -EOPNOTSUPP in a time namespace, or before Linux 5.14.
int reverse_map_walk(struct reverse_map *map, const struct segment_vec *segments,
                     struct walked *out);

// The same, whatever asking the processes would cost.
int reverse_map_walk_anyway(struct reverse_map *map, const struct segment_vec *segments,
                            struct walked *out);

#endif
