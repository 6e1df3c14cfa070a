// Scans as a program makes them that runs already: its threads are there, and it knows the devices.
#ifndef IPCTOP_BENCH_SCANNING_H
#define IPCTOP_BENCH_SCANNING_H

#include <stdint.h>

#include "engine/sampler.h"
#include "linux/source.h"

struct scanning {
    struct linux_source *real;
    struct sampler *sampler;
    enum scan_method method; // of the last scan
};

// Makes a first scan, which is no measure.
struct scanning scanning_start(const struct linux_source_options *how, int shmid);
void scanning_end(struct scanning *by);
// Seconds; *found are the attachments of `shmid` that were found, of whom all segments are looked at.
double scan_once(struct scanning *by, int shmid, uint64_t *found);
// The same where that segment alone is asked for.
double scan_segment(struct scanning *by, int shmid, uint64_t *found);

#endif
