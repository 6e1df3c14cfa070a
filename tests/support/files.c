#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/files.h"
#include "support/test.h"

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

void file_size_limit(unsigned long long bytes)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN); // else it kills
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes == FILE_UNLIMITED ? RLIM_INFINITY : (rlim_t)bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}
