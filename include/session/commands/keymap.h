// Which key runs which command: one row a binding, specific views before the common ones.
#ifndef IPCTOP_SESSION_COMMANDS_KEYMAP_H
#define IPCTOP_SESSION_COMMANDS_KEYMAP_H

#include "session/commands/commands.h"

struct binding {
    unsigned kinds; // bit (1 << enum kind_id); 0: everywhere
    int32_t key;
    const char *command;
};

extern const struct binding keymap[];
extern const size_t n_bindings;

const struct command *keymap_find(enum kind_id kind, int32_t key); // NULL: unbound
const char *key_name(int32_t key, char *dst, size_t cap);          // "F9", "Space", "^L", "k"
// All keys of a command for the help: "F9 k".
const char *keymap_keys(const struct command *command, char *dst, size_t cap);

#endif
