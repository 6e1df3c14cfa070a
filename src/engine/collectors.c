// The list of collectors: a new one is its own file and a line here.
#include "engine/ask/collector.h"

extern const struct collector holders_collector, shm_places_collector, shared_collector,
    blocked_tasks_collector, focus_maps_collector, namespaces_collector, servers_collector,
    processes_collector, process_totals_collector, files_collector, process_page_collector,
    databases_collector, tracing_collector, names_collector, heirs_collector;

// An answer of one names the processes, then the users, that a later one asks for.
const struct collector *const collectors[] = {
    &namespaces_collector,     &shm_places_collector,    &holders_collector,
    &shared_collector,         &blocked_tasks_collector, &focus_maps_collector,
    &servers_collector,        &processes_collector,     &heirs_collector,
    &process_totals_collector, &files_collector,         &process_page_collector,
    &databases_collector,      &tracing_collector,       &names_collector,
};
const size_t collectors_n = sizeof collectors / sizeof *collectors;
