#include "support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/test.h"

bool golden_renews(void)
{
    return getenv("UPDATE") != NULL;
}

static void show_difference(const char *path, const char *text)
{
    char command[256];

    snprintf(command, sizeof command, "diff -u %s - >&2", path);
    fflush(NULL);
    FILE *diff = popen(command, "w");
    if (!diff)
        return;
    fputs(text, diff);
    pclose(diff);
}

void golden_must_be(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "tests/golden/%s.txt", name);
    bool is_there = access(path, R_OK) == 0;
    if (is_there && strcmp(file_text(path), text) == 0)
        return;
    if (golden_renews()) {
        file_put(path, text);
        return;
    }
    show_difference(is_there ? path : "/dev/null", text);
    fail_msg("another text than in %s; where it is right, 'make golden' keeps it", path);
}
