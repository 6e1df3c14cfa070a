#include "linux/ipcns.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

uint64_t ipcns_of(int dir, const char *home)
{
    char path[4096], link[64];
    uint64_t inode = 0;

    if (snprintf(path, sizeof path, "%s/ns/ipc", home) >= (int)sizeof path)
        return 0;
    ssize_t len = readlinkat(dir, path, link, sizeof link - 1); // "ipc:[4026531839]"
    if (len < 0)
        return 0;
    link[len] = '\0';
    return sscanf(link, "ipc:[%" SCNu64 "]", &inode) == 1 ? inode : 0;
}
