// What methods of several kinds share: processes behind a row, marks, notes.
#ifndef IPCTOP_MODEL_KINDS_PARTS_ROW_PARTS_H
#define IPCTOP_MODEL_KINDS_PARTS_ROW_PARTS_H

#include "base/line.h"
#include "model/table/kind.h"

// kind->identify of rows that begin with struct owned.
void object_identify(const struct snapshot *s, const void *row, struct identity *out);
// kind->object_of of rows that belong to no object: false.
bool of_no_object(const void *row, struct identity *out);

// enum need: what triage_need() of model/triage names, for tables; a test holds the two together.
enum {
    NEED_FINDINGS = NEED_SEGMENTS | NEED_SEGMENT_USE | NEED_SEMSETS | NEED_QUEUES | NEED_QUEUE_MAX |
                    NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_LIMITS | NEED_HOLDERS | NEED_PROCESSES |
                    NEED_WAITERS | NEED_SERVERS | NEED_SYSTEM | NEED_NAMES | NEED_APPS
};

// The next step: by the `keys` of the screen, or as it is printed. NULL: none is known.
const char *finding_advice(const struct finding *finding, bool keys);
// Whether a finding is about that row.
bool finding_concerns(const struct finding *finding, const struct identity *row);
// Whether a finding is about the row, and how severe the worst is.
bool mark_by_findings(const struct snapshot *s, const struct identity *row,
                      enum severity *severity);
// The same, and else a notice for an orphan: for kind->mark of small objects.
bool mark_by_orphan(const struct snapshot *s, const struct kind *kind, const void *row,
                    enum severity *severity);

// A process as the holder of a segment; shmid -1: of none, or whatever it holds. start_ticks as in
// struct process; 0: not known.
struct identity holder_identity(int32_t shmid, int32_t pid, uint64_t start_ticks);

// Appends a process; the format says what it has to do with the object `id`. `time` as in struct
// process_use; start_ticks 0: as the snapshot has them.
void use_add(struct process_use_vec *out, int32_t id, int32_t pid, uint64_t start_ticks,
             int64_t time, const char *format, ...) __attribute__((format(printf, 6, 7)));
// Appends the tasks waiting on a set or queue.
void use_add_waiters(struct process_use_vec *out, const struct snapshot *s, enum kind_id kind,
                     int32_t id);
// Appends the processes of the last operation on each semaphore of a set, or on one alone (NULL: all).
void use_add_operators(struct process_use_vec *out, const struct snapshot *s, int32_t semid,
                       const struct identity *element);
void set_no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                      char *dst, size_t cap); // kind->no_processes of a set and its semaphores
// A row that is a process, or part of one.
void use_add_row(struct process_use_vec *out, const struct identity *row, int64_t time);
void row_processes(const struct snapshot *s, const struct identity *row,
                   struct process_use_vec *out); // kind->processes of such rows

// Where the last users of an object are, of whom none can be signalled.
struct last_users {
    bool unknown, outside;
};
// `time`: of its last use; 0: it never used the object.
void last_users_add(struct last_users *users, const struct snapshot *s, int32_t pid, int64_t time);
void last_users_say(const struct last_users *users, const char *name, char *dst, size_t cap);

// "18811 python", or the pid alone: the path of a row that is a process, or part of one.
void process_path_text(const struct snapshot *s, const struct identity *row, char *dst, size_t cap);
// "process 18811"
void process_describe(const struct identity *row, char *dst, size_t cap);
void mapping_describe(const struct identity *row, char *dst, size_t cap);
void process_no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                          char *dst, size_t cap);

// For a picture from a recording: that a process has ended, where its state says so. Nothing else may be
// known of it.
void pid_state_restore(struct snapshot *s, int32_t pid, const char *state);

void note_add(struct note_vec *out, enum note_tone tone, char *text); // takes over the text
// How many wait on a set or queue, and the first of them.
void notes_waiters(const struct snapshot *s, const struct identity *row,
                   const struct note_place *place, struct note_vec *out);

#endif
