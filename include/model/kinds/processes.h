// What the page of a process says of it, beside its columns.
#ifndef IPCTOP_MODEL_KINDS_PROCESSES_H
#define IPCTOP_MODEL_KINDS_PROCESSES_H

#include "base/line.h"
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

// Appends lines: what it holds, what it waits for, where it listens and who is connected, its files, its
// memory; and of each what could not be read.
void process_notes(const struct snapshot *s, int32_t pid, struct note_vec *out);

// "tcp 127.0.0.1:1521 (14 clients), udp 0.0.0.0:514": where it listens, at most `most` of them. Returns how
// many there are; *clients: connections to all of them. 0 also where its files are not known.
size_t process_listens(struct line *line, const struct snapshot *s, int32_t pid, size_t most,
                       uint64_t *clients);

#endif
