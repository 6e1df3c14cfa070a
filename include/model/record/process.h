// A process that something names, and its facts. proc_pid_stat(5).
//
// A new fact is a NEED_ bit, a PROC_KNOWS_ bit and a place for its value below, a row in
// src/linux/process/process_facts.c that reads it, and a column in kinds/parts/process_columns.h that asks
// for it by the bit. One that no file of the process has is found by a collector instead
// (src/engine/collectors.c).
#ifndef IPCTOP_MODEL_RECORD_PROCESS_H
#define IPCTOP_MODEL_RECORD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

// Facts of the processes that a snapshot names: bits of a need (record/snapshot.h), and of a probe.
enum process_fact {
    NEED_PROCESSES = 1 << 24,  // name, state, start time: what stat says; asked for with any other
    NEED_COMMANDS = 1 << 25,   // arguments, and the pid in its own PID namespace
    NEED_RSS = 1 << 26,        // resident memory
    NEED_CGROUP = 1 << 27,     // container and unit, by the name of its control group
    NEED_SWAP = 1 << 28,       // what of it is swapped out
    NEED_SHARED_PSS = 1 << 29, // its share of shared memory: the kernel walks its page tables
    NEED_RESTART = 1 << 30,    // of a service's main process: when systemd starts it again
    NEED_STAT = 1ull << 31,    // what else stat says: parent, threads, terminal, processor time
    NEED_PROCESS_FACTS = 0xffffull << 24, // all of these, and those to come
    // Read once, when a process is new or runs another program: reading them may hang where the
    // rest does not.
    PROCESS_FACTS_ONCE = NEED_COMMANDS,
    // Left out where a process does not answer: they hang with its address space, or with the home directory
    // of its user, where that one's units may be.
    PROCESS_FACTS_HANG = NEED_SHARED_PSS | NEED_RESTART,
};

enum {
    PROC_KNOWS_UID = 1,
    PROC_KNOWS_START = 2,
    PROC_KNOWS_STATE = 4,
    PROC_KNOWS_COMMAND = 8,
    PROC_KNOWS_RSS = 16,
    PROC_KNOWS_COMM = 32,
    PROC_KNOWS_PARENT = 64,
    PROC_KNOWS_SWAP = 128,
    PROC_KNOWS_SHARED_PSS = 256,
    PROC_KNOWS_STAT = 512,     // threads, session, tty, cpu_ms
    PROC_READABLE = 1024,      // its mappings and files are this user's to read
    PROC_KNOWS_RESTART = 2048, // restart: it is the main process of a service of the system
    PROC_RESTART_VARIES = 4096 // by exit code or signal: RestartPreventExitStatus= and others
};

enum service_restart { // Restart= in systemd.service(5)
    RESTART_UNKNOWN,
    RESTART_NO,
    RESTART_ON_SUCCESS,
    RESTART_ON_FAILURE,
    RESTART_ON_ABNORMAL,
    RESTART_ON_WATCHDOG,
    RESTART_ON_ABORT,
    RESTART_ALWAYS,
    RESTARTS
};
const char *service_restart_name(enum service_restart restart); // "on-failure"; NULL: unknown

enum process_string {
    PROCESS_COMMAND,   // arguments joined by a space; none for kernel threads
    PROCESS_UNIT,      // of systemd: "nginx.service"
    PROCESS_CONTAINER, // "docker:3f4e5d6c7b8a", "lxc:web"
    PROCESS_STRINGS
};

struct process_strings; // one block, refcounted: copies of a record share it

struct process { // what is known of a pid that something names
    int32_t pid;
    uint32_t uid;
    uint64_t start_ticks; // identity
    uint64_t instance;    // no other process of this machine ever has it; 0: not known
    int64_t start_time;   // epoch seconds, good to a second or two
    uint64_t rss, swap;   // bytes
    uint64_t shared_pss;  // bytes of shared memory, each divided among the processes that map it
    uint64_t cpu_ms;      // of all its threads
    int32_t threads, session;
    int32_t tty;       // device number of its terminal, as proc_pid_stat(5) encodes it; 0: none
    int32_t inner_pid; // in the PID namespace below ours in which it lives; 0: it lives in ours, or
                       // that was not asked: it comes with the arguments
    int32_t parent;    // 0: outside this PID namespace
    int32_t tracer;    // that stopped it (state t); 0: none, or not known
    char state;        // as in proc(5): R S D Z T t X I
    uint8_t restart;   // enum service_restart
    uint16_t known;
    bool gone;     // asked for and not there, or a zombie of which no thread lives
    bool forked;   // it executed no program since it was forked: PROC_KNOWS_STAT
    bool reaped;   // it waited for a child that had ended: PROC_KNOWS_STAT
    bool unreaped; // of what is gone: such a zombie; its parent, name and user may be known
    bool stuck;    // its files could not be read in time
    char comm[68]; // escaped
    struct process_strings *strings; // NULL: none; a reference, dropped by process_release()
};
VEC(process_vec, struct process);
VEC(pid_vec, int32_t);

// The string, escaped, or NULL: none, or not asked for.
const char *process_string(const struct process *process, enum process_string which);
// Adds a string, which is copied, to a record that shares its strings with no other.
void process_add_string(struct process *process, enum process_string which, const char *text);
// The facts of `old` that are read once and that `now`, the same process, was not asked for.
void process_inherit(struct process *now, const struct process *old);
bool process_is_stopped(const struct process *process); // known to be, by a signal or its tracer
bool process_is_traced(
    const struct process *process);            // by its tracer: SIGCONT does not continue it
void process_release(struct process *process); // of its strings

void processes_add(struct process_vec *to,
                   const struct process *process); // a copy, which shares its strings

void processes_clear(struct process_vec *processes); // releases each; the room stays

#endif
