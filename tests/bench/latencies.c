// Target 6: how long a person waits, at the start, for a key, beside a process that hangs, at the end.
#include "latencies.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "measure.h"
#include "population.h"
#include "support/ns.h"
#include "support/stall.h"
#include "watched.h"

enum { RUNS = 9 };

static void bench_start(const char *program)
{
    const char *const argv[] = {program, NULL};
    struct population p;

    if (!population_start(&p, 1000, 500))
        return;
    struct report_row *row = report_row("6", "start to complete screen, 1000 processes");
    row->scale = 1e3, row->unit = "ms", row->goal = 30;
    struct samples quits = {0};
    for (int i = 0; i < RUNS; i++) {
        struct watched w;
        if (!watched_start(&w, argv))
            break;
        double took = watched_until(&w, "benchproc", 5); // the holders column: all has been read
        vec_push(&row->ours, took);
        vec_push(&quits, watched_quit(&w, "q"));
    }
    row = report_row("6", "quit");
    row->ours = quits, row->scale = 1e3, row->unit = "ms", row->goal = 100;
    population_end(&p);
}

static void bench_keys(const char *program, size_t processes)
{
    const char *const argv[] = {program, "-d", "0.1", NULL};
    struct population p;
    struct watched w;
    struct samples took = {0};
    char what[96];

    if (!population_start(&p, processes, processes / 2))
        return;
    pid_t churner = churn_start(p.target, 50); // scans never end
    if (watched_start(&w, argv)) {
        watched_until(&w, "benchproc", 10);
        for (int i = 0; i < 400; i++) {
            vec_push(&took, watched_key(&w, i % 2 ? "\033[A" : "\033[B"));
            usleep((useconds_t)(1000 + rand() % 20000));
        }
        watched_quit(&w, "q");
        snprintf(what, sizeof what, "key to repaint, 99 of 100, scanning %zu processes", processes);
        struct report_row *row = report_row("6", what);
        vec_push(&row->ours, samples_percentile(&took, 99));
        row->scale = 1e3, row->unit = "ms", row->goal = 10;
        row = report_row("6", "the same, all keys");
        row->ours = took, row->scale = 1e3, row->unit = "ms";
    }
    child_end(churner);
    population_end(&p);
}

// One segment, held by all of them: its holders tagged, keys among them, then what a signal to all would
// do.
static void bench_many_holders(const char *program, size_t holders)
{
    const char *const argv[] = {program, NULL};
    struct population p;
    struct watched w;
    struct samples took = {0}, menus = {0}, previews = {0};
    char what[96];

    if (!population_start(&p, holders, holders))
        return;
    if (watched_start(&w, argv)) {
        watched_until(&w, "benchproc", 10);
        watched_key(&w, "g\r*");
        watched_idle(&w, 3, NULL);
        for (int i = 0; i < 300; i++) {
            vec_push(&took, watched_key(&w, i % 2 ? "\033[A" : "\033[B"));
            usleep((useconds_t)(1000 + rand() % 20000));
        }
        for (int i = 0; i < RUNS; i++) {
            vec_push(&menus, watched_key(&w, "k")); // the menu of signals
            watched_idle(&w, 0.3, NULL);
            double start = seconds_now();
            if (write(w.fd, "\r", 1) == 1 && !isnan(watched_until(&w, "What would be done", 10)))
                vec_push(&previews, seconds_now() - start);
            watched_key(&w, "\033");
            watched_idle(&w, 0.3, NULL);
        }
        watched_quit(&w, "\x03");
        snprintf(what, sizeof what, "key to repaint, 99 of 100, %zu holders of one segment, tagged",
                 holders);
        struct report_row *row = report_row("6", what);
        vec_push(&row->ours, samples_percentile(&took, 99));
        row->scale = 1e3, row->unit = "ms", row->goal = 10;
        row = report_row("6", "the menu of signals for all of them");
        row->ours = menus, row->scale = 1e3, row->unit = "ms", row->goal = 10;
        row = report_row("6", "preview of a signal to all of them");
        row->ours = previews, row->scale = 1e3, row->unit = "ms", row->goal = 100;
    }
    population_end(&p);
}

// A holder whose exec waits for a file system that does not answer: opening its files in /proc hangs.
struct patient {
    struct stall stall;
    int shmid;
    int go[2];
};

static void sick(void *arg, int ready)
{
    struct patient *patient = arg;
    char byte;

    shmat(patient->shmid, NULL, 0);
    int fd = open(patient->stall.file, O_RDWR | O_CLOEXEC);
    char *map = mmap(NULL, STALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        _exit(1);
    map[0] = 1; // to be written back when it goes
    child_ready(ready);
    if (read(patient->go[0], &byte, 1) == 1)
        execl("/bin/sleep", "sleep", "1000", NULL);
    _exit(1);
}

static bool is_held(void *stall)
{
    return stall_held(stall) > 0;
}

static void bench_stuck(const char *program)
{
    const char *const argv[] = {program, "-d", "1", NULL};
    struct patient patient;
    struct population p;
    struct samples gaps = {0}, quits = {0};

    if (stall_start(&patient.stall) != 0) {
        report_skip("6", "beside a process that hangs", "no file system of our own can be mounted");
        return;
    }
    if (!population_start(&p, 100, 10) || pipe(patient.go) < 0)
        return;
    patient.shmid = p.target;
    pid_t pid = child_start(sick, &patient);
    stall_hold(&patient.stall, STALL_WRITES);
    if (pid > 0 && write(patient.go[1], "", 1) == 1 && await(is_held, &patient.stall, 20)) {
        for (int i = 0; i < RUNS; i++) {
            struct watched w;
            if (!watched_start(&w, argv))
                break;
            watched_gaps(&w, 5, &gaps); // the first scan, which runs into it, included
            vec_push(&quits, watched_quit(&w, "q"));
        }
        struct report_row *row = report_row("6", "a refresh, beside a process that hangs: latest");
        for (size_t i = 0; i < gaps.n; i++) // beyond the interval of a second
            gaps.at[i] = gaps.at[i] > 1 ? gaps.at[i] - 1 : 0;
        vec_push(&row->ours, samples_percentile(&gaps, 100));
        row->scale = 1e3, row->unit = "ms late", row->goal = 250;
        row = report_row("6", "quit, beside a process that hangs");
        row->ours = quits, row->scale = 1e3, row->unit = "ms", row->goal = 100;
    }
    stall_hold(&patient.stall, 0);
    child_end(pid);
    stall_end(&patient.stall);
    population_end(&p);
}

void bench_latencies(const char *program, size_t processes)
{
    bench_start(program);
    bench_stuck(program);
    bench_keys(program, processes);
    bench_many_holders(program, processes);
}
