// Recorded pictures as a source: of a file, in which one may go anywhere, or through a pipe, as they
// come.
#ifndef IPCTOP_REPLAY_SOURCE_H
#define IPCTOP_REPLAY_SOURCE_H

#include "model/source.h"

struct replay;

struct replay_options {
    const char *path; // a regular file, or what is read once: a FIFO
    int fd;           // path NULL: a pipe, which replay_free() closes
    bool follows;     // for the screen: the newest of a pipe; else each picture in its turn
    const char *at;   // where to begin in a file, as moment_parse() has it; NULL: the first picture
};

// NULL: *why has a line. So it has where the picture asked for is older than the first one.
struct replay *replay_new(const struct replay_options *options, char *why, size_t cap);
// Ends without waiting for a pipe. NULL is fine.
void replay_free(struct replay *replay);
struct source replay_seam(struct replay *replay); // free() is replay_free()
bool replay_ended(
    const struct replay *replay); // of a pipe: nothing more will come. The reading thread's
// Of a file: the first picture after a time, or the last one before it, epoch seconds. False: there is
// none.
bool replay_near(struct replay *replay, int64_t time, bool back, int64_t *found);
bool replay_times(struct replay *replay, int64_t *first, int64_t *last); // of its pictures
// What --at says; `until`: the last picture, or INT64_MIN or _MAX where there is none. False: *why says
// what is wrong.
bool replay_moment(const char *at, int64_t until, int64_t *time, char *why, size_t cap);

#endif
