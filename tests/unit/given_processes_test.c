// Which processes that a walk gave are whole after their further files were read.
#include "engine/given_processes.h"

#include <errno.h>
#include <stdlib.h>

#include "support/test.h"

enum { N = 5 };

// A machine of N processes, by pid 1 to N; each change happens between the two.
static struct {
    bool walks;
    uint64_t started[N + 1]; // at the second walk; 0: it holds nothing any longer
    int32_t deaf;            // answers nothing
    int asked;
} machine;

static struct prober *prober_new(void *self)
{
    return self;
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self, (void)prober;
}

static void probe(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer)
{
    (void)self, (void)prober;
    if (probe->what != PROBE_FURTHER || probe->id == machine.deaf) {
        answer->error = -ESRCH;
        return;
    }
    __atomic_add_fetch(&machine.asked, 1, __ATOMIC_RELAXED);
    process_add_string(&answer->process, PROCESS_COMMAND, "program --further");
    answer->process.known |= PROC_KNOWS_COMMAND;
}

static int walk(void *self, const struct segment_vec *segments, struct walked *out)
{
    (void)self, (void)segments;
    if (!machine.walks)
        return -EAGAIN;
    for (int32_t pid = 1; pid <= N; pid++)
        if (machine.started[pid])
            vec_push(&out->processes,
                     (struct process){.pid = pid, .start_ticks = machine.started[pid]});
    return 0;
}

// Asks for `need`; the pids that are sure, as bits.
static unsigned ask(uint64_t need)
{
    const struct source source = {
        .prober_new = prober_new, .prober_free = prober_free, .probe = probe, .walk = walk};
    struct prober_pool *pool = prober_pool_new(
        &source,
        &(struct prober_pool_options){.threads = 2, .deadline_ms = 60000, .join_ms = 60000});
    const struct want want = {.need = need};
    const struct round round = {
        .source = &source, .pool = pool, .want = &want, .tables = snapshot_new()};
    struct pid_vec sure = {0};
    unsigned bits = 0;

    machine.asked = 0;
    for (int32_t pid = 1; pid <= N; pid++)
        vec_push(&round.tables->processes,
                 (struct process){.pid = pid, .start_ticks = 100, .known = PROC_KNOWS_START});
    given_processes_ask(&round, &sure);
    for (size_t i = 0; i < sure.n; i++)
        bits |= 1u << sure.at[i];
    for (size_t i = 0; i < N; i++) {
        const struct process *process = &round.tables->processes.at[i];
        const bool whole = bits & 1u << process->pid;
        assert_int_equal(process->pid, i + 1);
        assert_int_equal(process->start_ticks, 100);
        assert_int_equal(process->known, PROC_KNOWS_START | (whole ? PROC_KNOWS_COMMAND : 0));
        assert_int_equal(process_string(process, PROCESS_COMMAND) != NULL, whole);
    }
    vec_free(&sure);
    snapshot_unref(round.tables);
    assert_int_equal(prober_pool_free(pool), 0);
    return bits;
}

static void fresh(void)
{
    machine = (__typeof__(machine)){.walks = true};
    for (int32_t pid = 1; pid <= N; pid++)
        machine.started[pid] = 100;
}

enum { ALL = 0x3e }; // of pids 1 to N

TEST(nothing_changed)
{
    fresh();
    assert_int_equal(ask(NEED_PROCESSES | NEED_COMMANDS), ALL);
    assert_int_equal(machine.asked, N);
}

TEST(a_pid_that_was_given_out_again_is_not_sure)
{
    fresh();
    machine.started[2] = 101;
    machine.started[4] = 0;
    assert_int_equal(ask(NEED_PROCESSES | NEED_COMMANDS), ALL & ~(1u << 2 | 1u << 4));
}

TEST(one_that_does_not_answer_is_not_sure)
{
    fresh();
    machine.deaf = 3;
    assert_int_equal(ask(NEED_PROCESSES | NEED_COMMANDS), ALL & ~(1u << 3));
}

TEST(without_a_second_walk_none_is_sure)
{
    fresh();
    machine.walks = false;
    assert_int_equal(ask(NEED_PROCESSES | NEED_COMMANDS), 0);
}

TEST(what_takes_more_than_a_file_of_its_own_is_not_asked_for)
{
    fresh();
    assert_int_equal(ask(NEED_PROCESSES | NEED_COMMANDS | NEED_STAT), 0);
    assert_int_equal(machine.asked, 0);
}
