// What people read in a cell of a table that is printed.
#ifndef IPCTOP_OUTPUT_REQUEST_TEXT_H
#define IPCTOP_OUTPUT_REQUEST_TEXT_H

#include "base/line.h"
#include "output/formats.h"

// In the style asked for; "" when unknown. Returns dst.
const char *request_text(const struct table_request *table, const struct column *column,
                         const struct snapshot *s, const void *row, char *dst, size_t cap);
// Why a table that is known has no row: "no segment matches: ...", or what its kind says of none.
void request_none(struct line *line, const struct snapshot *s, const struct table_request *table);

#endif
