// Header only. What one process holds, waits on and is named for: the rows of the kind `processes`.
#ifndef IPCTOP_MODEL_RECORD_PROCESS_TOTALS_H
#define IPCTOP_MODEL_RECORD_PROCESS_TOTALS_H

#include <stdint.h>

#include "base/vector.h"

enum process_role { // what it has to do with objects
    ROLE_HOLDS = 1,
    ROLE_WAITS = 2,
    ROLE_MADE = 4, // it is the creator an object names
    ROLE_USED = 8, // the last user an object names
};

enum {
    TOTALS_KNOW_HELD = 1,  // segments, attached_bytes: its mappings were seen, or are none
    TOTALS_KNOW_WAITS = 2, // sets_waiting, queues_waiting
    TOTALS_KNOW_UID = 4,
};

struct process_totals {
    int32_t pid;
    uint32_t uid;
    uint32_t segments;       // it has attached
    uint64_t attached_bytes; // their sizes, each counted once
    uint32_t sets_waiting;   // its tasks that wait on semaphore sets
    uint32_t queues_waiting; // and on queues
    uint8_t roles;           // enum process_role
    uint8_t known;
};
VEC(totals_vec, struct process_totals);

#endif
