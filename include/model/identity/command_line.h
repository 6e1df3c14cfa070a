// Actions as command lines.
#ifndef IPCTOP_MODEL_IDENTITY_COMMAND_LINE_H
#define IPCTOP_MODEL_IDENTITY_COMMAND_LINE_H

#include "model/record/action.h"

// The command line that would have done the same: "ipcrm -m 42", "kill -TERM 18811"; empty where
// there is none. Returns dst.
const char *action_command(const struct action *action, char *dst, size_t cap);

#endif
