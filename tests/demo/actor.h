// Starts the demo's processes: the demo's own program again, under another name, user and role.
//
// Each is a real process with arguments of its own (the program is executed anew), in a session of
// its own, so that keys typed at the monitor never reach it. It says over a pipe when it is ready.
#ifndef IPCTOP_DEMO_ACTOR_H
#define IPCTOP_DEMO_ACTOR_H

#include <stdbool.h>
#include <sys/types.h>

enum { ACTOR_ARGS = 4 };

struct actor {
    const char *role;                 // of roles[] in stories.c
    const char *comm;                 // name in /proc/PID/comm
    const char *argv[ACTOR_ARGS + 1]; // NULL-terminated
    uid_t uid; // 0 for the group's: kept as they are where we may not change them
    gid_t gid;
    int values[4]; // what the role needs: ids of objects
};

struct role {
    const char *name;
    // Calls actor_ready() once its part of the scene stands, then lives its life.
    void (*play)(const int values[4]);
};
extern const struct role roles[];
extern const size_t n_roles;

// Starts it and waits until it is ready. Returns its pid, or -1 after saying why. `told`, unless
// NULL, receives the number it gave to actor_ready: the id of an object it made.
pid_t actor_start(const struct actor *actor, int *told);
void actor_end(pid_t pid); // SIGKILL and wait: a death in the story

// What is executed: this program, unless it has another name as well.
extern const char *actor_program;

// For roles.
void actor_ready(int tell);
void actor_fail(const char *what) __attribute__((noreturn)); // with errno

// True in a process that actor_start made: plays its role and does not return then.
void actor_main(void);

#endif
