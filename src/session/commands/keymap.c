#include "session/commands/keymap.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define IN(kind) (1u << (kind))

// Specific views before the common ones: the first row that fits a key counts.
// clang-format off
const struct binding keymap[] = {
    {IN(KIND_MAPPING), 'a', "all-maps"},
    {IN(KIND_LIMIT), K_ENTER, "limit"},
    {IN(KIND_LIMIT), 'e', "limit"},

    {0, K_UP, "up"},
    {0, K_DOWN, "down"},
    {0, K_PGUP, "page-up"},
    {0, K_PGDN, "page-down"},
    {0, K_HOME, "first"},
    {0, 'g', "first"},
    {0, K_END, "last"},
    {0, 'G', "last"},
    {0, K_LEFT, "left"},
    {0, K_RIGHT, "right"},

    {0, K_TAB, "tab-next"},
    {0, K_BACKTAB, "tab-previous"},
    {0, '1', "tab"},
    {0, '2', "tab"},
    {0, '3', "tab"},
    {0, '4', "tab"},
    {0, '5', "tab"},
    {0, '6', "tab"},
    {0, K_ENTER, "enter"},
    {IN(KIND_SEMSET) | IN(KIND_ELEMENT) | IN(KIND_QUEUE), 'W', "waiters"},
    {0, K_ESC, "back"},
    {0, K_BACKSPACE, "back"},
    {0, 'q', "leave"},

    {0, K_F3, "search"},
    {0, '/', "search"},
    {0, 'n', "search-next"},
    {0, 'N', "search-previous"},
    {0, K_F4, "filter"},
    {0, '\\', "filter"},
    {0, 'u', "owner"},
    {0, 'o', "orphans"},
    {0, 'O', "orphan-age"},
    {0, K_F6, "sort"},
    {0, '>', "sort-right"},
    {0, '<', "sort-left"},
    {0, 'I', "invert"},
    {0, 'c', "columns"},

    {0, ' ', "tag"},
    {0, 'U', "untag-all"},
    {0, '*', "tag-all"},
    {0, K_F8, "remove"},
    {0, K_DELETE, "remove"},
    {0, 'x', "remove"},
    {0, K_F9, "signal"},
    {0, 'k', "signal"},
    {0, 'e', "change"},
    {0, 'l', "lock"},

    {0, K_F5, "refresh"},
    {0, K_CTRL('r'), "refresh"},
    {0, 'Z', "freeze"},
    {0, 'd', "interval"},
    {0, 'm', "header"},
    {0, 'C', "colors"},
    {0, 'i', "details"},
    {0, 'w', "save"},
    {0, 'S', "settings"},
    {0, K_CTRL('l'), "redraw"},
    {0, K_CTRL('z'), "suspend"},
    {0, K_F1, "help"},
    {0, '?', "help"},
    {0, 'h', "help"},
    {0, K_F10, "quit"},
};
// clang-format on
const size_t n_bindings = sizeof keymap / sizeof *keymap;

const struct command *keymap_find(enum kind_id kind, int32_t key)
{
    for (size_t i = 0; i < n_bindings; i++)
        if (keymap[i].key == key && (!keymap[i].kinds || keymap[i].kinds & IN(kind)))
            return command_by_name(keymap[i].command);
    return NULL;
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

const char *keymap_keys(const struct command *command, char *dst, size_t cap)
{
    size_t used = 0;

    if (cap)
        *dst = '\0';
    for (size_t i = 0; i < n_bindings; i++) {
        char key[16];

        if (strcmp(keymap[i].command, command->name) != 0)
            continue;
        key_name(keymap[i].key, key, sizeof key);
        int n = snprintf(dst + used, cap - used, "%s%s", used ? " " : "", key);
        if (n < 0 || (size_t)n >= cap - used)
            break;
        used += (size_t)n;
    }
    return dst;
}
