#include "engine/users/family.h"

#include <errno.h>

static bool has(const struct user_set *users, uint32_t uid)
{
    for (size_t i = 0; i < users->n; i++)
        if (users->at[i] == uid)
            return true;
    return users->all;
}

void user_set_add(struct user_set *users, uint32_t uid)
{
    if (has(users, uid))
        return;
    if (users->n == USER_SET_MAX)
        users->all = true;
    else
        users->at[users->n++] = uid;
}

bool user_set_has_owner(const struct user_set *users, const struct source *source, int32_t pid)
{
    uint32_t uid;

    return users->all || !source->owner || source->owner(source->self, pid, &uid) < 0 ||
           has(users, uid);
}

void family_ask(struct family *family, struct prober_pool *pool, struct pid_vec *pids, bool forked)
{
    ask_processes(pool, pids, NEED_PROCESSES, &family->children, &family->silent_children);
    vec_clear(pids);
    for (size_t i = 0; i < family->children.n; i++) {
        const struct process *child = &family->children.at[i];

        // Parent 0 is outside this PID namespace.
        if (child->known & PROC_KNOWS_PARENT && child->parent > 0 && (child->forked || !forked))
            vec_push(pids, child->parent);
    }
    pids_settle(pids);
    ask_processes(pool, pids, NEED_PROCESSES, &family->parents, &family->silent_parents);
}

bool family_user(const struct source *source, int32_t pid, uint32_t *uid, bool *any)
{
    int error = source->owner ? source->owner(source->self, pid, uid) : -ENOSYS;

    *any = error != 0;
    return error != -ENOENT && error != -ESRCH;
}

void family_free(struct family *family)
{
    vec_free(&family->children);
    vec_free(&family->parents);
    vec_free(&family->silent_children);
    vec_free(&family->silent_parents);
}
