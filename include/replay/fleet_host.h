// One of several hosts: where its pictures come from, and the last one.
#ifndef IPCTOP_REPLAY_FLEET_HOST_H
#define IPCTOP_REPLAY_FLEET_HOST_H

#include "replay/source.h"

struct fleet_host {
    struct replay *replay;
    struct source source;
    const char *path;      // NULL: standard input
    bool empty;            // a file that had no picture when it was opened
    bool is_file, changed; // its picture is another one than that shown last
    struct snapshot *last; // its last picture; NULL: none yet
    int64_t came_ns;       // CLOCK_MONOTONIC
    struct host host;      // as of that picture
};

// `number`: of the host, from 1; `at` of the options is not for one alone. False: *why has a line.
bool fleet_host_open(struct fleet_host *host, uint32_t number, const struct replay_options *options,
                     char *why, size_t cap);
void fleet_host_close(struct fleet_host *host);
const char *fleet_host_source(const struct fleet_host *host); // where it is read from
// Reads on; may wait where all pictures are wanted. Its name stays.
void fleet_host_read(struct fleet_host *host, const struct want *want);
// Whether it has a picture at a moment of the files, epoch seconds.
bool fleet_host_is_begun(const struct fleet_host *host, int64_t moment);
struct host fleet_host_row(const struct fleet_host *host, int64_t moment); // of the table of hosts
bool fleet_host_ended(const struct fleet_host *host); // of a pipe: nothing more will come
// What could not be read of it; false: nothing.
bool fleet_host_damage(const struct fleet_host *host, char *line, size_t cap);

#endif
