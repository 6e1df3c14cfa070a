#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "base/text.h"
#include "session/commands/groups.h"
#include "session/current.h"
#include "session/message.h"
#include "session/prompt/prompt.h"
#include "session/session.h"
#include "session/view.h"

// --- search ---------------------------------------------------------------------------------------

static void search_typed(struct session *s)
{
    struct view *v = session_view(s);
    struct prompt *p = &s->prompt;
    size_t row, before = s->search.origin_cursor + v->rows.n - 1;

    if (!p->text[0] || v->rows.n == 0) {
        view_select(v, s->snapshot, s->search.origin_cursor);
        return;
    }
    // From the row one started on, itself included.
    if (view_search(v, s->snapshot, p->text, before % v->rows.n, false, &row)) {
        view_select(v, s->snapshot, row);
    } else {
        snprintf(p->error, sizeof p->error, "not found");
        p->error_at = strlen(p->text);
    }
}

static void search_done(struct session *s, bool accepted)
{
    struct view *v = session_view(s);

    if (accepted && s->prompt.text[0]) {
        snprintf(s->search.text, sizeof s->search.text, "%s", s->prompt.text);
        if (s->prompt.error[0])
            session_say(s, SEVERITY_WARNING, "not found: %s", s->search.text);
        s->prompt.error[0] = '\0';
    } else if (!accepted && s->search.has_origin && s->snapshot &&
               !view_find(v, s->snapshot, &s->search.origin)) {
        view_select(v, s->snapshot, s->search.origin_cursor);
    }
}

static void run_search(struct session *s)
{
    struct prompt *p = prompt_open(&s->prompt, PROMPT_LINE, search_done, "Search");

    p->changed = search_typed;
    s->search.origin_cursor = session_view(s)->cursor;
    s->search.has_origin = session_selected(s, &s->search.origin) != NULL;
}

static void search_again(struct session *s, int by)
{
    struct view *v = session_view(s);
    size_t row;

    if (!s->search.text[0])
        session_say(s, SEVERITY_NOTICE, "nothing searched for yet");
    else if (view_search(v, s->snapshot, s->search.text, v->cursor, by < 0, &row))
        view_select(v, s->snapshot, row);
    else
        session_say(s, SEVERITY_WARNING, "not found: %s", s->search.text);
}

// --- filter ---------------------------------------------------------------------------------------

static void filter_typed(struct session *s)
{
    struct view *v = session_view(s);
    struct prompt *p = &s->prompt;
    struct filter_error error, before;
    struct filter *filter = p->text[0] ? filter_parse(v->kind, p->text, &error) : NULL;

    if (p->text[0] && !filter) { // half typed, or wrong: the terms before are shown
        snprintf(p->error, sizeof p->error, "%s", error.message);
        p->error_at = error.at;
        char *right = mem_format("%.*s", (int)error.from, p->text);
        filter = right[strspn(right, " ")] ? filter_parse(v->kind, right, &before) : NULL;
        free(right);
    }
    filter_free(v->filter);
    v->filter = filter;
    session_rebuild(s);
}

static void filter_done(struct session *s, bool accepted)
{
    struct view *v = session_view(s);

    if (!accepted) {
        prompt_set_text(&s->prompt, v->filter_text);
        filter_typed(s);
    } else {
        s->prompt.error[0] = '\0';
        filter_typed(s); // leaves the error that keeps the prompt open
        if (!s->prompt.error[0])
            snprintf(v->filter_text, sizeof v->filter_text, "%s", s->prompt.text);
    }
}

static void run_filter(struct session *s)
{
    struct prompt *p = prompt_open(&s->prompt, PROMPT_LINE, filter_done, "Filter");

    prompt_set_text(p, session_view(s)->filter_text);
    p->changed = filter_typed;
}

// --- owner, orphans -------------------------------------------------------------------------------

enum { EVERYBODY = -1 };

static void owner_done(struct session *s, bool accepted)
{
    struct view *v = session_view(s);
    const struct menu_item *item = prompt_chosen(&s->prompt);

    if (!accepted || !item)
        return;
    v->has_owner = item->value != EVERYBODY;
    v->owner = v->has_owner ? (uint32_t)item->value : 0;
    session_rebuild(s);
}

static void owner_item(struct session *s, struct prompt *p, uint32_t uid, size_t objects)
{
    const char *name = snapshot_user(s->snapshot, uid);
    struct view *v = session_view(s);

    if (v->has_owner && v->owner == uid)
        p->cursor = p->menu.n;
    if (name)
        prompt_item(p, uid, "%-16s %8zu", name, objects);
    else
        prompt_item(p, uid, "%-16u %8zu", uid, objects);
}

// The owners of all rows, ascending.
static uint32_t *owners(const struct kind *kind, const struct snapshot *s, size_t *n)
{
    uint32_t *uids = mem_zero(kind_total(kind, s), sizeof *uids);
    const struct snapshot *part;

    *n = 0;
    for (size_t k = 0; (part = snapshot_part(s, k)); k++)
        for (size_t i = 0; i < kind_count(kind, part); i++)
            if (row_owner(kind, part, kind_at(kind, part, i), &uids[*n]) && uids[*n] != UINT32_MAX)
                ++*n;
    qsort(uids, *n, sizeof *uids, order_u32);
    return uids;
}

static void run_owner(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    struct prompt *p = prompt_open(&s->prompt, PROMPT_MENU, owner_done, "%s of", kind->title);
    size_t n = 0, same = 0;
    uint32_t *uids = s->snapshot ? owners(kind, s->snapshot, &n) : NULL;

    prompt_item(p, EVERYBODY, "%-16s %8zu", "everybody",
                s->snapshot ? kind_total(kind, s->snapshot) : 0);
    for (size_t i = 0; i < n; i++) {
        same++;
        if (i + 1 < n && uids[i + 1] == uids[i])
            continue;
        owner_item(s, p, uids[i], same);
        same = 0;
    }
    free(uids);
}

static void run_orphans(struct session *s)
{
    struct view *v = session_view(s);

    v->orphans = !v->orphans;
    session_rebuild(s);
    session_say(s, SEVERITY_NOTICE, v->orphans ? "only orphans" : "all, not orphans alone");
}

static void orphan_age_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    char text[TEXT_SHORT];

    if (!accepted || !p->text[0])
        return;
    if (!text_parse_age(p->text, &s->orphan_age)) {
        snprintf(p->error, sizeof p->error, CONFIG_AGES);
    } else if (s->orphan_age > 0) {
        session_say(s, SEVERITY_NOTICE, "orphans: what has been idle for %s",
                    text_age_exact(text, sizeof text, s->orphan_age));
    } else {
        session_say(s, SEVERITY_NOTICE, "orphans: at once");
    }
}

static void run_orphan_age(struct session *s)
{
    char text[TEXT_SHORT];

    prompt_open(&s->prompt, PROMPT_LINE, orphan_age_done, "Orphans have been idle for (now %s)",
                text_age_exact(text, sizeof text, s->orphan_age));
}

// clang-format off
static const struct command commands[] = {
    {.name = "search", .label = "Search", .keys = {K_F3, '/'}, .run = run_search,
     .help = "search forward as you type"},
    {.name = "search-next", .keys = {'n'}, .run_by = search_again, .by = 1, .help = "next match"},
    {.name = "search-previous", .keys = {'N'}, .run_by = search_again, .by = -1,
     .help = "previous match"},
    {.name = "filter", .label = "Filter", .keys = {K_F4, '\\'}, .run = run_filter,
     .help = "show only matching rows: words, owner=apache|list size>1M !word, or between them"},
    {.name = "owner", .keys = {'u'}, .can = CAN_RESTRICT, .run = run_owner,
     .help = "only one owner's objects, from a menu"},
    {.name = "orphans", .keys = {'o'}, .can = CAN_RESTRICT, .run = run_orphans,
     .help = "only orphans, on and off"},
    {.name = "orphan-age", .keys = {'O'}, .run = run_orphan_age,
     .help = "how long an orphan must have been idle to be called one"},
};
// clang-format on

const struct command_group find_commands = {"Finding", commands,
                                            sizeof commands / sizeof *commands};
