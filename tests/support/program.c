#include "support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/test.h"

static char *take(FILE *file)
{
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    char *text = mem_zero((size_t)(size < 0 ? 0 : size) + 1, 1);

    rewind(file);
    if (size > 0 && fread(text, 1, (size_t)size, file) != (size_t)size)
        text[0] = '\0';
    fclose(file);
    return text;
}

static struct said run(char *const *argv, bool nobody)
{
    struct said said = {.status = -1};
    FILE *out = tmpfile(), *err = tmpfile();
    // Opened before: the other user may not be let through the directories to it.
    int status = 0, program = open(argv[0], O_RDONLY | O_CLOEXEC);

    fflush(NULL);
    pid_t pid = out && err && program >= 0 ? fork() : -1;
    if (pid == 0) {
        if (nobody)
            child_become_nobody();
        if (!freopen("/dev/null", "r", stdin))
            _exit(126);
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        fexecve(program, argv, environ);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (program >= 0)
        close(program);
    if (pid > 0)
        said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    said.out = take(out);
    said.err = take(err);
    return said;
}

struct said program_run(const char *arguments, bool nobody)
{
    char *copy = mem_copy_string(arguments), *rest = NULL;
    char *argv[32] = {BUILD_DIR "/ipctop"};
    int argc = 1;

    for (char *word = strtok_r(copy, " ", &rest); word && argc < 31;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    struct said said = run(argv, nobody);
    free(copy);
    return said;
}

static bool has(const char *text, const char *part, bool all)
{
    return !part || (all ? strcmp(text, part) == 0 : strstr(text, part) != NULL);
}

static void must_say(const char *arguments, int status, const char *out, const char *err, bool all)
{
    struct said said = program_run(arguments, false);

    if (said.status != status || !has(said.out, out, all) || !has(said.err, err, all))
        fail_msg("'%s' ended with %d: %s%s", arguments, said.status, said.err, said.out);
    if (status == 2 && (*said.out || strchr(said.err, '\n') != said.err + strlen(said.err) - 1))
        fail_msg("'%s' is wrong usage, and says more than one line: %s%s", arguments, said.err,
                 said.out);
    said_clear(&said);
}

void program_says(const char *arguments, int status, const char *out, const char *err)
{
    must_say(arguments, status, out, err, false);
}

void program_says_all(const char *arguments, int status, const char *out, const char *err)
{
    must_say(arguments, status, out, err, true);
}

struct said shell_run(const char *command)
{
    char *argv[] = {"/bin/sh", "-c", (char *)command, NULL};

    return run(argv, false);
}

void said_clear(struct said *said)
{
    free(said->out);
    free(said->err);
    said->out = said->err = NULL;
}

json_t *program_document(const char *arguments, bool nobody)
{
    struct said said = program_run(arguments, nobody);
    json_error_t error;
    json_t *root = json_loads(said.out, JSON_REJECT_DUPLICATES, &error);

    if (!root || said.status != 0)
        fail_msg("'%s' ended with %d, %s: %s%s", arguments, said.status, root ? "" : error.text,
                 said.err, said.out);
    said_clear(&said);
    return root;
}
