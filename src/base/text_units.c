// Numbers with units: sizes and ages as people write and read them.
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct unit {
    const char *name;
    uint64_t factor;
};

// clang-format off
static const struct unit size_units[] = {
    {"", 1},           {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30},
    {"T", 1ULL << 40}, {"P", 1ULL << 50}, {"E", 1ULL << 60},
};
// clang-format on
// clang-format off
static const struct unit age_units[] = {
    {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}, {"y", 365 * 86400},
};
// clang-format on
enum {
    N_SIZES = sizeof size_units / sizeof *size_units,
    N_AGES = sizeof age_units / sizeof *age_units
};

char *text_size(char *dst, size_t cap, uint64_t bytes)
{
    size_t i = 0;

    if (bytes < 1000) {
        snprintf(dst, cap, "%u", (unsigned)bytes);
        return dst;
    }
    // The smallest unit in which the rounded number has three digits: 1023K is 1.0M.
    for (i = 1; i + 1 < N_SIZES; i++) {
        uint64_t f = size_units[i].factor;

        if (bytes / f + (bytes % f >= f / 2) < 1000)
            break;
    }
    uint64_t factor = size_units[i].factor;
    uint64_t whole = bytes / factor, rest = bytes % factor;
    // rest * 10 fits: the largest factor is 2^60.
    uint64_t tenths = whole * 10 + (rest * 10 + factor / 2) / factor;

    if (tenths < 1000)
        snprintf(dst, cap, "%u.%u%s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
                 size_units[i].name);
    else
        snprintf(dst, cap, "%u%s", (unsigned)(whole + (rest >= factor / 2)), size_units[i].name);
    return dst;
}

char *text_age(char *dst, size_t cap, int64_t seconds)
{
    // Each unit lasts until there are two of the next: an age is never off by half of itself.
    static const struct {
        int64_t below, factor;
        char unit;
        // clang-format off
    } steps[] = {
        {2 * 60, 1, 's'},
        {2 * 3600, 60, 'm'},
        {2 * 86400, 3600, 'h'},
        {2 * 365 * 86400, 86400, 'd'},
        {INT64_MAX, 365 * 86400, 'y'},
    };
    // clang-format on
    size_t i = 0;

    if (seconds < 0)
        seconds = 0;
    while (seconds >= steps[i].below && i + 1 < sizeof steps / sizeof *steps)
        i++;
    int64_t n = seconds / steps[i].factor;
    snprintf(dst, cap, "%d%c", (int)(n < 999 ? n : 999), steps[i].unit);
    return dst;
}

char *text_age_exact(char *dst, size_t cap, int64_t seconds)
{
    size_t i = N_AGES - 1;

    while (seconds == 0 ? i > 0 : seconds % (int64_t)age_units[i].factor != 0)
        i--;
    snprintf(dst, cap, "%" PRId64 "%s", seconds / (int64_t)age_units[i].factor, age_units[i].name);
    return dst;
}

static bool same_word(const char *a, const char *b) // ignoring the case of ASCII letters
{
    for (; *a || *b; a++, b++) {
        char x = *a >= 'a' && *a <= 'z' ? (char)(*a - 32) : *a;
        char y = *b >= 'a' && *b <= 'z' ? (char)(*b - 32) : *b;

        if (x != y)
            return false;
    }
    return true;
}

// "12" or "1.5" and what follows; not strtod(), which reads the decimal sign of the locale.
static bool parse_fraction(const char **s, uint64_t *whole, uint64_t *rest, uint64_t *scale)
{
    const char *p = *s;

    if (*p < '0' || *p > '9')
        return false;
    for (*whole = 0; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(*whole, 10, whole) ||
            __builtin_add_overflow(*whole, (uint64_t)(*p - '0'), whole))
            return false;
    *rest = 0, *scale = 1;
    if (*p == '.') {
        if (p[1] < '0' || p[1] > '9')
            return false;
        for (p++; *p >= '0' && *p <= '9'; p++) {
            if (*scale >= 1000000000) // no one means more digits
                continue;
            *rest = *rest * 10 + (uint64_t)(*p - '0');
            *scale *= 10;
        }
    }
    *s = p;
    return true;
}

static bool scale_up(uint64_t whole, uint64_t rest, uint64_t scale, uint64_t factor, uint64_t most,
                     uint64_t *value)
{
    if (scale > 1 && factor == 1)
        return false; // half a byte
    // rest * factor / scale, where rest < scale <= 10^9: neither product leaves 64 bits.
    uint64_t part = factor / scale * rest + factor % scale * rest / scale, sum;
    if (__builtin_mul_overflow(whole, factor, &sum) || __builtin_add_overflow(sum, part, &sum) ||
        sum > most)
        return false;
    *value = sum;
    return true;
}

bool text_parse_size(const char *s, uint64_t *bytes)
{
    uint64_t whole, rest, scale;

    if (!parse_fraction(&s, &whole, &rest, &scale))
        return false;
    for (size_t i = 0; i < N_SIZES; i++) {
        char bare[4], with_b[4], with_ib[4];

        snprintf(bare, sizeof bare, "%s", size_units[i].name);
        snprintf(with_b, sizeof with_b, "%sB", size_units[i].name);
        snprintf(with_ib, sizeof with_ib, i ? "%siB" : "%sB", size_units[i].name);
        if (same_word(s, bare) || same_word(s, with_b) || same_word(s, with_ib))
            return scale_up(whole, rest, scale, size_units[i].factor, UINT64_MAX, bytes);
    }
    return false;
}

bool text_parse_age(const char *s, int64_t *seconds)
{
    uint64_t whole, rest, scale, value;

    if (!parse_fraction(&s, &whole, &rest, &scale))
        return false;
    if (!*s)
        s = "s";
    for (size_t i = 0; i < N_AGES; i++) {
        if (!same_word(s, age_units[i].name))
            continue;
        if (!scale_up(whole, rest, scale, age_units[i].factor, INT64_MAX, &value))
            return false;
        *seconds = (int64_t)value;
        return true;
    }
    return false;
}

bool text_parse_int(const char *s, int64_t min, int64_t max, int64_t *value)
{
    const char *digits = s + (*s == '-');
    char *end;

    if (*digits < '0' || *digits > '9') // strtoll() would take " 1" and "+1"
        return false;
    errno = 0;
    long long n = strtoll(s, &end, 10);
    if (errno || *end || n < min || n > max)
        return false;
    *value = n;
    return true;
}
