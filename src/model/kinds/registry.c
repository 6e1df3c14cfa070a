#include "model/kinds/registry.h"

#include <string.h>
#include <strings.h>

// clang-format off
#define KIND(id, name) [id] = &kind_##name,
static const struct kind *const kinds[KINDS] = {KIND_LIST(KIND)};
#undef KIND
// clang-format on

const struct kind *kind_get(enum kind_id id)
{
    return (unsigned)id < KINDS ? kinds[id] : NULL;
}

static bool begins(const char *text, const char *prefix, size_t n)
{
    return strncasecmp(text, prefix, n) == 0;
}

const struct kind *kind_by_name(const char *name)
{
    const struct kind *found = NULL;
    size_t n = strlen(name);

    if (n == 0)
        return NULL;
    for (size_t i = 1; i < KINDS; i++) {
        const struct kind *kind = kinds[i];
        if (!strcasecmp(kind->name, name) || !strcasecmp(kind->title, name) ||
            !strcasecmp(kind->one, name))
            return kind;
    }
    for (size_t i = 1; i < KINDS; i++) {
        const struct kind *kind = kinds[i];
        if (!begins(kind->name, name, n) && !begins(kind->title, name, n))
            continue;
        if (found)
            return NULL; // ambiguous
        found = kind;
    }
    return found;
}

bool kind_tab(const struct kind *kind, size_t *tab)
{
    *tab = 0;
    for (size_t i = 1; i < KINDS; i++)
        *tab += kinds[i]->tab && kinds[i]->tab < kind->tab;
    return kind->tab;
}

const struct kind *kind_of_tab(size_t tab)
{
    size_t at;

    for (size_t i = 1; i < KINDS; i++)
        if (kind_tab(kinds[i], &at) && at == tab)
            return kinds[i];
    return NULL;
}

bool kind_tab_of_key(int32_t key, size_t *tab)
{
    for (size_t i = 1; i < KINDS; i++)
        if (key && kind_tab_key(kinds[i]) == key)
            return kind_tab(kinds[i], tab);
    return false;
}

int32_t kind_tab_key(const struct kind *kind)
{
    return !kind->tab || kind->tab > TAB_KEYS ? 0 : '0' + kind->tab % TAB_KEYS;
}

size_t kind_tabs(void)
{
    size_t n = 0;

    for (size_t i = 1; i < KINDS; i++)
        n += kinds[i]->tab > 0;
    return n;
}
