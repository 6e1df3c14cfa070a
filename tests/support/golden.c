#include "support/golden.h"

#include <errno.h>
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

// --- sentences ----------------------------------------------------------------------------------

static const char *said_by; // the test that spoke last
static int said;            // sentences of it before this one

// One line: a line break is written as \\n.
static void write_line(FILE *out, const char *sentence)
{
    fputs("    ", out);
    for (; *sentence; sentence++)
        if (*sentence == '\n')
            fputs("\\n", out);
        else
            fputc(*sentence, out);
    fputc('\n', out);
}

// The n-th line below the name of the test in `text`, with its end; NULL: there is none.
static const char *find_line(const char *text, const char *name, int n, size_t *length)
{
    size_t name_length = strlen(name);
    bool below = false;

    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        if (*line != ' ') {
            below = (size_t)(end - line) == name_length && memcmp(line, name, name_length) == 0;
        } else if (below && n-- == 0) {
            *length = (size_t)(end + 1 - line);
            return line;
        }
    }
    return NULL;
}

static void renew(const char *path, const char *line, bool first_of_test)
{
    static bool begun;
    FILE *file = fopen(path, begun ? "a" : "w");

    assert_non_null(file);
    begun = true;
    if (first_of_test)
        fprintf(file, "%s\n", test_name);
    fputs(line, file);
    assert_int_equal(fclose(file), 0);
}

void says(const char *sentence)
{
    char path[128], *line = NULL;
    const char *is = NULL;
    size_t size, length = 0;
    FILE *memory = open_memstream(&line, &size);

    assert_non_null(memory);
    write_line(memory, sentence);
    fclose(memory);
    said = said_by == test_name ? said + 1 : 0;
    said_by = test_name;
    snprintf(path, sizeof path, "tests/golden/%s.txt", program_invocation_short_name);
    if (golden_renews()) {
        renew(path, line, said == 0);
    } else {
        if (access(path, R_OK) == 0)
            is = find_line(file_text(path), test_name, said, &length);
        if (!is || length != size || memcmp(is, line, size) != 0)
            fail_msg("%s says something else; where it is right, 'make golden' keeps it:\n-%.*s+%s",
                     test_name, (int)length, is ? is : "", line);
    }
    free(line);
}
