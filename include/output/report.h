// The whole picture as one text to be read: header, findings with their evidence, all tables.
#ifndef IPCTOP_OUTPUT_REPORT_H
#define IPCTOP_OUTPUT_REPORT_H

#include "output/formats.h"

// Writes the tables in the order given, but what speaks for itself (findings) first. `markdown`: for
// programs that show Markdown; else plain text. 0, or -errno of the stream.
int report_write(FILE *out, const struct snapshot *s, const struct table_request *tables, size_t n,
                 bool markdown);

#endif
