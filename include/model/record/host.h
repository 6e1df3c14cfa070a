// Header only. A host that pictures are read of, where there are several, and the gist of its last one.
#ifndef IPCTOP_MODEL_RECORD_HOST_H
#define IPCTOP_MODEL_RECORD_HOST_H

#include <stdint.h>

#include "base/vector.h"

enum { HOST_NAME = 80, HOST_UNKNOWN = 200, HOST_SEVERITIES = 3 };

enum host_state {
    HOST_WAITING,  // no picture came yet; of a recording: it begins later
    HOST_LIVE,     // pictures come through a pipe
    HOST_ENDED,    // no more will come
    HOST_RECORDED, // they stand in a file
};

enum {
    HOST_KNOWS_MEMORY = 1,
    HOST_KNOWS_LIMIT = 2,
    HOST_KNOWS_OBJECTS = 4,
    HOST_KNOWS_FINDINGS = 8
};

struct host {
    uint32_t number; // as named on the command line, from 1
    char name
        [HOST_NAME]; // its own; where two have the same, with the source; without a picture: that
    const char *source; // file or pipe; outlives the picture
    enum host_state state;
    uint8_t known; // HOST_KNOWS_*
    int64_t time;  // of the picture, epoch seconds; 0: there is none
    int64_t age;   // seconds since it came, or before the moment shown; -1: there is none
    uint64_t findings[HOST_SEVERITIES]; // by enum severity
    const char *worst;                  // title of the first finding, in its picture; NULL: none
    uint64_t bytes, limit;              // of shared memory
    uint64_t segments, orphans;
    char unknown[HOST_UNKNOWN]; // names of the tables that its picture lacks; empty: it has all
};
VEC(host_vec, struct host);

#endif
