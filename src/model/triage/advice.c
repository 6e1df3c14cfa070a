// The next step of a finding, as a text: by the keys of the screen, or by commands.
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rules.h"

// Ids repeat across IPC namespaces: without it a command acts on our own object of that id. A
// recording's place is the number of its host.
static uint64_t namespace_of(const struct snapshot *s)
{
    return s->recorded ? 0 : s->entered;
}

char *advice_for(const struct snapshot *s, const char *text, bool by_key)
{
    size_t size;
    char *written;
    FILE *out = mem_stream(&written, &size);
    bool taken = true;

    for (; *text; text++)
        if (*text == '\1')
            taken = by_key;
        else if (*text == '\2')
            taken = !by_key;
        else if (*text == '\3')
            taken = true;
        else if (taken && *text != '\4')
            putc(*text, out);
        else if (taken && namespace_of(s))
            fprintf(out, " --namespace %" PRIu64, namespace_of(s));
    mem_stream_end(out);
    return written;
}

// Whether it is one word to the shell and in a filter.
static bool is_plain(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !(c > name && strchr("_-.", *c)))
            return false;
    return *name;
}

const char *owner_filter(const struct snapshot *s, uint32_t uid, char dst[OWNER_FILTER_MAX])
{
    const char *name = snapshot_user(s, uid);

    if (!name || !is_plain(name) ||
        snprintf(dst, OWNER_FILTER_MAX, "owner=%s", name) >= OWNER_FILTER_MAX)
        snprintf(dst, OWNER_FILTER_MAX, "uid=%" PRIu32, uid);
    return dst;
}

void say_orphans_removal(struct say *x, uint32_t uid, const char *table)
{
    char owner[OWNER_FILTER_MAX];

    say(x, "(" COMMAND("Enter shows them; F8", "--remove -f '{text} orphan=yes' {text}") ")",
        owner_filter(x->s, uid, owner), table);
}
