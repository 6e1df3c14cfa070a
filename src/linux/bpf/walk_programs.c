#include "linux/bpf/walk_programs.h"

#include <stddef.h>

enum {
    KEY = -PROBE_STACK - 8,   // on the stack: key of the output map
    MOVES = KEY - 8,          // moves of this run
    VMA = MOVES - 8 - 192,    // members of the mapping
    TASK = VMA - 120 - 8,     // of its owner
    NUMBER = TASK - 16,       // struct upid
    NAME = -PROBE_STACK - 16, // of the other program: of a file
    LINK_BITS = ~3,           // rb_node: the colour is in the parent's address
    ENTRY = 2,
    NODE_TAG = 3, // xarray: the two lowest bits of a pointer to an inner node
    LEVELS = 5,   // 24 bits of index at most, 6 a level: XA_CHUNK_SHIFT
};
#define STATE(member) ((int)offsetof(struct walk_state, member))
#define OUT(member) ((int)offsetof(struct walk_mapping, member))

// R0 = what is at the state's index in the namespace's tree of segments: lib/xarray.c. Uses R7 to R9.
static void find_segment(struct assembler *a, const struct layout *k)
{
    int leaf = asm_label(a);

    asm_load(a, 4, R9, R6, STATE(shmid));
    asm_load(a, 4, R1, R6, STATE(index_mask));
    asm_op_reg(a, BPF_AND, R9, R1);
    asm_copy(a, R8, R0);
    for (int i = 0; i < LEVELS; i++) {
        asm_copy(a, R1, R8);
        asm_op(a, BPF_AND, R1, NODE_TAG);
        asm_jump_if(a, BPF_JNE, R1, ENTRY, leaf);
        asm_op(a, BPF_ADD, R8, -ENTRY);
        probe_follow(a, k, R8, NODE_SHIFT);
        asm_copy(a, R1, R9);
        asm_op_reg(a, BPF_RSH, R1, R0);
        asm_op(a, BPF_AND, R1, 63);
        asm_op(a, BPF_LSH, R1, 3);
        asm_op_reg(a, BPF_ADD, R8, R1);
        probe_load(a, R8, (int)k->at[NODE_SLOTS].offset, 8);
        asm_copy(a, R8, R0);
    }
    asm_place(a, leaf);
    asm_copy(a, R0, R8);
}

int walk_load_find(const struct layout *k, const struct bpf_self *self, struct reason *reason)
{
    struct assembler a = {0};
    int none = asm_label(&a);
    int step = (int)(k->at[PID_NUMBER_1].offset - k->at[PID_NUMBER].offset);

    asm_copy(&a, R6, R1);
    asm_call(&a, BPF_FUNC_get_current_task);
    asm_copy(&a, R7, R0);
    probe_follow(&a, k, R0, TASK_SIGNAL);
    probe_follow(&a, k, R0, SIGNAL_PID);
    probe_load(&a, R0, (int)k->at[PID_NS].offset + (int)self->pid_level * step, 8);
    asm_store(&a, 8, R6, STATE(pid_ns), R0);
    probe_follow(&a, k, R7, TASK_NSPROXY);
    probe_member(&a, k, R0, NSPROXY_IPC, 8, R6, STATE(ipc_ns));
    probe_follow(&a, k, R0, IPCNS_SEGMENTS);
    find_segment(&a, k);
    asm_jump_if(&a, BPF_JEQ, R0, 0, none);
    asm_copy(&a, R8, R0);
    probe_follow(&a, k, R0, SEGMENT_ID);
    asm_load(&a, 4, R1, R6, STATE(shmid));
    asm_jump_if_reg(&a, BPF_JNE, R0, R1, none);
    asm_store(&a, 8, R6, STATE(segment), R8);
    probe_member(&a, k, R8, SEGMENT_NATTCH, 8, R6, STATE(nattch));
    probe_follow(&a, k, R8, SEGMENT_FILE);
    probe_member(&a, k, R0, FILE_MAPPING, 8, R6, STATE(mapping));
    asm_copy(&a, R9, R0);
    probe_member(&a, k, R0, MAPPING_TREE, 8, R6, STATE(node));
    probe_follow(&a, k, R9, MAPPING_HOST);
    probe_follow(&a, k, R0, INODE_SUPER);
    probe_member(&a, k, R0, SUPER_DEVICE, 4, R6, STATE(device));
    probe_follow(&a, k, R8, SEGMENT_FILE);
    probe_follow(&a, k, R0, FILE_NAME);
    probe_follow(&a, k, R0, DENTRY_NAME);
    probe_copy(&a, R10, NAME, 16, R0, 0);
    for (int i = 0; i < 16; i += 8) { // no helper writes to a context
        asm_load(&a, 8, R1, R10, NAME + i);
        asm_store(&a, 8, R6, STATE(name) + i, R1);
    }
    asm_set(&a, R1, 1);
    asm_store(&a, 4, R6, STATE(found), R1);
    asm_place(&a, none);
    asm_set(&a, R0, 0);
    asm_exit(&a);
    return bpf_program_load(&a, PROGRAM_SYSCALL, BPF_F_SLEEPABLE, "find", reason);
}

struct mover {
    struct assembler *a;
    const struct layout *k;
    const struct bpf_self *self;
    int output;
};

static void add_one(struct assembler *a, int member)
{
    asm_load(a, 4, R1, R6, member);
    asm_op(a, BPF_ADD, R1, 1);
    asm_store(a, 4, R6, member, R1);
}

static void stop_at(struct assembler *a, int member, int bound, int label)
{
    asm_load(a, 4, R1, R6, member);
    asm_load(a, 4, R2, R6, bound);
    asm_jump_if_reg(a, BPF_JGE, R1, R2, label);
}

// *(R9 + to) = the member of the structure at R7.
static void fill(struct mover *m, enum layout_member member, int size, int to)
{
    probe_member(m->a, m->k, R7, member, size, R9, to);
}

// Of the mapping at R9: its owner's pid in our namespace, from struct pid at R7.
static void fill_pid(struct mover *m)
{
    static const enum layout_member members[] = {PID_NUMBER, PID_NS};
    struct assembler *a = m->a;
    struct layout shifted = *m->k;
    int step = (int)(m->k->at[PID_NUMBER_1].offset - m->k->at[PID_NUMBER].offset);
    int outside = asm_label(a), at[2];

    probe_follow(a, m->k, R7, PID_LEVEL);
    asm_jump_if(a, BPF_JLT, R0, (int32_t)m->self->pid_level, outside);
    for (size_t i = 0; i < 2; i++)
        shifted.at[members[i]].offset += m->self->pid_level * (uint32_t)step;
    probe_block(a, &shifted, R7, members, 2, NUMBER, 16, at);
    asm_load(a, 8, R0, R10, at[1]);
    asm_load(a, 8, R1, R6, STATE(pid_ns));
    asm_jump_if_reg(a, BPF_JNE, R0, R1, outside);
    asm_load(a, 4, R0, R10, at[0]);
    asm_store(a, 4, R9, OUT(pid), R0);
    asm_place(a, outside);
}

// Of the mapping at R9: what its owner, the leading task at R7, is. Uses R7.
static void fill_owner(struct mover *m)
{
    static const enum layout_member members[] = {TASK_CRED, TASK_COMM, TASK_NSPROXY, TASK_SIGNAL};
    struct assembler *a = m->a;
    int at[4], ours = asm_label(a);

    fill(m, TASK_TGID, 4, OUT(tgid));
    fill(m, TASK_START, 8, OUT(started));
    fill(m, TASK_STATE, 4, OUT(state));
    probe_follow(a, m->k, R7, TASK_EXIT_STATE);
    asm_load(a, 4, R1, R9, OUT(state));
    asm_op_reg(a, BPF_OR, R1, R0);
    asm_store(a, 4, R9, OUT(state), R1);
    probe_block(a, m->k, R7, members, 4, TASK, 120, at);
    for (int i = 0; i < COMM; i += 4) { // the stack's place is aligned as the structure is
        asm_load(a, 4, R1, R10, at[1] + i);
        asm_store(a, 4, R9, OUT(comm) + i, R1);
    }
    asm_load(a, 8, R0, R10, at[0]);
    probe_member(a, m->k, R0, CRED_EUID, 4, R9, OUT(euid));
    asm_load(a, 8, R0, R10, at[2]);
    asm_jump_if(a, BPF_JEQ, R0, 0, ours); // it exits
    probe_follow(a, m->k, R0, NSPROXY_IPC);
    asm_load(a, 8, R1, R6, STATE(ipc_ns));
    asm_jump_if_reg(a, BPF_JEQ, R0, R1, ours);
    asm_store_value(a, 4, R9, OUT(elsewhere), 1);
    asm_place(a, ours);
    asm_load(a, 8, R7, R10, at[3]);
    fill(m, SIGNAL_THREADS, 4, OUT(threads));
    probe_follow(a, m->k, R7, SIGNAL_PID);
    asm_copy(a, R7, R0);
    fill_pid(m);
}

// The mapping whose members are at `at` on the stack goes to the output. Uses R7 and R9.
static void visit(struct mover *m, const int *at)
{
    static const int to[] = {OUT(start), OUT(end), OUT(page_offset), OUT(mm), OUT(flags)};
    struct assembler *a = m->a;
    int ours = asm_label(a), done = asm_label(a);

    asm_load(a, 8, R0, R10, at[5]);
    probe_follow(a, m->k, R0, FILE_MAPPING);
    asm_load(a, 8, R1, R6, STATE(mapping));
    asm_jump_if_reg(a, BPF_JEQ, R0, R1, ours);
    add_one(a, STATE(strange));
    asm_jump(a, done);
    asm_place(a, ours);
    asm_load(a, 4, R1, R6, STATE(n));
    asm_op(a, BPF_AND, R1, WALK_WINDOW - 1);
    asm_store(a, 4, R10, KEY, R1);
    add_one(a, STATE(n));
    asm_call_map(a, BPF_FUNC_map_lookup_elem, m->output, KEY);
    asm_jump_if(a, BPF_JEQ, R0, 0, done);
    asm_copy(a, R9, R0);
    asm_set(a, R1, 0);
    for (int i = OUT(started); i < (int)sizeof(struct walk_mapping); i += 8)
        asm_store(a, 8, R9, i, R1);
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        asm_load(a, 8, R1, R10, at[i]);
        asm_store(a, 8, R9, to[i], R1);
    }
    asm_load(a, 8, R7, R10, at[3]);
    fill(m, MM_USERS, 4, OUT(users));
    probe_follow(a, m->k, R7, MM_OWNER);
    asm_jump_if(a, BPF_JEQ, R0, 0, done);
    probe_follow(a, m->k, R0, TASK_LEADER);
    asm_copy(a, R7, R0);
    fill_owner(m);
    asm_place(a, done);
}

// Before what is below: arriving at a node visits it, then goes left, right, or up again to where a
// right one was left out.
static void move(struct mover *m, int next)
{
    static const enum layout_member members[] = {VMA_START, VMA_END,  VMA_OFFSET, VMA_MM,
                                                 VMA_FLAGS, VMA_FILE, VMA_LINK};
    struct assembler *a = m->a;
    const struct layout *k = m->k;
    int at[7], up = asm_label(a), climb = asm_label(a), down = asm_label(a);
    int left = (int)k->at[LINK_LEFT].offset, right = (int)k->at[LINK_RIGHT].offset;

    asm_address(a, R7, R8, -(int)k->at[VMA_LINK].offset);
    probe_block(a, k, R7, members, 7, VMA, 192, at);
    asm_load(a, 8, R0, R6, STATE(from));
    asm_jump_if(a, BPF_JNE, R0, 0, climb);
    visit(m, at);
    asm_load(a, 8, R0, R10, at[6] + left);
    asm_jump_if(a, BPF_JNE, R0, 0, down);
    asm_load(a, 8, R0, R10, at[6] + right);
    asm_jump_if(a, BPF_JNE, R0, 0, down);
    asm_jump(a, up);
    asm_place(a, climb);
    asm_load(a, 8, R1, R10, at[6] + left);
    asm_jump_if_reg(a, BPF_JNE, R0, R1, up); // from the right: both are done
    asm_load(a, 8, R0, R10, at[6] + right);
    asm_jump_if(a, BPF_JNE, R0, 0, down);
    asm_place(a, up);
    asm_store(a, 8, R6, STATE(from), R8);
    asm_load(a, 8, R0, R10, at[6] + (int)k->at[LINK_PARENT].offset);
    asm_op(a, BPF_AND, R0, LINK_BITS);
    asm_store(a, 8, R6, STATE(node), R0);
    asm_jump(a, next);
    asm_place(a, down);
    asm_store(a, 8, R6, STATE(node), R0);
    asm_set(a, R1, 0);
    asm_store(a, 8, R6, STATE(from), R1);
}

// Goes on while `n` and `moves` are within their bounds. What ends the loop for the verifier is
// may_goto (Linux 6.9, Documentation/bpf/standardization/instruction-set.rst); else a count of moves,
// each of which it follows.
static int load_move(const struct layout *k, const struct bpf_self *self, int output, bool may_goto,
                     struct reason *reason)
{
    struct assembler a = {0};
    struct mover m = {&a, k, self, output};
    int end = asm_label(&a), next = asm_label(&a);

    asm_copy(&a, R6, R1);
    asm_store_value(&a, 8, R10, MOVES, 0);
    int again = asm_here(&a);
    if (may_goto)
        asm_may_goto(&a, end);
    asm_load(&a, 8, R8, R6, STATE(node));
    asm_jump_if(&a, BPF_JEQ, R8, 0, end);
    stop_at(&a, STATE(n), STATE(until), end);
    stop_at(&a, STATE(moves), STATE(most), end);
    add_one(&a, STATE(moves));
    move(&m, next);
    asm_place(&a, next);
    if (may_goto) {
        asm_jump(&a, again);
    } else {
        asm_load(&a, 8, R1, R10, MOVES);
        asm_op(&a, BPF_ADD, R1, 1);
        asm_store(&a, 8, R10, MOVES, R1);
        asm_jump_if(&a, BPF_JLT, R1, WALK_MOVES, again);
    }
    asm_place(&a, end);
    asm_load(&a, 8, R0, R6, STATE(segment));
    probe_member(&a, k, R0, SEGMENT_NATTCH, 8, R6, STATE(nattch_after));
    asm_set(&a, R0, 0);
    asm_exit(&a);
    return bpf_program_load(&a, PROGRAM_SYSCALL, BPF_F_SLEEPABLE, "walk", reason);
}

int walk_load_move(const struct layout *k, const struct bpf_self *self, int output,
                   struct reason *reason)
{
    int fd = load_move(k, self, output, true, reason);

    return fd < 0 ? load_move(k, self, output, false, reason) : fd;
}
