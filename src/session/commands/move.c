#include <stdio.h>

#include "session/actions/progress.h"
#include "session/commands/runs.h"
#include "session/navigate.h"
#include "store/settings.h"

enum { PAGE_UNKNOWN = 10 };

static void move(struct session *s, long by)
{
    view_move(session_view(s), s->snapshot, by);
}

// One row of the page before stays in sight.
static long page(struct session *s)
{
    size_t rows = session_view(s)->page;

    return rows > 1 ? (long)rows - 1 : rows ? 1 : PAGE_UNKNOWN;
}

RUN(up)
{
    move(s, -1);
}

RUN(down)
{
    move(s, 1);
}

RUN(page_up)
{
    move(s, -page(s));
}

RUN(page_down)
{
    move(s, page(s));
}

RUN(first)
{
    view_select(session_view(s), s->snapshot, 0);
}

RUN(last)
{
    view_select(session_view(s), s->snapshot, SIZE_MAX);
}

RUN(left)
{
    struct view *v = session_view(s);

    v->pan -= v->pan > 0;
}

RUN(right)
{
    struct view *v = session_view(s);

    v->pan += v->pan + 1 < v->kind->n_columns;
}

RUN(tab)
{
    session_tab(s, (size_t)(event->key - '1'));
}

RUN(tab_next)
{
    session_tab(s, (s->tab + 1) % session_n_tabs);
}

RUN(tab_previous)
{
    session_tab(s, (s->tab + session_n_tabs - 1) % session_n_tabs);
}

RUN(enter)
{
    session_enter(s);
}

RUN(waiters)
{
    struct view *v = session_view(s);
    struct identity object;
    char path[sizeof v->path];

    if (!session_selected(s, &object))
        return;
    if (v->kind->id == KIND_ELEMENT)
        object = v->parent;
    snprintf(path, sizeof path, v->kind->id == KIND_ELEMENT ? "waiters" : "%d waiters", object.id);
    session_push(s, KIND_WAITER, &object, path);
}

RUN(back)
{
    if (!progress_cancel(s) && !session_pop(s))
        s->message[0] = '\0';
}

RUN(leave)
{
    if (!progress_cancel(s) && !session_pop(s))
        s->quit = true;
}

RUN(all_maps)
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

RUN(details)
{
    s->details = !s->details;
}

RUN(header)
{
    static const char *const names[] = {[HEADER_AUTO] = "by the size of the screen",
                                        [HEADER_FULL] = "full",
                                        [HEADER_LINE] = "one line",
                                        [HEADER_NONE] = "none"};

    s->header = s->header == HEADER_NONE ? HEADER_AUTO : s->header + 1;
    session_say(s, SEVERITY_NOTICE, "header: %s", names[s->header]);
}

RUN(colors)
{
    if (!s->has_colors) {
        session_say(s, SEVERITY_WARNING,
                    "no colours here: NO_COLOR, --no-color, or a terminal without");
        return;
    }
    s->scheme = (s->scheme + 1) % SCHEME_COUNT;
    session_say(s, SEVERITY_NOTICE, "colours: %s", scheme_name(s->scheme));
}
