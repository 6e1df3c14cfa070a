// The file that --log makes, as a test looks at it.
#ifndef IPCTOP_TESTS_LOGFILE_H
#define IPCTOP_TESTS_LOGFILE_H

#include "support/tty.h"

struct logfile {
    char dir[32], path[48];
};

void logfile_make(struct logfile *log); // the path alone: where an ordinary user may write
void logfile_remove(struct logfile *log);
// Lines that hold all the words; NULL ends them.
size_t logfile_count(const struct logfile *log, const char *const *words);
#define LOGGED(log, ...) logfile_count(log, (const char *const[]){__VA_ARGS__, NULL})
// Waits until there are so many; fails the test, showing the file, where there never are.
void logfile_must(struct tty *t, const struct logfile *log, size_t n, const char *const *words);
#define MUST_LOG(t, log, n, ...) logfile_must(t, log, n, (const char *const[]){__VA_ARGS__, NULL})

#endif
