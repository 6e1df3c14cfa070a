// `make bench`: ipctop beside the bare loops and the tools people use today, in one run, on
// populations of its own namespaces; one table at the end. Ratios are what to look at.
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/sampler.h"
#include "linux/source.h"
#include "loops.h"
#include "measure.h"
#include "population.h"
#include "support/ns.h"
#include "support/stall.h"
#include "watched.h"

enum { RUNS = 9, MAX_SIZES = 8 };

static struct {
    size_t processes[MAX_SIZES], objects[MAX_SIZES];
    size_t n_processes, n_objects;
    double rest_seconds;
    const char *only;
} plan = {.processes = {100, 1000, 5000}, .objects = {100, 4096, 32000}, .n_processes = 3, .n_objects = 3,
          .rest_seconds = 30};

static char program[4096] = BUILD_DIR "/ipctop";

static bool wanted(const char *target)
{
    return !plan.only || strstr(plan.only, target);
}

static bool installed(const char *tool)
{
    char command[128];

    snprintf(command, sizeof command, "command -v %s", tool);
    return !isnan(command_seconds(command));
}

// --- 1. one holder scan --------------------------------------------------------------------------

static double scan_once(bool text_only, int shmid, uint64_t *found)
{
    struct linux_source *real = linux_source_new(&(struct linux_source_options){.proc = "/proc",
                                                                                 .text_only = text_only});
    struct source source = linux_source_seam(real);
    struct sampler *sampler = sampler_new(&source, &(struct sampler_options){.interval = 3600, .one_shot = true});
    struct want want = {.need = NEED_SEGMENTS | NEED_HOLDERS};
    double start = seconds_now();
    struct snapshot *s = sampler_collect(sampler, &want);
    double took = seconds_now() - start;
    const struct segment_account *account = s && s->scan ? scan_account(s->scan, shmid) : NULL;

    *found = account ? account->found : 0;
    snapshot_unref(s);
    sampler_free(sampler);
    linux_source_free(real);
    return took;
}

static void compare_scan(const char *name, bool text_only, long (*loop)(int), const char *loop_name,
                         const struct population *p, size_t processes, size_t holders)
{
    char what[96];

    snprintf(what, sizeof what, "holder scan by %s, %zu processes", name, processes);
    if (loop(p->target) < 0) {
        report_skip("1", what, "this kernel lacks it");
        return;
    }
    struct report_row *row = report_row("1", what);
    row->theirs_name = loop_name;
    row->scale = 1e3;
    row->unit = "ms";
    row->by_ratio = true;
    row->goal = 1.2;
    for (int i = 0; i < RUNS; i++) {
        uint64_t found;
        double took = scan_once(text_only, p->target, &found);
        double start = seconds_now();
        long bare = loop(p->target);
        if (found == holders && bare == (long)holders) { // a fast wrong answer is none
            vec_push(&row->ours, took);
            vec_push(&row->theirs, seconds_now() - start);
        } else {
            fprintf(stderr, "  wrong: %zu holders, found %llu, bare loop %ld\n", holders,
                    (unsigned long long)found, bare);
        }
    }
}

static void compare_commands(const char *target, const char *what, const char *ours, const char *theirs,
                             const char *theirs_name, double goal)
{
    if (!installed(theirs_name)) {
        report_skip(target, what, "the other is not installed");
        return;
    }
    struct report_row *row = report_row(target, what);
    row->theirs_name = theirs;
    row->scale = 1e3;
    row->unit = "ms";
    row->by_ratio = true;
    row->goal = goal;
    for (int i = 0; i < RUNS; i++) {
        vec_push(&row->ours, command_seconds(ours));
        vec_push(&row->theirs, command_seconds(theirs));
    }
}

static void bench_scans(void)
{
    static char ours[MAX_SIZES][4200], theirs[MAX_SIZES][64], what[96];

    for (size_t i = 0; i < plan.n_processes; i++) {
        struct population p;
        size_t n = plan.processes[i], holders = n / 2;
        if (!population_start(&p, n, holders)) {
            report_skip("1", "holder scan", "the processes could not be made");
            continue;
        }
        compare_scan("PROCMAP_QUERY", false, loop_query, "bare loop", &p, n, holders);
        compare_scan("text", true, loop_memmem, "bare memmem loop", &p, n, holders);
        snprintf(ours[i], sizeof ours[i], "%s --json -i %d holders maps", program, p.target);
        snprintf(theirs[i], sizeof theirs[i], "lsof 2>/dev/null | grep %d", p.target);
        snprintf(what, sizeof what, "--json -i ID holders maps, %zu processes", n);
        compare_commands("1", what, ours[i], theirs[i], "lsof", n >= 1000 ? 0.1 : NAN);
        population_end(&p);
    }
}

// --- 2. listing objects --------------------------------------------------------------------------

static void bench_lists(void)
{
    static char json[4200], batch[4200], what[96];

    snprintf(json, sizeof json, "%s --json segments semaphores queues", program);
    snprintf(batch, sizeof batch, "%s --batch segments", program);
    for (size_t i = 0; i < plan.n_objects; i++) {
        if (!objects_make(plan.objects[i])) {
            report_skip("2", "listing objects", "they could not be made");
            objects_remove();
            continue;
        }
        snprintf(what, sizeof what, "--json, %zu of each kind", plan.objects[i]);
        compare_commands("2", what, json, "ipcs -a", "ipcs", 1);
        snprintf(what, sizeof what, "--batch segments, %zu", plan.objects[i]);
        compare_commands("2", what, batch, "lsipc -m", "lsipc", 1);
        objects_remove();
    }
}

// --- 3, 4, 5, 7. at rest, and under change ---------------------------------------------------------

struct rest {
    struct samples cpu, bytes;
    double resident;
};

// From `settled` on: a program's first scans are not its rest, and ages that are young enough to
// be shown in seconds change at every refresh.
static bool rest(const char *const argv[], double settled, struct rest *out)
{
    struct watched w;

    if (!watched_start(&w, argv))
        return false;
    double wait = settled - seconds_now();
    watched_idle(&w, wait > 6 ? wait : 6, NULL);
    size_t ticks = (size_t)(plan.rest_seconds / 2);
    for (int part = 0; part < 3; part++) { // three parts show the spread
        double cpu = process_cpu_seconds(w.pid), start = seconds_now();
        watched_idle(&w, plan.rest_seconds / 3, &out->bytes);
        vec_push(&out->cpu, (process_cpu_seconds(w.pid) - cpu) / (seconds_now() - start));
    }
    while (out->bytes.n < ticks)
        vec_push(&out->bytes, 0); // a refresh that sent nothing
    out->resident = process_resident_bytes(w.pid);
    watched_quit(&w, "\x03");
    return true;
}

static void bench_rest_beside_htop(size_t processes)
{
    const char *const ours[] = {program, "-d", "2", NULL}, *const htop[] = {"htop", "-d", "20", NULL};
    struct population p;
    struct rest mine = {0}, theirs = {0};
    char what[96];

    if (!population_start(&p, processes, 50))
        return;
    objects_make(25); // with the population's own, 30 segments
    double settled = seconds_now() + 125; // ages are shown in minutes from two on
    bool has_htop = installed("htop") && rest(htop, 0, &theirs);
    if (rest(ours, settled, &mine)) {
        snprintf(what, sizeof what, "CPU at rest, %zu processes, 50 holders", processes);
        struct report_row *row = report_row("3", what);
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = 0.1;
        if (has_htop) {
            row = report_row("3", "the same beside htop");
            row->ours = mine.cpu, row->theirs = theirs.cpu, row->theirs_name = "htop";
            row->scale = 100, row->unit = "%", row->by_ratio = true, row->goal = 1.0 / 50;
        }
        row = report_row("5", "bytes per idle refresh, ages in minutes");
        row->ours = mine.bytes, row->unit = "bytes", row->goal = 64;
        if (has_htop)
            row->theirs = theirs.bytes, row->theirs_name = "htop";
    }
    objects_remove();
    population_end(&p);
}

static void bench_rest_with_objects(size_t processes)
{
    const char *const ours[] = {program, "-d", "2", NULL};
    struct population p;
    struct rest mine = {0};

    if (!population_start(&p, processes, 50) || !objects_make(4096 - 5) || !rest(ours, 0, &mine)) {
        report_skip("3", "CPU at rest, 4096 of each kind", "they could not be made");
    } else {
        struct report_row *row = report_row("3", "CPU at rest, 4096 of each kind");
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = 0.5;
        row = report_row("7", "resident memory there");
        vec_push(&row->ours, mine.resident);
        row->scale = 1.0 / (1 << 20), row->unit = "MiB", row->goal = 8;
    }
    objects_remove();
    population_end(&p);
}

static void bench_churn(size_t processes)
{
    const char *const ours[] = {program, "-d", "2", NULL};
    struct population p;
    struct rest mine = {0};

    if (!population_start(&p, processes, 50))
        return;
    pid_t churner = churn_start(p.target, 200);
    if (rest(ours, 0, &mine)) {
        struct report_row *row = report_row("4", "CPU while 200 attach and detach a second");
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = 5;
    }
    child_end(churner);
    population_end(&p);
}

// --- 6. latencies --------------------------------------------------------------------------------

static void bench_start(void)
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

static void bench_keys(size_t processes)
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

static void bench_stuck(void)
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

static int run(void)
{
    size_t largest = plan.processes[plan.n_processes - 1];

    if (wanted("1"))
        bench_scans();
    if (wanted("2"))
        bench_lists();
    if (wanted("3") || wanted("5"))
        bench_rest_beside_htop(largest);
    if (wanted("3") || wanted("7"))
        bench_rest_with_objects(largest);
    if (wanted("4"))
        bench_churn(largest);
    if (wanted("6")) {
        bench_start();
        bench_stuck();
        bench_keys(largest >= 5000 ? 20000 : largest);
    }
    report_print();
    return 0;
}

static size_t parse_sizes(char *text, size_t *out)
{
    size_t n = 0;

    for (char *word = strtok(text, ","); word && n < MAX_SIZES; word = strtok(NULL, ","))
        out[n++] = strtoul(word, NULL, 10);
    return n;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"processes", required_argument, NULL, 'p'}, {"objects", required_argument, NULL, 'o'},
        {"rest", required_argument, NULL, 'r'},      {"only", required_argument, NULL, 't'},
        {0},
    };

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'p': plan.n_processes = parse_sizes(optarg, plan.processes); break;
        case 'o': plan.n_objects = parse_sizes(optarg, plan.objects); break;
        case 'r': plan.rest_seconds = strtod(optarg, NULL); break;
        case 't': plan.only = optarg; break;
        default:
            fprintf(stderr, "usage: bench [--processes N,…] [--objects N,…] [--rest SECONDS] [--only TARGETS]\n");
            return 2;
        }
    }
    if (!plan.n_processes || !plan.n_objects)
        return 2;
    if (!realpath(BUILD_DIR "/ipctop", program)) {
        fprintf(stderr, "bench: no " BUILD_DIR "/ipctop: run make first\n");
        return 1;
    }
    return ns_run(run);
}
