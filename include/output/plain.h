// Plain tables by libsmartcols, for --batch.
#ifndef IPCTOP_OUTPUT_PLAIN_H
#define IPCTOP_OUTPUT_PLAIN_H

#include "output/json.h"

// Tables one after the other, each under a heading line if there are several. 0, or -errno.
int plain_write(FILE *out, const struct snapshot *s, const struct table_request *tables, size_t n);

#endif
