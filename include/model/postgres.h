// Which part of a PostgreSQL server a process is, by its name and arguments. Pure.
#ifndef IPCTOP_MODEL_POSTGRES_H
#define IPCTOP_MODEL_POSTGRES_H

#include "model/objects.h"

enum postgres_role {
    POSTGRES_NOT,
    POSTGRES_SOME,    // one of its processes; which is not known
    POSTGRES_MASTER,  // the postmaster, who started all others
    POSTGRES_BACKEND, // a session, or one of the helpers
};

enum postgres_role postgres_role(const struct process *process);

#endif
