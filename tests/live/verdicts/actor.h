// What the steps of the actor share: actor.c makes and uses objects, being.c does what a process does beside.
#ifndef IPCTOP_TESTS_VERDICTS_ACTOR_H
#define IPCTOP_TESTS_VERDICTS_ACTOR_H

#include <stddef.h>

enum { OBJECTS_MAX = 8192, ARGS_MAX = 4, PAUSE_MS = 10 };

struct object {
    char kind; // m, s, q: as ipcrm names them
    int id;
    void *address; // NULL: not attached
    size_t size;
};
extern struct object objects[OBJECTS_MAX];
extern int n_objects;

struct step {
    char *args[ARGS_MAX];
    int n;
};

struct verb {
    const char *name;
    void (*run)(const struct step *step);
};
extern const struct verb being_verbs[]; // ends with an entry without a name

// Ends the process with the message and errno's, status 1.
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
// The argument as number or text; what is given, or "", where there is none.
long long number(const struct step *step, int i, long long otherwise);
const char *word(const struct step *step, int i);
void add_object(char kind, int id, size_t size);
void wait_a_little(long ms);

#endif
