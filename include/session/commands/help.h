// The help text, generated: commands by group with their keys, then the columns of a view.
#ifndef IPCTOP_SESSION_COMMANDS_HELP_H
#define IPCTOP_SESSION_COMMANDS_HELP_H

#include "model/table/kind.h"

struct session_options;

// Lines for PROMPT_TEXT: what works in views of `kind` (NULL: everywhere), group by group,
// without those that this run does not offer. Caller frees.
char *help_text(const struct kind *kind, const struct session_options *options);

#endif
