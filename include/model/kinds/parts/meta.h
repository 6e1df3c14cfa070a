// What the document of --json says in `meta` of the machine, of the scan, and there also of semaphore
// sets and files that were not read: columns of struct system, struct scan, struct sets_look and struct
// files_look, which have one row each. The document is written and read back by them.
#ifndef IPCTOP_MODEL_KINDS_PARTS_META_H
#define IPCTOP_MODEL_KINDS_PARTS_META_H

#include "model/table/column.h"

extern const struct column meta_system[], meta_scan[], meta_sets[], meta_files[], meta_shared[];
extern const size_t n_meta_system, n_meta_scan, n_meta_sets, n_meta_files, n_meta_shared;

enum { META_SYSTEM_FIRST = 3 }; // so many stand before the scan

#endif
