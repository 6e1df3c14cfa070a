// Huge pages: their pools as rows of the limits, and segments that lie in them. Pure.
// Documentation/admin-guide/mm/hugetlbpage.rst; shmget(2), SHM_HUGETLB.
#ifndef IPCTOP_MODEL_RECORD_HUGE_POOL_H
#define IPCTOP_MODEL_RECORD_HUGE_POOL_H

#include "model/record/snapshot.h"

struct huge_pool {  // of one page size; in pages
    uint64_t page;  // bytes
    uint64_t total; // with the surplus ones
    uint64_t free;  // with those reserved
    uint64_t reserved, surplus, overcommit;
};

// The rows of a pool: "huge_2M" (in use of all), "huge_2M_reserved", "huge_2M_surplus" (of those it may
// grow by). Their texts are static.
void huge_pool_limits(const struct huge_pool *pool, struct limit_vec *out);
bool huge_pool_is(const struct limit *limit); // a row of a pool
void huge_pool_word(struct limit *limit);     // of such a row: what it means, and its unit
// The pool whose first row this is. False: it is not one, or not all of it is known.
bool huge_pool_of(const struct snapshot *s, const struct limit *limit, struct huge_pool *out);

// `sizes`: bit n is set where the kernel has pages of 2^n bytes; `base`: its smallest, in bytes.
//
// Linux 6.7 and later count each huge page as often as it has small ones: mm/filemap.c counts small pages
// (a08c7193e4f1), ipc/shm.c shm_add_rss_swap() multiplies once more. What results is recognised beyond
// the segment's size, whether it is attached or not; then SEG_HUGETLB is set and rss is what is resident.
// Any other rss beyond the size is unknown.
void huge_segments_settle(struct segment_vec *segments, uint64_t sizes, uint64_t base);
// A mapping shows that the segment lies in huge pages. Its rss becomes unknown where it may be such a
// product.
void huge_segment_mark(struct segment *segment, uint64_t sizes, uint64_t base);

#endif
