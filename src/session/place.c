#include "session/place.h"

#include <inttypes.h>

#include "engine/sampler.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "session/current.h"
#include "session/message.h"
#include "session/navigate.h"
#include "session/session.h"

// "IPC namespace 4026532201 (docker:3f4e5d6c7b8a)"
static void name_namespace(struct session *s, uint64_t inode)
{
    const struct ipc_namespace *row =
        s->snapshot ? namespace_find(&s->snapshot->namespaces, inode) : NULL;
    struct line line = line_start(s->place_name, sizeof s->place_name);

    line_add(&line, "IPC namespace %" PRIu64, inode);
    const struct process *p = row ? snapshot_process(s->snapshot, row->pid) : NULL;
    const char *container = p ? process_string(p, PROCESS_CONTAINER) : NULL;
    if (container)
        line_add(&line, " (%s)", container);
    else if (p && p->known & PROC_KNOWS_COMM)
        line_add(&line, " (%s)", p->comm);
}

void place_start(struct session *s, uint64_t inode)
{
    s->place = inode;
    kind_tab(&kind_namespaces, &s->place_tab);
    name_namespace(s, inode);
}

static void forget(struct session *s)
{
    struct snapshot *old = s->snapshot;

    s->snapshot = NULL;
    vec_clear(&s->tags);
    recent_rows_free(&s->changes);
    vec_clear(&s->results.changed);
    session_rebuild(s);
    snapshot_unref(old); // only now: rows pointed into it
    s->refresh_once = true;
    sampler_refresh(s->sampler);
}

// The past of ours, or of all hosts, waits for the return; that of other places is not kept.
static void change_history(struct session *s, bool from_home, bool to_home)
{
    if (from_home) {
        history_free(&s->own_history);
        s->own_history = s->history;
    } else {
        history_free(&s->history);
    }
    s->history = to_home ? s->own_history : (struct history){0};
    if (to_home)
        s->own_history = (struct history){0};
}

static void enter_namespace(struct session *s, uint64_t inode)
{
    bool own = s->snapshot && inode == s->snapshot->system.own_namespace;

    if (s->snapshot && inode == s->snapshot->system.ipc_namespace) {
        session_say(s, SEVERITY_NOTICE, "all views show this IPC namespace already");
        return;
    }
    if (s->options.recording) {
        session_say(s, SEVERITY_WARNING, "what that IPC namespace holds was not recorded");
        return;
    }
    name_namespace(s, inode);
    if (!s->place)
        s->place_tab = s->tab;
    change_history(s, !s->place, own);
    s->place = own ? 0 : inode;
    session_tab(s,
                session_view(s)->kind->place ? 0 : s->tab); // from a finding to the findings there
    session_view(s)->has_selected = false;
    session_view(s)->cursor = 0;
    forget(s);
    if (own)
        session_say(s, SEVERITY_NOTICE, "back in our own IPC namespace");
    else
        session_say(s, SEVERITY_NOTICE, "in %s: Esc goes back", s->place_name);
}

// The view stays, and the row that is selected in it.
static void enter_host(struct session *s, uint64_t number)
{
    struct view *v = session_view(s);
    const struct identity host = {.kind = kind_hosts.id, .part = number};
    size_t tab;

    if (!s->snapshot || !row_text(s->snapshot, &host, s->place_name, sizeof s->place_name))
        return;
    s->place_tab = s->tab;
    if (v->kind->flags & TABLE_HOSTS && kind_tab(&kind_findings, &tab))
        session_tab(s, tab);
    v->selected.host = 0;
    change_history(s, true, false);
    s->place = number;
    forget(s);
    session_say(s, SEVERITY_NOTICE, "%s alone: Esc goes back", s->place_name);
}

static bool are_hosts(const struct session *s)
{
    return s->options.hosts > 1 && !s->place;
}

bool place_opens(const struct session *s, uint64_t place)
{
    bool here = s->snapshot && place == s->snapshot->system.ipc_namespace;

    return are_hosts(s) || (!here && !s->options.recording);
}

void place_enter(struct session *s, uint64_t place)
{
    if (are_hosts(s))
        enter_host(s, place);
    else
        enter_namespace(s, place);
}

bool place_leave(struct session *s)
{
    const bool host = s->options.hosts > 1;

    if (!s->place)
        return false;
    if (host)
        session_view(s)->selected.host = (uint32_t)s->place;
    change_history(s, false, true);
    s->place = 0;
    session_tab(s, s->place_tab);
    forget(s);
    session_say(s, SEVERITY_NOTICE, host ? "back to all hosts" : "back in our own IPC namespace");
    return true;
}

bool place_is_of(const struct session *s, const struct snapshot *snapshot)
{
    return snapshot->entered == s->place;
}
