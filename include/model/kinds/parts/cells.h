// What the column tables of several kinds share: setting a cell, the columns of struct owned,
// pids and the names of users as people read them.
#ifndef IPCTOP_MODEL_KINDS_PARTS_CELLS_H
#define IPCTOP_MODEL_KINDS_PARTS_CELLS_H

#include "model/table/column.h"

// "notice", "warning", "critical", by enum severity; ends with NULL.
extern const char *const severity_names[];

// Setters. A cell nobody sets stays unknown.
void cell_set_text(struct cell *out, const char *text); // kept, not copied; NULL: unknown
void cell_set_number(struct cell *out, int64_t number); // also durations, times
void cell_set_count(struct cell *out, uint64_t count);  // also sizes, keys, perms, flags, addresses
void cell_set_real(struct cell *out, double real);
void cell_set_truth(struct cell *out, bool truth);

// "18702 pmon", "17001 gone", "17001 reused", "outside"; the number alone while nothing is known.
void pid_show(const struct snapshot *s, int32_t pid, enum pid_state state, char *dst, size_t cap);

// "pts/3", "tty1": the terminal with that device number, as proc_pid_stat(5) encodes it; "4:70" where
// no name is known.
void tty_name(int32_t device, char *dst, size_t cap);

// Which application an object is of (model/apps/labels.h), and which one of it.
void app_get(const struct snapshot *s, const void *row, struct cell *out);
void app_show(const struct snapshot *s, const void *row, char *dst, size_t cap);
void app_get_instance(const struct snapshot *s, const void *row, struct cell *out);

// Columns of the part all three kinds of objects share; their records begin with struct owned.
// clang-format off
#define OWNED_COLUMNS(id_name, id_title)                                                           \
    {.name = "key", .detail = DETAIL_FIRST, .title = "KEY", .help = "key it is found by; 0x00000000 is IPC_PRIVATE",       \
     .type = CELL_KEY, .width = 10, .priority = 3, .flags = COL_JSON | COL_SCREEN | COL_METRIC_ID, \
     .member = MEMBER(AS_VALUE, struct owned, key)},                                                                        \
    {.name = id_name, .detail = DETAIL_PATH, .title = id_title, .help = "identifier in this IPC namespace",               \
     .type = CELL_NUMBER, .width = 6, .widest = 10,                                                \
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_ID,                                    \
     .member = MEMBER(AS_VALUE, struct owned, id)},                                                                         \
    {.name = "owner", .detail = DETAIL_FIRST + 22, .title = "OWNER", .help = "user who owns it", .type = CELL_TEXT,             \
     .width = 6, .widest = 12, .priority = 2, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP,   \
     .need = NEED_NAMES, .member = MEMBER(AS_USER, struct owned, uid)},                                                  \
    {.name = "uid", .detail = DETAIL_NONE, .title = "UID", .help = "user id of the owner", .type = CELL_COUNT,            \
     .width = 5, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_VALID, struct owned, uid)},                           \
    {.name = "group", .title = "GROUP", .help = "group that owns it", .type = CELL_TEXT,           \
     .width = 6, .widest = 12, .flags = COL_JSON, .need = NEED_NAMES, .member = MEMBER(AS_GROUP, struct owned, gid)},     \
    {.name = "gid", .detail = DETAIL_NONE, .title = "GID", .help = "id of the owning group", .type = CELL_COUNT,          \
     .width = 5, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_VALID, struct owned, gid)},                           \
    {.name = "creator", .label = "creating user", .title = "CUSER", .help = "user who created it", .type = CELL_TEXT,        \
     .width = 6, .widest = 12, .flags = COL_JSON, .need = NEED_NAMES, .member = MEMBER(AS_USER, struct owned, cuid)},   \
    {.name = "cuid", .detail = DETAIL_NONE, .title = "CUID", .help = "user id of the creator", .type = CELL_COUNT,        \
     .width = 5, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_VALID, struct owned, cuid)},                          \
    {.name = "cgid", .detail = DETAIL_NONE, .title = "CGID", .help = "group id of the creator", .type = CELL_COUNT,       \
     .width = 5, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_VALID, struct owned, cgid)},                          \
    {.name = "perms", .detail = DETAIL_FIRST + 23, .title = "PERMS", .label = "permissions", .help = "permissions of owner, group and others",          \
     .type = CELL_PERMS, .width = 9, .priority = 8, .flags = COL_JSON | COL_SCREEN,                \
     .member = MEMBER(AS_VALUE, struct owned, mode)}
// clang-format on

// clang-format off
#define OWNED_CTIME_COLUMN                                                                         \
    {.name = "ctime", .label = "changed", .detail = DETAIL_FIRST + 20, .title = "CHANGED", .help = "created, or owner and mode last changed",       \
     .type = CELL_TIME, .width = 7, .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct owned, ctime)}
// clang-format on

// clang-format off
#define OWNED_APP_COLUMNS(on_screen_at, programs)                                                      \
    {.name = "app", .label = "application", .detail = DETAIL_FIRST + 21, .title = "APP", .help = "application it belongs to", .type = CELL_TEXT,        \
     .width = 8, .widest = 16, .priority = 12, .place = (on_screen_at),                            \
     .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP, .need = NEED_APPS | (programs),            \
     .get = app_get,                                                                               \
     .show = app_show},                                                                            \
    {.name = "instance", .title = "INSTANCE",                                                      \
     .help = "which one of that application: data directory, SID, number", .type = CELL_TEXT,      \
     .width = 8, .widest = 40, .flags = COL_JSON, .need = NEED_APPS | (programs),                  \
     .get = app_get_instance}
// clang-format on

// clang-format off
#define OWNED_AGE_COLUMN                                                                           \
    {.name = "age", .detail = DETAIL_NONE, .title = "AGE", .help = "time since it was created or its owner changed",      \
     .type = CELL_DURATION, .width = 4, .flags = COL_DESCENDING, .member = MEMBER(AS_SINCE, struct owned, ctime)}
// clang-format on

#endif
