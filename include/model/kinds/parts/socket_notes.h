// Where a process listens, and who is at the other end of its connections.
#ifndef IPCTOP_MODEL_KINDS_PARTS_SOCKET_NOTES_H
#define IPCTOP_MODEL_KINDS_PARTS_SOCKET_NOTES_H

#include "base/line.h"
#include "model/table/kind.h"

// The open files of a process, *n of them: 0 also where they are not known.
const struct open_file *process_open_files(const struct snapshot *s, int32_t pid, size_t *n);

// "tcp 127.0.0.1:1521 (14 clients), udp 0.0.0.0:514": where it listens, at most `most` of them. Returns
// how many there are; *clients: connections to all of them. 0 also where its files are not known.
size_t process_listens(struct line *line, const struct snapshot *s, int32_t pid, size_t most,
                       uint64_t *clients);

// "17003 curl, 10.0.0.5 and 3 more": what is connected where it listens, to itself or its children;
// processes of this machine by pid and name, others by host. Returns how many it names, at most `most`;
// 0 also where that is not known.
size_t process_clients(struct line *line, const struct snapshot *s, int32_t pid, size_t most);

// Appends lines: where it listens, hosts and programs of this machine that it and its children are connected
// to.
void socket_notes(const struct snapshot *s, int32_t pid, struct note_vec *out);

#endif
