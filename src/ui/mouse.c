#include "ui/draw.h"

#include "model/kinds/registry.h"
#include "session/current.h"
#include "session/navigate.h"
#include "ui/parts/function_bar.h"
#include "ui/parts/table.h"
#include "ui/parts/tabs.h"
#include "ui/prompts/prompts.h"

enum { WHEEL_ROWS = 3 };

static bool inside(struct rect r, const struct key_event *event)
{
    return event->x >= r.x && event->x < r.x + r.w && event->y >= r.y && event->y < r.y + r.h;
}

// In a prompt the mouse chooses from a menu and scrolls. It never says yes.
static void mouse_prompt(const struct canvas *canvas, struct session *session,
                         struct key_event *event)
{
    struct prompt *prompt = &session->prompt;
    size_t item;

    switch (event->mouse) {
    case MOUSE_WHEEL_UP:
    case MOUSE_WHEEL_DOWN:
        return; // the prompt's own business
    case MOUSE_CLICK:
    case MOUSE_DOUBLE:
        if (prompt->type == PROMPT_MENU &&
            prompt_menu_at(canvas, prompt, event->x, event->y, &item)) {
            prompt->cursor = item;
            // What is to be switched is switched by it; what is to be chosen, chosen.
            event->key = event->mouse != MOUSE_DOUBLE               ? K_NONE
                         : prompt->menu.at[item].mark == ITEM_PLAIN ? K_ENTER
                                                                    : ' ';
            return;
        }
        break;
    case MOUSE_NONE:
        break;
    }
    event->key = K_NONE;
}

static void mouse_row(struct rect r, struct session *session, struct key_event *event)
{
    struct view *view = session_view(session);
    size_t row = view->top + (size_t)(event->y - r.y);

    if (row >= view->rows.n)
        return;
    view_select(view, session->snapshot, row);
    if (event->mouse == MOUSE_DOUBLE)
        event->key = K_ENTER;
}

static void mouse_press(const struct canvas *canvas, const struct layout *l,
                        struct session *session, struct key_event *event)
{
    const struct column *column;
    size_t tab, depth;

    if (inside(l->findings, event)) {
        event->key = '!';
    } else if (inside(l->tabs, event)) {
        if (tabs_path_at(canvas, l->tabs, session, event->x, &depth))
            session_pop_to(session, depth);
        else if (tabs_at(canvas, l->tabs, session, event->x, &tab) &&
                 !(event->key = kind_tab_key(kind_of_tab(tab))))
            session_tab(session, tab);
    } else if (inside(l->titles, event)) {
        column = table_column_at(canvas, l->table, session, event->x);
        if (column)
            session_sort(session, column);
    } else if (inside(l->table, event)) {
        mouse_row(l->table, session, event);
    } else if (inside(l->bar, event)) {
        event->key = function_bar_key_at(canvas, l->bar, session, event->x);
    }
}

void draw_mouse(const struct canvas *canvas, struct session *session, struct key_event *event)
{
    struct layout layout;

    if (event->key != K_MOUSE)
        return;
    if (session->prompt.type != PROMPT_NONE) {
        mouse_prompt(canvas, session, event);
        return;
    }
    struct key_event in = *event;
    event->key = K_NONE;
    draw_layout(canvas, session, &layout);
    if (layout.too_small || !session->snapshot)
        return;
    if (in.mouse == MOUSE_WHEEL_UP)
        view_move(session_view(session), session->snapshot, -WHEEL_ROWS);
    else if (in.mouse == MOUSE_WHEEL_DOWN)
        view_move(session_view(session), session->snapshot, WHEEL_ROWS);
    else if (in.mouse != MOUSE_NONE)
        mouse_press(canvas, &layout, session, event);
}
