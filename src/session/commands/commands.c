#include "session/commands/commands.h"

#include <string.h>

#include "session/actions/confirm.h"
#include "session/commands/runs.h"
#include "session/tags.h"

#define IN(kind) (1u << (kind))
#define OBJECTS (IN(KIND_SEGMENT) | IN(KIND_SEMSET) | IN(KIND_QUEUE))
#define PARTS (IN(KIND_HOLDER) | IN(KIND_MAPPING) | IN(KIND_ELEMENT) | IN(KIND_WAITER))

// clang-format off
const struct command commands[] = {
    {.name = "help", .group = "Help", .label = "Help", .run = run_help,
     .help = "this text"},

    {.name = "up", .group = "Moving", .run = run_up, .help = "one row up"},
    {.name = "down", .group = "Moving", .run = run_down, .help = "one row down"},
    {.name = "page-up", .group = "Moving", .run = run_page_up, .help = "one page up"},
    {.name = "page-down", .group = "Moving", .run = run_page_down, .help = "one page down"},
    {.name = "first", .group = "Moving", .run = run_first, .help = "to the first row"},
    {.name = "last", .group = "Moving", .run = run_last, .help = "to the last row"},
    {.name = "left", .group = "Moving", .run = run_left, .help = "columns further left"},
    {.name = "right", .group = "Moving", .run = run_right, .help = "columns further right"},

    {.name = "tab", .group = "Views", .run = run_tab, .help = "go to the view of that number"},
    {.name = "tab-next", .group = "Views", .run = run_tab_next, .help = "next view"},
    {.name = "tab-previous", .group = "Views", .run = run_tab_previous, .help = "previous view"},
    {.name = "enter", .group = "Views", .flags = CMD_OBJECT, .run = run_enter,
     .help = "into the row: holders, mappings, elements, waiters; to what an event tells of"},
    {.name = "waiters", .group = "Views", .flags = CMD_OBJECT, .run = run_waiters,
     .kinds = IN(KIND_SEMSET) | IN(KIND_ELEMENT) | IN(KIND_QUEUE),
     .help = "tasks that wait on this set or queue"},
    {.name = "back", .group = "Views", .run = run_back,
     .help = "stop what is done to several; back to where you came from"},
    {.name = "leave", .group = "Views", .run = run_leave, .help = "back; at the top: quit"},
    {.name = "all-maps", .group = "Views", .kinds = IN(KIND_MAPPING), .run = run_all_maps,
     .help = "all mappings of the process, or this segment's alone"},
    {.name = "details", .group = "Views", .run = run_details,
     .help = "everything known of the row, on and off"},
    {.name = "header", .group = "Views", .run = run_header,
     .help = "header: by itself, full, one line, none"},
    {.name = "colors", .group = "Views", .run = run_colors,
     .help = "colours: " SCHEME_NAMES},

    {.name = "search", .group = "Finding", .label = "Search", .run = run_search,
     .help = "search forward as you type"},
    {.name = "search-next", .group = "Finding", .run = run_search_next, .help = "next match"},
    {.name = "search-previous", .group = "Finding", .run = run_search_previous,
     .help = "previous match"},
    {.name = "filter", .group = "Finding", .label = "Filter", .run = run_filter,
     .help = "show only matching rows: words, owner=apache size>1M status=dest !word"},
    {.name = "owner", .group = "Finding", .kinds = OBJECTS, .run = run_owner,
     .help = "only one owner's objects, from a menu"},
    {.name = "orphans", .group = "Finding", .kinds = OBJECTS, .run = run_orphans,
     .help = "only orphans, on and off"},
    {.name = "orphan-age", .group = "Finding", .run = run_orphan_age,
     .help = "how long an orphan must have been idle to be called one"},
    {.name = "sort", .group = "Finding", .label = "Sort", .run = run_sort,
     .help = "choose the column to sort by"},
    {.name = "sort-right", .group = "Finding", .run = run_sort_right,
     .help = "sort by the next column"},
    {.name = "sort-left", .group = "Finding", .run = run_sort_left,
     .help = "sort by the previous column"},
    {.name = "invert", .group = "Finding", .run = run_invert, .help = "invert the order"},
    {.name = "columns", .group = "Finding", .run = run_columns,
     .help = "choose the columns of this view, and their order"},

    {.name = "tag", .group = "Acting", .flags = CMD_OBJECT, .kinds = OBJECTS | IN(KIND_HOLDER),
     .run = run_tag, .help = "tag the row; remove, signal, change and lock act on the tagged"},
    {.name = "untag-all", .group = "Acting", .run = run_untag_all, .help = "forget all tags"},
    {.name = "tag-all", .group = "Acting", .kinds = OBJECTS | IN(KIND_HOLDER), .run = run_tag_all,
     .help = "tag every row shown"},
    {.name = "remove", .group = "Acting", .label = "Remove", .run = run_remove,
     .verb = ACTION_REMOVE, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .kinds = OBJECTS | PARTS | IN(KIND_FINDING),
     .help = "mark a segment for removal; remove a semaphore set or queue"},
    {.name = "signal", .group = "Acting", .label = "Kill", .run = run_signal,
     .verb = ACTION_SIGNAL, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .kinds = OBJECTS | PARTS | IN(KIND_FINDING),
     .help = "signal the process, or one that holds or waits on the object"},

    {.name = "change", .group = "Acting", .run = run_change,
     .verb = ACTION_SET, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .kinds = OBJECTS | PARTS | IN(KIND_FINDING),
     .help = "change owner, group or mode of the object; the size limit of a queue"},
    {.name = "lock", .group = "Acting", .run = run_lock,
     .verb = ACTION_LOCK, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .kinds = IN(KIND_SEGMENT) | IN(KIND_HOLDER) | IN(KIND_MAPPING) | IN(KIND_FINDING),
     .help = "lock a segment in memory, or unlock it"},
    {.name = "limit", .group = "Acting", .label = "Change", .run = run_limit,
     .verb = ACTION_LIMIT, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT, .kinds = IN(KIND_LIMIT),
     .help = "in Limits: change that limit"},

    {.name = "refresh", .group = "Program", .run = run_refresh, .help = "read everything now"},
    {.name = "freeze", .group = "Program", .run = run_freeze,
     .help = "freeze the picture, on and off"},
    {.name = "interval", .group = "Program", .run = run_interval,
     .help = "seconds between refreshes"},
    {.name = "save", .group = "Program", .run = run_save,
     .help = "write this view to a file: .json, .csv, else text"},
    {.name = "settings", .group = "Program", .run = run_settings,
     .help = "keep interval, order, columns, header, colours, orphan age for the next run"},
    {.name = "redraw", .group = "Program", .run = run_redraw, .help = "draw the screen anew"},
    {.name = "suspend", .group = "Program", .run = run_suspend,
     .help = "to the shell; fg comes back"},
    {.name = "quit", .group = "Program", .label = "Quit", .run = run_quit, .help = "quit"},
};
// clang-format on
const size_t n_commands = sizeof commands / sizeof *commands;

const struct command *command_by_name(const char *name)
{
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

// Its row is still to be seen, but nothing can be done to it.
static bool gone_here(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    const void *row = session_selected(s, NULL);

    return row && session_picture(s, kind, row) != s->snapshot;
}

static bool tagged_here(struct session *s)
{
    const struct tag_counts tagged = tags_count(s, NULL);

    return tagged.shown + tagged.hidden > 0;
}

bool command_allowed(const struct command *command, struct session *s, const char **why)
{
    struct view *v = session_view(s);
    bool writes = command->flags & CMD_WRITES;

    if (writes && s->options.readonly) {
        *why = "started with --readonly: nothing is changed from here";
    } else if (command->kinds && !(command->kinds & IN(v->kind->id))) {
        *why = "not in this view";
    } else if (command->flags & CMD_OBJECT && gone_here(s) &&
               !(command->flags & CMD_TAGGED && tagged_here(s))) {
        *why = "already gone";
    } else if (command->flags & CMD_OBJECT && !session_selected(s, NULL) &&
               !(command->flags & CMD_TAGGED && tagged_here(s)) &&
               // A segment nobody is seen to hold has no rows, but can be removed from there.
               !(writes && v->has_parent && s->snapshot)) {
        *why = s->snapshot ? "there is no row to do that to" : "nothing is read yet";
    } else {
        *why = NULL;
        return true;
    }
    return false;
}

void command_run(const struct command *command, struct session *s, const struct key_event *event)
{
    const char *why;

    if (command_allowed(command, s, &why))
        command->run(s, event);
    else if (command->flags & CMD_WRITES && command->kinds & IN(session_view(s)->kind->id))
        confirm_refuse(s, command->verb, why);
    else
        session_say(s, SEVERITY_WARNING, "%s: %s", command->name, why);
}
