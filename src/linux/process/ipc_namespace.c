#include "linux/process/ipc_namespace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t ipc_namespace_of(int dir, const char *home)
{
    char path[4096], link[64];

    if (snprintf(path, sizeof path, "%s/ns/ipc", home) >= (int)sizeof path)
        return 0;
    ssize_t len = readlinkat(dir, path, link, sizeof link - 1); // "ipc:[4026531839]"
    if (len < 0)
        return 0;
    link[len] = '\0';
    return strncmp(link, "ipc:[", 5) == 0 ? strtoull(link + 5, NULL, 10) : 0;
}
