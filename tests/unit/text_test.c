#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "support/test.h"

static void escapes_to(const char *src, size_t len, const char *expected)
{
    char *text = text_escape_new(src, len);
    char fixed[128];

    assert_string_equal(text, expected);
    assert_int_equal(text_escape(fixed, sizeof fixed, src, len), strlen(expected));
    assert_string_equal(fixed, expected);
    free(text);
}
#define ESCAPES(literal, expected) escapes_to(literal, sizeof(literal) - 1, expected)

TEST(harmless_text_stays)
{
    ESCAPES("", "");
    ESCAPES("oracle (pmon) \\n", "oracle (pmon) \\n");
    ESCAPES("größe 日本 \xf0\x9f\x90\x98", "größe 日本 \xf0\x9f\x90\x98");
    ESCAPES("e\xcc\x81", "e\xcc\x81"); // a combining accent is writing
}

TEST(controls_are_shown)
{
    ESCAPES("a\nb\tc\rd", "a\\nb\\tc\\rd");
    ESCAPES("\x1b[31mred\x1b[0m", "\\e[31mred\\e[0m");
    ESCAPES("a\0b", "a\\x00b");
    ESCAPES("\x07\x7f\x01", "\\x07\\x7f\\x01");
    ESCAPES("\xc2\x9b"
            "31m",
            "\\u{009b}31m"); // C1: CSI in eight bits
}

TEST(deceivers_are_shown)
{
    ESCAPES("a\xe2\x80\xae"
            "b",
            "a\\u{202e}b"); // right-to-left override
    ESCAPES("\xe2\x80\xa8\xe2\x80\x8b", "\\u{2028}\\u{200b}");
    ESCAPES("\xef\xbb\xbf\xc2\xad", "\\u{feff}\\u{00ad}");
    ESCAPES("\xe2\x81\xa6\xe3\x85\xa4", "\\u{2066}\\u{3164}");
    ESCAPES("\xf3\xa0\x81\x81", "\\u{e0041}"); // a tag
}

TEST(broken_bytes_are_shown)
{
    ESCAPES("\xff\xfe", "\\xff\\xfe");
    ESCAPES("abc\xe6\x97", "abc\\xe6\\x97");             // cut in the middle
    ESCAPES("\xc0\xaf", "\\xc0\\xaf");                   // overlong slash
    ESCAPES("\xe0\x80\x80", "\\xe0\\x80\\x80");          // overlong NUL
    ESCAPES("\xed\xa0\x80", "\\xed\\xa0\\x80");          // a surrogate
    ESCAPES("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); // beyond Unicode
    ESCAPES("\x80\xc3(", "\\x80\\xc3(");
}

TEST(escaping_cuts_between_characters)
{
    char dst[8];

    memset(dst, '!', sizeof dst);
    assert_int_equal(text_escape(dst, 0, "abc", 3), 0);
    assert_int_equal(dst[0], '!'); // nothing at all is written
    assert_int_equal(text_escape(dst, 1, "abc", 3), 0);
    assert_string_equal(dst, "");
    assert_int_equal(text_escape(dst, 3, "aé", 3), 1); // é needs two and the NUL
    assert_string_equal(dst, "a");
    assert_int_equal(text_escape(dst, 4, "aé", 3), 3);
    assert_string_equal(dst, "aé");
    assert_int_equal(text_escape(dst, 4, "\xff", 1), 0); // \xff is whole or absent
    assert_int_equal(text_escape(dst, 5, "\xff", 1), 4);
    assert_string_equal(dst, "\\xff");
    assert_int_equal(text_escape(dst, 3,
                                 "\xff"
                                 "a",
                                 2),
                     0); // nothing after a cut either
    assert_int_equal(text_escape(dst, sizeof dst, NULL, 0), 0);
}

TEST(characters_decode_and_encode)
{
    char bytes[4];
    uint32_t code = 0;

    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        size_t n = text_encode(c, bytes);
        if (text_decode(bytes, n, &code) != n || code != c)
            fail_msg("U+%04x", c);
        if (n > 1 && text_decode(bytes, n - 1, &code) != 0)
            fail_msg("U+%04x cut", c);
    }
    assert_int_equal(text_decode("", 0, &code), 0);
}

TEST(widths_follow_the_locale)
{
    size_t used;

    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        print_message("skip: no C.UTF-8 locale\n");
        skip();
    }
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("日本"), 4);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_width("\xff"), 1);     // not expected, yet not fatal
    assert_int_equal(text_char_width(0x378), 1); // unassigned
    assert_int_equal(text_clip("日本", 3, &used), 3);
    assert_int_equal(used, 2);
    assert_int_equal(text_clip("e\xcc\x81x", 1, &used), 3); // the accent stays with its letter
    assert_int_equal(used, 1);
    assert_int_equal(text_clip("abc", 10, &used), 3);
    assert_int_equal(text_clip("abc", 0, &used), 0);
    assert_int_equal(used, 0);
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_width("日本"), 2); // unknown to the locale: one each
}

TEST(text_is_found_whatever_its_case)
{
    assert_true(text_contains("Oracle PMON", "pmon"));
    assert_true(text_contains("aab", "AB"));
    assert_true(text_contains("", ""));
    assert_true(text_contains("abc", ""));
    assert_false(text_contains("abc", "abcd"));
    assert_false(text_contains("", "a"));
    assert_false(text_contains("É", "é")); // ASCII letters only
}

TEST(sizes_have_three_digits)
{
    static const struct {
        uint64_t bytes;
        const char *text;
        // clang-format off
    } cases[] = {
        {0, "0"}, {532, "532"}, {999, "999"}, {1000, "1.0K"}, {1023, "1.0K"}, {1024, "1.0K"},
        {4096, "4.0K"}, {10188, "9.9K"}, {10240, "10.0K"}, {102348, "99.9K"}, {102399, "100K"},
        {276ULL << 20, "276M"}, {1022976, "999K"}, {1023488, "1.0M"}, {1048575, "1.0M"},
        {14388559053ULL, "13.4G"}, {1ULL << 40, "1.0T"}, {1ULL << 60, "1.0E"},
        {UINT64_MAX, "16.0E"}, {(1ULL << 60) - 1, "1.0E"}, {999ULL << 50, "999P"},
    };
    // clang-format on
    char text[TEXT_SHORT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_size(text, sizeof text, cases[i].bytes), cases[i].text);
    for (uint64_t bytes = 1; bytes < UINT64_MAX / 17 * 16; bytes += bytes / 16 + 1)
        assert_true(strlen(text_size(text, sizeof text, bytes)) <= 5);
}

TEST(ages_have_one_unit)
{
    static const struct {
        int64_t seconds;
        const char *text;
        // clang-format off
    } cases[] = {
        {0, "0s"}, {-5, "0s"}, {2, "2s"}, {119, "119s"}, {120, "2m"}, {41 * 60, "41m"},
        {7199, "119m"}, {3 * 3600, "3h"}, {47 * 3600, "47h"}, {48 * 3600, "2d"},
        {12 * 86400, "12d"},
        {729 * 86400LL, "729d"}, {730 * 86400LL, "2y"}, {INT64_MAX, "999y"}, {INT64_MIN, "0s"},
    };
    // clang-format on
    char text[TEXT_SHORT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_age(text, sizeof text, cases[i].seconds), cases[i].text);
}

TEST(ages_are_written_without_a_loss)
{
    static const struct {
        int64_t seconds;
        const char *text;
        // clang-format off
    } cases[] = {
        {0, "0s"}, {59, "59s"}, {60, "1m"}, {90, "90s"}, {300, "5m"}, {7200, "2h"}, {86400, "1d"},
        {36 * 3600, "36h"}, {14 * 86400, "2w"}, {365 * 86400, "1y"},
        {INT64_MAX, "9223372036854775807s"},
    };
    // clang-format on
    char text[TEXT_SHORT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t back;
        assert_string_equal(text_age_exact(text, sizeof text, cases[i].seconds), cases[i].text);
        assert_true(text_parse_age(text, &back) && back == cases[i].seconds);
    }
}

TEST(sizes_are_read)
{
    static const char *const wrong[] = {"",
                                        "K",
                                        "-1",
                                        "1X",
                                        "1.5",
                                        "1.K",
                                        ".5K",
                                        "1 K",
                                        "1KK",
                                        "16E",
                                        "18446744073709551616",
                                        "0x10",
                                        "1,5M",
                                        " 1"};
    uint64_t n = 0;

    assert_true(text_parse_size("0", &n) && n == 0);
    assert_true(text_parse_size("512", &n) && n == 512);
    assert_true(text_parse_size("512B", &n) && n == 512);
    assert_true(text_parse_size("1K", &n) && n == 1024);
    assert_true(text_parse_size("1kb", &n) && n == 1024);
    assert_true(text_parse_size("1.5G", &n) && n == 3ULL << 29);
    assert_true(text_parse_size("2MiB", &n) && n == 2 << 20);
    assert_true(text_parse_size("1T", &n) && n == 1ULL << 40);
    assert_true(text_parse_size("18446744073709551615", &n) && n == UINT64_MAX);
    assert_true(text_parse_size("0.3333333333333333333333333K", &n) && n == 341);
    assert_true(text_parse_size("15.999999999E", &n) && n == UINT64_C(18446744072556630111));
    assert_false(text_parse_size("16E", &n));
    n = 77;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (text_parse_size(wrong[i], &n))
            fail_msg("'%s' was taken", wrong[i]);
    assert_int_equal(n, 77);
}

TEST(ages_are_read)
{
    static const char *const wrong[] = {
        "", "s", "-1s", "1x", "1.5", "1hm", "9223372036854775808", "99999999999999999w"};
    int64_t n = 0;

    assert_true(text_parse_age("10", &n) && n == 10);
    assert_true(text_parse_age("10s", &n) && n == 10);
    assert_true(text_parse_age("5m", &n) && n == 300);
    assert_true(text_parse_age("1.5h", &n) && n == 5400);
    assert_true(text_parse_age("9D", &n) && n == 9 * 86400);
    assert_true(text_parse_age("1w", &n) && n == 7 * 86400);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (text_parse_age(wrong[i], &n))
            fail_msg("'%s' was taken", wrong[i]);
}

TEST(whole_numbers_are_read)
{
    int64_t n = 0;

    assert_true(text_parse_int("0", 0, 10, &n) && n == 0);
    assert_true(text_parse_int("-7", -10, 10, &n) && n == -7);
    assert_true(text_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &n) && n == INT64_MAX);
    assert_true(text_parse_int("-9223372036854775808", INT64_MIN, INT64_MAX, &n) && n == INT64_MIN);
    assert_false(text_parse_int("9223372036854775808", INT64_MIN, INT64_MAX, &n));
    assert_false(text_parse_int("11", 0, 10, &n));
    assert_false(text_parse_int("-1", 0, 10, &n));
    assert_false(text_parse_int("", 0, 10, &n));
    assert_false(text_parse_int("-", -5, 10, &n));
    assert_false(text_parse_int("1 ", 0, 10, &n));
    assert_false(text_parse_int("+1", 0, 10, &n));
    assert_false(text_parse_int("1e1", 0, 10, &n));
}

TEST(lines_are_cut_between_characters)
{
    char text[8];
    struct line line = line_start(text, sizeof text);

    line_count(&line, 1, "process", "processes");
    assert_string_equal(text, "1 pr…");
    assert_true(line.full);
    line_add(&line, "x"); // nothing follows what was cut
    assert_string_equal(text, "1 pr…");

    line = line_start(text, sizeof text);
    line_add(&line, "%s", "日本語"); // nine bytes
    assert_string_equal(text, "日…");
    assert_int_equal(line.n, 6);

    line = line_start(text, 1);
    line_add(&line, "é");
    assert_string_equal(text, "");
    line = line_start(NULL, 0);
    line_add(&line, "x");
    assert_int_equal(line.n, 0);

    char wide[32];
    line = line_start(wide, sizeof wide);
    line_count(&line, 2, "set", NULL);
    line_add(&line, " ");
    line_count(&line, 0, "process", "processes");
    assert_string_equal(wide, "2 sets 0 processes");
}
