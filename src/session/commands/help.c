#include "session/commands/help.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "session/commands/commands.h"
#include "session/commands/help_tasks.h"
#include "session/session.h"

enum { KEYS_WIDTH = 22 }; // the longest list of keys that still stands beside its help

VEC(text_vec, char);

static void add(struct text_vec *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct text_vec *out, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        vec_reserve(out, out->n + (size_t)n + 1);
        vsnprintf(out->at + out->n, (size_t)n + 1, format, again);
        out->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

// "F8 Del x           mark for removal", the keys padded by display width.
static void add_entry(struct text_vec *out, const char *left, const char *right)
{
    size_t width = text_width(left);

    add(out, "  %s", left);
    if (width > KEYS_WIDTH)
        add(out, "\n  %*s", KEYS_WIDTH, "");
    else
        add(out, "%*s", (int)(KEYS_WIDTH - width), "");
    add(out, "  %s\n", right);
}

static bool concerns(const struct command *command, const struct kind *kind,
                     const struct session_options *options)
{
    return !command_refusal(command, options) && (!kind || command_works_in(command, kind->id));
}

// The commands of a group; its title first, where the group before has another.
static void add_group(struct text_vec *out, size_t index, const struct kind *kind,
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
            add(out, "%s%s\n", out->n > 0 ? "\n" : "", group->title);
        titled = true;
        command_keys(command, keys, sizeof keys);
        if (keys[0])
            add_entry(out, keys, command->help);
    }
}

static void add_columns(struct text_vec *out, const struct kind *kind)
{
    char name[64];

    add(out, "\nColumns of %s, with their names for filters\n", kind->title);
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        snprintf(name, sizeof name, "%s %s", column->title, column->name);
        add_entry(out, name, column->help);
    }
}

static void add_tasks(struct text_vec *out, const struct session_options *options)
{
    char how[256];
    const char *task;

    add(out, "Tasks\n");
    for (size_t i = 0; (task = task_at(i, options, how, sizeof how)); i++)
        if (how[0])
            add_entry(out, task, how);
    add(out, "\n");
}

static void add_legend(struct text_vec *out)
{
    char meaning[256];
    const char *sign;

    add(out, "\nSigns\n");
    for (size_t i = 0; (sign = legend_at(i, meaning, sizeof meaning)); i++)
        add_entry(out, sign, meaning);
}

char *help_text(const struct kind *kind, const struct session_options *options)
{
    struct text_vec out = {0};

    if (kind)
        add_tasks(&out, options);
    for (size_t i = 0; i < n_command_groups; i++)
        add_group(&out, i, kind, options);
    if (kind)
        add_legend(&out);
    if (kind)
        add_columns(&out, kind);
    if (options->readonly)
        add(&out, "\nStarted with --readonly: what changes something is not available.\n");
    vec_push(&out, '\0');
    return out.at;
}
