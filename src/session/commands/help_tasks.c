#include "session/commands/help_tasks.h"

#include <string.h>

#include "base/line.h"
#include "model/kinds/registry.h"
#include "session/commands/commands.h"

// {command} is its first key, {table} the number of its view: both are found by name.
static const struct {
    const char *task, *how;
    // clang-format off
} tasks[] = {
    {"who holds it", "{enter} on a segment lists its holders, on a queue who waits; {waiters} who waits on a set"},
    {"what a process holds", "{processes}, {search} its pid or program, {enter} opens its page; in {segments}, {search} its pid finds what it holds"},
    {"what is wrong", "{triage}, then {enter} opens what a finding is about; what is done there is done to all of it"},
    {"free removed memory", "{triage}, the row 'removed but held': {signal} ends the holder, which frees it"},
    {"clean up after a crash", "{orphans} shows orphans alone, {owner} one owner's; {tag-all} tags them, {remove} previews, then asks"},
    {"a full queue", "{queues}: LASTRECV names its reader, SNDWAIT counts the blocked senders; {waiters} lists them"},
    {"raise a limit", "{limits}, {enter} on the limit; the question offers to write it to /etc/sysctl.d"},
    {"who removed it", "{events}; {trace} names the process for certain, from then on"},
    {"another container", "{namespaces}, {enter} on its row: all views show that namespace; {back} leaves it"},
    {"hand it over", "{report} writes a report of everything; {save} writes this view: the ending of the file chooses the format"},
};

static const struct {
    const char *sign, *meaning;
} legend[] = {
    {"●", "before a row: a finding is about it ({triage}), it is marked for removal, or near its limit; the worse, the stronger its colour"},
    {"+", "before a row: tagged"},
    {"emphasised", "new: it came a few seconds ago"},
    {"struck out", "gone: it vanished a few seconds ago"},
    {"‹ ›", "columns are hidden on that side: {left} and {right} bring them"},
    {"▾ ▴", "sorted by that column, largest or smallest first"},
    {"?", "not known here: more rights may show it"},
    {"gone", "after a pid: that process has ended; reused: another one has its pid now; outside: it is in another PID namespace"},
};
// clang-format on

// False: this run does not offer it.
static bool add_name(struct line *line, const char *name, const struct session_options *options)
{
    const struct command *command = command_by_name(name);
    const struct kind *kind = command ? NULL : kind_by_name(name);
    char key[16];

    if (command)
        line_add(line, "%s", key_name(command->keys[0], key, sizeof key));
    else if (kind)
        line_add(line, "%s",
                 kind_tab_key(kind) ? key_name(kind_tab_key(kind), key, sizeof key) : kind->title);
    return !command || !options || !command_refusal(command, options);
}

static bool fill_in(struct line *line, const char *text, const struct session_options *options)
{
    bool allowed = true;
    char name[32];

    while (*text) {
        size_t plain = strcspn(text, "{");
        line_add(line, "%.*s", (int)plain, text);
        text += plain;
        if (!*text)
            break;
        size_t n = strcspn(text, "}") - 1;
        struct line word = line_start(name, sizeof name);
        line_add(&word, "%.*s", (int)n, text + 1);
        allowed &= add_name(line, name, options);
        text += n + 2;
    }
    return allowed;
}

const char *task_at(size_t index, const struct session_options *options, char *how, size_t cap)
{
    if (index >= sizeof tasks / sizeof *tasks)
        return NULL;
    struct line line = line_start(how, cap);
    if (!fill_in(&line, tasks[index].how, options))
        *how = '\0';
    return tasks[index].task;
}

const char *legend_at(size_t index, char *meaning, size_t cap)
{
    if (index >= sizeof legend / sizeof *legend)
        return NULL;
    struct line line = line_start(meaning, cap);
    fill_in(&line, legend[index].meaning, NULL);
    return legend[index].sign;
}
