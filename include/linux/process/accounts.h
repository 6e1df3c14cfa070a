// Names of users and groups as the files of this machine have them: no directory server is asked,
// nothing blocks. passwd(5), group(5).
#ifndef IPCTOP_LINUX_PROCESS_ACCOUNTS_H
#define IPCTOP_LINUX_PROCESS_ACCOUNTS_H

#include "model/record/snapshot.h"

// Appends those of the users, or groups, that have one of `ids`, ascending. Escaped.
void accounts_read(bool users, const uint32_t *ids, size_t n, struct named_vec *out);
// That of a user, for a sentence about what was refused; "uid 1001" where there is none.
void accounts_user(uint32_t uid, char *dst, size_t cap);

#endif
