// BPF instructions, put together by calls and labels.
// Documentation/bpf/standardization/instruction-set.rst
//
// Registers: R0 holds results of helpers; R1 to R5 their arguments, lost by each call; R6 to R9
// stay; R10 is the end of a stack of 512 bytes. A mistake (too long, a label without a place, a jump
// too far) is remembered and returned by assemble().
#ifndef IPCTOP_LINUX_BPF_ASSEMBLER_H
#define IPCTOP_LINUX_BPF_ASSEMBLER_H

#include <linux/bpf.h>
#include <stdint.h>

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };
enum { ASSEMBLER_CODE = 1024, ASSEMBLER_LABELS = 128, ASSEMBLER_JUMPS = 256 };

struct assembler { // zeroed: an empty program
    struct bpf_insn code[ASSEMBLER_CODE];
    uint32_t n;
    int labels[ASSEMBLER_LABELS]; // the instruction's number plus 1; 0: not placed yet
    uint32_t n_labels;
    struct {
        uint32_t at;
        int label;
    } jumps[ASSEMBLER_JUMPS];
    uint32_t n_jumps;
    int error; // the first mistake: -errno
};

// dst = src; dst = value; of 64 bits.
void asm_copy(struct assembler *a, int dst, int src);
void asm_set(struct assembler *a, int dst, int32_t value);
void asm_set32(struct assembler *a, int dst, uint32_t value); // the upper half is cleared
// dst = dst OP value or source. BPF_ADD, BPF_AND, BPF_LSH, … of 64 bits.
void asm_op(struct assembler *a, int op, int dst, int32_t value);
void asm_op_reg(struct assembler *a, int op, int dst, int src);
// The same of 32 bits: clears the upper half.
void asm_op32(struct assembler *a, int op, int dst, int32_t value);
// dst = *(src + offset); *(dst + offset) = src, or value. `size` is 1, 2, 4 or 8 bytes.
void asm_load(struct assembler *a, int size, int dst, int src, int offset);
void asm_store(struct assembler *a, int size, int dst, int offset, int src);
void asm_store_value(struct assembler *a, int size, int dst, int offset, int32_t value);
// *(uint64_t *)(dst + offset) += src, atomically
void asm_atomic_add(struct assembler *a, int dst, int offset, int src);
void asm_address(struct assembler *a, int dst, int base, int offset); // dst = base + offset
void asm_map(struct assembler *a, int dst, int fd);
void asm_call(struct assembler *a, int helper); // BPF_FUNC_…
// Calls a helper with the map at `fd`, and the key that lies on the stack at R10 + key.
void asm_call_map(struct assembler *a, int helper, int fd, int key);
void asm_exit(struct assembler *a); // returns R0

int asm_label(struct assembler *a);             // one that has no place yet
void asm_place(struct assembler *a, int label); // it is the next instruction
int asm_here(struct assembler *a);              // one placed at the next instruction
void asm_jump(struct assembler *a, int label);
// BPF_JEQ, BPF_JNE, BPF_JLT, BPF_JSGE, …: of 64 bits, `value` extended by its sign.
void asm_jump_if(struct assembler *a, int op, int reg, int32_t value, int label);
void asm_jump_if_reg(struct assembler *a, int op, int reg, int other, int label);
// Jumps where the kernel finds that a loop goes on for too long: with it the loop needs no bound.
void asm_may_goto(struct assembler *a, int label);

// Gives every jump its way. 0 or -errno; a->code and a->n are complete then.
int assemble(struct assembler *a);

#endif
