// What is known of each limit of the kernel: one table for all code that reads, shows, checks and sets
// them. ipc(5), proc_sys_kernel(5).
#ifndef IPCTOP_MODEL_RECORD_LIMIT_SPEC_H
#define IPCTOP_MODEL_RECORD_LIMIT_SPEC_H

#include "model/record/snapshot.h"

enum { LIMIT_SPECS = 15, LIMIT_NAME = 24 };
enum { IPCMNI = 32768, IPCMNI_EXTEND = 16777216 }; // include/linux/ipc_namespace.h

struct limit_spec {
    const char *name, *meaning, *unit;
    const char *path;                            // below /proc/sys
    size_t field;                                // of the numbers in that file
    const char *setting;                         // the same in sysctl(8)'s terms
    enum kind_id kind;                           // of the objects that use it
    uint64_t (*use)(const struct owned *object); // what one of them takes; NULL: nothing counts
    // What bounds one object, where it has a bound of its own; 0: not known. NULL: none has.
    uint64_t (*own)(const struct owned *object);
    bool is_switch;     // nothing is counted, and 0 is no shortage
    bool fixed;         // of the whole machine: sysctl(8) sets it, not we
    bool shared;        // all of them together; else what the largest one takes is what is used
    uint64_t most;      // that the kernel accepts
    const char *hint;   // how a value is written: "segments", "bytes, or 64K, 1.5M"
    const char *takes;  // what it must be where it is written otherwise
    const char *remark; // on setting it; NULL: none
};
extern const struct limit_spec limit_specs[LIMIT_SPECS]; // in the kernel's order

// Of how large an object of a kind may be (a queue: at first). NULL: there is none.
const struct limit_spec *limit_spec_size(enum kind_id kind);
// NULL: there is none. At most LIMIT_NAME bytes of the name are read.
const struct limit_spec *limit_spec_find(const char *name);

// The limit of how many objects of a kind there are: "shmmni". NULL: there is none.
const char *limit_of_objects(enum kind_id kind);

// Whether the objects that count are those of its kind, and their table was read.
bool limit_spec_counted(const struct limit_spec *spec, const struct snapshot *s);
// What all of them take together, or those of one user: 0 where they were not read.
uint64_t limit_spec_used(const struct limit_spec *spec, const struct snapshot *s,
                         const uint32_t *uid);
// An amount of it in bytes: pages are the system's own. False where it is no memory, or too large.
bool limit_spec_bytes(const struct limit_spec *spec, uint64_t amount, uint64_t *bytes);

// The file of our own that makes limits last.
extern const char limit_sysctl_file[]; // "/etc/sysctl.d/60-ipctop.conf"

#endif
