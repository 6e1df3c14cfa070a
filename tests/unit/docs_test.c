// Keys and columns in the manual page are those of the program, and every option is described.
// `make golden` writes them again.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/kinds/registry.h"
#include "options.h"
#include "session/commands/commands.h"
#include "support/golden.h"
#include "support/test.h"

static char *read_all(FILE *f)
{
    char *text = NULL;
    size_t n = 0;

    assert_non_null(f);
    assert_true(getdelim(&text, &n, '\0', f) >= 0);
    fclose(f);
    return text;
}

static void each_command(FILE *out, const char *group_format,
                         void (*row)(FILE *out, const char *keys, const char *help))
{
    char keys[96];

    for (size_t g = 0; g < n_command_groups; g++) {
        const struct command_group *group = command_groups[g];

        if (g == 0 || strcmp(command_groups[g - 1]->title, group->title) != 0)
            fprintf(out, group_format, group->title);
        for (size_t i = 0; i < group->n; i++)
            if (command_keys(&group->commands[i], keys, sizeof keys)[0])
                row(out, keys, group->commands[i].help);
    }
}

static void manual_row(FILE *out, const char *keys, const char *help)
{
    fputs(".It ", out);
    for (; *keys; keys++) {
        if (strchr("?!.,;:", *keys))
            fputs("\\&", out); // else punctuation to mdoc
        fputs(*keys == '\\' ? "\\e" : (char[]){*keys, '\0'}, out);
    }
    fprintf(out, "\n%s\n", help);
}

static void write_manual(FILE *out)
{
    fputs(".Bl -tag -width Ds -compact\n", out);
    each_command(out, ".It Em %s\n", manual_row);
    fputs(".El\n", out);
}

// Between two lines of `path` stands what `write` writes.
static void holds(const char *path, const char *begin, const char *end, void (*write)(FILE *out))
{
    char *expected = NULL, *text = read_all(fopen(path, "r"));
    size_t n = 0;
    FILE *memory = open_memstream(&expected, &n);

    write(memory);
    fclose(memory);
    char *from = strstr(text, begin);
    assert_non_null(from);
    from += strlen(begin);
    char *to = strstr(from, end);
    assert_non_null(to);
    if (golden_renews()) {
        FILE *f = fopen(path, "w");
        fprintf(f, "%.*s%s%s", (int)(from - text), text, expected, to);
        fclose(f);
    } else if (strlen(expected) != (size_t)(to - from) || memcmp(from, expected, n) != 0) {
        fail_msg("what is written from the program in %s is old: make golden", path);
    }
    free(expected);
    free(text);
}

TEST(keys_in_the_manual)
{
    holds("src/ipctop.1", ".\\\" keys: written by tests/unit/docs_test.c\n", ".\\\" end of keys\n",
          write_manual);
}

static void put_words(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out); // else a request
    for (; *text; text++)
        fputs(*text == '\\' ? "\\e" : (char[]){*text, '\0'}, out);
    fputc('\n', out);
}

static void write_columns(FILE *out)
{
    fputs(".Bl -tag -width Ds -compact\n", out);
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);

        fprintf(out, ".It Cm %s\n", kind->name);
        fputs(".Bl -tag -width \"creator_state (CSTATE)\" -compact\n", out);
        for (size_t i = 0; i < kind->n_columns; i++) {
            const struct column *column = &kind->columns[i];
            fprintf(out, ".It %s %s", column->flags & COL_SCREEN ? "Em" : "Li", column->name);
            fprintf(out, " Pq %s\n", column->title);
            put_words(out, column->help);
        }
        fputs(".El\n", out);
    }
    fputs(".El\n", out);
}

TEST(columns_in_the_manual)
{
    holds("src/ipctop.1", ".\\\" columns: written by tests/unit/docs_test.c\n",
          ".\\\" end of columns\n", write_columns);
}

static char *help_text_of_options(void)
{
    FILE *file = tmpfile();
    int saved = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    options_help();
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    rewind(file);
    return read_all(file);
}

// The tables of --json where none is named, as --help has them.
static void write_defaults(FILE *out)
{
    static const char before[] = "one JSON document on one line; ";
    char *help = help_text_of_options(), *from = strstr(help, before);

    assert_non_null(from);
    from += strlen(before);
    char *to = strstr(from, " if none is named\n");
    assert_non_null(to);
    fprintf(out, "%.*s\n", (int)(to - from), from);
    for (int id = 1; id < KINDS; id++) { // none of those that are left out has a place in it
        const struct kind *kind = kind_get((enum kind_id)id);
        char *name = strstr(from, kind->name);
        assert_int_equal(name && name < to, !kind->json);
    }
    free(help);
}

TEST(default_tables_in_the_manual)
{
    holds("src/ipctop.1", ".\\\" defaults: written by tests/unit/docs_test.c\n",
          ".\\\" end of defaults\n", write_defaults);
}

// Every long option of --help is in the manual page, as mdoc writes it: "Fl -json".
TEST(options_in_the_manual)
{
    char *help = help_text_of_options(), *manual = read_all(fopen("src/ipctop.1", "r")), *at = help;
    int n = 0;

    while ((at = strstr(at, "--"))) {
        char name[40] = "Fl -";
        size_t used = strlen(name);
        for (at += 2; (isalpha((unsigned char)*at) || *at == '-') && used + 1 < sizeof name; at++)
            name[used++] = *at;
        name[used] = '\0';
        if (!strstr(manual, name))
            fail_msg("the manual page lacks '%s'", name);
        n++;
    }
    assert_true(n > 10);
    free(help);
    free(manual);
}

TEST(tables_in_the_manual)
{
    char *manual = read_all(fopen("src/ipctop.1", "r"));

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        char item[40];
        if (!kind)
            continue;
        snprintf(item, sizeof item, "\n.It Cm %s\n", kind->name);
        if (!strstr(manual, item))
            fail_msg("the manual page lacks the table '%s'", kind->name);
    }
    free(manual);
}
