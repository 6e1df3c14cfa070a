// make fuzz: /proc/PID/syscall, and what the process shows of its memory.
#include "linux/waiters/blocked_call.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

// The line, and behind it the memory.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const uint8_t *end = n ? memchr(data, '\n', n) : NULL;
    size_t len = end ? (size_t)(end - data) : n, rest = end ? n - len - 1 : 0;
    struct blocked_call call;
    char text[ROOM];

    if (!blocked_call_parse((const char *)data, len, &call))
        return 0;
    size_t wanted = blocked_call_memory(&call);
    blocked_call_describe(&call, end ? end + 1 : data, rest < wanted ? rest : wanted, text, ROOM);
    if (strnlen(text, ROOM) == ROOM)
        abort();
    return 0;
}
