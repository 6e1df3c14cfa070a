// Everything a key can do: one const entry a command, in the table of its group. Keys, help,
// function-key bar and manual follow from it.
//
// A new command is an entry in the file of its group, src/session/commands/; `make golden` writes the
// manual. One that acts is refused by its flags where nothing may be changed.
#ifndef IPCTOP_SESSION_COMMANDS_COMMANDS_H
#define IPCTOP_SESSION_COMMANDS_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/key.h"
#include "model/record/action.h"

struct session;
struct session_options;

enum command_flags {
    CMD_WRITES = 1,  // changes something: refused with a reason under --readonly, not on the bar
    CMD_CONFIRM = 2, // never without a prompt that names target and consequence
    CMD_OBJECT = 4,  // needs a selected row
    CMD_TAGGED = 8,  // acts on the tagged rows where there are some
    CMD_LOCAL = 16,  // its keys are bound in its own views alone, where they precede all others
    CMD_FILE = 32,   // writes a file: refused under --readonly
    CMD_VIEW = 64,   // the same of a view: not where --save-dir names a directory
    CMD_TABS = 128,  // a key for each tab, and no more
    CMD_LIVE = 256,  // of no recording, though it changes nothing
};

enum { COMMAND_KEYS_MAX = 10 };

struct command {
    const char *name;  // "remove"
    const char *help;  // one line
    const char *label; // on the function-key bar; NULL: not there
    // Whether it does anything in the view on screen. NULL: always.
    bool (*works)(struct session *s, const struct command *command);
    // What the bar calls it in the view on screen, instead of `label`; NULL: it does nothing there.
    const char *(*label_here)(struct session *s);
    int32_t keys[COMMAND_KEYS_MAX];                  // enum key or code points; 0 ends them
    unsigned flags;                                  // enum command_flags
    enum action_verb verb;                           // CMD_WRITES: what it does
    unsigned can;                                    // CAN_* of kinds it works on; 0: on all
    void (*run)(struct session *s);                  // or:
    void (*run_key)(struct session *s, int32_t key); // where it matters which of its keys
    void (*run_by)(struct session *s, int by);       // of two that go opposite ways, with:
    int by;
};

struct command_group {
    const char *title; // heading in the help: "Moving", "Acting", …
    const struct command *commands;
    size_t n;
};

// In the order of the help; groups of one title follow each other.
extern const struct command_group *const command_groups[];
extern const size_t n_command_groups;

// Why this run does not offer it, whatever is shown: --readonly, a recording. NULL: it does.
const char *command_refusal(const struct command *command, const struct session_options *options);
const struct command *command_at(size_t index); // of all groups in order; NULL beyond the last
const struct command *command_by_name(const char *name); // NULL: none
// What a key means in views of that kind; NULL: unbound.
const struct command *command_by_key(enum kind_id kind, int32_t key);
// Whether it has anything to do in views of that kind.
bool command_works_in(const struct command *command, enum kind_id kind);

const char *key_name(int32_t key, char *dst, size_t cap); // "F9", "Space", "^L", "k"
// All keys of a command for the help: "F9 k".
const char *command_keys(const struct command *command, char *dst, size_t cap);

#endif
