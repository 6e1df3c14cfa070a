#include "linux/process/accounts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "base/text.h"

// "name:password:number:…" of passwd(5) and group(5). Lines of the old compatible mode name no account.
static bool parse_account(const char *line, size_t *name_n, uint32_t *id)
{
    const char *password = strchr(line, ':');
    const char *number = password ? strchr(password + 1, ':') : NULL;
    char *end;

    if (!number || password == line || strchr("+-#", *line) || number[1] < '0' || number[1] > '9')
        return false;
    errno = 0;
    unsigned long value = strtoul(number + 1, &end, 10);
    *name_n = (size_t)(password - line);
    *id = (uint32_t)value;
    return !errno && value <= UINT32_MAX && *end == ':';
}

void accounts_read(bool users, const uint32_t *ids, size_t n, struct named_vec *out)
{
    bool *named = mem_zero(n, sizeof *named); // the first line of a number counts
    FILE *file = fopen(users ? "/etc/passwd" : "/etc/group", "re");
    char *line = NULL;
    size_t room = 0, name_n;
    struct named entry;

    while (file && getline(&line, &room, file) > 0) {
        const uint32_t *found = parse_account(line, &name_n, &entry.id)
                                    ? bsearch(&entry.id, ids, n, sizeof *ids, order_u32)
                                    : NULL;
        if (!found || named[found - ids])
            continue;
        named[found - ids] = true;
        text_escape(entry.name, sizeof entry.name, line, name_n);
        vec_push(out, entry);
    }
    free(line);
    free(named);
    if (file)
        fclose(file);
}

void accounts_user(uint32_t uid, char *dst, size_t cap)
{
    struct named_vec found = {0};

    accounts_read(true, &uid, 1, &found);
    if (found.n)
        snprintf(dst, cap, "%s", found.at[0].name);
    else
        snprintf(dst, cap, "uid %" PRIu32, uid);
    vec_free(&found);
}
