// What the document of --json says in `meta` of the machine, of the scan, and there also of processes,
// semaphore sets, files and shared memory that were not read: columns of struct system, struct scan, struct
// sets_look, struct files_look and struct shared_look, which have one row each; meta_unseen is of the snapshot
// itself. The document is written by them, and read back but for meta_unseen.
#ifndef IPCTOP_MODEL_KINDS_PARTS_META_H
#define IPCTOP_MODEL_KINDS_PARTS_META_H

#include "model/table/column.h"

extern const struct column meta_system[], meta_scan[], meta_unseen[], meta_sets[], meta_files[],
    meta_shared[];
extern const size_t n_meta_system, n_meta_scan, n_meta_unseen, n_meta_sets, n_meta_files,
    n_meta_shared;

enum { META_SYSTEM_FIRST = 3 }; // so many stand before the scan

#endif
