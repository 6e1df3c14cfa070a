// Shared memory besides System V's, its holders and their mappings, for the modules that read or
// judge it.
#ifndef IPCTOP_MODEL_KINDS_SHARED_H
#define IPCTOP_MODEL_KINDS_SHARED_H

#include "model/kinds/parts/shared_rows.h"
#include "model/kinds/registry.h"

enum {
    NEED_SHARED = NEED_OF(KIND_SHARED), // what has a name here
    NEED_SHARED_HOLDERS =
        NEED_OF(KIND_SHARED_HOLDER), // what processes map; with it all three tables
};

// Whether of what has a name the queues alone are listed: of another IPC namespace where it is not
// asked which /dev/shm its processes see. The rest is listed with our own.
bool shared_queues_only(const struct want *want);
// What an action on it, or on a holder of it, is done to: struct kind.
bool shared_act_on(const struct snapshot *s, const struct identity *row, struct action *action);

#endif
