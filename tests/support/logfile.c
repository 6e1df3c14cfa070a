#include "support/logfile.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void logfile_make(struct logfile *log)
{
    snprintf(log->dir, sizeof log->dir, "/tmp/logfile.XXXXXX");
    assert_non_null(mkdtemp(log->dir));
    assert_int_equal(chmod(log->dir, 0777), 0);
    snprintf(log->path, sizeof log->path, "%s/log", log->dir);
}

void logfile_remove(struct logfile *log)
{
    unlink(log->path);
    rmdir(log->dir);
}

size_t logfile_count(const struct logfile *log, const char *const *words)
{
    FILE *f = fopen(log->path, "r");
    char *line = NULL;
    size_t cap = 0, n = 0;

    while (f && getline(&line, &cap, f) > 0) {
        bool all = true;
        for (size_t i = 0; words[i]; i++)
            all = all && strstr(line, words[i]);
        n += all;
    }
    free(line);
    if (f)
        fclose(f);
    return n;
}

struct wanted {
    const struct logfile *log;
    const char *const *words;
    size_t n;
};

static bool is_there(struct tty *t, void *arg)
{
    const struct wanted *wanted = arg;

    (void)t;
    return logfile_count(wanted->log, wanted->words) == wanted->n;
}

void logfile_must(struct tty *t, const struct logfile *log, size_t n, const char *const *words)
{
    struct wanted wanted = {log, words, n};
    char line[1024];

    if (tty_await(t, is_there, &wanted))
        return;
    FILE *f = fopen(log->path, "r");
    while (f && fgets(line, sizeof line, f))
        fputs(line, stderr);
    if (f)
        fclose(f);
    tty_fail(t, "the log has not %zu lines but %zu of '%s'", n, logfile_count(log, words),
             words[0]);
}
