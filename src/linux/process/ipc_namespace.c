#include "linux/process/ipc_namespace.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t namespace_of(int dir, const char *home, const char *type)
{
    char path[4096], link[64];
    size_t n = strlen(type);

    if (snprintf(path, sizeof path, "%s/ns/%s", home, type) >= (int)sizeof path)
        return 0;
    ssize_t len = readlinkat(dir, path, link, sizeof link - 1); // "ipc:[4026531839]"
    if (len < 0)
        return 0;
    link[len] = '\0';
    bool is = strncmp(link, type, n) == 0 && strncmp(link + n, ":[", 2) == 0;
    return is ? strtoull(link + n + 2, NULL, 10) : 0;
}

uint64_t ipc_namespace_of(int dir, const char *home)
{
    return namespace_of(dir, home, "ipc");
}

uint64_t mount_namespace_of(int dir, const char *home)
{
    return namespace_of(dir, home, "mnt");
}
