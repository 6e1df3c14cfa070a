#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "support/files.h"

void file_put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

char *file_text(const char *path)
{
    static char text[1 << 18];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
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
