#include "linux/users.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

// A group's entry lists all its members: 64 KiB are not rare. Beyond, something is wrong.
enum { ROOM_FIRST = 2048, ROOM_MOST = 4 * 1024 * 1024 };

// One lookup into `room`: 0, ERANGE (more room), another errno; *name stays NULL for nobody.
typedef int lookup_fn(uint32_t id, char *room, size_t size, const char **name);

static int lookup_user(uint32_t uid, char *room, size_t size, const char **name)
{
    struct passwd entry, *found = NULL;
    int error = getpwuid_r(uid, &entry, room, size, &found);

    if (found)
        *name = found->pw_name;
    return error;
}

static int lookup_group(uint32_t gid, char *room, size_t size, const char **name)
{
    struct group entry, *found = NULL;
    int error = getgrgid_r(gid, &entry, room, size, &found);

    if (found)
        *name = found->gr_name;
    return error;
}

static void probe(lookup_fn *lookup, uint32_t id, struct answer *answer)
{
    const char *name = NULL;
    char *room = NULL;
    int error = ERANGE;

    answer->named.id = id;
    for (size_t size = ROOM_FIRST; error == ERANGE && size <= ROOM_MOST; size *= 2) {
        room = mem_resize(room, size, 1);
        do
            error = lookup(id, room, size, &name);
        while (error == EINTR);
    }
    // Several name services report "no such user" as one of these: getpwnam(3).
    if (!name && (error == 0 || error == ESRCH || error == EBADF || error == EPERM))
        error = ENOENT;
    if (!error)
        text_escape(answer->named.name, sizeof answer->named.name, name, strlen(name));
    answer->error = -error;
    free(room);
}

void users_probe_user(uint32_t uid, struct answer *answer)
{
    probe(lookup_user, uid, answer);
}

void users_probe_group(uint32_t gid, struct answer *answer)
{
    probe(lookup_group, gid, answer);
}

void users_local_name(uint32_t uid, char *dst, size_t cap)
{
    struct passwd entry, *found = NULL;
    char room[ROOM_FIRST];
    FILE *file = fopen("/etc/passwd", "re");

    snprintf(dst, cap, "uid %" PRIu32, uid);
    while (file && fgetpwent_r(file, &entry, room, sizeof room, &found) == 0)
        if (found->pw_uid == uid) {
            text_escape(dst, cap, found->pw_name, strlen(found->pw_name));
            break;
        }
    if (file)
        fclose(file);
}
