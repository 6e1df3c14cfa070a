// Appends lines to a file, in order, on a thread of its own: a file system that hangs holds up
// nobody. (The kernel may keep a process beyond its end whose write(2) cannot be killed, as of
// fuse(4); by then the terminal is given back.) Called from any thread.
//
// Each line is one append of a regular file (O_APPEND): lines of several programs do not mix. The
// file is made with mode 0600 where it is not there, and never opened through a symbolic link, nor
// where it has a second name (a hard link), belongs to another user, or a directory on the way does (of
// root's files). The directory is held by a descriptor. One that was moved away or removed meanwhile
// (logrotate(8)) is made again for the next line. One that would grow beyond half of `keep` gets the name
// PATH.1, in place of the file that had it, and a new one begins.
#ifndef IPCTOP_STORE_APPEND_LOG_H
#define IPCTOP_STORE_APPEND_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct append_log;

#define APPEND_OLDER ".1" // behind the name

struct append_log_options {
    const char *path; // copied
    // The line that stands where `lost` lines are missing, written before the next one. On the
    // thread; returns its length, with the newline. NULL: there is none.
    size_t (*gap)(size_t lost, char *dst, size_t cap);
    int64_t patience_ns; // append_log_line_now() waits so long; 0: a quarter of a second
    // The last writer of the file may have been cut off in a line: an empty one stands before ours.
    bool apart;
    uint64_t keep; // bytes of both files; 0: without limit
};

// NULL with *error an errno value, for append_log_reason(). A file that has not answered after a
// second (*error is ETIMEDOUT) may still do so: lines wait for it.
struct append_log *append_log_open(const struct append_log_options *options, int *error);
void append_log_close(struct append_log *append); // what is not written yet is not. NULL is fine

// Hands over a line, which ends with a newline. So many may wait to be written; more are lost.
enum { APPEND_MAX = 1000 };
void append_log_line(struct append_log *append, const char *line, size_t n);
// The same, and waits a moment until it is there: 0, or an errno value. ETIMEDOUT: it may still be.
int append_log_line_now(struct append_log *append, const char *line, size_t n);
// The same of a large text that malloc(3) has given: one that is not written is not followed by another
// until it is, and then *line is the log's, and NULL. One that was not begun with is left out.
int append_log_lend(struct append_log *append, char **line, size_t n);

// Why lines handed over by append_log_line() are not written, once each time it begins to be so; 0:
// they are, or that was reported. ETIMEDOUT where the file has not answered for a second.
int append_log_failure(struct append_log *append);
const char *append_log_reason(int error); // in words

// Waits until all is written, a second at most. Returns how many lines are not, or were lost since
// the last one that is.
size_t append_log_flush(struct append_log *append);

#endif
