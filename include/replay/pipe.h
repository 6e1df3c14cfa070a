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

struct pipe_state {
    bool ended;
    bool cut;        // a line never ended
    int error;       // errno value that ended it; 0: its writer has closed it
    size_t too_long; // lines that were left out so far
};

// The next whole line; the caller frees it. NULL: none is there (wait: or will be), which is the end where
// state->ended.
char *pipe_reader_take(struct pipe_reader *reader, bool wait, size_t *n, struct pipe_state *state);

#endif
