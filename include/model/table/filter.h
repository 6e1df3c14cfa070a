// The filter language: words match any shown cell, as it is printed (the caller says which are shown), and
// a number also the pid of a row's processes; `column op value` matches one.
//
//   filter := group [or group]…        one must match; ||
//   group  := term [and term]…         all must match; &&, or nothing between them
//   term   := [!] values | [!] column op values          "not " as well as !
//   values := value [| value]…         any of them; of != none of them
//   op     := = != < > <= >= ~         (~: contains)
//
// Values by the column's type: sizes 1K…1T, ages 10s…9d, keys 0x…, perms 0640 or rw-r-----, true/false,
// flag names; = and != also take what a column shows beside it: a program's name among the holders.
// `status=dest` asks whether the flag is set. Values may be quoted with " or ': then they are words
// whatever they hold. A name that is one column's and another's heading asks both.
#ifndef IPCTOP_MODEL_TABLE_FILTER_H
#define IPCTOP_MODEL_TABLE_FILTER_H

#include "base/line.h"
#include "model/table/kind.h"

struct filter;

struct filter_error {
    size_t at;         // byte offset of the mistake in the expression
    size_t from;       // and of the term it is in, with what joins it: all before is a filter
    char message[160]; // "no column 'sizze' in segments; did you mean 'size'?"
};

// NULL with *error filled where the expression is wrong. An empty expression matches everything.
struct filter *filter_parse(const struct kind *kind, const char *expression,
                            struct filter_error *error);
void filter_free(struct filter *filter);
// `shown`: the columns whose cells its words are looked for in.
bool filter_match(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  const void *row);
// Appends which terms no row of the snapshot matches, where for that reason none can match the whole:
// "owner=orcle is true of no row". False: there is no such reason.
bool filter_blame(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  struct line *line);
// enum need of the columns it reads
uint64_t filter_need(const struct filter *filter, struct column_choice shown);

// Whether it lets through rows alone whose column equals one number: that is *number.
bool filter_pins(const struct filter *filter, const struct column *column, int64_t *number);

// Whether any cell has the text in it as it stands on the screen, where the search looks. Words of a filter
// are looked for in what is printed: a filter means the same on the screen and in a command.
bool row_shows(const struct kind *kind, struct column_choice shown, const struct snapshot *s,
               const void *row, const char *text);
// Whether the text is the pid of a holder, waiter or last user of a row, as far as they were read: HOLDERS
// shows their programs alone. Words and the search find it so.
bool row_has_pid(const struct kind *kind, const struct snapshot *s, const void *row,
                 const char *text);

#endif
