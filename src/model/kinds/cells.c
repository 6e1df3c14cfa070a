#include "model/kinds/cells.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/line.h"
#include "base/text.h"
#include "model/apps/labels.h"
#include "model/record/pid_state.h"

void cell_set_text(struct cell *out, const char *text)
{
    out->text = text;
    out->known = text != NULL;
}

#define SETTER(function, type, field)                                                              \
    void function(struct cell *out, type value)                                                    \
    {                                                                                              \
        out->field = value;                                                                        \
        out->known = true;                                                                         \
    }

SETTER(cell_set_number, int64_t, number)
SETTER(cell_set_count, uint64_t, count)
SETTER(cell_set_time, int64_t, time)
SETTER(cell_set_real, double, real)
SETTER(cell_set_truth, bool, truth)

void cell_set_pid(struct cell *out, int32_t pid)
{
    if (pid > 0)
        cell_set_number(out, pid);
}

void cell_set_since(struct cell *out, const struct snapshot *s, int64_t time)
{
    if (time > 0)
        cell_set_number(out, s->time > time ? s->time - time : 0);
}

static void set_name(struct cell *out, const char *name, uint32_t id)
{
    if (!name) {
        snprintf(out->scratch, sizeof out->scratch, "%" PRIu32, id);
        name = out->scratch;
    }
    cell_set_text(out, name);
}

void cell_set_user(struct cell *out, const struct snapshot *s, uint32_t uid)
{
    set_name(out, snapshot_user(s, uid), uid);
}

void pid_show(const struct snapshot *s, int32_t pid, enum pid_state state, char *dst, size_t cap)
{
    const struct process *process = state == PID_ALIVE ? snapshot_process(s, pid) : NULL;
    struct line line = line_start(dst, cap);

    if (state == PID_OUTSIDE) {
        line_add(&line, "%s", pid_state_name(state));
        return;
    }
    if (pid <= 0)
        return;
    line_add(&line, "%" PRId32, pid);
    if (pid_state_ended(state))
        line_add(&line, " %s", pid_state_name(state));
    else if (process && process->known & PROC_KNOWS_COMM)
        line_add(&line, " %s", process->comm);
}

#define OWNED_GETTER(function, ...)                                                                \
    void function(const struct snapshot *s, const void *row, struct cell *out)                     \
    {                                                                                              \
        const struct owned *o = row;                                                               \
        (void)s;                                                                                   \
        __VA_ARGS__;                                                                               \
    }

OWNED_GETTER(owned_get_key, cell_set_count(out, o->key))
OWNED_GETTER(owned_get_id, cell_set_number(out, o->id))
OWNED_GETTER(owned_get_owner, cell_set_user(out, s, o->uid))
OWNED_GETTER(owned_get_uid, cell_set_count(out, o->uid))
OWNED_GETTER(owned_get_group, set_name(out, snapshot_group(s, o->gid), o->gid))
OWNED_GETTER(owned_get_gid, cell_set_count(out, o->gid))
OWNED_GETTER(owned_get_creator, cell_set_user(out, s, o->cuid))
OWNED_GETTER(owned_get_cuid, cell_set_count(out, o->cuid))
OWNED_GETTER(owned_get_cgid, cell_set_count(out, o->cgid))
OWNED_GETTER(owned_get_perms, cell_set_count(out, o->mode & 0777u))
OWNED_GETTER(owned_get_ctime, cell_set_time(out, o->ctime))
OWNED_GETTER(owned_get_age, cell_set_since(out, s, o->ctime))

void app_get(const struct snapshot *s, enum kind_id kind, const void *row, struct cell *out)
{
    struct label label;

    if (!label_of(s, kind, row, &label))
        return;
    snprintf(out->scratch, sizeof out->scratch, "%s", label.app);
    cell_set_text(out, out->scratch);
}

void app_show(const struct snapshot *s, enum kind_id kind, const void *row, char *dst, size_t cap)
{
    struct label label;

    if (label_of(s, kind, row, &label))
        label_short(&label, dst, cap);
}

void app_get_instance(const struct snapshot *s, enum kind_id kind, const void *row,
                      struct cell *out)
{
    struct label label;

    if (!label_of(s, kind, row, &label) || !label.instance[0])
        return;
    if (label.database) { // a path may be longer than the scratch
        cell_set_text(out, label.database->directory);
        return;
    }
    struct line line = line_start(out->scratch, sizeof out->scratch);
    line_add(&line, "%s", label.instance);
    cell_set_text(out, out->scratch);
}
