#include "base/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool take(const char *text, const char *format, struct tm *tm)
{
    const char *rest = strptime(text, format, tm);

    return rest && !*rest;
}

static bool take_day(const char *text, int64_t *time)
{
    static const char *const formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                          "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct tm tm = {.tm_isdst = -1};
        if (take(text, formats[i], &tm)) {
            *time = mktime(&tm);
            return true;
        }
    }
    return false;
}

// Of that day; the same of the day before where that is not over yet.
static bool take_clock(const char *text, int64_t until, int64_t *time)
{
    time_t now = (time_t)until;
    struct tm clock = {0}, tm;

    if (!take(text, "%H:%M:%S", &clock)) {
        clock = (struct tm){0};
        if (!take(text, "%H:%M", &clock))
            return false;
    }
    if (!localtime_r(&now, &tm))
        return false;
    for (int back = 0; back < 2; back++) {
        struct tm day = tm;
        day.tm_mday -= back;
        day.tm_hour = clock.tm_hour;
        day.tm_min = clock.tm_min;
        day.tm_sec = clock.tm_sec;
        day.tm_isdst = -1;
        *time = mktime(&day);
        if (*time <= until)
            return true;
    }
    return true;
}

bool moment_parse(const char *text, int64_t until, int64_t *time)
{
    int end = 0;

    if (strcmp(text, "first") == 0 || strcmp(text, "last") == 0) {
        *time = *text == 'f' ? INT64_MIN : INT64_MAX;
        return true;
    }
    if (*text == '@')
        return sscanf(text + 1, "%" SCNd64 "%n", time, &end) == 1 && !text[1 + end];
    return take_day(text, time) || take_clock(text, until, time);
}
