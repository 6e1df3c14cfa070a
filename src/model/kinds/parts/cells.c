#include "model/kinds/parts/cells.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/line.h"
#include "model/apps/labels.h"
#include "model/record/pid_state.h"

const char *const severity_names[] = {[SEVERITY_NOTICE] = "notice",
                                      [SEVERITY_WARNING] = "warning",
                                      [SEVERITY_CRITICAL] = "critical",
                                      NULL};

void cell_set_text(struct cell *out, const char *text)
{
    out->text = text;
    out->known = text != NULL;
}

void cell_set_number(struct cell *out, int64_t number)
{
    out->number = number;
    out->known = true;
}

void cell_set_count(struct cell *out, uint64_t count)
{
    out->count = count;
    out->known = true;
}

void cell_set_real(struct cell *out, double real)
{
    out->real = real;
    out->known = true;
}

void cell_set_truth(struct cell *out, bool truth)
{
    out->truth = truth;
    out->known = true;
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

// Documentation/admin-guide/devices.txt
void tty_name(int32_t device, char *dst, size_t cap)
{
    uint32_t code = (uint32_t)device;
    uint32_t major = code >> 8 & 0xfff, minor = (code & 0xff) | (code >> 12 & 0xfff00);

    if (major >= 136 && major <= 143)
        snprintf(dst, cap, "pts/%" PRIu32, minor + (major - 136) * 256);
    else if (major == 4 && minor < 64)
        snprintf(dst, cap, "tty%" PRIu32, minor);
    else if (major == 4)
        snprintf(dst, cap, "ttyS%" PRIu32, minor - 64);
    else if (major == 5 && minor == 1)
        snprintf(dst, cap, "console");
    else if (major == 229)
        snprintf(dst, cap, "hvc%" PRIu32, minor);
    else
        snprintf(dst, cap, "%" PRIu32 ":%" PRIu32, major, minor);
}

void app_get(const struct snapshot *s, const void *row, struct cell *out)
{
    struct label label;

    if (!label_of(s, row, &label))
        return;
    snprintf(out->scratch, sizeof out->scratch, "%s", label.app);
    cell_set_text(out, out->scratch);
}

void app_show(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    struct label label;

    if (label_of(s, row, &label))
        label_short(&label, dst, cap);
}

void app_get_instance(const struct snapshot *s, const void *row, struct cell *out)
{
    struct label label;

    if (!label_of(s, row, &label) || !label.instance[0])
        return;
    if (label.database) { // a path may be longer than the scratch
        cell_set_text(out, label.database->directory);
        return;
    }
    struct line line = line_start(out->scratch, sizeof out->scratch);
    line_add(&line, "%s", label.instance);
    cell_set_text(out, out->scratch);
}
