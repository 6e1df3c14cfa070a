#include "store/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/worker.h"

static const int64_t PATIENCE = CLOCK_SECOND;

char *settings_file_path(const char *named, bool *chosen)
{
    const char *rc = getenv("IPCTOPRC"), *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (!named && rc && *rc)
        named = rc;
    *chosen = named != NULL;
    if (named)
        return mem_copy_string(named);
    if (base && *base == '/') // XDG Base Directory Specification: relative ones are invalid
        return mem_format("%s/ipctop/config", base);
    return home && *home == '/' ? mem_format("%s/.config/ipctop/config", home) : NULL;
}

// All of it, at most `cap` bytes; -errno, -EFBIG where there is more.
static ssize_t read_all(int fd, char *text, size_t cap)
{
    size_t n = 0;

    for (;;) {
        ssize_t got = read(fd, text + n, cap + 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        n += (size_t)got;
        if (n > cap)
            return -EFBIG;
        if (got == 0)
            return (ssize_t)n;
    }
}

static const char *trouble(int fd, char *text, ssize_t *n)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return strerror(errno);
    if (S_ISDIR(st.st_mode))
        return "it is a directory";
    if (!S_ISREG(st.st_mode))
        return "it is no regular file";
    *n = read_all(fd, text, CONFIG_BYTES);
    if (*n == -EFBIG)
        return "it is too long for settings";
    return *n < 0 ? strerror((int)-*n) : NULL;
}

static bool read_settings(const char *path, struct settings *out, char *why, size_t cap)
{
    char safe[160], lines[300] = "", *text = mem_alloc(CONFIG_BYTES + 1);
    // Not blocking: a FIFO without a writer is an error, not a wait.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    ssize_t n = 0;
    const char *wrong = fd < 0 ? strerror(errno) : trouble(fd, text, &n);

    *out = (struct settings){0};
    *why = '\0';
    text_escape(safe, sizeof safe, path, strlen(path));
    if (!wrong && settings_parse(out, text, (size_t)n, lines, sizeof lines))
        snprintf(why, cap, "%s: %s", safe, lines);
    else if (wrong && !missing)
        snprintf(why, cap, "settings of %s are not used: %s", safe, wrong);
    if (fd >= 0)
        close(fd);
    free(text);
    return !wrong;
}

// A file system that hangs holds up no start.
struct reading {
    char *path;
    struct settings settings;
    char why[480];
    bool read;
};

static void reading_run(void *arg)
{
    struct reading *r = arg;

    r->read = read_settings(r->path, &r->settings, r->why, sizeof r->why);
}

static void reading_free(void *arg)
{
    struct reading *r = arg;

    free(r->path);
    free(r);
}

bool settings_file_read(const char *path, struct settings *out, char *why, size_t cap)
{
    struct reading *r = mem_zero(1, sizeof *r);
    char safe[160];

    r->path = mem_copy_string(path);
    if (!worker_try("ipctop-settings", reading_run, reading_free, r, PATIENCE)) {
        text_escape(safe, sizeof safe, path, strlen(path));
        snprintf(why, cap, "settings of %s are not used: %s", safe,
                 errno == ETIMEDOUT ? "the file does not answer" : strerror(errno));
        *out = (struct settings){0};
        return false;
    }
    bool read = r->read;
    *out = r->settings;
    snprintf(why, cap, "%s", r->why);
    reading_free(r);
    return read;
}
