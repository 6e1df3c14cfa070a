// What is special about a type of cell: one const row each. Screen, filter, sorting and every format
// of output ask it; none has a list of types of its own.
#ifndef IPCTOP_MODEL_TABLE_CELL_CLASS_H
#define IPCTOP_MODEL_TABLE_CELL_CLASS_H

#include "base/line.h"
#include "model/table/column.h"

// Which member of a cell has the value, and how programs read it.
enum cell_form {
    FORM_TEXT,     // text
    FORM_SIGNED,   // number
    FORM_UNSIGNED, // count
    FORM_DIGITS,   // count, as text of so many digits: "0x0052e2c1", "0640"
    FORM_REAL,     // real
    FORM_TRUTH,    // truth
    FORM_FLAGS,    // count: a list of column->names
    FORM_LIST,     // list: numbers
};

// A value as people write it, by the type of the column it is compared with: 64K, 5m, 0x0052e2c1,
// 0640, dest, never.
struct value {
    bool never;  // a time that never was
    bool either; // the digits mean `other` as well: a key as shown, or in decimal
    uint32_t other;
    union {
        const char *text; // as given, not copied
        uint64_t count;   // also flags' bits; 0 asks for no flag at all
        int64_t number;   // of a time: its age
        double real;
        bool truth;
    };
};

struct cell_class {
    const char *name;    // "size": in the list of columns
    const char *example; // of a value, for an error message: "a size such as 4096, 64K or 1.5G"
    enum cell_form form;
    bool right;   // right-aligned
    bool never;   // a moment: shown and compared as its age; 0 is never: no value for programs
    uint8_t bits; // FORM_DIGITS: of one digit
    uint8_t digits;
    const char *prefix; // of the digits
    // Appends what people read. NULL: as the form has it.
    void (*add_text)(struct line *line, const struct cell *cell);
    // False: not such a value. NULL: FORM_FLAGS.
    bool (*parse)(struct value *value, const char *text);
};

const struct cell_class *cell_class(enum cell_type type);

// Whether programs read a value at all: it is known, and not one that never was.
bool cell_has_value(const struct cell *cell);
// "0x0052e2c1" of FORM_DIGITS. Returns its length.
size_t cell_digits(const struct cell *cell, char dst[24]);

// The text of the screen and of --batch, without column->show; "" when unknown. `now` in epoch
// seconds, for ages. Returns dst.
const char *cell_text(const struct cell *cell, const struct column *column, int64_t now, char *dst,
                      size_t cap);

bool value_parse(struct value *value, const struct column *column, const char *text);
// What values of a column look like, for an error message.
void value_expected(struct line *line, const struct column *column);
// <0, 0, >0 as the cell stands to the value; `now` in epoch seconds, for ages. Only for known cells.
int value_compare(const struct cell *cell, const struct value *value, int64_t now);

#endif
