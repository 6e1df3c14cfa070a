// Comma-separated values (RFC 4180): a line of column names, then a line a row, ended by CR LF.
#ifndef IPCTOP_OUTPUT_CSV_H
#define IPCTOP_OUTPUT_CSV_H

#include "output/json.h"

// Values as in JSON, for programs: plain numbers, epoch seconds, 0x…, 0640; flags are separated by
// blanks; unknown and never are empty fields. 0, or -errno.
int csv_write(FILE *out, const struct snapshot *s, const struct table_request *table);

#endif
