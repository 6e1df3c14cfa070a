#include "replay/document_time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 4096 };

const int64_t document_time_max = 253402300799;

static const char BLANKS[] = " \t\r"; // of a line: RFC 8259

bool document_is_time(int64_t time)
{
    return time >= 0 && time <= document_time_max;
}

// What follows a token, which blanks may precede; NULL: something else stands there.
static const char *after(const char *at, const char *token)
{
    size_t n = strlen(token);

    if (!at)
        return NULL;
    at += strspn(at, BLANKS);
    return strncmp(at, token, n) == 0 ? at + n : NULL;
}

static bool read_time(const char *text, int64_t *time)
{
    char *end;

    errno = 0;
    *time = strtoll(text, &end, 10);
    return end > text && (after(end, ",") || after(end, "}")) && !errno && document_is_time(*time);
}

bool document_time(const char *text, size_t n, int64_t *time)
{
    static const char field[] = "\"time\"";
    char begin[PREFIX + 1];
    size_t length = n < PREFIX ? n : PREFIX;
    const char *value = NULL;

    memcpy(begin, text, length);
    begin[length] = '\0';
    const char *at = after(after(after(after(begin, "{"), "\"meta\""), ":"), "{");
    while (at && !value && (at = strstr(at, field))) { // in a string, quotes have backslashes
        at += sizeof field - 1;
        value = after(at, ":");
    }
    return value && read_time(value, time);
}
