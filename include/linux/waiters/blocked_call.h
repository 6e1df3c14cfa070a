// What a line of /proc/PID/task/TID/syscall says about waiting on a semaphore set or queue, for
// this machine's system calls and those of its 32-bit programs. Pure. proc_pid_syscall(5).
#ifndef IPCTOP_LINUX_WAITERS_BLOCKED_CALL_H
#define IPCTOP_LINUX_WAITERS_BLOCKED_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record/objects.h"

struct blocked_call {
    enum wait_call call;
    int32_t id;
    uint64_t pointer; // into that process: its sembuf array, or its message
    uint64_t count;   // how many sembufs, or bytes of the message (msgsnd), or room for it (msgrcv)
    bool has_type;
    int64_t type;       // msgrcv's msgtyp, where has_type
    bool type_indirect; // old 32-bit msgrcv: the pair {message, msgtyp} is at `pointer`
    bool except;        // MSG_EXCEPT
    bool narrow;        // a 32-bit program: its long is four bytes
};

// False: "running", "-1 …", any other call, no such line at all.
bool blocked_call_parse(const char *line, size_t len, struct blocked_call *out);

// What must be read at out->pointer before blocked_call_describe() can show everything; 0: nothing.
enum { WAITCALL_MEMORY = 6 * 16 };
size_t blocked_call_memory(const struct blocked_call *call);
// "element 3 -1, element 4 0", "type 5", "any type", "type ≤ 3", "not type 5",
// "type 1, 400 bytes". Less where `len` bytes of memory are less than were asked for.
void blocked_call_describe(const struct blocked_call *call, const void *memory, size_t len,
                           char *dst, size_t cap);

#endif
