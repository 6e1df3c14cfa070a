// The formats of output, each one const entry in a file of src/output: --json, --batch, saved views.
#ifndef IPCTOP_OUTPUT_FORMATS_H
#define IPCTOP_OUTPUT_FORMATS_H

#include <stdio.h>

#include "model/table/kind.h"
#include "model/table/rows.h"

struct table_request { // one table to print
    struct query query;
    const struct column **columns;
    size_t n_columns;
};

struct format {
    const char *name;   // of the option that chooses it: "json"; NULL: there is none
    const char *what;   // it is, in a few words
    const char *help;   // of the option
    const char *ending; // of files in it: ".json"; NULL: those without an ending of another
    bool shown;         // as on the screen: its columns, texts and order; else values for programs
    bool utf8;          // whatever the locale
    unsigned need;      // enum need: beyond that of the tables
    size_t place;       // offset in struct kind of a table's place, where none is named
    // Tables one after the other. 0, or -errno of the stream.
    int (*write)(FILE *out, const struct snapshot *s, const struct table_request *tables, size_t n);
};

extern const struct format *const formats[];
extern const size_t n_formats;

// What a file of that name is written in.
const struct format *format_of_file(const char *name);

#endif
