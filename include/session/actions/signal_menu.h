// Which process, and which signal: the menus before the question.
#ifndef IPCTOP_SESSION_ACTIONS_SIGNAL_MENU_H
#define IPCTOP_SESSION_ACTIONS_SIGNAL_MENU_H

#include "session/prompt/prompt.h"

// Both take over what they are given: the processes, of which there is one at least, and their labels.
void signal_menu(struct session *s, struct identity_vec targets);
void signal_menu_process(struct session *s, const struct identity *row, struct identity_vec targets,
                         struct menu_vec *labels);
// With a new snapshot: the open menu or question shows what became known about the process.
void signal_menu_learn(struct session *s);

#endif
