// Text for people: untrusted bytes made harmless, widths, clipping, sizes and ages.
//
// Every string that leaves text_escape() is valid UTF-8 without control, bidirectional or
// invisible characters, and may be drawn or written anywhere.
#ifndef IPCTOP_BASE_TEXT_H
#define IPCTOP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes `len` untrusted bytes to dst as harmless UTF-8: control bytes and bytes that are not
// UTF-8 become \n, \t, \r, \e or \xHH, harmful code points (C1 controls, bidirectional overrides,
// line separators, zero-width characters) \u{HHHH}. A backslash stays itself. Cuts between whole
// characters, always ends with NUL when cap > 0, and returns the bytes written without it.
size_t text_escape(char *dst, size_t cap, const char *src, size_t len);
char *text_escape_new(const char *src, size_t len); // the same, complete; caller frees

// Decodes one character of at most `len` bytes; returns its length in bytes, or 0 where the bytes
// are no valid UTF-8 (overlong forms and surrogates are not).
size_t text_decode(const char *s, size_t len, uint32_t *code);
size_t text_encode(uint32_t code, char out[4]);

// Whether text_escape would let a character stand.
bool text_is_harmless(uint32_t code);

// Columns a character takes on a terminal (0, 1 or 2), and a whole string. Unknown to the locale: 1.
int text_char_width(uint32_t code);
size_t text_width(const char *s);

// The longest prefix of s that fits `columns`: returns its length in bytes, *used its width.
size_t text_clip(const char *s, size_t columns, size_t *used);

// The text without blanks around it, which it cuts off at its end.
char *text_trim(char *text);

// Whether `needle` occurs in `hay`, ignoring the case of ASCII letters. An empty needle does.
bool text_contains(const char *hay, const char *needle);

// Sizes in powers of 1024, three digits at most before the unit: "0", "532", "4.0K", "276M",
// "13.4G". Ages in one unit until there are two of the next, at most 4 characters: "2s", "41m",
// "90m", "3h", "12d", "2y". Negative ages (a clock that was set) are "0s". `cap` of TEXT_SHORT
// always suffices.
enum { TEXT_SHORT = 24 };
char *text_size(char *dst, size_t cap, uint64_t bytes);
char *text_age(char *dst, size_t cap, int64_t seconds);

// The same without a loss, as text_parse_age takes it: "90s", "5m", "1d".
char *text_age_exact(char *dst, size_t cap, int64_t seconds);

// "1K" … "1T" (also KiB, KB, fractions: 1.5G) and "10s", "5m", "2h", "9d", "1w"; a plain number is
// bytes, or seconds. False where the text is anything else or too large.
bool text_parse_size(const char *s, uint64_t *bytes);
bool text_parse_age(const char *s, int64_t *seconds);

// A whole decimal number and nothing else, within [min, max].
bool text_parse_int(const char *s, int64_t min, int64_t max, int64_t *value);

#endif
