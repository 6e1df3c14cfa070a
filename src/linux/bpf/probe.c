#include "linux/bpf/probe.h"

void probe_load(struct assembler *a, int offset, int size)
{
    asm_address(a, R3, R0, offset);
    asm_address(a, R1, R10, -PROBE_STACK);
    asm_set(a, R2, size);
    asm_call(a, BPF_FUNC_probe_read_kernel);
    asm_load(a, size, R0, R10, -PROBE_STACK);
}

void probe_follow(struct assembler *a, const struct layout *k, enum layout_member member)
{
    uint32_t size = k->at[member].size; // of an array, and of a pair of pointers: the first item

    probe_load(a, (int)k->at[member].offset, size > 8 ? 8 : (int)size);
}

void probe_copy(struct assembler *a, int dst, int dst_offset, int size, int src, int offset)
{
    asm_address(a, R3, src, offset);
    asm_address(a, R1, dst, dst_offset);
    asm_set(a, R2, size);
    asm_call(a, BPF_FUNC_probe_read_kernel);
}

void probe_pid(struct assembler *a, const struct layout *k, const struct bpf_self *self, int spare)
{
    int step = (int)(k->at[PID_NUMBER_1].offset - k->at[PID_NUMBER].offset);
    int ours = (int)self->pid_level * step; // numbers[level]: one for each namespace it is in
    int outside = asm_label(a), done = asm_label(a);

    probe_follow(a, k, TASK_SIGNAL);
    probe_follow(a, k, SIGNAL_PID);
    asm_copy(a, spare, R0);
    probe_follow(a, k, PID_LEVEL);
    asm_jump_if(a, BPF_JLT, R0, (int32_t)self->pid_level, outside);
    asm_copy(a, R0, spare);
    probe_load(a, (int)k->at[PID_NS].offset + ours, 8);
    probe_follow(a, k, PIDNS_INUM);
    asm_set32(a, R1, self->pid_ns);
    asm_jump_if_reg(a, BPF_JNE, R0, R1, outside);
    asm_copy(a, R0, spare);
    probe_load(a, (int)k->at[PID_NUMBER].offset + ours, 4);
    asm_jump(a, done);
    asm_place(a, outside);
    asm_set(a, R0, 0);
    asm_place(a, done);
}
