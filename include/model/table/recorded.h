// What a recording says of a picture: the value of each cell it has, by kind, row and column. A picture
// that was read back has one. It takes precedence over what the columns would make of the rows, and
// what should be there and is not is unknown.
#ifndef IPCTOP_MODEL_TABLE_RECORDED_H
#define IPCTOP_MODEL_TABLE_RECORDED_H

#include "model/table/kind.h"

struct recorded_value {
    bool known;
    union { // as in struct cell
        const char *text;
        int64_t number;
        uint64_t count;
        double real;
        bool truth;
        struct {
            const uint32_t *at;
            uint32_t n;
        } list;
    };
};

struct recorded_row {
    const void *at;
    size_t index; // of the row in `values`
};

struct recorded_table {
    bool known; // else the recording lacks it
    const struct kind *kind;
    size_t n, n_columns;
    int16_t *place;                // of each column of the kind among the recorded ones; -1: none
    struct recorded_value *values; // n rows of n_columns
    struct recorded_row *rows;     // by address
};

struct recorded {
    struct recorded_base base; // first: how it is released
    char version[32];          // of the program that recorded it
    struct recorded_table tables[KINDS];
    struct recorded_text *texts; // all that values point to
};

struct recorded *recorded_new(void); // snapshot_unref() frees it with its picture
// A copy that lives as long as it does, made harmless.
const char *recorded_keep(struct recorded *recorded, const char *text);
uint32_t *recorded_room(struct recorded *recorded,
                        size_t n); // of so many numbers, which live as long

int recorded_row_order(const void *a, const void *b); // of struct recorded_row: by address

// Of the program that made the picture: `own` where that is this one.
const char *recorded_version(const struct snapshot *s, const char *own);
bool recorded_has(const struct snapshot *s, const struct kind *kind); // that table
// Whether a row is one of the recorded ones. False with *sure false: they are not told apart.
bool recorded_has_row(const struct snapshot *s, const struct kind *kind, const void *row,
                      bool *sure);
// True where the recording decides: out->known says whether it has a value. `out` as for column->get.
bool recorded_get(const struct snapshot *s, const struct column *column, const void *row,
                  struct cell *out);

#endif
