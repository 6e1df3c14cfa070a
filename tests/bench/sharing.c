#include "sharing.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "measure.h"
#include "model/kinds/shared.h"
#include "population.h"
#include "scanning.h"
#include "support/ns.h"

enum { OTHER_SIZE = 1 << 16 };

static double look(struct scanning *by, uint64_t need)
{
    const struct want want = {.need = NEED_SEGMENTS | NEED_HOLDERS | need};
    double start = seconds_now();

    snapshot_unref(sampler_collect(by->sampler, &want));
    return seconds_now() - start;
}

// The processes that are forked meanwhile have these.
static void map_others(void *at[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = mmap(NULL, OTHER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void unmap_others(void *at[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        munmap(at[i], OTHER_SIZE);
}

// Looking for both against looking for segments' holders alone, in turn.
void bench_sharing(size_t processes, size_t others, size_t runs)
{
    struct population p;
    void *maps[OTHERS_MAX];
    char what[96];

    map_others(maps, others);
    bool started = population_start(&p, processes, processes / 2);
    unmap_others(maps, others);
    if (!started)
        return;
    snprintf(what, sizeof what, "holder scan with other shared memory, %zu processes with %zu each",
             processes, others);
    struct scanning by =
        scanning_start(&(struct linux_source_options){.proc = "/proc", .no_walk = true}, p.target);
    struct report_row *row = report_row("13", what);
    row->theirs_name = "segments alone";
    row->scale = 1e3, row->unit = "ms", row->by_ratio = true, row->goal = 1.3;
    look(&by, NEED_SHARED_HOLDERS);
    for (size_t i = 0; i < runs; i++) {
        vec_push(&row->ours, look(&by, NEED_SHARED | NEED_SHARED_HOLDERS));
        vec_push(&row->theirs, look(&by, 0));
    }
    scanning_end(&by);
    population_end(&p);
}

static void live_apart(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") < 0)
        _exit(1);
    for (;;)
        pause();
}

static void hold(void *arg, int ready)
{
    size_t n = *(const size_t *)arg;

    for (size_t i = 0; i < n; i++)
        if (fork() == 0)
            live_apart();
    child_ready(ready);
    for (;;)
        pause();
}

pid_t namespaces_start(size_t n)
{
    return child_start(hold, &n);
}
