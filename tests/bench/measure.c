#include "measure.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double samples_percentile(const struct samples *s, double percent)
{
    if (!s->n)
        return NAN;
    double *sorted = mem_alloc(s->n * sizeof *sorted);
    memcpy(sorted, s->at, s->n * sizeof *sorted);
    qsort(sorted, s->n, sizeof *sorted, compare);
    size_t at = (size_t)ceil(percent / 100 * (double)s->n);
    double value = sorted[at ? at - 1 : 0];
    free(sorted);
    return value;
}

double samples_median(const struct samples *s)
{
    return samples_percentile(s, 50);
}

double command_seconds(const char *command)
{
    double start = seconds_now();
    int status = 0;

    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
        return NAN;
    return seconds_now() - start;
}

double process_cpu_seconds(int pid)
{
    char path[300];
    double total = 0;
    bool any = false;

    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *dir = opendir(path);
    if (!dir)
        return NAN;
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, e->d_name);
        FILE *f = fopen(path, "re");
        unsigned long long ns = 0;
        if (f && fscanf(f, "%llu", &ns) == 1) {
            total += (double)ns / 1e9;
            any = true;
        }
        if (f)
            fclose(f);
    }
    closedir(dir);
    return any ? total : NAN;
}

double process_resident_bytes(int pid)
{
    char path[64];
    unsigned long long size, resident = 0;

    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *f = fopen(path, "re");
    bool ok = f && fscanf(f, "%llu %llu", &size, &resident) == 2;
    if (f)
        fclose(f);
    return ok ? (double)resident * (double)sysconf(_SC_PAGESIZE) : NAN;
}

// --- the table ---------------------------------------------------------------------------------

struct line {
    struct report_row row;
    const char *skipped;
};
VEC(line_vec, struct line);
static struct line_vec table;

static struct line *add(const char *target, const char *what)
{
    vec_push(&table, (struct line){.row = {.target = target, .scale = 1, .unit = "", .goal = NAN}});
    struct line *line = &table.at[table.n - 1];
    snprintf(line->row.what, sizeof line->row.what, "%s", what);
    return line;
}

struct report_row *report_row(const char *target, const char *what)
{
    fprintf(stderr, "  %s. %s\n", target, what);
    return &add(target, what)->row;
}

void report_skip(const char *target, const char *what, const char *why)
{
    add(target, what)->skipped = why;
}

static void number(char *dst, size_t cap, double value, double scale)
{
    value *= scale;
    if (isnan(value))
        snprintf(dst, cap, "-");
    else
        snprintf(dst, cap,
                 value < 1     ? "%.3f"
                 : value < 10  ? "%.2f"
                 : value < 100 ? "%.1f"
                               : "%.0f",
                 value);
}

static void spread(char *dst, size_t cap, const struct samples *s, double scale)
{
    char low[24], mid[24], high[24];

    number(low, sizeof low, samples_percentile(s, 0), scale);
    number(mid, sizeof mid, samples_median(s), scale);
    number(high, sizeof high, samples_percentile(s, 100), scale);
    if (s->n > 1)
        snprintf(dst, cap, "%s (%s–%s)", mid, low, high);
    else
        snprintf(dst, cap, "%s", mid);
}

// A command with a pipe in it would end its cell.
static void command(char *dst, size_t cap, const char *text)
{
    size_t n = 0;

    for (; text && *text && n + 2 < cap; text++) {
        if (*text == '|')
            dst[n++] = '\\';
        dst[n++] = *text;
    }
    dst[n] = '\0';
}

void report_print(void)
{
    printf("| target | what | ipctop: median (min–max) | beside it | median (min–max) | ratio | "
           "goal | met |\n");
    printf("|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < table.n; i++) {
        struct report_row *row = &table.at[i].row;
        char ours[80], theirs[80] = "", name[80], ratio[24] = "", goal[48] = "";
        const char *met = "";

        if (table.at[i].skipped) {
            printf("| %s | %s | skipped: %s | | | | | |\n", row->target, row->what,
                   table.at[i].skipped);
            continue;
        }
        spread(ours, sizeof ours, &row->ours, row->scale);
        double times = NAN;
        if (row->theirs.n) {
            spread(theirs, sizeof theirs, &row->theirs, row->scale);
            times = samples_median(&row->ours) / samples_median(&row->theirs);
            if (times < 0.1)
                snprintf(ratio, sizeof ratio, "1/%.0f", 1 / times);
            else
                number(ratio, sizeof ratio, times, 1);
        }
        if (!isnan(row->goal)) {
            double value = row->by_ratio ? times : samples_median(&row->ours) * row->scale;
            met = isnan(value) ? "?" : value <= row->goal ? "yes" : "NO";
            if (row->by_ratio && row->goal < 0.5)
                snprintf(goal, sizeof goal, "≤ 1/%.0f", 1 / row->goal);
            else
                snprintf(goal, sizeof goal, "≤ %g %s", row->goal, row->by_ratio ? "×" : row->unit);
        }
        command(name, sizeof name, row->theirs_name);
        printf("| %s | %s | %s %s | %s | %s | %s | %s | %s |\n", row->target, row->what, ours,
               row->unit, name, theirs, ratio, goal, met);
    }
}

// --- commands ------------------------------------------------------------------------------------

bool command_exists(const char *tool)
{
    char line[128];

    snprintf(line, sizeof line, "command -v %s", tool);
    return !isnan(command_seconds(line));
}

static struct {
    const char *program, *path;
} base;

void report_base(const char *program, const char *path)
{
    base.program = program;
    base.path = path;
}

// The same command of the program built before; false where there is none.
static bool before(const char *ours, char *command, size_t cap)
{
    size_t len = base.program ? strlen(base.program) : 0;

    if (!len || strncmp(ours, base.program, len) != 0)
        return false;
    return (size_t)snprintf(command, cap, "%s%s", base.path, ours + len) < cap;
}

void report_commands(const char *target, const char *what, const char *ours, const char *theirs,
                     const char *tool, double goal, int times)
{
    if (!command_exists(tool)) {
        report_skip(target, what, "the other is not installed");
        return;
    }
    struct report_row *row = report_row(target, what);
    row->theirs_name = tool;
    row->scale = 1e3;
    row->unit = "ms";
    row->by_ratio = true;
    row->goal = goal;
    char command[8400];
    struct samples old = {0};
    bool compares = before(ours, command, sizeof command);

    for (int i = 0; i < times; i++) { // in turn
        vec_push(&row->ours, command_seconds(ours));
        vec_push(&row->theirs, command_seconds(theirs));
        if (compares)
            vec_push(&old, command_seconds(command));
    }
    if (!compares)
        return;
    const struct samples now = row->ours;
    row = report_row(target, "the same beside the program before");
    row->ours = now;
    row->theirs = old;
    row->theirs_name = base.path;
    row->scale = 1e3;
    row->unit = "ms";
    row->by_ratio = true;
}
