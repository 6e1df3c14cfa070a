// The list of collectors: a new one is a const struct collector, NAME_collector, in a file of its own and a
// row here.
#include "engine/ask/collector.h"

// An answer of one names the processes, then the users, that a later one asks for.
// clang-format off
#define COLLECTOR_LIST(COLLECTOR)                                                                  \
    COLLECTOR(namespaces)                                                                          \
    COLLECTOR(shm_places)                                                                          \
    COLLECTOR(holders)                                                                             \
    COLLECTOR(shared)                                                                              \
    COLLECTOR(blocked_tasks)                                                                       \
    COLLECTOR(focus_maps)                                                                          \
    COLLECTOR(servers)                                                                             \
    COLLECTOR(processes)                                                                           \
    COLLECTOR(heirs)                                                                               \
    COLLECTOR(process_totals)                                                                      \
    COLLECTOR(files)                                                                               \
    COLLECTOR(process_page)                                                                        \
    COLLECTOR(databases)                                                                           \
    COLLECTOR(tracing)                                                                             \
    COLLECTOR(names)

#define COLLECTOR(name) extern const struct collector name##_collector;
COLLECTOR_LIST(COLLECTOR)
#undef COLLECTOR
#define COLLECTOR(name) &name##_collector,
const struct collector *const collectors[] = {COLLECTOR_LIST(COLLECTOR)};
#undef COLLECTOR
// clang-format on
const size_t collectors_n = sizeof collectors / sizeof *collectors;
