// What the two files of the source share: source.c fills the seam, probes.c asks processes.
#ifndef IPCTOP_LINUX_SOURCE_PARTS_H
#define IPCTOP_LINUX_SOURCE_PARTS_H

#include <pthread.h>

#include "linux/machine.h"
#include "model/source.h"

struct linux_source {
    struct machine machine;
    bool text_only, read_only, no_walk;
    pthread_mutex_t learning;
    struct attachments *attachments; // NULL until somebody asks for one
    struct new_processes *new_processes;
    struct namespaces *namespaces;
    struct reverse_map *reverse_map; // as `witness`
    struct witness *witness;         // NULL: nothing is traced. Of the thread that refreshes alone
};

// struct source prober_new, prober_free, probe. `arg`: the source.
struct prober *linux_prober_new(void *arg);
void linux_prober_free(void *arg, struct prober *prober);
void linux_probe(void *arg, struct prober *prober, const struct probe *probe,
                 struct answer *answer);

#endif
