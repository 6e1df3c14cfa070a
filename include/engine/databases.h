// Data directories of databases: PostgreSQL processes among the makers and holders of segments are
// asked for theirs, and the usual places are looked at; twice a minute, sooner where segments came
// or went. Labels name them.
#ifndef IPCTOP_ENGINE_DATABASES_H
#define IPCTOP_ENGINE_DATABASES_H

#include "engine/ask/collector.h"

struct databases { // the state of the collector
    struct instance_vec known;
    uint64_t print; // of the segments when they were asked for
    int64_t asked_ns;
    bool asked;
};

extern const struct collector databases_collector;

#endif
