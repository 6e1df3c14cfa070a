// Everything a key can do: one const entry a command. Help, function-key bar and manual follow.
#ifndef IPCTOP_SESSION_COMMANDS_COMMANDS_H
#define IPCTOP_SESSION_COMMANDS_COMMANDS_H

#include "session/session.h"

enum command_flags {
    CMD_WRITES = 1,  // changes something: refused with a reason under --readonly, not on the bar
    CMD_CONFIRM = 2, // never without a prompt that names target and consequence
    CMD_OBJECT = 4,  // needs a selected row
    CMD_TAGGED = 8,  // acts on the tagged rows where there are some
};

struct command {
    const char *name;  // "remove"
    const char *help;  // one line
    const char *label; // on the function-key bar; NULL: not there
    const char *group; // heading in the help: "Moving", "Acting", …
    unsigned flags;
    enum action_verb verb; // CMD_WRITES: what it does
    unsigned kinds;        // bit (1 << enum kind_id) of the views it works in; 0: all
    void (*run)(struct session *s, const struct key_event *event);
};

extern const struct command commands[];
extern const size_t n_commands;

const struct command *command_by_name(const char *name);
// Whether it can run now; if not, *why (static) says so.
bool command_allowed(const struct command *command, struct session *s, const char **why);
void command_run(const struct command *command, struct session *s, const struct key_event *event);

#endif
