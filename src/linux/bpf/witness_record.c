#include "witness_record.h"

#include <stddef.h>

void witness_return(struct assembler *a)
{
    asm_set(a, R0, 0);
    asm_exit(a);
}

void witness_count_loss(struct builder *b)
{
    struct assembler *a = b->a;
    int gone = asm_label(a);

    asm_store_value(a, 8, R10, ZERO, 0);
    asm_call_map(a, BPF_FUNC_map_lookup_elem, b->p->lost, ZERO);
    asm_jump_if(a, BPF_JEQ, R0, 0, gone);
    asm_set(a, R1, 1);
    asm_atomic_add(a, R0, 0, R1);
    asm_place(a, gone);
}

// Of the record at R9: the calling process. Uses R7 and R8.
static void fill_process(struct builder *b)
{
    struct assembler *a = b->a;
    const struct layout *k = b->k;

    asm_call(a, BPF_FUNC_ktime_get_ns);
    asm_store(a, 8, R9, offsetof(struct witness_record, time), R0);
    asm_call(a, BPF_FUNC_get_current_task);
    asm_copy(a, R7, R0);
    probe_follow(a, k, R0, TASK_CRED);
    asm_copy(a, R8, R0);
    probe_member(a, k, R8, CRED_UID, 4, R9, offsetof(struct witness_record, uid));
    probe_member(a, k, R8, CRED_EUID, 4, R9, offsetof(struct witness_record, euid));
    if (k->at[TASK_LOGINUID].known)
        probe_member(a, k, R7, TASK_LOGINUID, 4, R9, offsetof(struct witness_record, login_uid));
    else
        asm_store_value(a, 4, R9, offsetof(struct witness_record, login_uid), -1);
    probe_follow(a, k, R7, TASK_LEADER);
    asm_copy(a, R7, R0);
    probe_member(a, k, R0, TASK_START, 8, R9, offsetof(struct witness_record, start));
}

// Of the record at R9, from the task at R7 (which it replaces): tgid, pid, comm. Uses R8.
static void fill_identity(struct builder *b, size_t tgid, size_t pid, size_t comm)
{
    struct assembler *a = b->a;

    probe_member(a, b->k, R7, TASK_TGID, 4, R9, (int)tgid);
    asm_copy(a, R0, R7);
    probe_pid(a, b->k, b->self, R8);
    asm_store(a, 4, R9, (int)pid, R0);
    probe_follow(a, b->k, R7, TASK_LEADER); // threads may have names of their own
    asm_copy(a, R7, R0);
    probe_copy(a, R9, (int)comm, COMM, R7, (int)b->k->at[TASK_COMM].offset);
}

void witness_submit(struct builder *b)
{
    struct assembler *a = b->a;
    int low = asm_label(a);

    asm_store_value(a, 4, R9, offsetof(struct witness_record, pad), 0);
    fill_process(b);
    fill_identity(b, offsetof(struct witness_record, tgid), offsetof(struct witness_record, pid),
                  offsetof(struct witness_record, comm));
    probe_follow(a, b->k, R7, TASK_PARENT);
    asm_copy(a, R7, R0);
    fill_identity(b, offsetof(struct witness_record, parent_tgid),
                  offsetof(struct witness_record, parent_pid),
                  offsetof(struct witness_record, parent_comm));
    asm_map(a, R1, b->p->ring);
    asm_set(a, R2, BPF_RB_AVAIL_DATA);
    asm_call(a, BPF_FUNC_ringbuf_query);
    asm_set(a, R2, BPF_RB_NO_WAKEUP);
    asm_jump_if(a, BPF_JLT, R0, (int32_t)(b->ring_bytes / 2), low);
    asm_set(a, R2, BPF_RB_FORCE_WAKEUP);
    asm_place(a, low);
    asm_copy(a, R1, R9);
    asm_call(a, BPF_FUNC_ringbuf_submit);
}

void witness_reserve(struct builder *b, int full)
{
    struct assembler *a = b->a;
    int room = asm_label(a);

    asm_map(a, R1, b->p->ring);
    asm_set(a, R2, sizeof(struct witness_record));
    asm_set(a, R3, 0);
    asm_call(a, BPF_FUNC_ringbuf_reserve);
    asm_copy(a, R9, R0);
    asm_jump_if(a, BPF_JNE, R9, 0, room);
    witness_count_loss(b);
    asm_jump(a, full);
    asm_place(a, room);
}

// R0 = inode of the caller's IPC namespace.
static void load_namespace(struct builder *b)
{
    struct assembler *a = b->a;

    asm_call(a, BPF_FUNC_get_current_task);
    probe_follow(a, b->k, R0, TASK_NSPROXY);
    probe_follow(a, b->k, R0, NSPROXY_IPC);
    probe_follow(a, b->k, R0, IPCNS_INUM);
}

void witness_check_namespace(struct builder *b, int other)
{
    struct assembler *a = b->a;

    load_namespace(b);
    asm_copy(a, R6, R0);
    if (!b->ipc_ns)
        return;
    asm_set32(a, R1, b->ipc_ns);
    asm_jump_if_reg(a, BPF_JNE, R6, R1, other);
}

void witness_reserve_event(struct builder *b, enum witness_call call, int full)
{
    struct assembler *a = b->a;

    load_namespace(b);
    asm_copy(a, R8, R0);
    witness_reserve(b, full);
    asm_store(a, 4, R9, offsetof(struct witness_record, ipc_ns), R8);
    asm_store_value(a, 4, R9, offsetof(struct witness_record, call), (int)call);
    asm_store_value(a, 8, R9, offsetof(struct witness_record, result), 0);
    for (int i = 0; i < 3; i++)
        asm_store_value(a, 8, R9, (int)offsetof(struct witness_record, args) + 8 * i, 0);
}
