#include "linux/process/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

uint64_t link_inode(const char *text, const char *type)
{
    size_t n = strlen(type);
    char *end;

    if (strncmp(text, type, n) != 0 || strncmp(text + n, ":[", 2) != 0)
        return 0;
    text += n + 2;
    if (*text < '0' || *text > '9') // strtoull() would take "-1"
        return 0;
    uint64_t inode = strtoull(text, &end, 10);
    return strcmp(end, "]") == 0 ? inode : 0;
}

uint64_t namespace_of(int dir, const char *home, const char *type)
{
    char path[4096], link[64];

    if (snprintf(path, sizeof path, "%s/ns/%s", home, type) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    ssize_t n = readlinkat(dir, path, link, sizeof link - 1);
    if (n < 0)
        return 0;
    link[n] = '\0';
    uint64_t inode = link_inode(link, type);
    if (!inode)
        errno = EPROTO;
    return inode;
}

uint64_t namespace_of_ours(const char *proc, const char *type)
{
    char *self = mem_format("%s/self", proc);
    uint64_t inode = namespace_of(AT_FDCWD, self, type);

    free(self);
    return inode;
}
