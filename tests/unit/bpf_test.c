// Tracing's parts that need no kernel: where members lie, instructions and jumps, what a verifier's log
// says, and records that become traces.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/clock.h"
#include "linux/bpf/assembler.h"
#include "linux/bpf/btf.h"
#include "linux/bpf/load.h"
#include "linux/bpf/traces.h"
#include "support/btf.h"
#include "support/test.h"

// --- types --------------------------------------------------------------------------------------

static void assert_place(struct btf *btf, uint32_t id, const char *path, uint32_t offset,
                         uint32_t size)
{
    struct btf_place place;

    assert_int_equal(btf_member(btf, id, path, &place), 0);
    assert_int_equal(place.offset, offset);
    assert_int_equal(place.size, size);
}

TEST(members_lie_where_the_description_says)
{
    static const char *const names[] = {"outer", "item", "nothing"};
    struct btf_place place;
    struct btf btf;
    uint32_t ids[3];
    size_t size;
    uint8_t *bytes = support_btf(&size);

    assert_int_equal(btf_parse(&btf, bytes, size), 0);
    btf_find(&btf, names, 3, ids);
    assert_true(ids[0] && ids[1] && !ids[2]);
    assert_place(&btf, ids[0], "a", 0, 4);
    assert_place(&btf, ids[0], "b.c", BTF_OUTER_B_C, 8);
    assert_place(&btf, ids[0], "b", BTF_OUTER_B_C, 8);
    assert_place(&btf, ids[0], "list", BTF_OUTER_LIST, 4 * BTF_ITEM_SIZE);
    assert_place(&btf, ids[0], "list[2].z", BTF_OUTER_LIST + 2 * BTF_ITEM_SIZE + BTF_ITEM_Z, 8);
    assert_place(&btf, ids[0], "list[9].x", BTF_OUTER_LIST + 9 * BTF_ITEM_SIZE, 4);
    assert_place(&btf, ids[0], "next", BTF_OUTER_NEXT, sizeof(void *));
    assert_place(&btf, ids[1], "y", 4, 3);
    assert_place(&btf, ids[1], "y[2]", 6, 1);
    assert_int_equal(btf_member(&btf, ids[0], "bits", &place), -EINVAL);
    assert_int_equal(btf_member(&btf, ids[0], "c", &place),
                     -ENOENT); // within a member that has a name
    assert_int_equal(btf_member(&btf, ids[0], "aa", &place), -ENOENT);
    assert_int_equal(btf_member(&btf, ids[0], "next.x", &place), -ENOENT); // behind a pointer
    assert_int_equal(btf_member(&btf, 0, "a", &place), -EINVAL);
    btf_close(&btf);
    free(bytes);
}

TEST(a_description_cut_anywhere_is_refused)
{
    size_t size;
    uint8_t *bytes = support_btf(&size);
    struct btf btf;

    for (size_t n = 0; n < size; n++)
        assert_int_equal(btf_parse(&btf, bytes, n), -EINVAL);
    assert_int_equal(btf_open(&btf, "/nonexistent"), -ENOENT);
    assert_int_equal(btf_open(&btf, "/proc/self/maps"), -EINVAL);
    free(bytes);
}

// --- instructions -------------------------------------------------------------------------------

TEST(jumps_go_where_their_label_is_placed)
{
    struct assembler a = {0};
    int end = asm_label(&a), top = asm_here(&a);

    asm_jump_if(&a, BPF_JEQ, R1, 7, end);
    asm_set(&a, R0, 1);
    asm_jump(&a, top);
    asm_place(&a, end);
    asm_exit(&a);
    assert_int_equal(assemble(&a), 0);
    assert_int_equal(a.n, 4);
    assert_int_equal(a.code[0].off, 2);
    assert_int_equal(a.code[0].imm, 7);
    assert_int_equal(a.code[2].off, -3);
    assert_int_equal(a.code[3].code, BPF_JMP | BPF_EXIT);
}

TEST(mistakes_are_remembered)
{
    struct assembler lost = {0}, twice = {0}, odd = {0}, far = {0}, full = {0};

    asm_jump(&lost, asm_label(&lost));
    assert_int_equal(assemble(&lost), -ENOENT);
    int label = asm_here(&twice);
    asm_place(&twice, label);
    assert_int_equal(assemble(&twice), -EEXIST);
    asm_load(&odd, 3, R0, R1, 0);
    assert_int_equal(assemble(&odd), -EINVAL);
    asm_store(&far, 8, R10, -40000, R0);
    assert_int_equal(assemble(&far), -ERANGE);
    for (int i = 0; i <= ASSEMBLER_CODE; i++)
        asm_exit(&full);
    assert_int_equal(assemble(&full), -E2BIG);
}

TEST(the_verifiers_objection_is_its_last_word)
{
    char line[64];

    verifier_objection("0: (b7) r0 = 0\n1: (79) r1 = *(u64 *)(r2 +0)\nR2 !read_ok\n"
                       "processed 2 insns (limit 1000000)\n",
                       line, sizeof line);
    assert_string_equal(line, "R2 !read_ok");
    verifier_objection("processed 2 insns", line, sizeof line);
    assert_string_equal(line, "");
    verifier_objection("a\n", line, 1);
    assert_string_equal(line, "");
    verifier_objection("abcdef", line, 4);
    assert_string_equal(line, "abc");
}

// --- traces -------------------------------------------------------------------------------------

static struct traces *traces;
static struct trace_vec out;

static int setup(void **state)
{
    (void)state;
    traces = traces_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    traces_free(traces);
    vec_free(&out);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static struct witness_record record(uint32_t call, uint32_t tgid, int64_t ms)
{
    struct witness_record r = {
        .time = (uint64_t)(ms * CLOCK_MS),
        .start = 77,
        .call = call,
        .tgid = tgid,
        .pid = tgid % 1000,
        .login_uid = UINT32_MAX,
        .comm = "x\x1b",
    };

    return r;
}

static void attach(uint32_t tgid, int64_t ms, int id, uint64_t address)
{
    struct witness_record r = record(CALL_SHMAT, tgid, ms);

    r.args[0] = (uint64_t)id;
    r.result = (int64_t)address;
    traces_add(traces, &r);
}

static void detach(uint32_t tgid, int64_t ms, uint64_t address)
{
    struct witness_record r = record(CALL_SHMDT, tgid, ms);

    r.args[0] = address;
    traces_add(traces, &r);
}

TEST(attaches_are_summed_by_process_segment_and_second)
{
    attach(5001, 100, 7, 0x1000);
    attach(5001, 300, 7, 0x2000);
    attach(5001, 400, 8, 0x3000);
    attach(5002, 500, 7, 0x1000);
    attach(5001, 1100, 7, 0x4000);
    traces_take(traces, 900 * CLOCK_MS, false, &out);
    assert_int_equal(out.n, 3); // the sums of second 0: it has ended, since one of second 1 came
    assert_int_equal(out.at[0].count, 2);
    assert_int_equal(out.at[0].id, 7);
    assert_int_equal(out.at[0].time_ns, 300 * CLOCK_MS);
    assert_int_equal(out.at[0].by.pid, 1);
    assert_int_equal(out.at[0].by.outer_pid, 5001);
    assert_string_equal(out.at[0].by.comm, "x\\e");
    vec_clear(&out);
    traces_take(traces, 1500 * CLOCK_MS, false, &out);
    assert_int_equal(out.n, 0);
    traces_take(traces, 2000 * CLOCK_MS, false, &out);
    assert_int_equal(out.n, 1);
}

TEST(a_detach_gets_the_segment_of_its_address)
{
    attach(5001, 1, 7, 0x1000);
    attach(5001, 2, 8, 0x2000);
    attach(5002, 3, 9, 0x1000);
    detach(5001, 4, 0x2000);
    detach(5001, 5, 0x9000); // attached before tracing began: of what is not known
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, 4);
    assert_int_equal(out.at[3].what, TRACE_DETACHED);
    assert_int_equal(out.at[3].id, 8);
}

TEST(a_fork_has_what_its_parent_has_until_it_ends)
{
    struct witness_record fork = record(CALL_FORK, 5001, 2), end = record(CALL_EXIT, 6001, 3),
                          other = record(CALL_EXIT, 6001, 4);

    attach(5001, 1, 7, 0x1000);
    fork.args[0] = 6001;
    fork.args[2] = 99; // start of the child
    traces_add(traces, &fork);
    end.start = 99;
    traces_add(traces, &end);
    other.start = 100; // the pid was used again
    traces_add(traces, &other);
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, 3);
    assert_int_equal(out.at[1].what, TRACE_ATTACHED);
    assert_int_equal(out.at[1].way, TRACE_BY_FORK);
    assert_int_equal(out.at[1].by.outer_pid, 5001);
    assert_int_equal(out.at[2].what, TRACE_DETACHED);
    assert_int_equal(out.at[2].way, TRACE_BY_EXIT);
    assert_int_equal(out.at[2].by.outer_pid, 6001);
}

TEST(an_earlier_process_of_the_same_pid_is_not_taken_for_it)
{
    struct witness_record end = record(CALL_EXIT, 5001, 5);

    attach(5001, 1, 7, 0x1000);
    end.start = 78;
    traces_add(traces, &end);
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, 1);
}

TEST(a_lookup_is_reported_once_until_the_object_is_removed)
{
    struct witness_record get = record(CALL_SHMGET, 5001, 1),
                          removal = record(CALL_SHMCTL, 5001, 2);

    get.args[0] = 0x1234;
    get.args[2] = IPC_CREAT;
    get.result = 7;
    removal.args[0] = 7;
    removal.args[1] = UINT64_C(0xdead00000000) | IPC_RMID;
    for (int i = 0; i < 100; i++)
        traces_add(traces, &get);
    traces_add(traces, &removal);
    for (int i = 0; i < 100; i++)
        traces_add(traces, &get);
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, 3);
    assert_int_equal(out.at[0].key, 0x1234);
    assert_false(out.at[0].exclusive);
}

TEST(what_nobody_takes_is_counted_as_lost)
{
    struct witness_record removal = record(CALL_SEMCTL, 5001, 1);

    removal.args[2] = IPC_RMID;
    for (int i = 0; i < TRACES_MAX + 10; i++) {
        removal.args[0] = (uint64_t)i;
        traces_add(traces, &removal);
    }
    assert_int_equal(traces_lost(traces), 10);
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, TRACES_MAX);
    assert_int_equal(out.at[0].kind, KIND_SEMSET);
}

// Many processes with many attachments: every one is found again.
TEST(a_crowd_of_attachments_is_kept)
{
    enum { PROCESSES = 3000, EACH = 5 };

    for (uint32_t p = 1; p <= PROCESSES; p++)
        for (uint64_t i = 1; i <= EACH; i++)
            attach(p, 1, (int)i, i * 0x1000);
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, PROCESSES * EACH);
    vec_clear(&out);
    for (uint32_t p = 1; p <= PROCESSES; p++) {
        struct witness_record end = record(CALL_EXEC, p, 2000);
        traces_add(traces, &end);
    }
    traces_take(traces, 0, true, &out);
    assert_int_equal(out.n, PROCESSES * EACH);
    for (size_t i = 0; i < out.n; i++)
        assert_int_equal(out.at[i].count, 1);
}
