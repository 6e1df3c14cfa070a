#include "linux/process/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/errors.h"

static int open_below(int flags, const char *proc, const char *format, va_list args)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/", proc);

    if (n < 0 || (size_t)n >= sizeof path)
        return -ENAMETOOLONG;
    int more = vsnprintf(path + n, sizeof path - (size_t)n, format, args);
    if (more < 0 || (size_t)(n + more) >= sizeof path)
        return -ENAMETOOLONG;
    return error_or(open(path, flags | O_CLOEXEC | O_NOCTTY));
}

int proc_file_open(int flags, const char *proc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int fd = open_below(flags, proc, format, args);
    va_end(args);
    return fd;
}

FILE *proc_file_stream(const char *proc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int fd = open_below(O_RDONLY, proc, format, args);
    va_end(args);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    int error = fd < 0 ? -fd : errno;
    if (!stream && fd >= 0)
        close(fd);
    errno = error;
    return stream;
}

DIR *proc_file_entries(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    int error = errno;

    if (!entries && fd >= 0)
        close(fd);
    errno = error;
    return entries;
}

// One read() is enough: these files are made as a whole (fs/seq_file.c single_open(),
// fs/proc/base.c get_mm_cmdline(), fs/proc/proc_sysctl.c).
static ssize_t read_once(int fd, char *dst, size_t cap)
{
    ssize_t n;

    if (fd < 0)
        return fd;
    do
        n = read(fd, dst, cap - 1);
    while (n < 0 && errno == EINTR);
    int error = errno;
    close(fd);
    dst[n < 0 ? 0 : n] = '\0';
    return n < 0 ? -error : n;
}

ssize_t proc_file_read(char *dst, size_t cap, const char *proc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int fd = open_below(O_RDONLY, proc, format, args);
    va_end(args);
    return read_once(fd, dst, cap);
}

ssize_t proc_file_read_at(int dir, const char *path, char *dst, size_t cap)
{
    return read_once(error_or(openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY)), dst, cap);
}

int proc_file_write(const char *text, const char *proc, const char *format, ...)
{
    size_t len = strlen(text);
    va_list args;

    va_start(args, format);
    int fd = open_below(O_WRONLY | O_TRUNC, proc, format, args);
    va_end(args);
    if (fd < 0)
        return fd;
    // A sysctl takes a value by one write (fs/proc/proc_sysctl.c): part of it is no success.
    ssize_t n = write(fd, text, len);
    int error = n < 0 ? -errno : (size_t)n < len ? -EIO : 0;
    close(fd);
    return error;
}

size_t proc_file_undeleted(const char *path, size_t n)
{
    static const char deleted[] = " (deleted)";
    const size_t tail = sizeof deleted - 1;

    return n > tail && memcmp(path + n - tail, deleted, tail) == 0 ? n - tail : n;
}

size_t proc_file_numbers(const char *text, uint64_t *out, size_t cap)
{
    size_t n = 0;

    for (; n < cap; n++) {
        char *end;
        text += strspn(text, " \t\n");
        if (*text < '0' || *text > '9') // strtoull() would take "-1"
            break;
        errno = 0;
        out[n] = strtoull(text, &end, 10);
        if (errno)
            break;
        text = end;
    }
    return n;
}

size_t proc_file_field(const char *text, const char *name, uint64_t *out, size_t cap)
{
    const char *line = strstr(text, name);

    return line ? proc_file_numbers(line + strlen(name), out, cap) : 0;
}
