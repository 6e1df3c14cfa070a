// Numbers of a benchmark: samples, their median and spread, and the one table they end in.
#ifndef IPCTOP_BENCH_MEASURE_H
#define IPCTOP_BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

VEC(samples, double);

double samples_percentile(const struct samples *s, double percent); // NAN without samples
double samples_median(const struct samples *s);

double seconds_now(void); // CLOCK_MONOTONIC

// Runs a command by the shell to its end, output thrown away: wall seconds, or NAN when it failed.
double command_seconds(const char *command);
bool command_exists(const char *tool);
// CPU seconds all threads of a process have used, from /proc/PID/task/*/schedstat; NAN when gone.
double process_cpu_seconds(int pid);
double process_resident_bytes(int pid); // NAN when gone

// Rows are collected and printed at once by report_print(). Lower is better everywhere.
struct report_row {
    const char *target; // "1", "2", … of the targets
    char what[96];
    struct samples ours, theirs; // theirs may be empty
    const char *theirs_name;
    double scale; // of the numbers printed: 1e3 for "ms", 100 for "%"
    const char *unit;
    bool by_ratio; // the goal bounds ours/theirs; else it bounds ours, in `unit`
    double goal;   // NAN: none, a figure for comparison
};
struct report_row *report_row(const char *target, const char *what); // valid until the next call
void report_skip(const char *target, const char *what, const char *why);
// Of every row of report_commands() whose own command begins with the path `program`, a second row: the
// same with `base` in its place, a program built before.
void report_base(const char *program, const char *base);
// One row: what two commands of the shell take, in turn, `times` times. `goal` bounds the ratio.
void report_commands(const char *target, const char *what, const char *ours, const char *theirs,
                     const char *tool, double goal, int times);
void report_print(void);

#endif
