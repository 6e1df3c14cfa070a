// Typed cells and the columns that give them: one const table per kind drives the screen,
// --batch, --json, sorting, filtering and the help.
//
// A new column is an entry in the table of its kind, src/model/kinds/; of processes, in the parts that
// their kinds share: kinds/parts/process_columns.h. `make golden` writes the manual.
#ifndef IPCTOP_MODEL_TABLE_COLUMN_H
#define IPCTOP_MODEL_TABLE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record/snapshot.h"

enum cell_type {
    CELL_TEXT,
    CELL_NUMBER,   // signed
    CELL_COUNT,    // unsigned
    CELL_SIZE,     // bytes; 276M on the screen, a number in JSON
    CELL_TIME,     // epoch seconds, 0 never: an age ("-" for never) on the screen, null in JSON
    CELL_DURATION, // seconds
    CELL_KEY,      // 0x%08x
    CELL_PERMS,    // rw-r----- on the screen, "0640" in JSON
    CELL_PERCENT,  // real
    CELL_BOOL,
    CELL_FLAGS,   // names from column->names: "dest,locked"; an array in JSON
    CELL_LIST,    // numbers: "22,1521"; an array in JSON
    CELL_ADDRESS, // hexadecimal on the screen, a number in JSON
};

enum { CELL_SCRATCH = 256 };

struct cell {
    enum cell_type type;
    bool known; // false: blank on the screen, null in JSON, sorts last, matches no comparison
    union {
        const char *text; // into the snapshot, static, or `scratch`
        int64_t number;
        uint64_t count; // COUNT SIZE KEY PERMS FLAGS(bits) ADDRESS
        int64_t time;
        double real;
        bool truth;
        struct { // into the snapshot
            const uint32_t *at;
            uint32_t n;
        } list;
    };
    char scratch[CELL_SCRATCH];
};

enum {
    COL_JSON = 1,            // in the JSON unless -o says otherwise
    COL_SCREEN = 2,          // on the screen, and in --batch, unless chosen otherwise
    COL_KEEP = 4,            // never dropped on a narrow screen
    COL_DESCENDING = 8,      // sorts largest first when chosen
    COL_LEFT = 16,           // left-aligned although a number
    COL_PARENT = 32,         // the same in all rows below an object: left out there
    COL_PARENT_PROCESS = 64, // the same below a process
    COL_ENTERED = 128,       // in short what the rows are that Enter opens
    COL_LINE = 256,          // in the one line of --check
    COL_SUBJECT = 1024,      // the same in all rows about one object
    COL_PLOT = 2048,         // of objects, a size or a count: its past is kept to be plotted
    COL_WHOLE = 512,         // not shown where it would be cut: it stands elsewhere on the screen
    COL_PINS = 65536,        // a filter on this pid leaves all other processes unread: kind->pins
    COL_METRIC = 4096,       // of --openmetrics: a value, summed over groups of rows
    COL_METRIC_GROUP = 8192, // a label that makes the groups
    COL_ASKED = 16384,       // costs much: read only where table or column is asked for by name
    COL_BAR = 131072,        // a percentage: on the screen beside a bar
    COL_METRIC_ID = 32768,   // a label of a row alone (--per-object)
};

// Places among the details of a row: what one asks first. 0: after these, in the order of the table.
enum {
    DETAIL_PATH = 1, // what the path in the tab line names the row by
    DETAIL_FIRST,    // and the next ones
    DETAIL_REST = 100,
    DETAIL_NONE // beside a name that stands there already, or a moment shown in full
};

// Where in its row a value stands, and how it is distinguished from none.
enum member_as {
    AS_VALUE,
    AS_POSITIVE, // 0 and below: unknown
    AS_VALID,    // -1, or all bits set: unknown
    AS_NAMED,    // a number: column->names has its text, and NULL behind the last
    AS_TEXT,     // a number: member.texts has its text; NULL there: unknown
    AS_DEVICE,   // two numbers one behind the other, major and minor: "00:1a"
    AS_STRING,   // a pointer; NULL: unknown
    AS_WORDS,    // a pointer; empty: unknown
    AS_CHARS,    // an array; empty: unknown
    // A uid, which may be AS_VALID: the user's name; the number as text where it has none, or none is known yet.
    AS_USER,
    AS_GROUP,
    AS_SINCE, // a moment: how long ago it was; 0: unknown
};

struct member {
    uint16_t offset;
    uint16_t size;     // 0: none
    uint8_t as;        // enum member_as
    bool of_process;   // it stands in the record of the process whose pid the row begins with
    uint16_t known_in; // offset of a uint8_t; of a process's `known`
    uint16_t known;    // its bits that are set where the value is known; 0: always
    uint8_t n_texts;   // AS_TEXT
    const char *const *texts;
};
#define MEMBER(how, row, name)                                                                     \
    {                                                                                              \
        .offset = offsetof(row, name), .size = sizeof((row *)0)->name, .as = how                   \
    }
#define MEMBER_IF(bits, how, row, name)                                                            \
    {                                                                                              \
        .offset = offsetof(row, name), .size = sizeof((row *)0)->name, .as = how,                  \
        .known_in = offsetof(row, known), .known = bits                                            \
    }

#define MEMBER_TEXT(of, row, name)                                                                 \
    {                                                                                              \
        .offset = offsetof(row, name), .size = sizeof((row *)0)->name, .as = AS_TEXT, .texts = of, \
        .n_texts = sizeof of / sizeof *of                                                          \
    }
// Of the process that a row is, or belongs to. `bits`: PROC_KNOWS_*.
#define MEMBER_OF_PROCESS(bits, how, name)                                                         \
    {                                                                                              \
        .offset = offsetof(struct process, name), .size = sizeof((struct process *)0)->name,       \
        .as = how, .of_process = true, .known_in = offsetof(struct process, known), .known = bits  \
    }

struct column {
    const char *name;  // JSON member, -o, --sort and filter name: lower case
    const char *title; // heading on the screen
    const char *help;  // one line
    enum cell_type type;
    uint8_t width;  // usual width on the screen; the longest shown cell may widen it up to `widest`
    uint8_t widest; // 0: same as width
    uint8_t priority; // dropped from the highest on a narrow screen; 0 never
    uint32_t flags;   // COL_*
    uint64_t need;    // enum need: what reading it takes beyond the kind itself
    const char *const *
        names; // CELL_FLAGS: of bit 0, 1, …; AS_NAMED: of 0, 1, …; texts: all there are; ends with NULL
    uint64_t warned;    // CELL_FLAGS: the bits that deserve attention
    uint64_t show_need; // the part of `need` that `show` alone takes: JSON does without
    uint8_t detail;     // DETAIL_*, or a number between DETAIL_FIRST and DETAIL_REST
    const char *label;  // among the details; NULL: by name or title
    uint8_t place;      // order on the screen, where that is not the table's (0: before all others)
    struct member member; // the typed value, or:
    // *out is empty and unknown, its type set; sets `known` and the value. NULL: by `member`.
    void (*get)(const struct snapshot *s, const void *row, struct cell *out);
    // Instead of a getter, of CELL_BOOL; *known: whether it is certain.
    bool (*verdict)(const struct snapshot *s, const void *row, bool *known);
    // Or, of CELL_DURATION, the moment since which it lasts; 0: unknown.
    int64_t (*since)(const void *row);
    // The inverse of get(), for a picture from a recording: puts a known value where get() finds it.
    // NULL: nothing else rests on it.
    void (*set)(struct snapshot *s, void *row, const struct cell *value);
    // What a person reads instead of the plain value, e.g. "18702 pmon" for a pid. May be NULL.
    // Called for unknown values too: dst holds "" before.
    void (*show)(const struct snapshot *s, const void *row, char *dst, size_t cap);
    // What the screen has instead, where that speaks of its keys. May be NULL; "" where it does not.
    void (*on_screen)(const struct snapshot *s, const void *row, char *dst, size_t cap);
};

// Columns beside each other, of one kind. n 0: those it shows on the screen, COL_SCREEN.
struct column_choice {
    const struct column *const *at;
    size_t n;
};

void column_get(const struct column *column, const struct snapshot *s, const void *row,
                struct cell *out);
// The inverse, for a row of zeros: puts a value where the column's member stands, if that is in the row.
// A text stays the caller's.
void column_put(const struct column *column, const struct cell *value, void *row);
// And for what lies outside of the row: by column->set, or in the record of its process.
void column_set(const struct column *column, const struct cell *value, struct snapshot *s,
                void *row);
// The text of --batch, and mostly of the screen: column->show or the formatted cell; "" when unknown.
// Returns dst.
const char *column_text(const struct column *column, const struct snapshot *s, const void *row,
                        char *dst, size_t cap);
// The text of the screen alone, where keys may be named. Returns dst.
const char *column_screen_text(const struct column *column, const struct snapshot *s,
                               const void *row, char *dst, size_t cap);
bool column_right_aligned(const struct column *column);
// Whether it is one of these.
bool column_among(const struct column *column, const struct column *const *columns, size_t n);
// Whether it is read for a report, which is all its reader has: not what is asked for by name alone and
// stands on no screen.
bool column_in_report(const struct column *column);

#endif
