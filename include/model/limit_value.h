// What values a limit of the kernel may have, and how they are written. Pure.
#ifndef IPCTOP_MODEL_LIMIT_VALUE_H
#define IPCTOP_MODEL_LIMIT_VALUE_H

#include "model/snapshot.h"

const struct limit *limit_find(const struct snapshot *s, const char *name); // NULL: no such limit

bool limit_unlimited(const struct limit *limit, uint64_t value); // as large as no limit at all
// For people: "32000", "276M" of bytes, "unlimited".
void limit_show(const struct limit *limit, uint64_t value, char *dst, size_t cap);
// To be edited: the exact number, or "unlimited".
void limit_write(const struct limit *limit, uint64_t value, char *dst, size_t cap);

// What the kernel accepts: "0 to 32768 (16777216 with ipcmni_extend)".
void limit_range(const struct limit *limit, char *dst, size_t cap);
// How it is written, for the hint beside the field: "segments", "bytes, or 64K, 1.5G".
const char *limit_hint(const struct limit *limit);
// A whole number; of bytes also a size; "unlimited" where that is possible. False, and why:
// anything else, or outside of the range.
bool limit_parse(const struct limit *limit, const char *text, uint64_t *value, char *why,
                 size_t cap);

#endif
