// Real objects and processes for tests of the built program; inside ns_run().
//
// The processes are the demo's actors: executed, so with arguments and a name of their own.
#ifndef IPCTOP_TESTS_SCENE_H
#define IPCTOP_TESTS_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct scene_actor {
    const char *role; // tests/demo/roles.c
    const char *comm;
    const char *argv[4]; // NULL: comm alone
    int values[4];
    bool nobody; // as uid 65534
};

// Starts one and waits until it is ready; *told (may be NULL) is the id of what it made. Fails the
// test where it does not come up.
pid_t scene_start(const struct scene_actor *actor, int *told);
void scene_end(pid_t pid); // SIGKILL and wait

int scene_segment(size_t bytes, int mode, int key); // by this process, unattached; its id
bool scene_has_segment(int id);
// A segment of `bytes` marked for removal, held by one process alone: its creator is gone.
int scene_stray(size_t bytes, const struct scene_actor *holder, pid_t *pid);

bool scene_alive(pid_t pid); // runs, and is no zombie
void scene_clean(void);      // kills all that scene_start started, removes every object

#endif
