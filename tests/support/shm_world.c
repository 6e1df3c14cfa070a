#include "support/shm_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static bool queues, own_dev;

int shm_world_begin(void **state)
{
    (void)state;
    umask(022);
    return mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=16m");
}

int shm_world_end(void **state)
{
    (void)state;
    shm_world_unmount_queues();
    return umount2("/dev/shm", MNT_DETACH);
}

// The file or directory of the machine's /dev, where there is one.
static bool take_over(const char *dir, const char *name)
{
    char from[64], to[96];
    struct stat st;

    snprintf(from, sizeof from, "/dev/%s", name);
    snprintf(to, sizeof to, "%s/%s", dir, name);
    if (stat(from, &st) < 0)
        return true;
    int fd = S_ISDIR(st.st_mode) ? -1 : open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return (fd >= 0 || mkdir(to, 0755) == 0) && mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0;
}

// With a directory for the queues, which the machine's may lack, and nothing is made in that.
static bool make_dev(void)
{
    static const char *const names[] = {"null", "zero", "full", "random", "urandom", "tty", "shm"};
    char dir[] = "/tmp/ipctop-dev.XXXXXX", at[64];

    if (!mkdtemp(dir))
        return false;
    bool made = mount("tmpfs", dir, "tmpfs", MS_NOSUID, "mode=755") == 0;
    for (size_t i = 0; made && i < sizeof names / sizeof *names; i++)
        made = take_over(dir, names[i]);
    snprintf(at, sizeof at, "%s/mqueue", dir);
    own_dev = made && mkdir(at, 0755) == 0 && mount(dir, "/dev", NULL, MS_MOVE, NULL) == 0;
    if (!own_dev)
        umount2(dir, MNT_DETACH);
    rmdir(dir);
    return own_dev;
}

bool shm_world_mount_queues(void)
{
    queues = (access("/dev/mqueue", F_OK) == 0 || make_dev()) &&
             mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL) == 0;
    return queues;
}

void shm_world_unmount_queues(void)
{
    if (queues)
        umount2("/dev/mqueue", MNT_DETACH);
    if (own_dev)
        umount2("/dev", MNT_DETACH);
    queues = own_dev = false;
}
