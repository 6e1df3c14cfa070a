#include "model/kinds/registry.h"

#include "model/kinds/shared.h"

#include <string.h>
#include <strings.h>

extern const struct kind kind_processes, kind_files;

// clang-format off
static const struct kind *const kinds[KINDS] = {
    [KIND_SEGMENT] = &kind_segments, [KIND_SEMSET] = &kind_semsets,
    [KIND_QUEUE] = &kind_queues,     [KIND_HOLDER] = &kind_holders,
    [KIND_MAPPING] = &kind_mappings, [KIND_ELEMENT] = &kind_elements,
    [KIND_WAITER] = &kind_waiters,   [KIND_LIMIT] = &kind_limits,
    [KIND_FINDING] = &kind_findings, [KIND_EVENT] = &kind_events,
    [KIND_PROCESS] = &kind_processes, [KIND_FILE] = &kind_files,
    [KIND_SHARED] = &kind_shared,    [KIND_SHARED_HOLDER] = &kind_shared_holders,
    [KIND_SHARED_MAP] = &kind_shared_maps,
    [KIND_NAMESPACE] = &kind_namespaces,
};
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

bool kind_tab_of_number(unsigned number, size_t *tab)
{
    for (size_t i = 1; i < KINDS; i++)
        if (kinds[i]->tab && kinds[i]->tab == number)
            return kind_tab(kinds[i], tab);
    return false;
}

size_t kind_tabs(void)
{
    size_t n = 0;

    for (size_t i = 1; i < KINDS; i++)
        n += kinds[i]->tab > 0;
    return n;
}
