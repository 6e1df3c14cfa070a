// Programs counted by name, for one cell: "oracle×17 sh".
#ifndef IPCTOP_MODEL_TABLE_TALLY_H
#define IPCTOP_MODEL_TABLE_TALLY_H

#include "base/line.h"

enum { TALLY_NAMES = 16 };

struct tally { // starts zeroed
    struct {
        const char *name; // not owned
        unsigned count;
    } at[TALLY_NAMES]; // the most frequent first
    size_t n;
    unsigned left; // counted for none of them: there were too many names
};

void tally_add(struct tally *tally, const char *name);
void tally_write(const struct tally *tally, struct line *line);

#endif
