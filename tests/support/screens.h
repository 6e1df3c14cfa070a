// Users before the outage of support/fake, and what they see.
#ifndef IPCTOP_TESTS_SCREENS_H
#define IPCTOP_TESTS_SCREENS_H

#include "support/user.h"

// Both with their findings. To be freed by user_free.
struct user *outage_user(void);
struct user *whole_outage_user(void); // with rows in the other views, too: events, namespaces, ...

// The whole screen, each line with a newline; the caller frees.
char *screen_of(struct user *u, int w, int h, bool ascii);

#endif
