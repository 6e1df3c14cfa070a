// Who processes are: names, owners, states, start times. proc_pid_stat(5), proc_pid_status(5).
#ifndef IPCTOP_LINUX_PROCS_H
#define IPCTOP_LINUX_PROCS_H

#include "model/source.h"

struct procs; // what one probing thread keeps; of that thread alone

// `live`: `proc` is a real /proc, not a fixture; `ours`: see procs_are_ours().
struct procs *procs_new(const char *proc, bool live, bool ours);
void procs_free(struct procs *self);

// Fills answer->process, and what `more` asks for. Where there is no such process, error is
// -ESRCH and process.gone is set; where there is one we may not see (hidepid), error is -EACCES.
// May hang on a sick process, with arguments more often than without.
// PROCS_STATUS: only what answers even while the process is stuck in exec, without its start time.
enum { PROCS_COMMAND = 1, PROCS_RSS = 2, PROCS_INSTANCE = 4, PROCS_STATUS = 8,
       PROCS_INNER_PID = 16 }; // the last one reads status as well: the dearest of all
void procs_probe(struct procs *self, int32_t pid, unsigned more, struct answer *answer);

// Whether `proc`, a real one, numbers processes as our system calls do: the PID namespaces of a
// /proc and of who reads it may differ.
bool procs_are_ours(const char *proc);

// All processes, ascending, and how many forks there were since boot. Cannot hang.
int procs_list(const char *proc, struct pid_entry_vec *out);
int procs_forks(const char *proc, uint64_t *forks);

#endif
