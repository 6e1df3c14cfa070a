// The name of a user for a sentence about what was refused: an action asks no directory server.
#ifndef IPCTOP_LINUX_ACTIONS_LOCAL_NAME_H
#define IPCTOP_LINUX_ACTIONS_LOCAL_NAME_H

#include <stddef.h>
#include <stdint.h>

// Where /etc/passwd itself has it, "uid 1001" otherwise: never blocks. Escaped.
void local_name(uint32_t uid, char *dst, size_t cap);

#endif
