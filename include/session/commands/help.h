// The help text, generated: commands by group with their keys, then the columns of a view.
#ifndef IPCTOP_SESSION_COMMANDS_HELP_H
#define IPCTOP_SESSION_COMMANDS_HELP_H

#include "session/commands/commands.h"

// Lines for PROMPT_TEXT: what works in views of `kind` (NULL: everywhere), in the order of
// commands[]; under `readonly` without those that change something. Caller frees.
char *help_text(const struct kind *kind, bool readonly);

#endif
