// What the page of a process says of it, beside its columns.
#ifndef IPCTOP_MODEL_KINDS_PARTS_PROCESS_NOTES_H
#define IPCTOP_MODEL_KINDS_PARTS_PROCESS_NOTES_H

#include "model/table/kind.h"

// Appends lines: what it holds, what it waits for, where it listens and who is connected, its files, its
// memory; and of each what could not be read.
void process_notes(const struct snapshot *s, int32_t pid, struct note_vec *out);

#endif
