#include "linux/waiters/blocked_call.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum { ARGS = 6 };
enum { EXCEPT = 020000 }; // MSG_EXCEPT

// The calls of a number space, each with its arguments in the order of semop(2) and msgop(2).
struct number {
    uint64_t number;
    enum wait_call call;
};

// clang-format off
static const struct number native[] = {
#ifdef SYS_semop
    {SYS_semop, WAIT_SEMOP},
#endif
#ifdef SYS_semtimedop
    {SYS_semtimedop, WAIT_SEMTIMEDOP},
#endif
#ifdef SYS_semtimedop_time64
    {SYS_semtimedop_time64, WAIT_SEMTIMEDOP},
#endif
#ifdef SYS_msgsnd
    {SYS_msgsnd, WAIT_MSGSND},
#endif
#ifdef SYS_msgrcv
    {SYS_msgrcv, WAIT_MSGRCV},
#endif
};
// clang-format on

// Of 32-bit programs on a 64-bit kernel. All of these numbers are unused, or never block, natively.
#if defined __x86_64__ // arch/x86/entry/syscalls/syscall_32.tbl
enum { IPC_CALL = 117, X32_BIT = 0x40000000 };
static const struct number narrow[] = {
    {400, WAIT_MSGSND}, {401, WAIT_MSGRCV}, {420, WAIT_SEMTIMEDOP}};
#elif defined __aarch64__ // arch/arm64/tools/syscall_32.tbl
enum { IPC_CALL = -1, X32_BIT = 0 };
static const struct number narrow[] = {{298, WAIT_SEMOP},
                                       {301, WAIT_MSGSND},
                                       {302, WAIT_MSGRCV},
                                       {312, WAIT_SEMTIMEDOP},
                                       {420, WAIT_SEMTIMEDOP}};
#else
#ifdef SYS_ipc
enum { IPC_CALL = SYS_ipc, X32_BIT = 0 };
#else
enum { IPC_CALL = -1, X32_BIT = 0 };
#endif
static const struct number narrow[] = {{UINT64_MAX, WAIT_SEMOP}};
#endif

static const struct number *find(const struct number *table, size_t n, uint64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].number == number)
            return &table[i];
    return NULL;
}

static int64_t signed_long(const struct blocked_call *call, uint64_t value)
{
    return call->narrow ? (int32_t)value : (int64_t)value;
}

static bool take_direct(struct blocked_call *out, enum wait_call call, const uint64_t args[ARGS])
{
    out->call = call;
    out->id = (int32_t)args[0];
    out->pointer = args[1];
    out->count = args[2];
    // glibc's semop() is semtimedop() without a timeout: what the program called is shown.
    if (call == WAIT_SEMTIMEDOP && !args[3])
        out->call = WAIT_SEMOP;
    if (call == WAIT_MSGRCV) {
        out->has_type = true;
        out->type = signed_long(out, args[3]);
        out->except = args[4] & EXCEPT;
    }
    return out->id >= 0;
}

// ipc(2): ipc(call, first, second, third, ptr, fifth); ipc/syscall.c ksys_ipc().
static bool take_ipc(struct blocked_call *out, const uint64_t args[ARGS])
{
    enum { SEMOP = 1, SEMTIMEDOP = 4, MSGSND = 11, MSGRCV = 12 };

    out->id = (int32_t)args[1];
    out->count = args[2];
    out->pointer = args[4];
    switch (args[0] & 0xffff) {
    case SEMOP:
        out->call = WAIT_SEMOP;
        break;
    case SEMTIMEDOP:
        out->call = args[5] ? WAIT_SEMTIMEDOP : WAIT_SEMOP;
        break;
    case MSGSND:
        out->call = WAIT_MSGSND;
        break;
    case MSGRCV:
        out->call = WAIT_MSGRCV;
        out->except = args[3] & EXCEPT;
        out->type_indirect = args[0] >> 16 == 0;
        out->has_type = !out->type_indirect;
        out->type = signed_long(out, args[5]);
        break;
    default:
        return false;
    }
    return out->id >= 0;
}

static bool parse_args(const char *at, uint64_t args[ARGS])
{
    for (int i = 0; i < ARGS; i++) {
        char *end;
        if (at[0] != ' ' || at[1] != '0' || at[2] != 'x' || !isxdigit((unsigned char)at[3]))
            return false;
        args[i] = strtoull(at + 1, &end, 16);
        at = end;
    }
    return true;
}

bool blocked_call_parse(const char *line, size_t len, struct blocked_call *out)
{
    char text[256]; // number, six arguments, sp and pc: 180 bytes at most
    uint64_t args[ARGS], any = 0;
    char *end;

    *out = (struct blocked_call){0};
    if (len == 0 || len >= sizeof text || line[0] < '0' || line[0] > '9')
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    uint64_t number = strtoull(text, &end, 10);
    if (number > INT32_MAX || !parse_args(end, args))
        return false;
    for (int i = 0; i < ARGS; i++)
        any |= args[i];
    if ((number & X32_BIT) != 0) {
        out->narrow = true;
        number &= ~(uint64_t)X32_BIT;
    }
    const struct number *found = find(native, sizeof native / sizeof native[0], number);
    if (found)
        return take_direct(out, found->call, args);
    if (any >> 32 && sizeof(long) == 8) // no argument of a 32-bit program is wider
        return false;
    out->narrow = true;
    found = find(narrow, sizeof narrow / sizeof narrow[0], number);
    if (found)
        return take_direct(out, found->call, args);
    return IPC_CALL >= 0 && number == (uint64_t)IPC_CALL && take_ipc(out, args);
}

size_t blocked_call_memory(const struct blocked_call *call)
{
    enum { SEMBUF = 6 }; // struct sembuf
    size_t word = call->narrow ? 4 : sizeof(long);

    switch (call->call) {
    case WAIT_SEMOP:
    case WAIT_SEMTIMEDOP:
        return call->count > WAITCALL_MEMORY / SEMBUF ? WAITCALL_MEMORY : call->count * SEMBUF;
    case WAIT_MSGSND:
        return word;
    case WAIT_MSGRCV:
        return call->type_indirect ? 2 * word : 0;
    }
    return 0;
}

static void describe_operations(const struct blocked_call *call, const char *memory, size_t len,
                                char *dst, size_t cap)
{
    struct { // sembuf, the same in all programs
        uint16_t number;
        int16_t operation, flags;
    } one;
    size_t shown = len / sizeof one, used = 0;

    for (size_t i = 0; i < shown && i < call->count; i++) {
        char part[40];
        memcpy(&one, memory + i * sizeof one, sizeof one);
        int n = snprintf(part, sizeof part, "%selement %u %s%d", i ? ", " : "", one.number,
                         one.operation > 0 ? "+" : "", one.operation);
        bool last = i + 1 == call->count;
        if (used + (size_t)n + (last ? 1 : sizeof ", …") > cap) {
            snprintf(dst + used, cap - used, ", …");
            return;
        }
        memcpy(dst + used, part, (size_t)n + 1);
        used += (size_t)n;
    }
    if (used && shown < call->count)
        snprintf(dst + used, cap - used, ", …");
}

static bool word_at(const struct blocked_call *call, const char *memory, size_t len, size_t index,
                    int64_t *value)
{
    size_t size = call->narrow ? 4 : sizeof(long);
    int32_t four;
    long whole;

    if (len < (index + 1) * size)
        return false;
    if (size == 4) {
        memcpy(&four, memory + index * size, sizeof four);
        *value = four;
    } else {
        memcpy(&whole, memory + index * size, sizeof whole);
        *value = whole;
    }
    return true;
}

static void describe_receive(const struct blocked_call *call, const char *memory, size_t len,
                             char *dst, size_t cap)
{
    int64_t type = call->type;

    if (!call->has_type && !(call->type_indirect && word_at(call, memory, len, 1, &type)))
        return;
    if (type == 0)
        snprintf(dst, cap, "any type");
    else if (type < 0)
        snprintf(dst, cap, "type ≤ %" PRIu64, -(uint64_t)type);
    else
        snprintf(dst, cap, "%stype %" PRId64, call->except ? "not " : "", type);
}

void blocked_call_describe(const struct blocked_call *call, const void *memory, size_t len,
                           char *dst, size_t cap)
{
    int64_t type;

    if (cap == 0)
        return;
    dst[0] = '\0';
    switch (call->call) {
    case WAIT_SEMOP:
    case WAIT_SEMTIMEDOP:
        describe_operations(call, memory, len, dst, cap);
        break;
    case WAIT_MSGSND:
        if (word_at(call, memory, len, 0, &type))
            snprintf(dst, cap, "type %" PRId64 ", %" PRIu64 " bytes", type, call->count);
        else
            snprintf(dst, cap, "%" PRIu64 " bytes", call->count);
        break;
    case WAIT_MSGRCV:
        describe_receive(call, memory, len, dst, cap);
        break;
    }
}
