// The formats of output, each one const entry in a file of src/output: --json, --batch, saved views.
// How one is added: src/output/formats.c.
#ifndef IPCTOP_OUTPUT_FORMATS_H
#define IPCTOP_OUTPUT_FORMATS_H

#include <stdio.h>

#include "model/table/kind.h"
#include "model/table/rows.h"

// Exit status of a monitoring plugin that could not find out (--check).
enum { CHECK_UNKNOWN = 3 };
// Of formats with `rows`; PER_OBJECT: of --openmetrics.
enum { STYLE_NO_HEADINGS = 1, STYLE_BYTES = 2, STYLE_PER_OBJECT = 4 };

struct table_request { // one table to print
    unsigned style;    // STYLE_*
    struct query query;
    const struct column **columns;
    size_t n_columns;
};

struct format {
    const char *name;    // of the option that chooses it: "json"; NULL: there is none
    const char *what;    // it is, in a few words
    const char *help;    // of the option
    const char *ending;  // of files in it: ".json"; NULL: those without an ending of another
    const char *form_of; // name of the one it is a form of, which may be named beside it
    bool shown;          // as on the screen: its columns, texts and order; else values for programs
    unsigned columns;    // any of these COL_* are usual; 0: COL_SCREEN or, not shown, COL_JSON
    bool rows;           // lines of rows, which STYLE_* apply to; a tick may follow the other
    bool dated;          // each of several ticks begins with its time
    bool heads_once;     // of one table: only before the first tick
    bool several;        // prints the rows of several IPC namespaces: snapshot.others
    bool reports_gaps;   // says itself what could not be read
    bool utf8;           // whatever the locale
    bool past;           // with the tables of what happened, where none is named
    bool whole;          // a report: with what is dear, too (column_in_report())
    uint64_t need;       // enum need: beyond that of the tables
    size_t place;        // offset in struct kind of a table's place, where none is named
    // Tables one after the other. 0, or -errno of the stream.
    int (*write)(FILE *out, const struct snapshot *s, const struct table_request *tables, size_t n);
    // The exit status that the answer is. NULL: 0.
    int (*status)(const struct snapshot *s, const struct table_request *tables, size_t n);
};

enum { FORMATS_MAX = 16 };
extern const struct format *const formats[]; // at most so many
extern const size_t n_formats;

bool format_is_form(const struct format *form, const struct format *of);
// What went wrong in writing, in words; -ELIBACC: the library of plain tables is not installed.
const char *format_error(int error);
const struct format *format_by_name(const char *name); // NULL: none
// Of recordings: documents as --json has them, with what happened since the one before.
extern const struct format record_format;

// What a file of that name is written in.
const struct format *format_of_file(const char *name);
// The endings that choose one: ".json, .csv, else text". Returns dst.
const char *formats_endings(char *dst, size_t cap);
// The options that choose one, in `dst` of `cap` bytes: "--json, --batch".
const char *formats_list(char *dst, size_t cap);
// The tables of one where none is named: "segments, semaphores and queues"; of most, those left out: "every
// table but hosts".
const char *formats_defaults(const struct format *format, char *dst, size_t cap);

#endif
