#include "model/apps/servers.h"

#include "model/record/pid_state.h"

// A server seems younger than its set where the clock was set forward; but its workers, which operated
// the set, came after it, and have higher pids.
static bool before_its_users(const struct snapshot *s, const struct semset *set, int32_t pid)
{
    size_t n, before = 0;
    const struct element *e = snapshot_elements(s, set, &n);

    for (size_t i = 0; i < n; i++) {
        if (!(e[i].known & ELEMENT_KNOWS_PID) || (e[i].pid > 0 && e[i].pid <= pid))
            return false;
        before += e[i].pid > 0;
    }
    return before > 0;
}

// When its owner was changed the set was new. A server that was started again made none of what it finds.
const struct server *server_of_set(const struct snapshot *s, const struct semset *set)
{
    int64_t made = set->otime > 0 && set->otime < set->o.ctime ? set->otime : set->o.ctime;

    for (size_t i = 0; set->o.uid != set->o.cuid && i < s->servers.n; i++) {
        const struct server *server = &s->servers.at[i];
        enum pid_state state = snapshot_pid_state(s, server->pid, made);

        if (!server->silent && server->uid == set->o.cuid && server->worker_uid == set->o.uid &&
            (state == PID_ALIVE || state == PID_UNKNOWN ||
             (state == PID_REUSED && before_its_users(s, set, server->pid))))
            return server;
    }
    return NULL;
}

bool server_of_set_may_be(const struct snapshot *s, const struct semset *set)
{
    if (set->o.uid == set->o.cuid)
        return false;
    return vec_first(&s->servers, server,
                     server->silent && (server->any_uid || server->uid == set->o.cuid) &&
                         (server->any_worker || server->worker_uid == set->o.uid)) ||
           s->servers_missing;
}
