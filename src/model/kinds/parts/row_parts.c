#include "model/kinds/parts/row_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "model/text/wait_words.h"
#include "model/text/words.h"

enum { WAITERS_NAMED = 4 };

void object_identify(const struct snapshot *s, const void *row, struct identity *out)
{
    (void)s;
    *out = identity_of(row);
}

bool of_no_object(const void *row, struct identity *out)
{
    (void)row;
    *out = (struct identity){.kind = NO_KIND};
    return false;
}

const char *finding_advice(const struct finding *finding, bool keys)
{
    return keys && finding->advice_by_key ? finding->advice_by_key : finding->advice;
}

bool finding_concerns(const struct finding *finding, const struct identity *row)
{
    const struct identity *about = &finding->about;

    return (about->kind == row->kind && about->id == row->id && about->pid == row->pid &&
            identity_same(about, row)) ||
           (kind_is_object(row->kind) && identity_set_has(&finding->objects, row));
}

// Findings are ordered, worst first.
bool mark_by_findings(const struct snapshot *s, const struct identity *row, enum severity *severity)
{
    const struct finding *worst = vec_first(&s->findings, f, finding_concerns(f, row));

    if (worst)
        *severity = worst->severity;
    return worst;
}

bool mark_by_orphan(const struct snapshot *s, const struct kind *kind, const void *row,
                    enum severity *severity)
{
    struct identity identity;

    kind->identify(s, row, &identity);
    if (mark_by_findings(s, &identity, severity))
        return true;
    *severity = SEVERITY_NOTICE;
    return kind_orphan(kind, s, row);
}

struct identity holder_identity(int32_t shmid, int32_t pid, uint64_t start_ticks)
{
    return (struct identity){
        .kind = KIND_HOLDER, .id = shmid, .pid = pid, .start_ticks = start_ticks};
}

void use_add(struct process_use_vec *out, int32_t id, int32_t pid, uint64_t start_ticks,
             int64_t time, const char *format, ...)
{
    struct process_use use = {
        .process = holder_identity(id, pid, start_ticks),
        .time = time,
    };
    va_list args;

    va_start(args, format);
    vsnprintf(use.role, sizeof use.role, format, args);
    va_end(args);
    vec_push(out, use);
}

void use_add_waiters(struct process_use_vec *out, const struct snapshot *s, enum kind_id kind,
                     int32_t id)
{
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, kind, id, &n);

    for (size_t i = 0; i < n; i++) {
        char words[128];
        struct line line = line_start(words, sizeof words);

        wait_words(&line, &waiters[i]);
        use_add(out, id, waiters[i].pid, 0, 0, "waits %s", words);
    }
}

void use_add_operators(struct process_use_vec *out, const struct snapshot *s, int32_t semid,
                       const struct identity *element)
{
    const struct semset *set = snapshot_semset(s, semid);
    size_t n = 0;
    const struct element *e = set ? snapshot_elements(s, set, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && (!element || e[i].index == element->part))
            use_add(out, semid, e[i].pid, 0, semset_last_use(set), "last operator of element %u",
                    e[i].index);
}

void set_no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                      char *dst, size_t cap)
{
    const struct semset *set = snapshot_semset(s, row->id);
    struct last_users users = {0};
    size_t n = 0;
    const struct element *e = set ? snapshot_elements(s, set, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID)
            last_users_add(&users, s, e[i].pid, set->otime);
    last_users_say(&users, name, dst, cap);
}

void use_add_row(struct process_use_vec *out, const struct identity *row, int64_t time)
{
    use_add(out, row->id, row->pid, row->start_ticks, time, "%s", "");
}

void row_processes(const struct snapshot *s, const struct identity *row,
                   struct process_use_vec *out)
{
    (void)s;
    use_add_row(out, row, USE_CERTAIN);
}

void last_users_add(struct last_users *users, const struct snapshot *s, int32_t pid, int64_t time)
{
    enum pid_state state = time > 0 ? snapshot_pid_state(s, pid, time) : PID_GONE;

    users->unknown |= state == PID_UNKNOWN;
    users->outside |= state == PID_OUTSIDE; // the kernel cannot name it in this PID namespace
}

void last_users_say(const struct last_users *users, const char *name, char *dst, size_t cap)
{
    snprintf(dst, cap, "no process to signal: no waiters seen on %s, its last user is %s", name,
             users->outside   ? "outside this PID namespace"
             : users->unknown ? "not known yet"
                              : "gone");
}

void process_path_text(const struct snapshot *s, const struct identity *row, char *dst, size_t cap)
{
    const struct process *process = snapshot_process(s, row->pid);

    if (process && process->known & PROC_KNOWS_COMM)
        snprintf(dst, cap, "%s %" PRId32, process->comm, row->pid);
    else
        snprintf(dst, cap, "%" PRId32, row->pid);
}

void process_describe(const struct identity *row, char *dst, size_t cap)
{
    snprintf(dst, cap, "process %" PRId32, row->pid);
}

void mapping_describe(const struct identity *row, char *dst, size_t cap)
{
    snprintf(dst, cap, "mapping %" PRIx64 " of process %" PRId32, row->part, row->pid);
}

void process_no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                          char *dst, size_t cap)
{
    (void)s;
    (void)name;
    if (row->pid == 0)
        snprintf(dst, cap, "that process lives in another PID namespace");
}

void pid_state_restore(struct snapshot *s, int32_t pid, const char *state)
{
    if (pid <= 0 || strcmp(state, pid_state_name(PID_GONE)) != 0 || snapshot_process(s, pid))
        return;
    snapshot_process_room(s, pid)->gone = true;
}

void note_add(struct note_vec *out, enum note_tone tone, char *text)
{
    vec_push(out, (struct note){.tone = tone, .text = text});
}

// Whether all waiters are seen, in one line.
static void note_waiting(const struct snapshot *s, const struct identity *row, struct note_vec *out)
{
    char text[256];
    struct line line = line_start(text, sizeof text);
    enum severity severity = words_waiting(&line, s, row->kind, row->id);

    enum note_tone tone = severity == SEVERITY_CRITICAL  ? NOTE_CRITICAL
                          : severity == SEVERITY_WARNING ? NOTE_WARNING
                                                         : NOTE_GOOD;

    if (text[0])
        note_add(out, tone, mem_copy_string(text));
}

// The first waiters, and how many more there are.
static void note_first_waiters(const struct snapshot *s, const struct identity *row,
                               struct note_vec *out)
{
    char text[400];
    struct line line = line_start(text, sizeof text);
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, row->kind, row->id, &n);

    for (size_t i = 0; i < n && i < WAITERS_NAMED; i++) {
        const struct waiter *w = &waiters[i];
        line_add(&line, "%s%" PRId32 " %s waits ", i ? " · " : "", w->pid, w->comm);
        wait_words(&line, w);
    }
    if (n > WAITERS_NAMED)
        line_add(&line, " · %zu more", n - WAITERS_NAMED);
    if (n > 0)
        note_add(out, NOTE_PLAIN, mem_copy_string(text));
}

void notes_waiters(const struct snapshot *s, const struct identity *row,
                   const struct note_place *place, struct note_vec *out)
{
    if (place->entered || s->has & NEED_WAITERS)
        note_waiting(s, row, out);
    if (!place->waiters_listed)
        note_first_waiters(s, row, out);
}
