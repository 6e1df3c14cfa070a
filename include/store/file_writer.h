// Writes files on a thread of its own: a disk that hangs holds up no screen.
#ifndef IPCTOP_STORE_FILE_WRITER_H
#define IPCTOP_STORE_FILE_WRITER_H

#include <stdbool.h>

#include "store/write_file.h"

struct file_writer;

struct file_writer *file_writer_new(void);         // NULL: out of file descriptors
void file_writer_free(struct file_writer *writer); // waits for nothing. NULL is fine

int file_writer_fd(const struct file_writer *writer); // readable when there is a result
// One at a time. False: the last is not done yet; nothing was taken, `release` not called.
bool file_writer_start(struct file_writer *writer, const struct write_job *job);
bool file_writer_take(struct file_writer *writer, struct write_result *result); // false: none
// The same, after a second at most for what is being written.
bool file_writer_last(struct file_writer *writer, struct write_result *result);

#endif
