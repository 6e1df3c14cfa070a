// A moment as people write it.
#ifndef IPCTOP_BASE_MOMENT_H
#define IPCTOP_BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

// "03:12", "03:12:30", "2026-11-28 03:12[:30]" (or with a T), "@1732849920", of the local clock; "first",
// "last". A time without a date is the last one that is not after `until`. False: it is none of these.
#define MOMENT_FORMS "a time as 03:12, 2026-11-28 03:12:30 or @1795835550, first or last"
bool moment_parse(const char *text, int64_t until, int64_t *time);

#endif
