// The help text, generated: commands by group with their keys, then the columns of a view.
#ifndef IPCTOP_SESSION_COMMANDS_HELP_H
#define IPCTOP_SESSION_COMMANDS_HELP_H

#include "model/table/kind.h"

// Lines for PROMPT_TEXT: what works in views of `kind` (NULL: everywhere), group by group; under
// `readonly` without those that change something. Caller frees.
char *help_text(const struct kind *kind, bool readonly);

#endif
