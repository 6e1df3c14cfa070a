#include "model/record/limit.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/record/huge_pool.h"
#include "model/record/limit_spec.h"
#include "model/record/shm_limit.h"

// include/uapi/linux/shm.h: the defaults of shmmax and shmall.
static const uint64_t UNLIMITED = ULONG_MAX - (1UL << 24);

const struct limit *limit_find(const struct snapshot *s, const char *name)
{
    return vec_first(&s->limits, limit, limit->name && strcmp(limit->name, name) == 0);
}

bool limit_is_read(const struct limit *limit)
{
    const struct limit_spec *spec = limit_spec_find(limit->name);
    bool counted = !spec || spec->use || !spec->kind; // without a kind: queues of POSIX do
    bool bounded = !shm_limit_is(limit);              // a tmpfs may have no bound

    return (!counted || limit->known & LIMIT_KNOWS_USED) &&
           (!bounded || limit->known & LIMIT_KNOWS_LIMIT);
}

static uint64_t most_of(const struct limit *limit)
{
    const struct limit_spec *spec = limit_spec_find(limit->name);

    return spec ? spec->most : INT_MAX;
}

static bool of_bytes(const struct limit *limit)
{
    return limit->unit && strcmp(limit->unit, "bytes") == 0;
}

bool limit_unlimited(uint64_t value)
{
    // The smaller number is what a 32-bit kernel has.
    return value >= UINT64_C(1) << 60 || value == UINT32_MAX - (UINT32_C(1) << 24);
}

bool limit_percent(const struct limit *limit, double *percent)
{
    const unsigned both = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED;

    if ((limit->known & both) != both || limit_unlimited(limit->limit))
        return false;
    if (limit->limit == 0 && huge_pool_is(limit))
        return false;        // a machine without huge pages
    if (limit->limit == 0) { // nothing is left of it
        *percent = 100;
        return true;
    }
    *percent = 100.0 * (double)limit->used / (double)(limit->own ? limit->own : limit->limit);
    return true;
}

bool limit_extended(const struct limit *limit, uint64_t value)
{
    return most_of(limit) == IPCMNI_EXTEND && value > IPCMNI;
}

static void show_amount(const struct limit *limit, uint64_t amount, char *dst, size_t cap)
{
    if (of_bytes(limit))
        text_size(dst, cap, amount);
    else
        snprintf(dst, cap, "%" PRIu64, amount);
}

const char *limit_name(const struct limit *limit, char *dst, size_t cap)
{
    if (limit->mount_namespace && !limit->here)
        snprintf(dst, cap, "%s:%" PRIu64, limit->name, limit->mount_namespace);
    else
        snprintf(dst, cap, "%s", limit->name ? limit->name : "");
    return dst;
}

void limit_show(const struct limit *limit, char *dst, size_t cap)
{
    if (limit_unlimited(limit->limit))
        snprintf(dst, cap, "unlimited");
    else
        show_amount(limit, limit->limit, dst, cap);
}

void limit_show_used(const struct limit *limit, char *dst, size_t cap)
{
    show_amount(limit, limit->used, dst, cap);
}

void limit_write(uint64_t value, char *dst, size_t cap)
{
    if (limit_unlimited(value))
        snprintf(dst, cap, "unlimited");
    else
        snprintf(dst, cap, "%" PRIu64, value);
}

void limit_range(const struct limit *limit, char *dst, size_t cap)
{
    uint64_t most = most_of(limit);

    if (most == IPCMNI_EXTEND)
        snprintf(dst, cap, "0 to %d (%d with ipcmni_extend)", IPCMNI, IPCMNI_EXTEND);
    else if (most == ULONG_MAX)
        snprintf(dst, cap, "0 to %" PRIu64 ", or unlimited", most);
    else
        snprintf(dst, cap, "0 to %" PRIu64, most);
}

const char *limit_hint(const struct limit *limit)
{
    const struct limit_spec *spec = limit_spec_find(limit->name);

    return spec ? spec->hint : "";
}

// Digits alone, all 64 bits of them.
static bool parse_number(const char *text, uint64_t *value, bool *large)
{
    if (!*text || text[strspn(text, "0123456789")])
        return false;
    errno = 0;
    *value = strtoull(text, NULL, 10);
    *large = errno == ERANGE;
    return true;
}

bool limit_parse(const struct limit *limit, const char *text, uint64_t *value, char *why,
                 size_t cap)
{
    uint64_t most = most_of(limit);
    bool large = false;

    *value = 0;
    if (most == ULONG_MAX && strcmp(text, "unlimited") == 0) {
        *value = UNLIMITED;
    } else if (!parse_number(text, value, &large) &&
               !(of_bytes(limit) && text_parse_size(text, value))) {
        const struct limit_spec *spec = limit_spec_find(limit->name);
        snprintf(why, cap, "%s", spec ? spec->takes : "a whole number");
        return false;
    }
    if (large || *value > most) {
        snprintf(why, cap, "from 0 to %" PRIu64, most);
        return false;
    }
    return true;
}
