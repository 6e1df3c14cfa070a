#include "model/attach.h"

#include <stdio.h>
#include <stdlib.h>

const char *scan_method_name(enum scan_method method)
{
    return method == SCAN_PROCMAP_QUERY ? "procmap_query" : "text";
}

struct scan *scan_new(void)
{
    struct scan *scan = mem_zero(1, sizeof *scan);

    scan->refs = 1;
    return scan;
}

struct scan *scan_ref(struct scan *scan)
{
    __atomic_add_fetch(&scan->refs, 1, __ATOMIC_RELAXED);
    return scan;
}

void scan_unref(struct scan *scan)
{
    // Whoever drops the last reference must see what every other thread wrote before dropping its.
    if (!scan || __atomic_sub_fetch(&scan->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < scan->mappings.n; i++)
        free(scan->mappings.at[i].path);
    vec_free(&scan->mappings);
    vec_free(&scan->holders);
    vec_free(&scan->accounts);
    vec_free(&scan->stuck_pids);
    free(scan);
}

static int segment_order(const void *key, const void *item)
{
    int32_t shmid = *(const int32_t *)key, its = ((const struct segment *)item)->o.id;

    return (shmid > its) - (shmid < its);
}

const struct segment *segments_find(const struct segment_vec *segments, int32_t shmid)
{
    if (!segments || segments->n == 0)
        return NULL;
    return bsearch(&shmid, segments->at, segments->n, sizeof *segments->at, segment_order);
}

static int account_order(const void *key, const void *item)
{
    int32_t shmid = *(const int32_t *)key, its = ((const struct segment_account *)item)->shmid;

    return (shmid > its) - (shmid < its);
}

const struct segment_account *scan_account(const struct scan *scan, int32_t shmid)
{
    if (!scan || scan->accounts.n == 0)
        return NULL;
    return bsearch(&shmid, scan->accounts.at, scan->accounts.n, sizeof *scan->accounts.at,
                   account_order);
}

// Index of the first holder whose segment is `shmid`, and pid `pid`, or a later one.
static size_t first_holder(const struct scan *scan, int64_t shmid, int32_t pid)
{
    size_t low = 0, high = scan ? scan->holders.n : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct holder *h = &scan->holders.at[middle];

        if (h->shmid < shmid || (h->shmid == shmid && h->pid < pid))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct holder *scan_holders(const struct scan *scan, int32_t shmid, size_t *n)
{
    size_t first = first_holder(scan, shmid, 0), end = first_holder(scan, (int64_t)shmid + 1, 0);

    *n = end - first;
    return *n ? &scan->holders.at[first] : NULL;
}

const struct holder *scan_holder(const struct scan *scan, int32_t shmid, int32_t pid)
{
    size_t at = first_holder(scan, shmid, pid);

    if (!scan || at == scan->holders.n)
        return NULL;
    const struct holder *h = &scan->holders.at[at];
    return h->shmid == shmid && h->pid == pid ? h : NULL;
}

const char *mapping_path(const struct mapping *mapping, char *scratch, size_t cap)
{
    if (mapping->path)
        return mapping->path;
    if (mapping->shmid < 0)
        return ""; // anonymous memory has no name
    // A segment's file is never linked into a directory: "(deleted)" is its normal name.
    snprintf(scratch, cap, "/SYSV%08x (deleted)", mapping->key);
    return scratch;
}

const char *mapping_perms_text(uint8_t perms, char out[5])
{
    out[0] = perms & MAP_R ? 'r' : '-';
    out[1] = perms & MAP_W ? 'w' : '-';
    out[2] = perms & MAP_X ? 'x' : '-';
    out[3] = perms & MAP_SHARED_BIT ? 's' : 'p';
    out[4] = '\0';
    return out;
}

const char *access_text(uint8_t access, char out[5])
{
    char *p = out;

    if (!(access & (MAP_R | MAP_W | MAP_X))) {
        snprintf(out, 5, "none");
        return out;
    }
    if (access & MAP_R)
        *p++ = 'r';
    if (access & MAP_W)
        *p++ = 'w';
    if (access & MAP_X)
        *p++ = 'x';
    *p = '\0';
    return out;
}
