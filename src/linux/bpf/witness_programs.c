#include "linux/bpf/witness_programs.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "witness_record.h"

const char *const witness_call_names[CALL_SYSTEM_CALLS] = {
    [CALL_SHMGET] = "shmget", [CALL_SHMAT] = "shmat",   [CALL_SHMDT] = "shmdt",
    [CALL_SHMCTL] = "shmctl", [CALL_SEMGET] = "semget", [CALL_SEMCTL] = "semctl",
    [CALL_MSGGET] = "msgget", [CALL_MSGCTL] = "msgctl",
};

enum {
    COMMANDS = 4,
    NONE = -1,
    CALLS_MAX = 4096,  // of all threads at the same time
    IPC_64 = 0x100,    // may be set in a command: ipc/util.h
    CONTEXT_ARGS = 16, // where a tracepoint's arguments begin; of its exit, the result
};

static const struct {
    int args;                  // of them 3 at most are kept
    int flags;                 // which one has IPC_CREAT, of calls that get an object
    int command;               // which one is the command, of calls that control one
    int commands[COMMANDS], n; // those of interest: all that change something
} calls[CALL_SYSTEM_CALLS] = {
    // clang-format off
    [CALL_SHMGET] = {3, 2, NONE, {0}, 0},
    [CALL_SHMAT]  = {3, NONE, NONE, {0}, 0},
    [CALL_SHMDT]  = {1, NONE, NONE, {0}, 0},
    [CALL_SHMCTL] = {3, NONE, 1, {IPC_RMID, IPC_SET, SHM_LOCK, SHM_UNLOCK}, 4},
    [CALL_SEMGET] = {3, 2, NONE, {0}, 0},
    [CALL_SEMCTL] = {3, NONE, 2, {IPC_RMID, IPC_SET, SETVAL, SETALL}, 4},
    [CALL_MSGGET] = {2, 1, NONE, {0}, 0},
    [CALL_MSGCTL] = {3, NONE, 1, {IPC_RMID, IPC_SET}, 2},
    // clang-format on
};

// Leaves to `skip` what changes nothing: the lookup of an object, IPC_STAT and its like.
static void skip_readers(struct assembler *a, int call, int skip)
{
    int keep = asm_label(a);

    if (calls[call].flags != NONE) {
        asm_load(a, 8, R1, R6, CONTEXT_ARGS);
        asm_op32(a, BPF_AND, R1, -1); // the key has 32 bits, the register may hold more
        asm_jump_if(a, BPF_JEQ, R1, IPC_PRIVATE, keep); // creates without IPC_CREAT
        asm_load(a, 8, R1, R6, CONTEXT_ARGS + 8 * calls[call].flags);
        asm_op(a, BPF_AND, R1, IPC_CREAT);
        asm_jump_if(a, BPF_JEQ, R1, 0, skip);
    }
    if (calls[call].command != NONE) {
        asm_load(a, 8, R1, R6, CONTEXT_ARGS + 8 * calls[call].command);
        asm_op32(a, BPF_AND, R1, ~IPC_64);
        for (int i = 0; i < calls[call].n; i++)
            asm_jump_if(a, BPF_JEQ, R1, calls[call].commands[i], keep);
        asm_jump(a, skip);
    }
    asm_place(a, keep);
}

static void build_enter(struct builder *b, int call)
{
    struct assembler *a = b->a;
    int skip = asm_label(a);

    asm_copy(a, R6, R1);
    skip_readers(a, call, skip);
    asm_call(a, BPF_FUNC_get_current_pid_tgid);
    asm_store(a, 4, R10, THREAD, R0);
    for (int i = 0; i < 3; i++) {
        if (i < calls[call].args)
            asm_load(a, 8, R1, R6, CONTEXT_ARGS + 8 * i);
        else // reading it would forbid the attachment
            asm_set(a, R1, 0);
        asm_store(a, 8, R10, CALL + 8 * i, R1);
    }
    asm_store_value(a, 8, R10, CALL + (int)offsetof(struct call, call), call);
    asm_address(a, R3, R10, CALL);
    asm_set(a, R4, BPF_ANY);
    asm_call_map(a, BPF_FUNC_map_update_elem, b->p->calls, THREAD);
    asm_jump_if(a, BPF_JEQ, R0, 0, skip);
    witness_count_loss(b); // no room for its arguments
    asm_place(a, skip);
    witness_return(a);
}

// The process of the caller is one with attachments from now on.
static void remember_holder(struct builder *b)
{
    struct assembler *a = b->a;

    asm_store(a, 4, R10, PROCESS, R0);
    asm_store_value(a, 8, R10, ZERO, 0);
    asm_address(a, R3, R10, ZERO);
    asm_set(a, R4, BPF_ANY);
    asm_call_map(a, BPF_FUNC_map_update_elem, b->p->holders, PROCESS);
}

static void build_leave(struct builder *b)
{
    struct assembler *a = b->a;
    int drop = asm_label(a), none = asm_label(a), good = asm_label(a), attached = asm_label(a);

    asm_copy(a, R6, R1);
    asm_call(a, BPF_FUNC_get_current_pid_tgid);
    asm_store(a, 4, R10, THREAD, R0);
    asm_call_map(a, BPF_FUNC_map_lookup_elem, b->p->calls, THREAD);
    asm_jump_if(a, BPF_JEQ, R0, 0, none);
    asm_copy(a, R7, R0);
    asm_load(a, 8, R8, R6, CONTEXT_ARGS);
    asm_jump_if(a, BPF_JSGE, R8, 0, good); // an address may look negative: errors are -4095 to -1
    asm_jump_if(a, BPF_JSGE, R8, -4095, drop);
    asm_place(a, good);
    witness_check_namespace(b, drop);
    asm_load(a, 8, R1, R7, offsetof(struct call, call));
    asm_jump_if(a, BPF_JNE, R1, CALL_SHMAT, attached);
    asm_call(a, BPF_FUNC_get_current_pid_tgid);
    asm_op(a, BPF_RSH, R0, 32);
    remember_holder(b);
    asm_place(a, attached);
    witness_reserve(b, drop);
    asm_store(a, 4, R9, offsetof(struct witness_record, ipc_ns), R6);
    asm_store(a, 8, R9, offsetof(struct witness_record, result), R8);
    for (int i = 0; i < 3; i++) {
        asm_load(a, 8, R1, R7, 8 * i);
        asm_store(a, 8, R9, (int)offsetof(struct witness_record, args) + 8 * i, R1);
    }
    asm_load(a, 8, R1, R7, offsetof(struct call, call));
    asm_store(a, 4, R9, offsetof(struct witness_record, call), R1);
    witness_submit(b);
    asm_place(a, drop);
    asm_call_map(a, BPF_FUNC_map_delete_elem, b->p->calls, THREAD);
    asm_place(a, none);
    witness_return(a);
}

// On to `other` where the caller's process has no attachments known. PROCESS is its tgid then.
static void check_holder(struct builder *b, int other)
{
    struct assembler *a = b->a;

    asm_call(a, BPF_FUNC_get_current_pid_tgid);
    asm_op(a, BPF_RSH, R0, 32);
    asm_store(a, 4, R10, PROCESS, R0);
    asm_call_map(a, BPF_FUNC_map_lookup_elem, b->p->holders, PROCESS);
    asm_jump_if(a, BPF_JEQ, R0, 0, other);
}

// sched_process_fork(parent, child): include/trace/events/sched.h
static void build_fork(struct builder *b)
{
    struct assembler *a = b->a;
    int none = asm_label(a);

    asm_load(a, 8, R6, R1, 8);
    asm_load(a, 8, R7, R1, 0);
    check_holder(b, none);
    probe_follow(a, b->k, R7, TASK_MM);
    asm_copy(a, R8, R0);
    probe_follow(a, b->k, R6, TASK_MM);
    asm_jump_if_reg(a, BPF_JEQ, R0, R8, none); // a thread, or vfork: nothing is attached once more
    probe_follow(a, b->k, R6, TASK_TGID);
    remember_holder(b);
    witness_reserve_event(b, CALL_FORK, none);
    probe_member(a, b->k, R6, TASK_TGID, 8, R9, offsetof(struct witness_record, args[0]));
    asm_copy(a, R0, R6);
    probe_pid(a, b->k, b->self, R8);
    asm_store(a, 8, R9, offsetof(struct witness_record, args[1]), R0);
    probe_member(a, b->k, R6, TASK_START, 8, R9, offsetof(struct witness_record, args[2]));
    witness_submit(b);
    asm_place(a, none);
    witness_return(a);
}

// The process holds nothing any more.
static void end_holder(struct builder *b, enum witness_call call, int none)
{
    asm_call_map(b->a, BPF_FUNC_map_delete_elem, b->p->holders, PROCESS);
    witness_reserve_event(b, call, none);
    witness_submit(b);
    asm_place(b->a, none);
    witness_return(b->a);
}

static void build_exec(struct builder *b)
{
    int none = asm_label(b->a);

    check_holder(b, none);
    end_holder(b, CALL_EXEC, none);
}

static void build_exit(struct builder *b)
{
    struct assembler *a = b->a;
    int none = asm_label(a);

    check_holder(b, none);
    asm_call(a, BPF_FUNC_get_current_task);
    probe_follow(a, b->k, R0, TASK_SIGNAL);
    probe_follow(a, b->k, R0, SIGNAL_LIVE);
    asm_jump_if(a, BPF_JNE, R0, 0, none); // other threads of it go on
    end_holder(b, CALL_EXIT, none);
}

static int load_one(struct builder *b, int program, struct reason *reason)
{
    static const char *const others[WITNESS_PROGRAMS] = {
        [PROGRAM_LEAVE] = "return",
        [PROGRAM_FORK] = "fork",
        [PROGRAM_EXEC] = "exec",
        [PROGRAM_EXIT] = "exit",
    };
    struct assembler a = {0};

    b->a = &a;
    switch (program) {
    case PROGRAM_LEAVE:
        build_leave(b);
        break;
    case PROGRAM_FORK:
        build_fork(b);
        break;
    case PROGRAM_EXEC:
        build_exec(b);
        break;
    case PROGRAM_EXIT:
        build_exit(b);
        break;
    default:
        build_enter(b, program);
    }
    return b->p->fd[program] = bpf_program_load(
               &a,
               program <= PROGRAM_LEAVE ? BPF_PROG_TYPE_TRACEPOINT : BPF_PROG_TYPE_RAW_TRACEPOINT,
               0, others[program] ? others[program] : witness_call_names[program], reason);
}

int witness_programs_load(struct witness_programs *p, const struct layout *k,
                          const struct bpf_self *self, uint32_t ipc_ns, uint32_t ring_bytes,
                          struct reason *reason)
{
    struct builder b = {.k = k, .self = self, .p = p, .ipc_ns = ipc_ns, .ring_bytes = ring_bytes};
    int error = 0;

    *p = (struct witness_programs){.calls = -1, .ring = -1, .lost = -1, .holders = -1};
    for (int i = 0; i < WITNESS_PROGRAMS; i++)
        p->fd[i] = -1;
    if ((p->calls = error =
             map_create(BPF_MAP_TYPE_HASH, 4, sizeof(struct call), CALLS_MAX, 0, reason)) >= 0 &&
        (p->ring = error = map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, ring_bytes, 0, reason)) >= 0 &&
        (p->lost = error = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0, reason)) >= 0)
        p->holders = error = map_create(BPF_MAP_TYPE_HASH, 4, 1, WITNESS_HOLDERS, 0, reason);
    for (int i = 0; i < WITNESS_PROGRAMS && error >= 0; i++)
        error = load_one(&b, i, reason);
    if (error >= 0)
        return 0;
    witness_programs_close(p);
    return error;
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void witness_programs_close(struct witness_programs *p)
{
    for (int i = 0; i < WITNESS_PROGRAMS; i++)
        close_one(&p->fd[i]);
    close_one(&p->calls);
    close_one(&p->ring);
    close_one(&p->lost);
    close_one(&p->holders);
}
