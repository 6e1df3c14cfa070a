// Random and half-valid bytes through text_escape: what comes out is always valid UTF-8 without
// anything harmful, never longer than its room, and the same whichever way it is asked for.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "support/test.h"

enum { ROUNDS = 60000, LONGEST = 48 };

static uint64_t seed;
static uint32_t chance(uint32_t below) // xorshift64
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

// Bytes that break readers of UTF-8, more often than chance alone would give them.
static size_t make(char *dst)
{
    static const char *const spice[] = {"\x1b[2J",      "\xe2\x80\xae", "\xc2\x9b",
                                        "\xe6\x97\xa5", "\xed\xa0\x80", "\xf4\x8f\xbf\xbf",
                                        "\xf0\x9f\x90", "\xc0\x80",     "\n",
                                        "\xef\xbb\xbf", "e\xcc\x81",    "\\"};
    size_t n = 0, wanted = chance(LONGEST);

    while (n < wanted) {
        if (chance(3) == 0) {
            const char *s = spice[chance(sizeof spice / sizeof *spice)];
            for (size_t i = 0; s[i] && n < wanted; i++)
                dst[n++] = s[i];
        } else {
            dst[n++] = (char)chance(chance(2) ? 256 : 128);
        }
    }
    return n;
}

static void harmless(const char *s, size_t len)
{
    uint32_t code = 0;

    assert_int_equal(strlen(s), len);
    for (size_t at = 0, size; at < len; at += size) {
        size = text_decode(s + at, len - at, &code);
        if (size == 0)
            fail_msg("not UTF-8 at byte %zu", at);
        bool bad = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
                   (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                   (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x61c ||
                   (code >= 0xe0000 && code <= 0xe0fff);
        if (bad)
            fail_msg("U+%04x came through", code);
    }
}

TEST(whatever_comes_in_harmless_text_comes_out)
{
    char src[LONGEST], dst[LONGEST * 12];

    for (int round = 0; round < ROUNDS; round++) {
        size_t len = make(src), cap = chance(sizeof dst);
        char *whole = text_escape_new(src, len);
        size_t full = strlen(whole);

        harmless(whole, full);
        // Escaping what is harmless changes nothing.
        char *again = text_escape_new(whole, full);
        assert_string_equal(again, whole);
        free(again);

        memset(dst, 'X', sizeof dst);
        size_t n = text_escape(dst, cap, src, len);
        assert_true(cap == 0 ? n == 0 : n < cap);
        for (size_t i = cap; i < sizeof dst; i++)
            if (dst[i] != 'X')
                fail_msg("byte %zu written, room was %zu", i, cap);
        if (cap > 0) {
            harmless(dst, n);
            assert_memory_equal(dst, whole, n); // the beginning of the whole
            assert_true(n == full || full >= cap);
        }
        free(whole);
    }
}

TEST(clipped_text_is_whole_and_fits)
{
    char src[LONGEST], room[24];

    setlocale(LC_CTYPE, "C.UTF-8");
    for (int round = 0; round < ROUNDS / 4; round++) {
        size_t len = make(src), used, columns = chance(30);
        char *text = text_escape_new(src, len);
        size_t n = text_clip(text, columns, &used), width = text_width(text);

        assert_true(used <= columns && n <= strlen(text));
        assert_true(n == strlen(text) ? used == width : width > columns);
        char rest = text[n];
        text[n] = '\0';
        harmless(text, n);
        assert_int_equal(text_width(text), used);
        text[n] = rest;

        struct line line = line_start(room, chance(sizeof room) + 1);
        line_add(&line, "%s", text);
        line_add(&line, "%s", text);
        harmless(room, line.n);
        free(text);
    }
}

// Numbers are taken or refused, never misread: what is taken and fits is written back the same.
TEST(numbers_are_never_misread)
{
    static const char alphabet[] = "0123456789.-+KkMmGgTtiBbsShd wy";
    char text[24], back[32];

    for (int round = 0; round < ROUNDS; round++) {
        size_t n = chance(sizeof text);
        uint64_t bytes = 0;
        int64_t seconds = -1, value = 0;

        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[chance(chance(2) ? 10 : sizeof alphabet - 1)];
        text[n] = '\0';
        bool whole = text_parse_int(text, INT64_MIN, INT64_MAX, &value);
        bool size = text_parse_size(text, &bytes), age = text_parse_age(text, &seconds);
        if (whole) {
            const char *digits = text + (*text == '-');
            while (digits[0] == '0' && digits[1])
                digits++;
            snprintf(back, sizeof back, "%s%lld", *text == '-' && value == 0 ? "-" : "",
                     (long long)value);
            assert_string_equal(back + (*back == '-'), digits);
        }
        if (whole && *text != '-')
            assert_true(size && bytes == (uint64_t)value && age && seconds == value);
        assert_true(!age || seconds >= 0);
    }
}

int main(void)
{
    const char *given = getenv("FUZZ_SEED");

    seed = given ? strtoull(given, NULL, 0) | 1 : 0x9e3779b97f4a7c15;
    return tests_run();
}
