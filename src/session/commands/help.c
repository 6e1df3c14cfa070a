#include "session/commands/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "session/commands/commands.h"
#include "session/commands/help_tasks.h"
#include "session/session.h"

enum { KEYS_WIDTH = 22 }; // the longest list of keys that still stands beside its help

// "F8 Del x           mark for removal", the keys padded by display width.
static void add_entry(FILE *out, const char *left, const char *right)
{
    size_t width = text_width(left);

    fprintf(out, "  %s", left);
    if (width > KEYS_WIDTH)
        fprintf(out, "\n  %*s", KEYS_WIDTH, "");
    else
        fprintf(out, "%*s", (int)(KEYS_WIDTH - width), "");
    fprintf(out, "  %s\n", right);
}

static bool concerns(const struct command *command, const struct kind *kind,
                     const struct session_options *options)
{
    return !command_refusal(command, options) && (!kind || command_works_in(command, kind->id));
}

// The commands of a group; its title first, where the group before has another.
static void add_group(FILE *out, size_t index, const struct kind *kind,
                      const struct session_options *options)
{
    const struct command_group *group = command_groups[index];
    bool titled = index > 0 && strcmp(command_groups[index - 1]->title, group->title) == 0;
    char keys[96];

    for (size_t i = 0; i < group->n; i++) {
        const struct command *command = &group->commands[i];

        if (!concerns(command, kind, options))
            continue;
        if (!titled)
            fprintf(out, "%s%s\n", ftell(out) > 0 ? "\n" : "", group->title);
        titled = true;
        command_keys(command, keys, sizeof keys);
        if (keys[0])
            add_entry(out, keys, command->help);
    }
}

static void add_columns(FILE *out, const struct kind *kind)
{
    char name[64];

    fprintf(out, "\nColumns of %s, with their names for filters\n", kind->title);
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        snprintf(name, sizeof name, "%s %s", column->title, column->name);
        add_entry(out, name, column->help);
    }
}

static void add_tasks(FILE *out, const struct session_options *options)
{
    char how[256];
    const char *task;

    fprintf(out, "Tasks\n");
    for (size_t i = 0; (task = task_at(i, options, how, sizeof how)); i++)
        if (how[0])
            add_entry(out, task, how);
    fprintf(out, "\n");
}

static void add_legend(FILE *out)
{
    char meaning[256];
    const char *sign;

    fprintf(out, "\nSigns\n");
    for (size_t i = 0; (sign = legend_at(i, meaning, sizeof meaning)); i++)
        add_entry(out, sign, meaning);
}

char *help_text(const struct kind *kind, const struct session_options *options)
{
    char *text;
    size_t size;
    FILE *out = mem_stream(&text, &size);

    if (kind)
        add_tasks(out, options);
    for (size_t i = 0; i < n_command_groups; i++)
        add_group(out, i, kind, options);
    if (kind)
        add_legend(out);
    if (kind)
        add_columns(out, kind);
    if (options->readonly)
        fprintf(out, "\nStarted with --readonly: what changes something is not available.\n");
    mem_stream_end(out);
    return text;
}
