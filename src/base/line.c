#include "base/line.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char cut[] = "…";

struct line line_start(char *buffer, size_t cap)
{
    if (cap > 0)
        buffer[0] = '\0';
    return (struct line){.at = buffer, .cap = cap, .full = cap == 0};
}

// Takes back the bytes of a last character that the end of the buffer cut off.
static size_t whole_characters(const char *s, size_t len)
{
    size_t back = 0;
    uint32_t code;

    while (back < 3 && back < len && ((unsigned char)s[len - 1 - back] & 0xc0) == 0x80)
        back++;
    if (back == len)
        return len;
    const char *lead = s + len - 1 - back;
    if ((unsigned char)*lead < 0x80 || text_decode(lead, back + 1, &code))
        return len;
    return len - 1 - back;
}

// What was written reaches the end of the buffer.
static void cut_short(struct line *line)
{
    size_t sign = line->cap > sizeof cut ? sizeof cut - 1 : 0; // where it leaves room for anything

    line->full = true;
    line->n = whole_characters(line->at, line->cap - 1 - sign);
    memcpy(line->at + line->n, cut, sign);
    line->n += sign;
    line->at[line->n] = '\0';
}

void line_add_args(struct line *line, const char *format, va_list args)
{
    if (line->full)
        return;
    size_t room = line->cap - line->n;
    int n = vsnprintf(line->at + line->n, room, format, args);
    if (n < 0)
        n = 0;
    if ((size_t)n < room) {
        line->n += (size_t)n;
        line->at[line->n] = '\0';
        return;
    }
    cut_short(line);
}

void line_put(struct line *line, const char *text, size_t n)
{
    size_t room = line->cap - line->n;

    if (line->full)
        return;
    memcpy(line->at + line->n, text, n < room ? n : room);
    if (n >= room) {
        cut_short(line);
        return;
    }
    line->n += n;
    line->at[line->n] = '\0';
}

void line_add(struct line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    line_add_args(line, format, args);
    va_end(args);
}

void line_count(struct line *line, unsigned long long n, const char *one, const char *many)
{
    if (n == 1)
        line_add(line, "1 %s", one);
    else if (many)
        line_add(line, "%llu %s", n, many);
    else // "process" takes "es"
        line_add(line, "%llu %s%s", n, one, one[0] && one[strlen(one) - 1] == 's' ? "es" : "s");
}
