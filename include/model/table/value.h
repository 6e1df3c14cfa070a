// A value as people write it, by the type of the column it is compared with: 64K, 5m, 0x0052e2c1,
// 0640, dest, never.
#ifndef IPCTOP_MODEL_TABLE_VALUE_H
#define IPCTOP_MODEL_TABLE_VALUE_H

#include "base/line.h"
#include "model/table/column.h"

struct value {
    bool never; // a time that never was
    union {
        const char *text; // as given, not copied
        uint64_t count;   // also a flag's bit; 0 asks for no flag at all
        int64_t number;   // of a time: its age
        double real;
        bool truth;
    };
};

bool value_parse(struct value *value, const struct column *column, const char *text);
// What values of a column look like, for an error message: "a size such as 4096, 64K or 1.5G".
void value_expected(struct line *line, const struct column *column);
// <0, 0, >0 as the cell stands to the value; `now` in epoch seconds, for ages. Only for known cells.
int value_compare(const struct cell *cell, const struct value *value, int64_t now);

#endif
