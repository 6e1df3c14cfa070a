#include "linux/actions/local_name.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

// "name:password:uid:…" is of that user. passwd(5); fgetpwent_r(3) is glibc's alone.
static bool is_of(const char *line, uint32_t uid)
{
    const char *field = strchr(line, ':');
    char *end;

    field = field ? strchr(field + 1, ':') : NULL;
    if (*line == '#' || !field || field[1] < '0' || field[1] > '9')
        return false;
    return strtoull(field + 1, &end, 10) == uid && *end == ':';
}

void local_name(uint32_t uid, char *dst, size_t cap)
{
    FILE *file = fopen("/etc/passwd", "re");
    char *line = NULL;
    size_t room = 0;

    snprintf(dst, cap, "uid %" PRIu32, uid);
    while (file && getline(&line, &room, file) > 0)
        if (is_of(line, uid)) {
            text_escape(dst, cap, line, strcspn(line, ":"));
            break;
        }
    free(line);
    if (file)
        fclose(file);
}
