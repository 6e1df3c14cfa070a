// Whether the object that --id names is there.
#ifndef IPCTOP_OUTPUT_MISSING_ID_H
#define IPCTOP_OUTPUT_MISSING_ID_H

#include "output/formats.h"

// True where the tables are asked for one id, and no object that they are about has it: a segment,
// semaphore set or queue, by the table; any of them for tables about all. False where that is not known,
// since a table of objects was not read.
bool missing_id(const struct snapshot *s, const struct table_request *tables, size_t n);
// "no segment 77", "no segment, semaphore set or queue 77", as the tables ask.
void missing_id_write(const struct table_request *tables, size_t n, char *dst, size_t cap);

#endif
