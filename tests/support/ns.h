// Tests in namespaces of their own: real objects and processes, never the machine's.
//
// Everything made inside dies with the namespace, however the test ends.
#ifndef IPCTOP_TESTS_NS_H
#define IPCTOP_TESTS_NS_H

#include <stdbool.h>
#include <sys/types.h>

// Runs `tests` in new IPC, PID and mount namespaces with a /proc of its own, below an init that
// reaps orphans, and returns its status; everything inside is killed when it returns, or when the
// caller dies. As an ordinary user through a user namespace. 77 ("skipped", after saying why)
// where the machine does not allow it.
int ns_run(int (*tests)(void));
extern void (*ns_in_init)(void); // run by that init, beside the tests; NULL: nothing
bool ns_was_root(void); // the caller of ns_run was root on the machine (not by a user namespace)

// A child that runs `body` and counts as ready when body has written a byte to `ready`; body then
// usually pauses. Returns its pid once it is ready; -1 when it ended before. It dies with the test.
pid_t child_start(void (*body)(void *arg, int ready), void *arg);
void child_ready(int ready); // for body: says so
void child_end(pid_t pid);   // SIGKILL and wait
// Makes the calling process an ordinary user (uid and gid 65534, no capabilities).
void child_become_nobody(void);

// Waits until `condition(arg)` is true, at most `seconds`; false when it never was.
bool await(bool (*condition)(void *arg), void *arg, int seconds);

#endif
