#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/vector.h"
#include "support/files.h"
#include "support/test.h"
#include "support/tree.h"

VEC(dir_vec, char *);

static struct dir_vec dirs;
static pid_t owner; // a child that ends leaves them

void file_put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

// By open and read: those the thread sanitizer sees order what one thread wrote and another reads.
char *file_text(const char *path)
{
    static char text[1 << 18];
    size_t n = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    while ((got = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    assert_int_equal(got, 0);
    close(fd);
    text[n] = '\0';
    return text;
}

static void remove_dirs(void)
{
    for (size_t i = 0; getpid() == owner && i < dirs.n; i++) {
        umount2(dirs.at[i], MNT_DETACH); // where a test that failed has mounted something
        tree_free(dirs.at[i]);
    }
    vec_free(&dirs);
}

const char *file_dir(void)
{
    if (!owner)
        atexit(remove_dirs);
    owner = getpid();
    vec_push(&dirs, tree_new());
    return dirs.at[dirs.n - 1];
}

void file_size_limit(unsigned long long bytes)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN); // else it kills
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes == FILE_UNLIMITED ? RLIM_INFINITY : (rlim_t)bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}
