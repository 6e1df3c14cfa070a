// Writes files on a thread of its own: a disk that hangs holds up no screen.
#ifndef IPCTOP_APP_WRITER_H
#define IPCTOP_APP_WRITER_H

#include <stdbool.h>

#include "app/write_file.h"

struct writer;

struct writer *writer_new(void); // NULL: no descriptor to be had
void writer_free(struct writer *writer); // waits for nothing. NULL is fine

int writer_fd(const struct writer *writer); // readable when there is a result
// One at a time. False: the last is not done yet; nothing was taken, `release` not called.
bool writer_start(struct writer *writer, const struct write_job *job);
bool writer_take(struct writer *writer, struct write_result *result); // false: none
// The same, after a second at most for what is being written.
bool writer_last(struct writer *writer, struct write_result *result);

#endif
