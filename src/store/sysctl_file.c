#include "store/sysctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/record/limit_spec.h"

const char sysctl_mark[] = "# Written by ipctop:";

static size_t name_length(const char *line)
{
    return strcspn(line, " \t=\n");
}

static bool same_name(const char *a, const char *b)
{
    return name_length(a) == name_length(b) && strncmp(a, b, name_length(a)) == 0;
}

int sysctl_produce(FILE *out, void *arg, size_t *rows)
{
    const char *setting = arg;
    int fd = open(limit_sysctl_file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    FILE *old = fd < 0 ? NULL : fdopen(fd, "r");
    char *line = NULL;
    size_t cap = 0;

    if (!old && errno != ENOENT) { // what stands in it would be lost
        int error = errno;
        if (fd >= 0)
            close(fd);
        return -error;
    }
    *rows = 1;
    fprintf(out, "%s limits set on its screen, read at boot, sysctl.d(5).\n", sysctl_mark);
    while (old && getline(&line, &cap, old) > 0) {
        if (strncmp(line, sysctl_mark, strlen(sysctl_mark)) == 0 || same_name(line, setting))
            continue;
        fprintf(out, "%s%s", line, strchr(line, '\n') ? "" : "\n");
        *rows += line[0] != '#' && line[0] != '\n';
    }
    int error = old && ferror(old) ? -EIO : 0;
    if (old)
        fclose(old);
    free(line);
    fprintf(out, "%s\n", setting);
    return error;
}
