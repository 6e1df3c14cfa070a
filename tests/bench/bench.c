// `make bench`: ipctop beside the bare loops and the tools people use today, in one run, on
// populations of its own namespaces; one table at the end. Ratios are what to look at.
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "latencies.h"
#include "loops.h"
#include "measure.h"
#include "population.h"
#include "recordings.h"
#include "scanning.h"
#include "sharing.h"
#include "support/ns.h"
#include "watched.h"
#include "witnessed.h"

enum { RUNS = 9, MAX_SIZES = 8 };

static struct {
    size_t processes[MAX_SIZES], objects[MAX_SIZES];
    size_t n_processes, n_objects;
    double rest_seconds;
    const char *only;
} plan = {.processes = {100, 1000, 5000, 20000},
          .objects = {100, 4096, 32000},
          .n_processes = 4,
          .n_objects = 3,
          .rest_seconds = 30};

static char program[4096] = BUILD_DIR "/ipctop";

// "1,10"
static bool wanted(const char *target)
{
    size_t n = strlen(target);

    for (const char *at = plan.only; at; at = strchr(at, ','), at += at != NULL)
        if (strncmp(at, target, n) == 0 && (at[n] == ',' || !at[n]))
            return true;
    return !plan.only;
}

// The others take seconds where there are many.
static int runs(size_t processes)
{
    return processes > 10000 ? 3 : RUNS;
}

// --- 1. one holder scan --------------------------------------------------------------------------

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
    const struct linux_source_options how = {
        .proc = "/proc", .text_only = text_only, .no_walk = true};
    struct scanning by = scanning_start(&how, p->target);
    for (int i = 0; i < runs(processes); i++) {
        uint64_t found;
        double took = scan_once(&by, p->target, &found);
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
    scanning_end(&by);
}

// The worst case: every process is a holder.
static void bench_all_attached(size_t processes)
{
    static char ours[4200], theirs[64], what[96];
    struct population p;

    if (!population_start(&p, processes, processes)) {
        report_skip("1", "all attached", "the processes could not be made");
        return;
    }
    snprintf(ours, sizeof ours, "%s --json -i %d holders maps", program, p.target);
    snprintf(theirs, sizeof theirs, "lsof 2>/dev/null | grep %d", p.target);
    snprintf(what, sizeof what, "--json -i ID holders maps, %zu processes, all attached",
             processes);
    report_commands("1", what, ours, theirs, "lsof", 1.0 / 15, RUNS);
    population_end(&p);
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
        report_commands("1", what, ours[i], theirs[i], "lsof", n == 1000 || n == 5000 ? 0.1 : NAN,
                        runs(n));
        population_end(&p);
    }
}

// --- 2. listing objects --------------------------------------------------------------------------

static void bench_lists(void)
{
    static const struct {
        const char *arguments, *theirs, *tool;
        double goal; // NAN: a figure beside
        // clang-format off
    } lists[] = {
        {"--json segments semaphores queues", "ipcs -a", "ipcs", 1},
        {"--batch segments", "lsipc -m", "lsipc", 1},
        {"--json segments", "lsipc -m --json", "lsipc", NAN},
        {"--json limits", "lsipc --json", "lsipc", NAN},
    };
    // clang-format on
    enum { LISTS = sizeof lists / sizeof *lists };
    static char ours[LISTS][4200], what[96];

    for (size_t i = 0; i < plan.n_objects; i++) {
        if (objects_make(plan.objects[i])) {
            for (int k = 0; k < LISTS; k++) {
                snprintf(ours[k], sizeof ours[k], "%s %s", program, lists[k].arguments);
                snprintf(what, sizeof what, "%s, %zu of each kind", lists[k].arguments,
                         plan.objects[i]);
                report_commands("2", what, ours[k], lists[k].theirs, lists[k].tool, lists[k].goal,
                                RUNS);
            }
        } else {
            report_skip("2", "listing objects", "they could not be made");
        }
        objects_remove();
    }
}

// What ended programs left behind: 100 objects of each kind, each by a process of its own.
static void bench_left_behind(void)
{
    static char ours[2][4200];

    if (!objects_leave(100)) {
        report_skip("2", "listing what ended processes left", "it could not be made");
    } else {
        snprintf(ours[0], sizeof ours[0], "%s --json segments semaphores queues", program);
        snprintf(ours[1], sizeof ours[1], "%s --batch segments", program);
        report_commands("2",
                        "--json segments semaphores queues, 100 of each by 100 ended processes",
                        ours[0], "ipcs -a", "ipcs", 1, 3 * RUNS);
        report_commands("2", "--batch segments, 100 by 100 ended processes", ours[1], "lsipc -m",
                        "lsipc", 1, 3 * RUNS);
    }
    objects_remove();
}

// --- 3, 4, 5, 7. at rest, and under change ---------------------------------------------------------

struct rest {
    struct samples cpu, bytes;
    double resident;
};

enum { SETTLE = 6, SETTLE_WHOLLY = 125 }; // seconds

// After so many seconds: a program's first scans are not its rest, and for two minutes ages are shown in
// seconds and graphs grow, at every refresh.
static bool rest(const char *const argv[], double settle, struct rest *out)
{
    struct watched w;

    if (!watched_start(&w, argv))
        return false;
    watched_idle(&w, settle, NULL);
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

static void bench_rest_beside_peers(size_t processes)
{
    static const struct {
        const char *name, *what, *argv[4];
        double cpu, bytes; // goals
        // clang-format off
    } peers[] = {
        {"htop", "the same beside htop", {"htop", "-d", "20"}, 1.0 / 50, 64},
        {"top", "the same beside top", {"top", "-d", "2"}, NAN, NAN},
    };
    // clang-format on
    const char *const ours[] = {program, "-d", "2", NULL};
    struct population p;
    struct rest mine = {0}, theirs[2] = {0};
    char what[96];

    if (!population_start(&p, processes, 50))
        return;
    objects_make(25); // with the population's own, 30 segments
    bool has[2];
    for (int i = 0; i < 2; i++)
        has[i] = command_exists(peers[i].name) && rest(peers[i].argv, SETTLE, &theirs[i]);
    if (rest(ours, SETTLE_WHOLLY, &mine)) {
        snprintf(what, sizeof what, "CPU at rest, %zu processes, 50 holders", processes);
        struct report_row *row = report_row("3", what);
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = 0.1;
        for (int i = 0; i < 2; i++) {
            if (!has[i])
                continue;
            row = report_row("3", peers[i].what);
            row->ours = mine.cpu, row->theirs = theirs[i].cpu, row->theirs_name = peers[i].name;
            row->scale = 100, row->unit = "%", row->by_ratio = true, row->goal = peers[i].cpu;
        }
        for (int i = 0; i < 2 && (i == 0 || has[i]); i++) {
            row = report_row("5", "bytes per idle refresh, ages in minutes");
            row->ours = mine.bytes, row->unit = "bytes", row->goal = peers[i].bytes;
            if (has[i])
                row->theirs = theirs[i].bytes, row->theirs_name = peers[i].name;
        }
    }
    objects_remove();
    population_end(&p);
}

static void bench_rest_with_objects(size_t processes)
{
    const char *const ours[] = {program, "-d", "2", NULL};
    struct population p;
    struct rest mine = {0};

    if (!population_start(&p, processes, 50) || !objects_make(4096 - 5) ||
        !rest(ours, SETTLE, &mine)) {
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

// In the views that show most of it: Namespaces, and Shared.
static void bench_rest_with_namespaces(size_t namespaces)
{
    static const struct {
        const char *tab, *what;
    } views[] = {{"namespaces", "CPU at rest, 200 namespaces, Namespaces view"},
                 {"shared", "CPU at rest, 200 namespaces, Shared view"}};
    static struct rest mine[sizeof views / sizeof *views];
    pid_t parent = namespaces_start(namespaces);

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const char *const ours[] = {program, "-d", "2", views[i].tab, NULL};
        if (parent <= 0 || !rest(ours, 20, &mine[i])) {
            report_skip("13", views[i].what, "they could not be made");
            continue;
        }
        struct report_row *row = report_row("13", views[i].what);
        row->ours = mine[i].cpu, row->scale = 100, row->unit = "%", row->goal = 0.5;
    }
    if (parent > 0)
        child_end(parent);
}

static void bench_churn(size_t processes)
{
    const char *const ours[] = {program, "-d", "2", NULL};
    struct population p;
    struct rest mine = {0};

    if (!population_start(&p, processes, 50))
        return;
    pid_t churner = churn_start(p.target, 200);
    if (rest(ours, SETTLE, &mine)) {
        struct report_row *row = report_row("4", "CPU while 200 attach and detach a second");
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = 5;
    }
    child_end(churner);
    population_end(&p);
}

// The view of processes, without the column that has the sockets of all of them read, and with it.
static void bench_processes(size_t processes)
{
    static const char without[] =
        "pid,user,state,segments,attached_bytes,threads,rss,swap,start_time,command";
    const struct {
        const char *what, *argv[7];
        double goal;
    } views[] = {
        {"CPU at rest, Processes view without ports",
         {program, "-d", "2", "-o", without, "processes"},
         0.5},
        {"CPU at rest, Processes view with ports", {program, "-d", "2", "processes"}, 1},
    };
    struct population p;

    if (!population_start(&p, processes, 50))
        return;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct rest mine = {0};
        if (!rest(views[i].argv, SETTLE, &mine))
            continue;
        struct report_row *row = report_row("10", views[i].what);
        row->ours = mine.cpu, row->scale = 100, row->unit = "%", row->goal = views[i].goal;
    }
    population_end(&p);
}

static int run(void)
{
    size_t largest = plan.processes[plan.n_processes - 1], many = largest < 5000 ? largest : 5000;

    if (wanted("1")) {
        bench_scans();
        bench_all_attached(largest < 2000 ? largest : 2000);
    }
    if (wanted("2")) {
        bench_lists();
        bench_left_behind();
    }
    if (wanted("3") || wanted("5"))
        bench_rest_beside_peers(many);
    if (wanted("3") || wanted("7"))
        bench_rest_with_objects(many);
    if (wanted("4"))
        bench_churn(many);
    if (wanted("6"))
        bench_latencies(program, largest);
    if (wanted("8"))
        bench_witness(program, many);
    if (wanted("9"))
        bench_recordings(program);
    if (wanted("10"))
        bench_processes(many);
    if (wanted("13")) {
        bench_sharing(many, 0, RUNS);
        bench_sharing(many, OTHERS_MAX, RUNS);
        bench_rest_with_namespaces(200);
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
    const char *base = NULL;
    // clang-format off
    static const struct option options[] = {
        {"processes", required_argument, NULL, 'p'}, {"objects", required_argument, NULL, 'o'},
        {"rest", required_argument, NULL, 'r'},      {"only", required_argument, NULL, 't'},
        {"base", required_argument, NULL, 'b'},      {0},
    };
    // clang-format on

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'p':
            plan.n_processes = parse_sizes(optarg, plan.processes);
            break;
        case 'o':
            plan.n_objects = parse_sizes(optarg, plan.objects);
            break;
        case 'r':
            plan.rest_seconds = strtod(optarg, NULL);
            break;
        case 't':
            plan.only = optarg;
            break;
        case 'b':
            base = optarg;
            break;
        default:
            fprintf(stderr, "usage: bench [--processes N,…] [--objects N,…] [--rest SECONDS] "
                            "[--only TARGETS] [--base PROGRAM]\n");
            return 2;
        }
    }
    if (!plan.n_processes || !plan.n_objects)
        return 2;
    if (!realpath(BUILD_DIR "/ipctop", program)) {
        fprintf(stderr, "bench: no " BUILD_DIR "/ipctop: run make first\n");
        return 1;
    }
    if (base)
        report_base(program, base);
    return ns_run(run);
}
