// Lines that come through a pipe, on a thread of its own; one that stops in mid-line holds up nobody.
#ifndef IPCTOP_REPLAY_PIPE_H
#define IPCTOP_REPLAY_PIPE_H

#include <stdbool.h>
#include <stddef.h>

struct pipe_reader;

// `newest`: a line that was not taken is dropped for the next; else the writer waits.
struct pipe_reader *pipe_reader_new(int fd, bool newest, void (*news)(void *arg), void *arg);
void pipe_reader_stop(struct pipe_reader *reader); // the thread ends
// Closes the descriptor, now or when the thread can. NULL is fine.
void pipe_reader_free(struct pipe_reader *reader);

// The next whole line; the caller frees it. NULL: none is there (wait: or will be), which is the end
// where *ended. *cut: bytes of a line that never ended.
char *pipe_reader_take(struct pipe_reader *reader, bool wait, size_t *n, bool *ended, size_t *cut);

#endif
