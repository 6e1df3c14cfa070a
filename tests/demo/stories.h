// The scenes the demo plays.
#ifndef IPCTOP_DEMO_STORIES_H
#define IPCTOP_DEMO_STORIES_H

#include <stdbool.h>

extern const char stories_passwd[], stories_group[]; // the users the actors are

// Starts all actors; returns when every scene stands. False after saying why.
bool stories_start(void);

#endif
