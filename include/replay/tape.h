// The lines of a recording, forwards, backwards and by time, without reading the whole: those of all its
// files (replay/parts.h), which may grow meanwhile.
#ifndef IPCTOP_REPLAY_TAPE_H
#define IPCTOP_REPLAY_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tape;

enum { TAPE_LINE_MAX = 64 << 20 }; // bytes of a line: a longer one is damaged

struct span { // of a line, without its newline
    int64_t start, end;
};

// NULL with *error an errno value; EINVAL: no regular file. FILE is never written to.
struct tape *tape_open(const char *path, int *error);
void tape_free(struct tape *tape); // NULL is fine

// The first line with something in it that starts at or after an offset, and the last one that starts
// before it. False: there is none.
bool tape_next(struct tape *tape, int64_t from, struct span *line);
bool tape_previous(struct tape *tape, int64_t before, struct span *line);
// The time of the picture in a line. False: there is none.
bool tape_time(struct tape *tape, const struct span *line, int64_t *time);
// The last line at or before a time, by halves: the first line where all are later. False: no line has a
// picture.
bool tape_find(struct tape *tape, int64_t time, struct span *line);

// By any thread: what is looked for is not found any more, so that a line of gigabytes delays no end.
void tape_stop(struct tape *tape);

// What has been written since is seen from now on; else a line ends where it ended the last time.
void tape_measure(struct tape *tape);
// The offset of its first line, which grows where FILE.1 is replaced.
int64_t tape_begin(const struct tape *tape);
int64_t tape_end(const struct tape *tape); // offset after its last line
int tape_error(
    const struct tape *tape); // errno value of a read that failed since it was measured; 0: none

// Whether a line is the last one and has no newline: it may still be written, or be cut off.
bool tape_is_open(const struct tape *tape, const struct span *line);
// Of such a line, whether its last byte shows that it is.
bool tape_is_unfinished(struct tape *tape, const struct span *line);
// The program that reads what was compressed; NULL: it is not.
const char *tape_compressed(struct tape *tape);

// The text of a line; the caller frees it. NULL: it is too long, or cannot be read.
char *tape_text(struct tape *tape, const struct span *line, size_t *n);

#endif
