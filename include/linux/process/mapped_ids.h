// Users and groups as the user namespace of this process numbers them: user_namespaces(7).
//
// Whoever has no number in it the kernel shows as 65534, the number of "nobody": all such strangers would be one
// user.
#ifndef IPCTOP_LINUX_PROCESS_MAPPED_IDS_H
#define IPCTOP_LINUX_PROCESS_MAPPED_IDS_H

#include <stdbool.h>
#include <stdint.h>

// What the kernel showed, or UINT32_MAX, not known, where nobody has that number here.
uint32_t mapped_user(uint32_t uid);
uint32_t mapped_group(uint32_t gid);

// Whether a text like that of /proc/PID/uid_map has a number for an id that is seen inside.
bool mapped_ids_have(const char *map, uint32_t id);

#endif
