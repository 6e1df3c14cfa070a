// What the page of a process says of it, beside its columns.
#ifndef IPCTOP_MODEL_KINDS_PARTS_PROCESS_NOTES_H
#define IPCTOP_MODEL_KINDS_PARTS_PROCESS_NOTES_H

#include "base/line.h"
#include "model/table/kind.h"

// Appends lines: what it holds, what it waits for, where it listens and who is connected, its files, its
// memory; and of each what could not be read.
void process_notes(const struct snapshot *s, int32_t pid, struct note_vec *out);

// "tcp 127.0.0.1:1521 (14 clients), udp 0.0.0.0:514": where it listens, at most `most` of them. Returns
// how many there are; *clients: connections to all of them. 0 also where its files are not known.
size_t process_listens(struct line *line, const struct snapshot *s, int32_t pid, size_t most,
                       uint64_t *clients);

#endif
