#include "linux/bpf/probe.h"

#include <errno.h>

void probe_load(struct assembler *a, int src, int offset, int size)
{
    asm_address(a, R3, src, offset);
    asm_address(a, R1, R10, -PROBE_STACK);
    asm_set(a, R2, size);
    asm_call(a, BPF_FUNC_probe_read_kernel);
    asm_load(a, size, R0, R10, -PROBE_STACK);
}

void probe_follow(struct assembler *a, const struct layout *k, int src, enum layout_member member)
{
    uint32_t size = k->at[member].size; // of an array, and of a pair of pointers: the first item

    probe_load(a, src, (int)k->at[member].offset, size > 8 ? 8 : (int)size);
}

void probe_member(struct assembler *a, const struct layout *k, int src, enum layout_member member,
                  int size, int dst, int offset)
{
    probe_follow(a, k, src, member);
    asm_store(a, size, dst, offset, R0);
}

void probe_copy(struct assembler *a, int dst, int dst_offset, int size, int src, int offset)
{
    asm_address(a, R3, src, offset);
    asm_address(a, R1, dst, dst_offset);
    asm_set(a, R2, size);
    asm_call(a, BPF_FUNC_probe_read_kernel);
}

void probe_block(struct assembler *a, const struct layout *k, int src,
                 const enum layout_member *members, size_t n, int base, int room, int *at)
{
    int first = INT32_MAX, end = 0, used = 0;

    for (size_t i = 0; i < n; i++) {
        const struct layout_place *place = &k->at[members[i]];
        first = (int)place->offset < first ? (int)place->offset : first;
        end = (int)(place->offset + place->size) > end ? (int)(place->offset + place->size) : end;
    }
    first &= ~7; // as aligned on the stack as in the structure
    if (((end - first + 7) & ~7) <= room) {
        probe_copy(a, R10, base, end - first, src, first);
        for (size_t i = 0; i < n; i++)
            at[i] = base + (int)k->at[members[i]].offset - first;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct layout_place *place = &k->at[members[i]];
        at[i] = base + used;
        used += ((int)place->size + 7) & ~7;
        if (used > room)
            a->error = a->error ? a->error : -E2BIG;
        else
            probe_copy(a, R10, at[i], (int)place->size, src, (int)place->offset);
    }
}

void probe_pid(struct assembler *a, const struct layout *k, const struct bpf_self *self, int spare)
{
    int step = (int)(k->at[PID_NUMBER_1].offset - k->at[PID_NUMBER].offset);
    int ours = (int)self->pid_level * step; // numbers[level]: one for each namespace it is in
    int outside = asm_label(a), done = asm_label(a);

    probe_follow(a, k, R0, TASK_SIGNAL);
    probe_follow(a, k, R0, SIGNAL_PID);
    asm_copy(a, spare, R0);
    probe_follow(a, k, R0, PID_LEVEL);
    asm_jump_if(a, BPF_JLT, R0, (int32_t)self->pid_level, outside);
    probe_load(a, spare, (int)k->at[PID_NS].offset + ours, 8);
    probe_follow(a, k, R0, PIDNS_INUM);
    asm_set32(a, R1, self->pid_ns);
    asm_jump_if_reg(a, BPF_JNE, R0, R1, outside);
    probe_load(a, spare, (int)k->at[PID_NUMBER].offset + ours, 4);
    asm_jump(a, done);
    asm_place(a, outside);
    asm_set(a, R0, 0);
    asm_place(a, done);
}
