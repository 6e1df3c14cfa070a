// A full-screen program in a pseudo-terminal, watched for bytes and latencies rather than content.
#ifndef IPCTOP_BENCH_WATCHED_H
#define IPCTOP_BENCH_WATCHED_H

#include "measure.h"

#include <sys/types.h>

struct watched {
    pid_t pid;
    int fd;
    double started; // seconds_now() at the fork
};
enum { WATCHED_COLUMNS = 200, WATCHED_ROWS = 50 };

bool watched_start(struct watched *w, const char *const argv[]);
// Reads and throws away what it prints for `seconds`; the sizes of its bursts (bytes with less than
// 150 ms between them) are appended to *bursts where that is not NULL.
void watched_idle(struct watched *w, double seconds, struct samples *bursts);
// Seconds between two outputs for `seconds`, the first from now on, are appended to *gaps.
void watched_gaps(struct watched *w, double seconds, struct samples *gaps);
// Seconds from now until `text` has come out in one piece; NAN after `limit` seconds.
double watched_until(struct watched *w, const char *text, double limit);
// Sends keys and tells the seconds until anything comes back; NAN after a second.
double watched_key(struct watched *w, const char *keys);
// Sends keys and tells the seconds until the program is gone; kills it after 5 s.
double watched_quit(struct watched *w, const char *keys);

#endif
