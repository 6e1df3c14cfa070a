// Header only. The tables of commands, one a file.
#ifndef IPCTOP_SESSION_COMMANDS_GROUPS_H
#define IPCTOP_SESSION_COMMANDS_GROUPS_H

#include "session/commands/commands.h"

extern const struct command_group help_commands;    // program.c
extern const struct command_group move_commands;    // move.c
extern const struct command_group view_commands;    // views.c
extern const struct command_group find_commands;    // find.c
extern const struct command_group order_commands;   // columns.c
extern const struct command_group replay_commands;  // replay.c
extern const struct command_group act_commands;     // act.c
extern const struct command_group program_commands; // program.c

#endif
