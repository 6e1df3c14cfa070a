// Views of what is read of one process.
#ifndef IPCTOP_MODEL_KINDS_PROCESSES_H
#define IPCTOP_MODEL_KINDS_PROCESSES_H

#include "model/table/kind.h"

struct process_view { // a view of what is read of one process
    struct identity process;
    enum kind_id opened;
    const char *what; // of it, for the path; empty: all
};
// Its page, and all its mappings, of the process that a row is or belongs to.
struct process_view process_page_of(const struct identity *row);
struct process_view process_maps_of(const struct identity *row);

// Whether it holds, waits on, made or last used an object with that id.
bool process_concerns(const struct snapshot *s, int32_t pid, int32_t id);

#endif
