// Settings kept across runs, as text: a pure parser and writer. The file itself: store/settings_file.h.
//
// One "key = value" a line; blank lines and lines that begin with # are comments:
//   interval = 2                 seconds between refreshes, 0.1 to 3600
//   header = auto                auto, full, line, none
//   colors = default             default, light, high-contrast, mono
//   orphan_age = 5m              what idles shorter is not called an orphan on screen; 0: at once
//   sort.TABLE = -size           as --sort takes it
//   columns.TABLE = key,shmid    as -o takes it, without +
// A line that is wrong is skipped and reported by its number. What is written is the whole of what is
// set: comments and keys of another version are not carried over.
#ifndef IPCTOP_STORE_SETTINGS_H
#define IPCTOP_STORE_SETTINGS_H

#include <stdio.h>

#include "model/table/kind.h"
#include "store/scheme.h"

enum {
    CONFIG_COLUMNS = 64,    // no kind has more
    CONFIG_BYTES = 1 << 16, // longer files are not settings of ours
};
static const double CONFIG_INTERVAL = 2; // seconds, unless given

// What is accepted, as texts say it.
#define CONFIG_INTERVALS "seconds from 0.1 to 3600"
#define CONFIG_AGES "an age: 0, 30s, 5m, 2h, 1d"

enum header_size { HEADER_AUTO, HEADER_FULL, HEADER_LINE, HEADER_NONE };

struct arrangement {           // of the tables of one kind
    bool sorted;               // by what follows; else as the kind has it
    const struct column *sort; // NULL: as read
    bool descending;
    const struct column *columns[CONFIG_COLUMNS]; // in order; n 0: those the kind shows
    size_t n;
};

struct settings {
    double interval; // seconds; 0: not said
    enum header_size header;
    enum scheme scheme;
    int64_t orphan_age; // seconds
    struct arrangement tables[KINDS];
};

// Fills all of *out; returns how many lines were skipped, of which `why` names the first ones:
// "line 3: no setting 'foo'; line 9: …". Text of any bytes is taken.
size_t settings_parse(struct settings *out, const char *text, size_t n, char *why, size_t cap);
// Writes the text that gives this when parsed.
void settings_write(const struct settings *config, FILE *out);

// Seconds between refreshes. False where the text is anything else.
bool settings_interval(const char *text, double *seconds);

const char *scheme_name(enum scheme scheme);
bool scheme_by_name(const char *name, enum scheme *scheme);

#endif
