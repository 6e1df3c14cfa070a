#include "model/kinds/parts/process_columns.h"

#include <ctype.h>
#include <stdio.h>

#include "model/kinds/parts/cells.h"

static int32_t pid_of(const void *row)
{
    return *(const int32_t *)row;
}

const struct process *process_of_row(const struct snapshot *s, const void *row, unsigned known)
{
    const struct process *p = snapshot_process(s, pid_of(row));

    return p && (!known || p->known & known) ? p : NULL;
}

// --- who it is ----------------------------------------------------------------------------------

void process_get_state(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_STATE);

    if (p) {
        snprintf(out->scratch, sizeof out->scratch, "%c", p->state);
        cell_set_text(out, out->scratch);
    }
}

void process_get_command(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_COMMAND);

    if (p)
        cell_set_text(out, process_string(p, PROCESS_COMMAND));
}

void process_show_command(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct process *p = process_of_row(s, row, 0);
    const char *command = p ? process_string(p, PROCESS_COMMAND) : NULL;

    snprintf(dst, cap, "%s%s", p && p->stuck ? "(stuck) " : "",
             command && command[0] ? command
             : p                   ? p->comm
                                   : "");
}

void process_get_unit(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, 0);

    cell_set_text(out, p ? process_string(p, PROCESS_UNIT) : NULL);
}

void process_get_container(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, 0);

    cell_set_text(out, p ? process_string(p, PROCESS_CONTAINER) : NULL);
}

// In a container that is what people know it by; its unit there is the container's own business.
void process_show_unit(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct process *p = process_of_row(s, row, 0);
    const char *container = p ? process_string(p, PROCESS_CONTAINER) : NULL;
    const char *unit = p ? process_string(p, PROCESS_UNIT) : NULL;

    snprintf(dst, cap, "%s", container ? container : unit ? unit : "");
}

void process_get_tty(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_STAT);

    if (p && p->tty) {
        tty_name(p->tty, out->scratch, sizeof out->scratch);
        cell_set_text(out, out->scratch);
    }
}

void process_get_restart(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_RESTART);

    cell_set_text(out, p ? service_restart_name((enum service_restart)p->restart) : NULL);
}

// --- what it uses -------------------------------------------------------------------------------

void process_get_cpu(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_STAT);

    if (p)
        cell_set_number(out, (int64_t)(p->cpu_ms / 1000));
}

// --- from a recording ---------------------------------------------------------------------------

static struct process *room(struct snapshot *s, const void *row, unsigned known)
{
    struct process *p = snapshot_process_room(s, pid_of(row));

    p->known |= (__typeof__(p->known))known;
    return p;
}

void process_set_state(struct snapshot *s, void *row, const struct cell *value)
{
    if (isalpha((unsigned char)value->text[0])) // it is printed as it stands
        room(s, row, PROC_KNOWS_STATE)->state = value->text[0];
}

// A process may have several rows: the first one has it.
void process_set_command(struct snapshot *s, void *row, const struct cell *value)
{
    struct process *p = room(s, row, PROC_KNOWS_COMMAND);

    if (!process_string(p, PROCESS_COMMAND))
        process_add_string(p, PROCESS_COMMAND, value->text);
}
