// What identifies processes: names, owners, states, start times. proc_pid_stat(5), proc_pid_status(5).
#ifndef IPCTOP_LINUX_PROCESS_PROCESS_H
#define IPCTOP_LINUX_PROCESS_PROCESS_H

#include "model/source.h"

struct process_reader_options {
    bool is_procfs;          // `proc` is a real /proc, not a fixture
    bool same_pid_namespace; // see process_list_is_ours()
    bool read_only;          // what only actions need, instance and inner pid, is not read
};
struct prober *process_reader_new(const char *proc, const struct process_reader_options *options);
void process_reader_free(struct prober *self);

// Fills answer->process as PROBE_PROCESS says. Where there is no such process, error is -ESRCH and
// process.gone is set; where there is one we may not see (hidepid), error is -EACCES. May hang on a
// sick process, with arguments more often than without.
void process_reader_probe(struct prober *self, int32_t pid, uint64_t facts, struct answer *answer);

// PROBE_FURTHER. Its files are read by their paths: the pid may be another process's meanwhile.
void process_reader_further(struct prober *self, int32_t pid, uint64_t facts,
                            struct answer *answer);

#endif
