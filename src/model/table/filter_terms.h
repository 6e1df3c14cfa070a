// A filter as its parser makes it and its matching reads it.
#ifndef IPCTOP_MODEL_TABLE_FILTER_TERMS_H
#define IPCTOP_MODEL_TABLE_FILTER_TERMS_H

#include "model/table/cell_class.h"
#include "model/table/filter.h"

enum op {
    OP_WORD, // no comparison
    OP_EQUAL,
    OP_DIFFERS,
    OP_LESS,
    OP_GREATER,
    OP_AT_MAX,
    OP_AT_LEAST,
    OP_CONTAINS,
};

enum { TERM_COLUMNS = 2 }; // the one of that name, and another that is headed so

struct term_value { // one of those between |
    char *text;     // owned
    // By column: the value, or the text itself, which is looked for as a word in what people read.
    enum { NOT_A_VALUE, TYPED, AS_SHOWN } how[TERM_COLUMNS];
    struct value value[TERM_COLUMNS];
};
VEC(term_value_vec, struct term_value);

struct term {
    bool negated;
    bool other; // begins what stands behind an "or"
    enum op op;
    const struct column *columns[TERM_COLUMNS]; // none: a word
    size_t n_columns;
    struct term_value_vec values; // any of them; of != none of them
    size_t from, to;              // in the expression
};
VEC(term_vec, struct term);

struct filter {
    const struct kind *kind;
    char *expression; // owned
    struct term_vec terms;
};

#endif
