// Which application an object of POSIX is of, by its name. Pure.
//
// The kernel keeps no maker of these files: what no rule knows by its name is nobody's for sure, and
// never an orphan.
#ifndef IPCTOP_MODEL_APPS_SHARED_NAMES_H
#define IPCTOP_MODEL_APPS_SHARED_NAMES_H

struct shared_rule {
    const char *prefix;      // of the name, without a directory
    const char *app;         // "postgres"
    const char *title;       // "PostgreSQL"
    const char *programs[5]; // of program_among()
    const char *breaks; // what it cannot do once /dev/shm is full, a sentence without its period
};

// NULL: no rule knows the name.
const struct shared_rule *shared_rule_of(const char *name);

#endif
