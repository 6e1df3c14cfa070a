// One JSON document from a snapshot, meta first, then one array per table.
#ifndef IPCTOP_OUTPUT_JSON_H
#define IPCTOP_OUTPUT_JSON_H

#include <stdio.h>

#include "model/table/rows.h"

struct table_request { // one table to print; shared with batch
    struct query query;
    const struct column **columns;
    size_t n_columns;
};

// One line. A table that is not known is null. 0, or -errno of the stream.
int json_write(FILE *out, const struct snapshot *s, const struct table_request *tables, size_t n);

#endif
