#include "linux/objects/huge_pages.h"

#include <dirent.h>
#include <stdio.h>

#include "linux/process/proc_file.h"

static const char directory[] = "kernel/mm/hugepages";

uint64_t huge_pages_sizes(const char *sys)
{
    char path[4096];
    uint64_t sizes = 0;
    struct dirent *entry;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", sys, directory) >= sizeof path)
        return 0;
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    while ((entry = readdir(dir))) {
        unsigned long kib;
        if (sscanf(entry->d_name, "hugepages-%lukB", &kib) != 1 || kib == 0 || kib & (kib - 1))
            continue;
        unsigned log2 = 10 + (unsigned)__builtin_ctzl(kib);
        if (log2 < 64)
            sizes |= UINT64_C(1) << log2;
    }
    closedir(dir);
    return sizes;
}

static bool read_number(const char *sys, uint64_t page, const char *name, uint64_t *out)
{
    char text[64];

    return proc_file_read(text, sizeof text, sys, "%s/hugepages-%llukB/%s", directory,
                          (unsigned long long)page >> 10, name) > 0 &&
           proc_file_numbers(text, out, 1) == 1;
}

void huge_pages_read(const char *sys, struct limit_vec *out)
{
    uint64_t sizes = huge_pages_sizes(sys);

    for (unsigned log2 = 0; log2 < 64; log2++) {
        struct huge_pool pool = {.page = UINT64_C(1) << log2};

        if (sizes >> log2 & 1 && read_number(sys, pool.page, "nr_hugepages", &pool.total) &&
            read_number(sys, pool.page, "free_hugepages", &pool.free) &&
            read_number(sys, pool.page, "resv_hugepages", &pool.reserved) &&
            read_number(sys, pool.page, "surplus_hugepages", &pool.surplus) &&
            read_number(sys, pool.page, "nr_overcommit_hugepages", &pool.overcommit))
            huge_pool_limits(&pool, out);
    }
}
