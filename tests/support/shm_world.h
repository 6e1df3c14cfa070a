// What POSIX names, of the test's own: in the mount and IPC namespaces of ns_run().
#ifndef IPCTOP_TESTS_SHM_WORLD_H
#define IPCTOP_TESTS_SHM_WORLD_H

#include <stdbool.h>

// Fixtures: an empty /dev/shm, and all of it taken away again, the queues also.
int shm_world_begin(void **state);
int shm_world_end(void **state);

// Mounts the queues of this IPC namespace at /dev/mqueue, which is made where the machine has none, but
// in a /dev of our own. False: not permitted.
bool shm_world_mount_queues(void);
void shm_world_unmount_queues(void);

#endif
