// How much of the kernel's limits is used: the numbers behind the header's gauges. Pure.
#ifndef IPCTOP_UI_PARTS_USAGE_H
#define IPCTOP_UI_PARTS_USAGE_H

#include "model/record/snapshot.h"
#include "ui/canvas/canvas.h"

struct usage {
    bool used_known, limit_known; // a limit beyond every machine counts as none
    bool of_ram;                  // the memory of the machine ends before the limit: it is that
    uint64_t used, limit;         // bytes or objects
};

// "shmall", "shmmni", "semmns", …; pages are turned to bytes. What the limits do not say is
// counted in the tables where they were read.
struct usage usage_of(const struct snapshot *s, const char *limit);

double usage_percent(const struct usage *usage); // 0 where it is not known
enum style usage_style(double percent);          // GOOD, WARNING, CRITICAL
// "|||||": as much of the columns as it is.
void usage_bar(struct canvas *canvas, int x, int y, int w, double percent);

#endif
