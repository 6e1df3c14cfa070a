// Processes of some users, and their parents: among them are the servers and the heirs of NEED_SERVERS.
#ifndef IPCTOP_ENGINE_USERS_FAMILY_H
#define IPCTOP_ENGINE_USERS_FAMILY_H

#include "engine/ask/ask.h"

enum { USER_SET_MAX = 64 };

struct user_set { // zero it before use
    uint32_t at[USER_SET_MAX];
    size_t n;
    bool all; // there were more: every user is in it
};

void user_set_add(struct user_set *users, uint32_t uid);
// Whether the process runs as one of them, as far as is known: true where its user is not.
bool user_set_has_owner(const struct user_set *users, const struct source *source, int32_t pid);

struct family { // zero it before use
    // Of the last asking. Those that could not be asked, or do not answer, may live: they are silent.
    struct process_vec children, parents;
    struct pid_vec silent_children, silent_parents; // ascending
};

// Asks these processes (ascending), then their parents; `forked`: of those alone that executed no
// program since their fork. Replaces all of the family, and *pids by the parents.
void family_ask(struct family *family, struct prober_pool *pool, struct pid_vec *pids, bool forked);
// The effective user of a silent one; *any: it cannot be found out. False: the process is gone.
bool family_user(const struct source *source, int32_t pid, uint32_t *uid, bool *any);
void family_free(struct family *family);

#endif
