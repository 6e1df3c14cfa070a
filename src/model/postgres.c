#include "model/postgres.h"

#include <string.h>

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// Its children write "postgres: " over their arguments (src/backend/utils/misc/ps_status.c there);
// the postmaster keeps those it was started with. All are named after the program.
enum postgres_role postgres_role(const struct process *p)
{
    if (p->gone || !(p->known & PROC_KNOWS_COMM) ||
        (strcmp(p->comm, "postgres") != 0 && strcmp(p->comm, "postmaster") != 0))
        return POSTGRES_NOT;
    if (!(p->known & PROC_KNOWS_COMMAND) || !p->command)
        return POSTGRES_SOME;
    return begins(p->command, "postgres: ") ? POSTGRES_BACKEND : POSTGRES_MASTER;
}
