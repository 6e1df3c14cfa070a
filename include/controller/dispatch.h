// Runs a command where it may run now.
#ifndef IPCTOP_CONTROLLER_DISPATCH_H
#define IPCTOP_CONTROLLER_DISPATCH_H

#include "session/commands/commands.h"

// Whether the command can run now; if not, *why (static) is the reason.
bool command_allowed(const struct command *command, struct session *s, const char **why);
// Runs the command, or shows the reason why it cannot; `key` is the one that was pressed.
void command_run(const struct command *command, struct session *s, int32_t key);

#endif
