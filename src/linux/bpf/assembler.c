#include "linux/bpf/assembler.h"

#include <errno.h>

static void emit(struct assembler *a, int code, int dst, int src, int offset, int32_t value)
{
    if (offset < INT16_MIN || offset > INT16_MAX)
        a->error = a->error ? a->error : -ERANGE;
    else if (a->n >= ASSEMBLER_CODE)
        a->error = a->error ? a->error : -E2BIG;
    else
        a->code[a->n++] = (struct bpf_insn){
            .code = (uint8_t)code,
            .dst_reg = (uint8_t)(dst & 0xf),
            .src_reg = (uint8_t)(src & 0xf),
            .off = (int16_t)offset,
            .imm = value,
        };
}

static int size_code(struct assembler *a, int size)
{
    switch (size) {
    case 1:
        return BPF_B;
    case 2:
        return BPF_H;
    case 4:
        return BPF_W;
    case 8:
        return BPF_DW;
    default:
        a->error = a->error ? a->error : -EINVAL;
        return BPF_DW;
    }
}

void asm_copy(struct assembler *a, int dst, int src)
{
    emit(a, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

void asm_set(struct assembler *a, int dst, int32_t value)
{
    emit(a, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}

void asm_set32(struct assembler *a, int dst, uint32_t value)
{
    emit(a, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, (int32_t)value);
}

void asm_op(struct assembler *a, int op, int dst, int32_t value)
{
    emit(a, BPF_ALU64 | op | BPF_K, dst, 0, 0, value);
}

void asm_op_reg(struct assembler *a, int op, int dst, int src)
{
    emit(a, BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}

void asm_op32(struct assembler *a, int op, int dst, int32_t value)
{
    emit(a, BPF_ALU | op | BPF_K, dst, 0, 0, value);
}

void asm_load(struct assembler *a, int size, int dst, int src, int offset)
{
    emit(a, BPF_LDX | BPF_MEM | size_code(a, size), dst, src, offset, 0);
}

void asm_store(struct assembler *a, int size, int dst, int offset, int src)
{
    emit(a, BPF_STX | BPF_MEM | size_code(a, size), dst, src, offset, 0);
}

void asm_store_value(struct assembler *a, int size, int dst, int offset, int32_t value)
{
    emit(a, BPF_ST | BPF_MEM | size_code(a, size), dst, 0, offset, value);
}

void asm_atomic_add(struct assembler *a, int dst, int offset, int src)
{
    emit(a, BPF_STX | BPF_XADD | BPF_DW, dst, src, offset, BPF_ADD); // BPF_ATOMIC since Linux 5.12
}

void asm_address(struct assembler *a, int dst, int base, int offset)
{
    asm_copy(a, dst, base);
    asm_op(a, BPF_ADD, dst, offset);
}

void asm_map(struct assembler *a, int dst, int fd)
{
    emit(a, BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd);
    emit(a, 0, 0, 0, 0, 0); // the upper half of the constant
}

void asm_call(struct assembler *a, int helper)
{
    emit(a, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

void asm_call_map(struct assembler *a, int helper, int fd, int key)
{
    asm_map(a, R1, fd);
    asm_address(a, R2, R10, key);
    asm_call(a, helper);
}

void asm_exit(struct assembler *a)
{
    emit(a, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int asm_label(struct assembler *a)
{
    if (a->n_labels >= ASSEMBLER_LABELS) {
        a->error = a->error ? a->error : -E2BIG;
        return 0;
    }
    a->labels[a->n_labels] = 0;
    return (int)a->n_labels++;
}

void asm_place(struct assembler *a, int label)
{
    if (a->labels[label])
        a->error = a->error ? a->error : -EEXIST;
    a->labels[label] = (int)a->n + 1;
}

int asm_here(struct assembler *a)
{
    int label = asm_label(a);

    asm_place(a, label);
    return label;
}

static void remember(struct assembler *a, int label)
{
    if (a->n_jumps >= ASSEMBLER_JUMPS)
        a->error = a->error ? a->error : -E2BIG;
    else {
        a->jumps[a->n_jumps].at = a->n;
        a->jumps[a->n_jumps++].label = label;
    }
}

void asm_jump(struct assembler *a, int label)
{
    remember(a, label);
    emit(a, BPF_JMP | BPF_JA, 0, 0, 0, 0);
}

void asm_jump_if(struct assembler *a, int op, int reg, int32_t value, int label)
{
    remember(a, label);
    emit(a, BPF_JMP | op | BPF_K, reg, 0, 0, value);
}

void asm_jump_if_reg(struct assembler *a, int op, int reg, int other, int label)
{
    remember(a, label);
    emit(a, BPF_JMP | op | BPF_X, reg, other, 0, 0);
}

void asm_may_goto(struct assembler *a, int label)
{
    enum { JCOND = 0xe0 }; // BPF_JCOND; BPF_MAY_GOTO is 0. Linux 6.9

    remember(a, label);
    emit(a, BPF_JMP | JCOND, 0, 0, 0, 0);
}

int assemble(struct assembler *a)
{
    for (uint32_t i = 0; i < a->n_jumps && !a->error; i++) {
        int target = a->labels[a->jumps[i].label];
        int64_t way = (int64_t)target - 1 - a->jumps[i].at - 1;
        if (!target)
            a->error = -ENOENT;
        else if (way < INT16_MIN || way > INT16_MAX)
            a->error = -ERANGE;
        else
            a->code[a->jumps[i].at].off = (int16_t)way;
    }
    return a->error;
}
