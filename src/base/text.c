#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"

enum { ESCAPE_MAX = sizeof "\\u{10ffff}" };

// Code points that move, hide or reorder other text, or are not to be seen at all. Unicode 15:
// general categories Cc, Cf, Zl, Zp, and what is Default_Ignorable_Code_Point.
static const struct {
    uint32_t first, last;
    // clang-format off
} harmful[] = {
    {0x0000, 0x001f},   // C0 controls
    {0x007f, 0x009f},   // DEL, C1 controls: 0x9b is CSI to some terminals
    {0x00ad, 0x00ad},   // soft hyphen
    {0x034f, 0x034f},   // combining grapheme joiner
    {0x0600, 0x0605},   // prepended number signs
    {0x061c, 0x061c},   // Arabic letter mark
    {0x06dd, 0x06dd},   // end of ayah
    {0x070f, 0x070f},   // Syriac abbreviation mark
    {0x0890, 0x0891},   {0x08e2, 0x08e2},
    {0x115f, 0x1160},   // Hangul fillers
    {0x17b4, 0x17b5},   // Khmer inherent vowels
    {0x180b, 0x180f},   // Mongolian variation selectors, vowel separator
    {0x200b, 0x200f},   // zero width, left-to-right and right-to-left marks
    {0x2028, 0x202e},   // line and paragraph separator, bidirectional embeddings and overrides
    {0x2060, 0x206f},   // word joiner, invisible operators, bidirectional isolates
    {0x3164, 0x3164},   // Hangul filler
    {0xfe00, 0xfe0f},   // variation selectors
    {0xfeff, 0xfeff},   // byte order mark
    {0xffa0, 0xffa0},   // halfwidth Hangul filler
    {0xfff0, 0xfffb},   // interlinear annotations
    {0xfffe, 0xffff},   // no characters
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, // hieroglyph format controls
    {0x1bca0, 0x1bca3}, // shorthand format controls
    {0x1d173, 0x1d17a}, // musical format controls
    {0xe0000, 0xe0fff}, // tags, variation selectors
};
// clang-format on

static bool is_harmful(uint32_t code)
{
    size_t low = 0, high = sizeof harmful / sizeof *harmful;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (code > harmful[middle].last)
            low = middle + 1;
        else if (code < harmful[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

bool text_is_harmless(uint32_t code)
{
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && !is_harmful(code);
}

size_t text_decode(const char *s, size_t len, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t size;
    uint32_t c, least; // `least`: below it the form is overlong

    if (len == 0)
        return 0;
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    if ((p[0] & 0xe0) == 0xc0) {
        size = 2, c = p[0] & 0x1f, least = 0x80;
    } else if ((p[0] & 0xf0) == 0xe0) {
        size = 3, c = p[0] & 0x0f, least = 0x800;
    } else if ((p[0] & 0xf8) == 0xf0) {
        size = 4, c = p[0] & 0x07, least = 0x10000;
    } else {
        return 0;
    }
    if (len < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code = c;
    return size;
}

size_t text_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

// The harmless form of the first character or byte of src; *taken: how many bytes it stood for.
static size_t escape_one(char out[ESCAPE_MAX], const char *src, size_t len, size_t *taken)
{
    uint32_t code;
    size_t size = text_decode(src, len, &code);

    *taken = size ? size : 1;
    if (size == 0)
        return (size_t)snprintf(out, ESCAPE_MAX, "\\x%02x", (unsigned char)*src);
    if (!is_harmful(code)) {
        memcpy(out, src, size);
        return size;
    }
    if (size > 1)
        return (size_t)snprintf(out, ESCAPE_MAX, "\\u{%04x}", (unsigned)code);
    const char *letter = code == '\n'   ? "\\n"
                         : code == '\t' ? "\\t"
                         : code == '\r' ? "\\r"
                         : code == 0x1b ? "\\e"
                                        : NULL;
    if (letter)
        return (size_t)snprintf(out, ESCAPE_MAX, "%s", letter);
    return (size_t)snprintf(out, ESCAPE_MAX, "\\x%02x", (unsigned)code);
}

// How many printable characters of ASCII src begins with: most text is nothing else.
static size_t plain_length(const char *src, size_t len)
{
    size_t n = 0;

    while (n < len && src[n] >= 0x20 && src[n] < 0x7f)
        n++;
    return n;
}

size_t text_escape(char *dst, size_t cap, const char *src, size_t len)
{
    char one[ESCAPE_MAX];
    size_t n = 0, taken;

    if (cap == 0)
        return 0;
    for (size_t at = 0; at < len; at += taken) {
        taken = plain_length(src + at, len - at);
        if (taken > cap - n - 1)
            taken = cap - n - 1;
        memcpy(dst + n, src + at, taken);
        n += taken;
        at += taken;
        if (at == len)
            break;
        size_t size = escape_one(one, src + at, len - at, &taken);

        if (size >= cap - n)
            break;
        memcpy(dst + n, one, size);
        n += size;
    }
    dst[n] = '\0';
    return n;
}

char *text_escape_new(const char *src, size_t len)
{
    char one[ESCAPE_MAX];
    size_t size = 0, taken;

    for (size_t at = 0; at < len; at += taken) {
        taken = plain_length(src + at, len - at);
        size += taken ? taken : escape_one(one, src + at, len - at, &taken);
    }
    char *text = mem_alloc(size + 1);
    text_escape(text, size + 1, src, len);
    return text;
}

int text_char_width(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return 1;
    int width = wcwidth((wchar_t)code);
    return width < 0 ? 1 : width;
}

// The next character of a string that may hold invalid bytes after all: those count one column.
static size_t next_char(const char *s, size_t len, int *width)
{
    uint32_t code;
    size_t size = text_decode(s, len, &code);

    *width = size ? text_char_width(code) : 1;
    return size ? size : 1;
}

size_t text_width(const char *s)
{
    size_t columns = 0, len = strlen(s);

    while (len > 0) {
        int width;
        size_t size = next_char(s, len, &width);

        columns += (size_t)width;
        s += size;
        len -= size;
    }
    return columns;
}

size_t text_clip(const char *s, size_t columns, size_t *used)
{
    size_t at = 0, len = strlen(s);

    *used = 0;
    while (at < len) { // what has no width (a combining accent) stays with what it follows
        int width;
        size_t size = next_char(s + at, len - at, &width);

        if (*used + (size_t)width > columns)
            break;
        *used += (size_t)width;
        at += size;
    }
    return at;
}

char *text_trim(char *text)
{
    static const char blanks[] = " \t\r\n\v\f";
    size_t n;

    text += strspn(text, blanks);
    n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool text_contains(const char *hay, const char *needle)
{
    for (;; hay++) {
        size_t i = 0;

        while (needle[i] && lower(hay[i]) == lower(needle[i]))
            i++;
        if (!needle[i])
            return true;
        if (!*hay)
            return false;
    }
}
