// The filter language: words match any shown cell (the caller says which are); `column op value`
// matches one.
//
//   filter := term…            all must match
//   term   := [!] word | [!] column op value
//   op     := = != < > <= >= ~          (~: contains)
//
// Values by the column's type: sizes 1K…1T, ages 10s…9d, keys 0x…, perms 0640, true/false, flag
// names. `status=dest` asks whether the flag is set. Words may be quoted with " or '.
#ifndef IPCTOP_MODEL_TABLE_FILTER_H
#define IPCTOP_MODEL_TABLE_FILTER_H

#include "model/table/kind.h"

struct filter;

struct filter_error {
    size_t at;         // byte offset of the mistake in the expression
    char message[160]; // "no column 'sizze' in segments; did you mean 'size'?"
};

// NULL with *error filled where the expression is wrong. An empty expression matches everything.
struct filter *filter_parse(const struct kind *kind, const char *expression,
                            struct filter_error *error);
void filter_free(struct filter *filter);
// `shown`: the columns whose cells its words are looked for in.
bool filter_match(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  const void *row);
// enum need of the columns it reads
unsigned filter_need(const struct filter *filter, struct column_choice shown);

// Whether it lets through rows alone whose column equals one number: that is *number.
bool filter_pins(const struct filter *filter, const struct column *column, int64_t *number);

// Whether any cell shown has the text in it, as words of a filter and the search ask.
bool row_contains(const struct kind *kind, struct column_choice shown, const struct snapshot *s,
                  const void *row, const char *text);

#endif
