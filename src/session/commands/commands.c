#include "session/commands/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/kinds/registry.h"
#include "session/commands/groups.h"
#include "session/session.h"

const struct command_group *const command_groups[] = {
    &help_commands,  &move_commands,   &view_commands, &find_commands,
    &order_commands, &replay_commands, &act_commands,  &program_commands,
};
const size_t n_command_groups = sizeof command_groups / sizeof *command_groups;

const char *command_refusal(const struct command *command, const struct session_options *o)
{
    unsigned flags = command->flags;

    if (flags & CMD_WRITES && o->recording)
        return "this is a recording: nothing can be changed in it";
    if (flags & CMD_LIVE && o->recording)
        return "this is a recording";
    if (flags & CMD_WRITES && o->readonly)
        return "started with --readonly: nothing is changed from here";
    // Files are named on the command line of one who may not change anything, not by keys.
    if (!(flags & CMD_FILE) || !o->readonly || (flags & CMD_VIEW && o->save_dir))
        return NULL;
    return flags & CMD_VIEW
               ? "started with --readonly: files are written where --save-dir names a directory"
               : "started with --readonly: no file is written from here";
}

const struct command *command_at(size_t index)
{
    for (size_t g = 0; g < n_command_groups; g++) {
        if (index < command_groups[g]->n)
            return &command_groups[g]->commands[index];
        index -= command_groups[g]->n;
    }
    return NULL;
}

const struct command *command_by_name(const char *name)
{
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

bool command_works_in(const struct command *command, enum kind_id kind)
{
    return !command->can || (kind_get(kind) && kind_get(kind)->can & command->can);
}

// The key at a place of its list; 0: beyond the last, or the number of no tab.
static int32_t key_at(const struct command *command, size_t i)
{
    int32_t key = command->keys[i];
    size_t tab;

    if (command->flags & CMD_TABS && !kind_tab_of_key(key, &tab))
        return 0;
    return key;
}

static bool has_key(const struct command *command, int32_t key)
{
    for (size_t i = 0; i < COMMAND_KEYS_MAX; i++)
        if (key && key_at(command, i) == key)
            return true;
    return false;
}

const struct command *command_by_key(enum kind_id kind, int32_t key)
{
    const struct command *command, *common = NULL;

    for (size_t i = 0; (command = command_at(i)); i++) {
        if (!has_key(command, key))
            continue;
        if (!(command->flags & CMD_LOCAL))
            common = command;
        else if (command_works_in(command, kind))
            return command;
    }
    return common;
}

const char *key_name(int32_t key, char *dst, size_t cap)
{
    // clang-format off
    static const char *const names[] = {
        [K_UP - K_SPECIAL] = "Up",         [K_DOWN - K_SPECIAL] = "Down",
        [K_LEFT - K_SPECIAL] = "Left",     [K_RIGHT - K_SPECIAL] = "Right",
        [K_PGUP - K_SPECIAL] = "PgUp",     [K_PGDN - K_SPECIAL] = "PgDn",
        [K_HOME - K_SPECIAL] = "Home",     [K_END - K_SPECIAL] = "End",
        [K_DELETE - K_SPECIAL] = "Del",    [K_INSERT - K_SPECIAL] = "Ins",
        [K_BACKTAB - K_SPECIAL] = "S-Tab",
    };
    // clang-format on
    const char *name = NULL;
    char utf8[5] = {0};

    if (key >= K_F1 && key <= K_F12) {
        snprintf(dst, cap, "F%d", (int)(key - K_F1 + 1));
        return dst;
    }
    if (key > K_SPECIAL && (size_t)(key - K_SPECIAL) < sizeof names / sizeof *names)
        name = names[key - K_SPECIAL];
    else if (key == K_TAB)
        name = "Tab";
    else if (key == K_ENTER)
        name = "Enter";
    else if (key == K_ESC)
        name = "Esc";
    else if (key == K_BACKSPACE)
        name = "Backspace";
    else if (key == ' ')
        name = "Space";
    else if (key > 0 && key < ' ')
        snprintf(utf8, sizeof utf8, "^%c", (int)key + '@');
    else if (key > 0 && key < K_SPECIAL)
        text_encode((uint32_t)key, utf8);
    snprintf(dst, cap, "%s", name ? name : utf8);
    return dst;
}

const char *command_keys(const struct command *command, char *dst, size_t cap)
{
    size_t used = 0;

    if (cap)
        *dst = '\0';
    for (size_t i = 0; i < COMMAND_KEYS_MAX; i++) {
        char key[16];

        if (!key_at(command, i))
            continue;
        key_name(command->keys[i], key, sizeof key);
        int n = snprintf(dst + used, cap - used, "%s%s", used ? " " : "", key);
        if (n < 0 || (size_t)n >= cap - used)
            break;
        used += (size_t)n;
    }
    return dst;
}
