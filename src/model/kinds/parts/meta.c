#include "model/kinds/parts/meta.h"

#include "model/kinds/parts/cells.h"

static void get_unasked(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)row;
    if (s->has & NEED_PROCESSES)
        cell_set_count(out, s->processes_unasked);
}

static void get_waiters_unseen(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)row;
    if (s->has & NEED_WAITERS)
        cell_set_count(out, s->waiters_unseen);
}

static void get_namespaces_unseen(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)row;
    if (s->has & NEED_NAMESPACES)
        cell_set_count(out, s->namespaces_unseen);
}

// clang-format off
const struct column meta_system[] = {
    {.name = "hostname", .type = CELL_TEXT, .member = MEMBER(AS_CHARS, struct system, hostname)},
    {.name = "ipc_namespace", .type = CELL_NUMBER, .member = MEMBER(AS_POSITIVE, struct system, ipc_namespace)},
    {.name = "euid", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct system, euid)},
    {.name = "user", .type = CELL_TEXT, .member = MEMBER(AS_CHARS, struct system, user)},
    {.name = "uptime", .type = CELL_DURATION, .member = MEMBER(AS_POSITIVE, struct system, uptime)},
    {.name = "load1", .type = CELL_PERCENT, .member = {.offset = offsetof(struct system, load[0]), .size = sizeof(double),
     .as = AS_VALUE, .known_in = offsetof(struct system, knows_load), .known = true}},
    {.name = "load5", .type = CELL_PERCENT, .member = {.offset = offsetof(struct system, load[1]), .size = sizeof(double),
     .as = AS_VALUE, .known_in = offsetof(struct system, knows_load), .known = true}},
    {.name = "load15", .type = CELL_PERCENT, .member = {.offset = offsetof(struct system, load[2]), .size = sizeof(double),
     .as = AS_VALUE, .known_in = offsetof(struct system, knows_load), .known = true}},
    {.name = "host_namespace", .type = CELL_BOOL, .member = MEMBER(AS_VALUE, struct system, host_namespace)},
    {.name = "first_pid_namespace", .type = CELL_BOOL, .member = MEMBER(AS_VALUE, struct system, first_pid_namespace)},
    {.name = "rmid_forced", .type = CELL_BOOL, .member = MEMBER(AS_VALUE, struct system, rmid_forced)},
};

const struct column meta_scan[] = {
    {.name = "processes", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, processes)},
    {.name = "unreadable", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, unreadable)},
    {.name = "stuck", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, stuck)},
    {.name = "unasked", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, unasked)},
    {.name = "method", .type = CELL_TEXT, .names = scan_method_names, .member = MEMBER(AS_NAMED, struct scan, method)},
    {.name = "duration_us", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, duration_us)},
    {.name = "exiting", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, exiting)},
    {.name = "mappings_left_out", .type = CELL_COUNT, .member = MEMBER(AS_VALUE, struct scan, left_out)},
};
const struct column meta_unseen[] = {
    {.name = "processes_unasked", .type = CELL_COUNT, .get = get_unasked},
    {.name = "waiters_unseen", .type = CELL_COUNT, .get = get_waiters_unseen},
    {.name = "namespaces_unseen", .type = CELL_COUNT, .get = get_namespaces_unseen},
};
const struct column meta_sets[] = {
    {.name = "sets_unreadable", .type = CELL_COUNT, .member = MEMBER_IF(SETS_LOOK_KNOWN, AS_VALUE, struct sets_look, unreadable)},
    {.name = "sets_left_out", .type = CELL_COUNT, .member = MEMBER_IF(SETS_LOOK_KNOWN, AS_VALUE, struct sets_look, left_out)},
};
#define LOOK(name) MEMBER_IF(FILES_LOOK_KNOWN, AS_VALUE, struct files_look, name)
const struct column meta_files[] = {
    {.name = "files_processes", .type = CELL_COUNT, .member = LOOK(processes)},
    {.name = "files_unreadable", .type = CELL_COUNT, .member = LOOK(unreadable)},
    {.name = "files_stuck", .type = CELL_COUNT, .member = LOOK(stuck)},
    {.name = "files_unasked", .type = CELL_COUNT, .member = LOOK(unasked)},
    {.name = "files_unread", .type = CELL_COUNT, .member = LOOK(unread)},
    {.name = "files_left_out", .type = CELL_COUNT, .member = LOOK(left_out)},
    {.name = "sockets_unread", .type = CELL_COUNT, .member = LOOK(sockets_unread)},
};
#undef LOOK
#define LOOK(name) MEMBER_IF(SHARED_LOOK_KNOWN, AS_VALUE, struct shared_look, name)
const struct column meta_shared[] = {
    {.name = "shared_processes", .type = CELL_COUNT, .member = LOOK(processes)},
    {.name = "shared_unreadable", .type = CELL_COUNT, .member = LOOK(unreadable)},
    {.name = "shared_stuck", .type = CELL_COUNT, .member = LOOK(stuck)},
    {.name = "shared_left_out", .type = CELL_COUNT, .member = LOOK(left_out)},
    {.name = "shared_places_unread", .type = CELL_COUNT, .member = LOOK(places_unread)},
    {.name = "shared_names_unread", .type = CELL_COUNT, .member = LOOK(names_unread)},
};
#undef LOOK
// clang-format on

const size_t n_meta_system = sizeof meta_system / sizeof *meta_system;
const size_t n_meta_scan = sizeof meta_scan / sizeof *meta_scan;
const size_t n_meta_unseen = sizeof meta_unseen / sizeof *meta_unseen;
const size_t n_meta_sets = sizeof meta_sets / sizeof *meta_sets;
const size_t n_meta_files = sizeof meta_files / sizeof *meta_files;
const size_t n_meta_shared = sizeof meta_shared / sizeof *meta_shared;
