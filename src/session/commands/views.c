#include <stdio.h>
#include <string.h>

#include "model/kinds/parts/row_parts.h"
#include "model/kinds/processes.h"
#include "model/kinds/registry.h"
#include "session/actions/progress.h"
#include "session/commands/groups.h"
#include "session/current.h"
#include "session/message.h"
#include "session/navigate.h"
#include "session/place.h"
#include "session/session.h"
#include "store/settings.h"

static void run_tab(struct session *s, int32_t key)
{
    size_t tab;

    if (!kind_tab_of_key(key, &tab))
        return;
    if (session_has_tab(s, tab))
        session_tab(s, tab);
    else
        session_say(s, SEVERITY_NOTICE,
                    "hosts are listed where several are read: --from A --from B");
}

static void go_round(struct session *s, int by)
{
    size_t tab = s->tab;

    do
        tab = (tab + kind_tabs() + (size_t)by) % kind_tabs();
    while (!session_has_tab(s, tab));
    session_tab(s, tab);
}

static void run_waiters(struct session *s)
{
    struct view *v = session_view(s);
    struct identity object;
    char path[sizeof v->path];

    if (!session_selected(s, &object))
        return;
    const struct kind *kind = v->kind;
    bool part = !kind_is_object(kind->id); // of the object in whose view it is
    if (part)
        object = v->parent;
    snprintf(path, sizeof path, part ? "waiters" : "%d waiters", object.id);
    session_push(s, kind->waiting, &object, path);
}

// A view of something entered has nothing to lift but what one entered; any other one does.
static void run_back(struct session *s)
{
    if (progress_cancel(s))
        return;
    bool entered = session_view(s)->has_parent;
    if (!entered && session_peel(s))
        return;
    if (!session_pop(s) && !place_leave(s))
        s->message[0] = '\0';
}

static void run_triage(struct session *s)
{
    size_t tab;

    if (kind_tab(&kind_findings, &tab))
        session_tab(s, tab);
}

static void run_leave(struct session *s)
{
    if (!progress_cancel(s) && !session_pop(s) && !place_leave(s))
        s->quit = true;
}

static void run_all_maps(struct session *s)
{
    struct view *v = session_view(s);

    if (view_all_maps(v)) {
        v->parent.id = v->segment;
    } else {
        v->segment = v->parent.id;
        v->parent.id = -1;
    }
    session_rebuild(s);
}

// Of the process that the selected row is or belongs to.
static void open_process(struct session *s, struct process_view of(const struct identity *row))
{
    struct identity row;
    struct view *v = session_view(s);
    char path[sizeof v->path];

    bool selected = session_selected(s, &row);
    if (!selected)
        row = v->parent; // a process without open files
    const struct process_view opened = of(&row);
    if (row.pid <= 0) {
        session_say(s, SEVERITY_NOTICE,
                    selected ? "that process lives in another PID namespace"
                             : "there is no process here");
        return;
    }
    if (v->has_parent && v->kind->id == opened.opened && v->parent.pid == row.pid &&
        v->parent.kind == opened.process.kind && v->parent.id == opened.process.id)
        return; // it is there
    process_path_text(s->snapshot, &opened.process, path, sizeof path);
    snprintf(path + strlen(path), sizeof path - strlen(path), "%s", opened.what);
    session_push(s, opened.opened, &opened.process, path);
}

static void run_process(struct session *s)
{
    open_process(s, process_page_of);
}

static void run_maps(struct session *s)
{
    open_process(s, process_maps_of);
}

static void run_details(struct session *s)
{
    bool shown = s->details || s->pane_shown;

    s->details = !shown;
    s->no_pane = shown;
}

static void run_pane(struct session *s)
{
    static const char *const names[] = {[PANE_AUTO] = "by the size of the screen",
                                        [PANE_RIGHT] = "on the right",
                                        [PANE_BELOW] = "below"};

    s->pane = (s->pane + 1) % PANE_PLACES;
    bool hidden = !s->pane_shown && !s->no_pane; // the screen is too small for one
    s->no_pane = false;
    session_say(s, SEVERITY_NOTICE, "details: %s%s", names[s->pane],
                hidden ? ", on a screen from 110×30 on" : "");
}

static void run_header(struct session *s)
{
    static const char *const names[] = {[HEADER_AUTO] = "by the size of the screen",
                                        [HEADER_FULL] = "full",
                                        [HEADER_LINE] = "one line",
                                        [HEADER_NONE] = "none"};

    s->header = s->header == HEADER_NONE ? HEADER_AUTO : s->header + 1;
    session_say(s, SEVERITY_NOTICE, "header: %s", names[s->header]);
}

static void run_colors(struct session *s)
{
    if (!s->has_colors) {
        session_say(s, SEVERITY_WARNING,
                    "no colours here: NO_COLOR, --no-color, or a terminal without");
        return;
    }
    s->scheme = (s->scheme + 1) % SCHEME_COUNT;
    session_say(s, SEVERITY_NOTICE, "colours: %s", scheme_name(s->scheme));
}

// Where it goes in, unless that is where we are.
static const char *place_label(struct session *s, const struct kind *kind)
{
    struct identity identity;
    const void *row = session_selected(s, &identity);

    return identity.host || place_opens(s, kind->place(row)) ? "Go in" : NULL;
}

static const char *subject_label(struct session *s, const struct kind *kind)
{
    struct row_subject subject;

    if (!kind->subject(session_selected(s, NULL), &subject))
        return NULL;
    const struct kind *about = kind_get(subject.about.kind);
    return about && about->place ? "Go in" : "Object";
}

static const char *peer_label(struct session *s, const struct kind *kind)
{
    struct identity process;
    char name[96];

    return kind->leads_to(s->snapshot, session_selected(s, NULL), &process, name, sizeof name)
               ? kind->lead
               : NULL;
}

// What Enter opens here.
static const char *enter_label(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;

    if (kind->can & CAN_LIMIT) // Enter is another command's there
        return NULL;
    switch (what_enter_opens(s)) {
    case ENTERS_PLACE:
        return place_label(s, kind);
    case ENTERS_MEMBERS:
    case ENTERS_LIST:
    case ENTERS_LATER:
        return "Objects";
    case ENTERS_PARTS:
        return kind_get(kind->enter)->title;
    case ENTERS_SUBJECT:
        return subject_label(s, kind);
    case ENTERS_PEER:
        return peer_label(s, kind);
    case ENTERS_NOTHING:
    case ENTERS_DETAILS:
        break;
    }
    return NULL;
}

static const char *back_label(struct session *s)
{
    const struct view *v = session_view(s);

    if (!v->has_parent && (v->filter || v->has_owner || v->orphans || v->has_id))
        return "Lift";
    return s->depth ? "Back" : NULL;
}

// clang-format off
static const struct command commands[] = {
    {.name = "tab", .keys = {'1', '2', '3', '4', '5', '6', '7', '8', '9', '0'}, .flags = CMD_TABS,
     .run_key = run_tab,
     .help = "go to the view of that number"},
    {.name = "tab-next", .keys = {K_TAB}, .run_by = go_round, .by = 1, .help = "next view"},
    {.name = "tab-previous", .keys = {K_BACKTAB}, .run_by = go_round, .by = -1, .help = "previous view"},
    {.name = "triage", .keys = {'!'}, .run = run_triage, .help = "to Triage: what is wrong"},
    {.name = "enter", .label_here = enter_label, .keys = {K_ENTER}, .flags = CMD_OBJECT, .run = session_enter,
     .help = "open the row: its holders, mappings, elements, waiters; the objects of a finding, the peer of a socket"},
    {.name = "waiters", .keys = {'W'}, .flags = CMD_OBJECT | CMD_LOCAL, .run = run_waiters,
     .can = CAN_WAITERS,
     .help = "tasks that wait on this set or queue"},
    {.name = "back", .label_here = back_label, .keys = {K_ESC, K_BACKSPACE}, .run = run_back,
     .help = "cancel a bulk action; go back; at the top lift search, filter, owner, orphans"},
    {.name = "leave", .keys = {'q'}, .run = run_leave, .help = "back; at the top: quit"},
    {.name = "all-maps", .keys = {'a'}, .flags = CMD_LOCAL, .can = CAN_WIDEN,
     .run = run_all_maps, .help = "all mappings of the process, or this segment's alone"},
    {.name = "process", .keys = {'p'}, .can = CAN_PAGE, .run = run_process,
     .help = "the process of the row: who it is, its files, sockets and peers"},
    {.name = "maps", .keys = {'M'}, .can = CAN_PAGE, .run = run_maps,
     .help = "all mappings of the process of the row, System V's and others"},
    {.name = "details", .keys = {'i'}, .run = run_details,
     .help = "everything known about the row, on and off; on a large screen it is on at first"},
    {.name = "pane", .keys = {'v'}, .run = run_pane,
     .help = "where the details stand on a large screen: right, below, by its size"},
    {.name = "header", .keys = {'m'}, .run = run_header,
     .help = "header: automatic, full, one line, none"},
    {.name = "colors", .keys = {'C'}, .run = run_colors, .help = "colours: " SCHEME_NAMES},
};
// clang-format on

const struct command_group view_commands = {"Views", commands, sizeof commands / sizeof *commands};
