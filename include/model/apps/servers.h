// The server a set was given away by. Pure.
#ifndef IPCTOP_MODEL_APPS_SERVERS_H
#define IPCTOP_MODEL_APPS_SERVERS_H

#include "model/record/snapshot.h"

// A living server of the set's creating user with workers of its owner, old enough to have made it: the
// set may be one of its. NULL: none, or the set was never given away.
const struct server *server_of_set(const struct snapshot *s, const struct semset *set);
// Whether there may be one that is not known: processes of those users do not answer, or were not
// asked since the set was given away.
bool server_of_set_may_be(const struct snapshot *s, const struct semset *set);

#endif
