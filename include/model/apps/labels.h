// Which application an object belongs to, by its key and the programs that use it. Pure.
//
// One rule is one const entry in labels.c. What no rule knows carries the program that all its
// users share. Where neither can be said there is no label.
#ifndef IPCTOP_MODEL_APPS_LABELS_H
#define IPCTOP_MODEL_APPS_LABELS_H

#include "model/record/snapshot.h"

struct label {
    char app[72];       // "postgres", "oracle", "apache", …, or the program they share
    const char *title;  // as sentences name it: "PostgreSQL"; NULL: merely a shared program
    const char *tool;   // what its makers say about removing, a sentence; NULL: nothing
    char instance[512]; // data directory, SID, number; "" where there is none
    const struct instance *database; // PostgreSQL's, with its facts; NULL: none
    int32_t pid;                     // a process of it that runs and uses the object; 0: none seen
};

// An object of the snapshot. False: nothing can be said.
bool label_of(const struct snapshot *s, const struct owned *o, struct label *out);

// "postgres 15/main", "ORCL", "apache": for a narrow column.
void label_short(const struct label *label, char *dst, size_t cap);
// "PostgreSQL in /var/lib/postgresql/15/main", "Oracle ORCL", "Apache"; the program without a title.
void label_long(const struct label *label, char *dst, size_t cap);

// A program that attaches what others make, and never needs it after them.
bool label_x_server(const char *comm);

#endif
