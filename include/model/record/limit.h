// The limits of the kernel: how full one is, what values it may have, how they are written. Pure.
#ifndef IPCTOP_MODEL_RECORD_LIMIT_H
#define IPCTOP_MODEL_RECORD_LIMIT_H

#include "model/record/snapshot.h"

const struct limit *limit_find(const struct snapshot *s, const char *name); // NULL: no such limit

// Whether both are known, what is allowed and, where anything counts, what is used.
bool limit_is_read(const struct limit *limit);

bool limit_unlimited(uint64_t value); // as large as no limit at all

// How much of it is used; may be more than 100, where it was lowered; of 0 all. False where that is not
// known, or it is none.
bool limit_percent(const struct limit *limit, double *percent);
enum { LIMIT_WARNING = 80, LIMIT_CRITICAL = 95 }; // percent from which it is one

// As it is listed: "shmmni", "dev_shm:4026532201" of one that is elsewhere. Returns dst.
const char *limit_name(const struct limit *limit, char *dst, size_t cap);

// For people: "32000", "276M" of bytes, "unlimited".
void limit_show(const struct limit *limit, char *dst, size_t cap);
void limit_show_used(const struct limit *limit, char *dst, size_t cap); // never "unlimited"
// To be edited: the exact number, or "unlimited".
void limit_write(uint64_t value, char *dst, size_t cap);

// What the kernel accepts: "0 to 32768 (16777216 with ipcmni_extend)".
void limit_range(const struct limit *limit, char *dst, size_t cap);
// Whether only a kernel started with ipcmni_extend takes this value.
bool limit_extended(const struct limit *limit, uint64_t value);
// How it is written, for the hint beside the field: "segments", "bytes, or 64K, 1.5G".
const char *limit_hint(const struct limit *limit);
// A whole number; of bytes also a size; "unlimited" where that is possible. False, and why:
// anything else, or outside of the range.
bool limit_parse(const struct limit *limit, const char *text, uint64_t *value, char *why,
                 size_t cap);

#endif
