// What the document of --json says in `meta` of the machine and of the scan: columns of struct system and of
// struct scan, which have one row each. The document is written and read back by them.
#ifndef IPCTOP_MODEL_KINDS_PARTS_META_H
#define IPCTOP_MODEL_KINDS_PARTS_META_H

#include "model/table/column.h"

extern const struct column meta_system[], meta_scan[];
extern const size_t n_meta_system, n_meta_scan;

enum { META_SYSTEM_FIRST = 3 }; // so many stand before the scan

#endif
