// What one wants to do, and how; what the signs on the screen mean: for the help.
#ifndef IPCTOP_SESSION_COMMANDS_HELP_TASKS_H
#define IPCTOP_SESSION_COMMANDS_HELP_TASKS_H

#include <stddef.h>

struct session_options;

// The task and, in `how`, its keys in words; how is empty where this run does not offer one of them. NULL
// beyond the last.
const char *task_at(size_t index, const struct session_options *options, char *how, size_t cap);
// The sign and its meaning; NULL beyond the last.
const char *legend_at(size_t index, char *meaning, size_t cap);

#endif
