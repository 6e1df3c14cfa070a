#include "witnessed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux/bpf/cost.h"
#include "loops.h"
#include "measure.h"
#include "population.h"
#include "scanning.h"
#include "support/ns.h"
#include "watched.h"

enum { LOOKS = 99, TIMES = 5, FEW = 1000 };

static const char not_permitted[] = "bpf(2) is not permitted here";

// --- holders by the walk ------------------------------------------------------------------------

// Samples of `looks` looks that found `holders` by the walk; false where none did.
static bool walk(const struct population *p, size_t holders, struct samples *took)
{
    const struct linux_source_options how = {.proc = "/proc"};
    struct scanning by = scanning_start(&how, p->target);

    for (int i = 0; i < LOOKS; i++) {
        uint64_t found;
        double seconds = scan_segment(&by, p->target, &found);
        if (found == holders && by.method == SCAN_REVERSE_MAP)
            vec_push(took, seconds);
    }
    scanning_end(&by);
    return took->n > 0;
}

static void bench_looks(size_t processes)
{
    struct population p;
    struct samples took = {0};
    size_t holders = processes / 2;
    char what[96], lsof[64];

    if (!population_start(&p, processes, holders))
        return;
    snprintf(what, sizeof what, "a further look at a segment's holders, %zu processes", processes);
    if (!walk(&p, holders, &took)) {
        report_skip("8", what, not_permitted);
        population_end(&p);
        return;
    }
    struct report_row *row = report_row("8", what);
    row->ours = took, row->theirs_name = "bare PROCMAP_QUERY loop";
    row->scale = 1e3, row->unit = "ms", row->by_ratio = true, row->goal = 1.0 / 25;
    for (int i = 0; i < TIMES; i++) {
        double start = seconds_now();
        if (loop_query(p.target) == (long)holders)
            vec_push(&row->theirs, seconds_now() - start);
    }
    if (command_exists("lsof")) {
        row = report_row("8", "the same beside lsof");
        row->ours = took, row->theirs_name = "lsof | grep";
        row->scale = 1e3, row->unit = "ms", row->by_ratio = true, row->goal = 1.0 / 300;
        snprintf(lsof, sizeof lsof, "lsof 2>/dev/null | grep %d", p.target);
        for (int i = 0; i < TIMES; i++)
            vec_push(&row->theirs, command_seconds(lsof));
    }
    population_end(&p);
}

static void bench_json(const char *program, size_t processes)
{
    static char all[4300], plain[4300], lsof[64], what[96];
    struct population p;

    if (!population_start(&p, processes, processes / 2))
        return;
    snprintf(all, sizeof all, "%s --json -i %d holders", program, p.target);
    snprintf(plain, sizeof plain,
             "%s --json -i %d -o pid,uid,comm,start_time,attaches,access holders", program,
             p.target);
    snprintf(lsof, sizeof lsof, "lsof 2>/dev/null | grep %d", p.target);
    snprintf(what, sizeof what, "--json -i ID holders, %zu processes", processes);
    report_commands("8", what, all, lsof, "lsof", 1.0 / 20, TIMES);
    report_commands("8", "the same, columns that take no file of a holder", plain, lsof, "lsof",
                    1.0 / 40, TIMES);
    population_end(&p);
}

// --- tracing ------------------------------------------------------------------------------------

static void bench_tracing(const char *program)
{
    const char *const argv[] = {program, "--trace", "-d", "2", NULL};
    struct watched w;
    struct samples before = {0}, during = {0}, quits = {0};
    double resident = 0;

    for (int i = 0; i < TIMES; i++) {
        vec_push(&before, cost_of_call());
        if (!watched_start(&w, argv))
            return;
        bool on = watched_until(&w, "ns/call", 10) < 10; // the header
        watched_idle(&w, 1, NULL);
        if (on)
            vec_push(&during, cost_of_call());
        resident = process_resident_bytes(w.pid);
        vec_push(&quits, watched_quit(&w, "q"));
    }
    if (!during.n) {
        report_skip("8", "tracing", not_permitted);
        return;
    }
    struct report_row *row = report_row("8", "a system call (getppid) while it traces");
    row->ours = during, row->theirs = before, row->theirs_name = "before";
    row->unit = "ns", row->by_ratio = true;
    row = report_row("8", "quit while it traces");
    row->ours = quits, row->scale = 1e3, row->unit = "ms", row->goal = 100;
    row = report_row("8", "resident memory while it traces and walks");
    vec_push(&row->ours, resident);
    row->scale = 1.0 / (1 << 20), row->unit = "MiB", row->goal = 8;
}

void bench_witness(const char *program, size_t processes)
{
    bench_looks(processes < FEW ? processes : FEW);
    bench_json(program, processes);
    bench_tracing(program);
}
