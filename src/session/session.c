#include "session/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/line.h"
#include "model/kinds/registry.h"
#include "model/triage/triage.h"
#include "session/actions/confirm.h"
#include "session/actions/edit_object.h"
#include "session/actions/progress.h"
#include "session/arrange.h"
#include "session/commands/keymap.h"
#include "session/commands/save.h"
#include "session/navigate.h"
#include "store/audit_log.h"

static const int64_t NOTICE_NS = 6 * CLOCK_SECOND, ERROR_NS = 20 * CLOCK_SECOND;

static void open_first(struct session *s, const struct session_options *o)
{
    const struct kind *kind = o->table ? kind_by_name(o->table) : NULL;
    struct filter_error error;

    if (kind)
        session_tab_of(kind, &s->tab);
    struct view *v = session_view(s);
    if (o->filter) {
        v->filter = filter_parse(v->kind, o->filter, &error);
        snprintf(v->filter_text, sizeof v->filter_text, "%s", v->filter ? o->filter : "");
    }
    if (o->sort && rows_parse_sort(v->kind, o->sort, &v->sort, &v->descending))
        arrange_sort(s, v->sort, v->descending);
    if (o->n_columns)
        arrange_set_columns(s, v->kind, o->columns, o->n_columns);
    v->has_owner = o->has_owner;
    v->owner = o->owner;
    v->has_id = o->has_id;
    v->id = o->id;
}

void session_init(struct session *s, struct sampler *sampler, const struct session_options *o)
{
    *s = (struct session){.options = *o, .sampler = sampler, .interval = o->interval};
    if (o->config)
        arrange_start(s, o->config);
    for (size_t i = 0; i < session_n_tabs; i++) {
        view_init(&s->tabs[session_tabs[i]], kind_get(session_tabs[i]), NULL);
        arrange_view(s, &s->tabs[session_tabs[i]]);
    }
    open_first(s, o);
    if (o->notice)
        session_say(s, SEVERITY_WARNING, "%s", o->notice);
    // The caller's, and no longer than this call.
    s->options.config = NULL;
    s->options.columns = NULL;
    s->options.notice = NULL;
}

void session_free(struct session *s)
{
    prompt_close(s);
    for (size_t i = 0; i < s->depth; i++)
        view_free(&s->stack[i]);
    for (size_t i = 0; i < KIND_COUNT; i++)
        view_free(&s->tabs[i]);
    vec_free(&s->tags);
    recent_rows_free(&s->changes);
    vec_free(&s->results.outcomes);
    save_forget(s);
    vec_free(&s->followed);
    snapshot_unref(s->snapshot);
    *s = (struct session){0};
}

void session_adopt(struct session *s, struct snapshot *snapshot)
{
    if (s->frozen && !s->refresh_once && s->snapshot) {
        await_exit_look(s, snapshot);
        snapshot_unref(snapshot); // was under way when the picture was frozen
        return;
    }
    struct snapshot *old = s->snapshot;
    s->refresh_once &= snapshot->ahead; // what was wanted is whole
    s->snapshot = snapshot;
    tags_prune(&s->tags, snapshot);
    recent_rows_note(&s->changes, old, snapshot, clock_ns());
    session_rebuild(s);
    confirm_learn(s);
    await_exit_look(s, snapshot); // the last word of what is told
    snapshot_unref(old);          // only now: rows pointed into it
}

void session_outcomes(struct session *s, const struct outcome_vec *outcomes)
{
    for (size_t i = 0; i < outcomes->n; i++) {
        const struct outcome *o = &outcomes->at[i];

        if (o->action.verb == ACTION_RESOLVE) {
            edit_object_resolved(s, o);
            continue;
        }
        progress_add(s, o);
    }
    progress_show(s);
}

void session_key(struct session *s, const struct key_event *event)
{
    if (event->key == K_NONE || (event->pasted && !prompt_takes_text(&s->prompt, event->key)))
        return;
    if (s->prompt.type != PROMPT_NONE) {
        if (event->key == K_CTRL('l'))
            s->redraw = true;
        else if (event->key == K_CTRL('z'))
            s->suspend = true;
        else
            prompt_key(s, event);
        if (s->prompt.type == PROMPT_NONE)
            progress_show(s); // those that waited for it
        save_results(s);
        return;
    }
    const struct command *command = keymap_find(session_view(s)->kind->id, event->key);
    if (command)
        command_run(command, s, event);
}

int64_t session_holders_age(const struct session *s)
{
    const struct snapshot *snapshot = s->snapshot;

    if (!snapshot || !snapshot->scan)
        return 0;
    int64_t age = snapshot->time_ns - snapshot->scan->finished_ns;
    bool old = age >= 2 * CLOCK_SECOND && (double)age > 2 * s->interval * (double)CLOCK_SECOND;
    return old ? age / CLOCK_SECOND : 0;
}

static bool is_shown(struct column_choice shown, const struct column *column)
{
    for (size_t i = 0; i < shown.n; i++)
        if (shown.at[i] == column)
            return true;
    return !shown.n && column->flags & COL_SCREEN;
}

static unsigned column_needs(const struct view *v)
{
    const struct kind *kind = v->kind;
    const struct column_choice shown = view_columns(v);
    unsigned need = kind->need | filter_need(v->filter, shown);

    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];

        if (is_shown(shown, column) || column == v->sort ||
            (v->orphans && strcmp(column->name, "orphan") == 0))
            need |= column->need;
    }
    return need;
}

void session_want(struct session *s, struct want *want)
{
    const struct view *v = session_view(s);

    // The header, the counts of the tabs, and the findings are always in sight.
    *want = (struct want){.need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS |
                                  NEED_SYSTEM | NEED_NAMES | triage_need() | column_needs(v)};
    want->in_sight = column_needs(v);
    want->orphan_age = s->orphan_age;
    if (s->details)
        for (size_t i = 0; i < v->kind->n_columns; i++)
            want->need |= v->kind->columns[i].need;
    // A set in focus would leave the elements of all others unread, which the findings are made of.
    bool narrows = v->parent.kind == KIND_SEMSET && triage_need() & NEED_ELEMENTS;
    if (v->has_parent && !narrows) {
        want->focused = true;
        want->focus = v->parent;
    }
    if (v->kind->id == KIND_MAPPING)
        want->need |= view_all_maps(v) ? NEED_ALL_MAPS : NEED_MAP_USE;
    // What is asked of one focus alone would be asked of everything without it.
    if (!v->has_parent || v->kind->id != KIND_MAPPING)
        want->need &= ~(unsigned)(NEED_MAP_USE | NEED_ALL_MAPS);
    await_exit_want(s, want);
    // What a signal means to a process may stand in its arguments.
    if (s->prompt.actions.n && s->prompt.actions.at[0].verb == ACTION_SIGNAL)
        want->need |= NEED_PROCESSES | NEED_COMMANDS;
}

void session_say(struct session *s, enum severity severity, const char *format, ...)
{
    char text[2 * LINE_TEXT];
    struct line line = line_start(s->message, sizeof s->message);
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args); // it may quote the message of before
    va_end(args);
    line_add(&line, "%s", text);
    s->message_severity = severity;
    s->message_ns = clock_ns();
    s->message_news = false;
}

void session_news(struct session *s, bool waited_for, const char *news)
{
    char text[LINE_TEXT];
    struct line line = line_start(text, sizeof text);
    bool together = s->message_news && s->message[0];

    line_add(&line, "%s", together && !waited_for ? s->message : news);
    if (together)
        line_add(&line, "; %s", waited_for ? s->message : news);
    session_say(s, SEVERITY_NOTICE, "%s", text);
    s->message_news = true;
}

void session_check_audit(struct session *s)
{
    char failure[LINE_TEXT / 2], before[LINE_TEXT / 2 - 2];

    if (!audit_log_failure(s->options.audit, failure, sizeof failure))
        return;
    struct line line = line_start(before, sizeof before);
    line_add(&line, "%s", s->message);
    session_say(s, SEVERITY_CRITICAL, "%s%s%s", failure, line.n ? "; " : "", before);
}

int64_t session_expire(struct session *s, int64_t now)
{
    if (!s->message[0])
        return 0;
    int64_t end = s->message_ns + (s->message_severity == SEVERITY_NOTICE ? NOTICE_NS : ERROR_NS);
    if (now < end)
        return end;
    s->message[0] = '\0';
    s->message_news = false;
    return 0;
}

// A frozen picture keeps them: nothing moves in it.
bool session_expire_changes(struct session *s, int64_t now, int64_t *next)
{
    bool dropped = false;

    *next = s->frozen ? 0 : recent_rows_expire(&s->changes, now, &dropped);
    if (dropped)
        session_rebuild(s); // rows pointed into what was let go
    return dropped;
}

const struct snapshot *session_picture(const struct session *s, const struct kind *kind,
                                       const void *row)
{
    return recent_rows_picture(&s->changes, s->snapshot, kind, row);
}

bool session_tagged(const struct session *s, const struct identity *identity)
{
    return tags_has(&s->tags, identity);
}
