// Columns about the process that a row is, or belongs to: the same in each kind whose rows are processes.
//
// A new fact of a process is a row here, of a member of its record; what reads it stands in
// record/process.h.
#ifndef IPCTOP_MODEL_KINDS_PARTS_PROCESS_COLUMNS_H
#define IPCTOP_MODEL_KINDS_PARTS_PROCESS_COLUMNS_H

#include "model/table/column.h"

// The records of such kinds begin with the pid. Asserts it, once for each.
#define BEGINS_WITH_PID(row)                                                                       \
    _Static_assert(offsetof(row, pid) == 0 && sizeof((row *)0)->pid == sizeof(int32_t),            \
                   #row " begins with its pid")

// The process of a row, where one of these PROC_KNOWS_* is known of it (0: in any case); or NULL.
const struct process *process_of_row(const struct snapshot *s, const void *row, unsigned known);

// column->get. Values that the kernel did not say stay unknown.
void process_get_state(const struct snapshot *s, const void *row, struct cell *out);
void process_get_command(const struct snapshot *s, const void *row, struct cell *out);
void process_get_unit(const struct snapshot *s, const void *row, struct cell *out);
void process_get_container(const struct snapshot *s, const void *row, struct cell *out);
void process_get_tty(const struct snapshot *s, const void *row, struct cell *out);
void process_get_cpu(const struct snapshot *s, const void *row, struct cell *out);

void process_get_restart(const struct snapshot *s, const void *row, struct cell *out);

// column->show
void process_show_unit(const struct snapshot *s, const void *row, char *dst, size_t cap);
void process_show_command(const struct snapshot *s, const void *row, char *dst, size_t cap);

// column->set
void process_set_state(struct snapshot *s, void *row, const struct cell *value);
void process_set_command(struct snapshot *s, void *row, const struct cell *value);

// Where they are not shown, the pane beside a table does not have them read either.
#define PROCESS_FLAGS(all, shown) ((shown) ? ((all) & (shown)) : COL_ASKED)
// `group`: COL_METRIC_GROUP or 0. `shown`: those of COL_JSON and COL_SCREEN that these rows take;
// without, the columns are there for -o and for filters. Other parameters as struct column has them.
// clang-format off
#define PROCESS_USER_COLUMNS(group)                                                                \
    {.name = "user", .title = "USER", .help = "user it runs as", .type = CELL_TEXT, .width = 8,    \
     .widest = 12, .priority = 3, .flags = COL_JSON | COL_SCREEN | (group),                        \
     .need = NEED_PROCESSES | NEED_NAMES,                                                          \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_UID, AS_USER, uid)},                                   \
    {.name = "uid", .detail = DETAIL_NONE, .title = "UID", .help = "its user id",                  \
     .type = CELL_COUNT, .width = 5, .widest = 10, .flags = COL_JSON, .need = NEED_PROCESSES,      \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_UID, AS_VALID, uid)},                                  \
    {.name = "state", .label = "state", .title = "S", .help = "state as in ps: R S D Z T",         \
     .type = CELL_TEXT, .width = 1, .priority = 2, .flags = COL_JSON | COL_SCREEN,                 \
     .need = NEED_PROCESSES, .get = process_get_state, .set = process_set_state}
#define PROCESS_COMM_COLUMN(group)                                                                 \
    {.name = "comm", .detail = DETAIL_NONE, .title = "PROGRAM", .help = "name of the program",     \
     .type = CELL_TEXT, .width = 15, .flags = COL_JSON | (group), .need = NEED_PROCESSES,          \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_COMM, AS_CHARS, comm)}
#define PROCESS_COMMAND_COLUMN(at, text)                                                           \
    {.name = "command", .title = "COMMAND", .help = "program and arguments", .type = CELL_TEXT,    \
     .width = 20, .widest = 255, .priority = 1, .place = (at), .flags = COL_JSON | COL_SCREEN,     \
     .need = NEED_PROCESSES | NEED_COMMANDS, .get = process_get_command,                           \
     .set = process_set_command, .show = (text)}
#define PROCESS_START_COLUMN(dropped, at)                                                          \
    {.name = "start_time", .label = "started", .title = "START", .help = "time since it started",  \
     .type = CELL_TIME, .width = 5, .priority = (dropped), .place = (at),                          \
     .flags = COL_JSON | COL_SCREEN, .need = NEED_PROCESSES,                                       \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_START, AS_VALUE, start_time)}
#define PROCESS_RSS_COLUMN(flags_, detail_, at)                                                    \
    {.name = "rss", .label = "in memory", .detail = (detail_), .title = "RSS",                                           \
     .help = "memory of the process, shared included", .type = CELL_SIZE, .width = 5,              \
     .priority = 6, .place = (at), .flags = (flags_) | COL_DESCENDING,                             \
     .need = NEED_PROCESSES | NEED_RSS, .member = MEMBER_OF_PROCESS(PROC_KNOWS_RSS, AS_VALUE, rss)}
#define PROCESS_PARENT_COLUMN(shown)                                                               \
    {.name = "ppid", .label = "parent", .title = "PPID", .help = "its parent; 0 is outside this PID namespace",       \
     .type = CELL_NUMBER, .width = 7, .flags = PROCESS_FLAGS(COL_JSON, shown),                     \
     .need = NEED_PROCESSES | NEED_STAT,                                                           \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_PARENT, AS_VALUE, parent)}
#define PROCESS_SETTING_COLUMNS(shown)                                                             \
    {.name = "unit", .title = "UNIT",                                                              \
     .help = "systemd unit, on the screen its container if it is in one", .type = CELL_TEXT,       \
     .width = 12, .widest = 32, .priority = 5, .place = 2,                                         \
     .flags = PROCESS_FLAGS(COL_JSON | COL_SCREEN, shown), .need = NEED_PROCESSES | NEED_CGROUP,   \
     .get = process_get_unit, .show = process_show_unit},                                          \
    {.name = "container", .title = "CONTAINER",                                                    \
     .help = "container it runs in, by the name of its control group", .type = CELL_TEXT,          \
     .width = 12, .widest = 32, .flags = PROCESS_FLAGS(COL_JSON, shown),                           \
     .need = NEED_PROCESSES | NEED_CGROUP,                                                         \
     .get = process_get_container},                                                                \
    {.name = "tty", .label = "terminal", .title = "TTY", .help = "its terminal", .type = CELL_TEXT, .width = 6,         \
     .flags = PROCESS_FLAGS(COL_JSON, shown), .need = NEED_PROCESSES | NEED_STAT,                  \
     .get = process_get_tty},                                                                      \
    {.name = "threads", .label = "threads", .title = "THR", .help = "its threads",                 \
     .type = CELL_NUMBER, .width = 3,                                                              \
     .widest = 6, .priority = 11, .place = 4,                                                      \
     .flags = PROCESS_FLAGS(COL_JSON | COL_SCREEN, shown) | COL_DESCENDING,                        \
     .need = NEED_PROCESSES | NEED_STAT,                                                           \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_STAT, AS_POSITIVE, threads)}
#define PROCESS_SWAP_COLUMN(shown)                                                                 \
    {.name = "swap", .label = "swapped out", .title = "SWAP", .help = "of its own memory swapped out", .type = CELL_SIZE,  \
     .width = 5, .priority = 9, .place = 6,                                                        \
     .flags = PROCESS_FLAGS(COL_JSON | COL_SCREEN, shown) | COL_DESCENDING,                        \
     .need = NEED_PROCESSES | NEED_SWAP,                                                           \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_SWAP, AS_VALUE, swap)}
#define PROCESS_PSS_COLUMN(shown)                                                                  \
    {.name = "shared_pss", .label = "shared memory", .title = "SHPSS",                                                       \
     .help = "its share of shared memory, divided among all that map it", .type = CELL_SIZE,       \
     .width = 5, .flags = (COL_JSON & (shown)) | COL_DESCENDING | COL_ASKED,                       \
     .need = NEED_PROCESSES | NEED_SHARED_PSS,                                                     \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_SHARED_PSS, AS_VALUE, shared_pss)}
// For -o and filters alone, in all kinds: the place of a further one.
#define PROCESS_FURTHER_COLUMNS(shown)                                                             \
    {.name = "session", .label = "session", .title = "SESS", .help = "leader of its session",      \
     .type = CELL_NUMBER,                                                                          \
     .width = 7, .flags = PROCESS_FLAGS(0, shown), .need = NEED_PROCESSES | NEED_STAT,             \
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_STAT, AS_POSITIVE, session)},                          \
    {.name = "cpu_time", .label = "processor time", .title = "CPU", .help = "processor time it has used",                     \
     .type = CELL_DURATION, .width = 5, .flags = PROCESS_FLAGS(0, shown) | COL_DESCENDING,         \
     .need = NEED_PROCESSES | NEED_STAT,                                                           \
     .get = process_get_cpu},                                                                      \
    {.name = "restart", .title = "RESTART",                                                        \
     .help = "of the main process of a service: Restart= in its unit file", .type = CELL_TEXT,     \
     .width = 11, .flags = COL_ASKED, .need = NEED_PROCESSES | NEED_RESTART, .get = process_get_restart}
// clang-format on

#endif
