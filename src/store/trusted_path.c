#include "store/trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { DIR_MODE = 0700 };

const char *trusted_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

// Where not even / is root's (in a user namespace) we are no root to fear.
bool trusted_owner(const struct stat *st)
{
    struct stat top;

    return geteuid() != 0 || st->st_uid == 0 || stat("/", &top) < 0 || top.st_uid != 0;
}

bool trusted_file(const struct stat *st)
{
    return st->st_uid == geteuid();
}

// One directory on the way, and where it leads if it is a link: once both are root's nobody else can
// put another one in its place. 0 or -errno.
static int check(const char *dir, bool make)
{
    struct stat st;

    if (lstat(dir, &st) < 0 &&
        (errno != ENOENT || !make || (mkdir(dir, DIR_MODE) < 0 && errno != EEXIST) ||
         lstat(dir, &st) < 0))
        return -errno;
    if (!trusted_owner(&st))
        return -EPERM;
    if (stat(dir, &st) < 0)
        return -errno;
    return trusted_owner(&st) ? 0 : -EPERM;
}

int trusted_directory(const char *path, bool make)
{
    const char *name = trusted_name(path);
    char *dir = mem_format("%.*s.", (int)(name - path), path);
    struct stat st;
    int error = 0;

    for (char *slash = strchr(dir + 1, '/'); slash && !error; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        error = check(dir, make);
        *slash = '/';
    }
    int fd = error ? error : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (!error && fd < 0)
        fd = -errno;
    if (fd >= 0 && fstat(fd, &st) == 0 && !trusted_owner(&st)) {
        close(fd);
        fd = -EPERM;
    }
    free(dir);
    return fd;
}
