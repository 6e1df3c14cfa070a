// What findings and consequences have to say about processes, users and times, in one wording.
#ifndef IPCTOP_MODEL_TEXT_WORDS_H
#define IPCTOP_MODEL_TEXT_WORDS_H

#include "base/line.h"
#include "model/record/snapshot.h"

// The program's name, NULL where it is not known.
const char *words_program(const struct snapshot *s, int32_t pid);

// Why a table could not be read: "no /proc/sysvipc: …". Nothing where none failed.
void words_unread(struct line *line, const struct snapshot *s);

void words_user(struct line *line, const struct snapshot *s, uint32_t uid); // "oracle", "uid 1001"
void words_group(struct line *line, const struct snapshot *s, uint32_t gid);
void words_size(struct line *line, uint64_t bytes); // "276M", "56 B"
// "276M" of a segment, "3 semaphores" of a set, "41 messages" or "empty" of a queue.
void words_contents(struct line *line, const struct owned *o);
// The tasks waiting on a set or queue, of the calls in `calls` (bits 1 << enum wait_call). Returns
// how many there are; writes them unless `line` is NULL.
size_t words_waiters(struct line *line, const struct snapshot *s, const struct owned *o,
                     unsigned calls, size_t most);
// All waiters on a set or queue accounted for: "3 waiting: 2 found, 1 unseen (4 processes
// not readable as oracle; try sudo)". Of queues the kernel has no count to agree with. Returns
// SEVERITY_WARNING where a waiter is unseen, or senders, which should not wait, are seen; else NOTICE.
enum severity words_waiting(struct line *line, const struct snapshot *s, enum kind_id kind,
                            int32_t id);
enum { CALLS_SEND = 1 << WAIT_MSGSND, CALLS_RECEIVE = 1 << WAIT_MSGRCV, CALLS_ALL = 0xf };

#endif
