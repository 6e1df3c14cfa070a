#include "model/record/process.h"

#include <string.h>

#include "base/memory.h"

const char *service_restart_name(enum service_restart restart)
{
    static const char *const names[RESTARTS] = {
        NULL, "no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"};

    return (unsigned)restart < RESTARTS ? names[restart] : NULL;
}

// The text of all strings follows, each ended with NUL.
struct process_strings {
    int refs;                     // atomic
    uint32_t size;                // bytes of `text`
    uint32_t at[PROCESS_STRINGS]; // offset + 1 into `text`; 0: no such string
    char text[];
};

const char *process_string(const struct process *process, enum process_string which)
{
    const struct process_strings *strings = process->strings;

    return strings && strings->at[which] ? strings->text + strings->at[which] - 1 : NULL;
}

void process_add_string(struct process *process, enum process_string which, const char *text)
{
    struct process_strings *strings = process->strings;
    uint32_t size = strings ? strings->size : 0;
    size_t more = strlen(text) + 1;

    strings = mem_resize(strings, sizeof *strings + size + more, 1);
    if (!process->strings)
        *strings = (struct process_strings){.refs = 1};
    memcpy(strings->text + size, text, more);
    strings->at[which] = size + 1;
    strings->size = size + (uint32_t)more;
    process->strings = strings;
}

static void share(struct process *process)
{
    if (process->strings)
        __atomic_add_fetch(&process->strings->refs, 1, __ATOMIC_RELAXED);
}

bool process_is_stopped(const struct process *process)
{
    return process->known & PROC_KNOWS_STATE && (process->state == 'T' || process->state == 't');
}

bool process_is_traced(const struct process *process)
{
    return process->known & PROC_KNOWS_STATE && process->state == 't';
}

void process_release(struct process *process)
{
    // The last one to release must see what the others read before they did.
    if (process->strings && __atomic_sub_fetch(&process->strings->refs, 1, __ATOMIC_ACQ_REL) == 0)
        free(process->strings);
    process->strings = NULL;
}

void process_inherit(struct process *now, const struct process *old)
{
    now->inner_pid = old->inner_pid;
    now->known |= old->known & PROC_KNOWS_COMMAND;
    if (!now->strings) {
        now->strings = old->strings;
        share(now);
        return;
    }
    for (int i = 0; i < PROCESS_STRINGS; i++) {
        const char *kept = process_string(old, i);
        if (kept && !process_string(now, i))
            process_add_string(now, i, kept);
    }
}

void processes_clear(struct process_vec *processes)
{
    for (size_t i = 0; i < processes->n; i++)
        process_release(&processes->at[i]);
    vec_clear(processes);
}

void processes_add(struct process_vec *to, const struct process *process)
{
    vec_push(to, *process);
    share(&to->at[to->n - 1]);
}
