#include "linux/process/mapped_ids.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "linux/process/proc_file.h"

enum {
    OVERFLOW_ID = 65534, // proc_sys_kernel(5) overflowuid, as it is by default
    MAP_MAX = 16 << 10,  // of the 340 lines there may be: kernel/user_namespace.c
};

bool mapped_ids_have(const char *map, uint32_t id)
{
    for (const char *line = map; line; line = strchr(line, '\n')) {
        uint32_t first, outside, n;
        line += *line == '\n';
        if (sscanf(line, "%" SCNu32 "%" SCNu32 "%" SCNu32, &first, &outside, &n) == 3 &&
            id >= first && id - first < n)
            return true;
    }
    return false;
}

static struct {
    pthread_once_t once;
    bool users, groups; // 65534 may be a stranger alone
} lacks = {.once = PTHREAD_ONCE_INIT};

static bool lacks_overflow_id(const char *file)
{
    char map[MAP_MAX];

    // An empty one: nobody has a number.
    ssize_t n = proc_file_read(map, sizeof map, "/proc/self", "%s", file);
    return n >= 0 && !mapped_ids_have(map, OVERFLOW_ID);
}

static void read_maps(void)
{
    lacks.users = lacks_overflow_id("uid_map");
    lacks.groups = lacks_overflow_id("gid_map");
}

static bool is_stranger(uint32_t id, const bool *lacking)
{
    if (id != OVERFLOW_ID)
        return false;
    pthread_once(&lacks.once, read_maps);
    return *lacking;
}

uint32_t mapped_user(uint32_t uid)
{
    return is_stranger(uid, &lacks.users) ? UINT32_MAX : uid;
}

uint32_t mapped_group(uint32_t gid)
{
    return is_stranger(gid, &lacks.groups) ? UINT32_MAX : gid;
}
