#include "session/prompt/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "session/prompt/edit.h"

enum { WHEEL_LINES = 3, PAGE_UNKNOWN = 10, LINES_MAX = 10000 };

static size_t body_lines(const struct prompt *p)
{
    size_t lines = 0;

    for (const char *at = p->body; at && *at; lines++) {
        const char *end = strchr(at, '\n');
        at = end ? end + 1 : at + strlen(at);
    }
    return lines;
}

// True where the text changed.
static bool edit(struct prompt *p, int32_t key)
{
    return edit_key((struct edit){p->text, sizeof p->text, &p->caret}, key);
}

static void line_key(struct prompt *p, const struct key_event *e)
{
    if (e->key == K_ENTER) {
        prompt_finish(p, true);
    } else if (e->key == K_ESC) {
        prompt_finish(p, false);
    } else if (e->key == K_BACKSPACE && !p->text[0]) {
        prompt_finish(p, false); // nothing left to erase: out of the prompt, as in vi
    } else if (edit(p, e->key)) {
        p->error[0] = '\0';
        if (p->changed)
            p->changed(p->session);
    }
}

static size_t clamp_add(size_t at, long by, size_t n)
{
    if (by < 0 && (size_t)-by > at)
        return 0;
    at += (size_t)by;
    return n == 0 ? 0 : at < n ? at : n - 1;
}

// How far a key moves in a list or text of `n`; false: it does not move.
static bool moves(const struct prompt *p, const struct key_event *e, size_t n, long *by)
{
    long page = p->page ? (long)p->page : PAGE_UNKNOWN;

    switch (e->key) {
    case K_UP:
        *by = -1;
        return true;
    case K_DOWN:
        *by = 1;
        return true;
    case K_PGUP:
        *by = -page;
        return true;
    case K_PGDN:
        *by = page;
        return true;
    case K_HOME:
        *by = -(long)n;
        return true;
    case K_END:
        *by = (long)n;
        return true;
    case K_MOUSE:
        *by = e->mouse == MOUSE_WHEEL_UP     ? -WHEEL_LINES
              : e->mouse == MOUSE_WHEEL_DOWN ? WHEEL_LINES
                                             : 0;
        return *by != 0;
    default:
        return false;
    }
}

// Neither Enter nor anything else but what is asked for means yes.
static void confirm_key(struct prompt *p, const struct key_event *e)
{
    bool edits = p->word[0] && (e->key == K_HOME || e->key == K_END);
    long by;

    p->error[0] = '\0';
    if (e->key == K_ESC) {
        prompt_finish(p, false);
    } else if (!edits && moves(p, e, LINES_MAX, &by)) {
        p->top = clamp_add(p->top, by, LINES_MAX); // drawing corrects what lies beyond the end
    } else if (p->word[0]) {
        if (e->key != K_ENTER)
            edit(p, e->key);
        else if (strcmp(p->text, p->word) == 0)
            prompt_finish(p, true);
        else
            snprintf(p->error, sizeof p->error, "type the word %s, or Esc to leave it", p->word);
    } else if (e->key == 'y' || e->key == 'Y') {
        prompt_finish(p, true);
    } else if ((e->key == 'w' || e->key == 'W') && p->consequence.setting[0]) {
        struct action *action = &p->actions.at[0];
        snprintf(action->limit.setting, sizeof action->limit.setting, "%s", p->consequence.setting);
        prompt_finish(p, true);
    } else if (e->key == 'n' || e->key == 'N' || e->key == 'q') {
        prompt_finish(p, false);
    } else if (e->key != K_MOUSE) {
        snprintf(p->error, sizeof p->error, "press y%s or n",
                 p->consequence.setting[0] ? ", w" : "");
    }
}

// Digits choose the entry of that number; otherwise the next that contains what was typed.
static bool menu_jump(struct prompt *p)
{
    int64_t number;

    if (text_parse_int(p->text, 0, INT32_MAX, &number))
        for (size_t i = 0; i < p->menu.n; i++)
            if (p->menu.at[i].value == number) {
                p->cursor = i;
                return true;
            }
    for (size_t i = 0; i < p->menu.n; i++) {
        size_t at = (p->cursor + i) % p->menu.n;

        if (text_contains(p->menu.at[at].label, p->text)) {
            p->cursor = at;
            return true;
        }
    }
    return false;
}

static void menu_type(struct prompt *p, int32_t key)
{
    p->caret = strlen(p->text); // it is not shown: it grows at its end
    if (!edit(p, key) || !p->text[0] || menu_jump(p))
        return;
    prompt_set_text(p, ""); // this key begins a new word
    if (!edit(p, key) || !menu_jump(p))
        prompt_set_text(p, "");
}

static void menu_key(struct prompt *p, const struct key_event *e)
{
    long by;

    p->error[0] = '\0';
    if (p->key && p->key(p->session, e)) {
        prompt_set_text(p, "");
    } else if (moves(p, e, p->menu.n, &by)) {
        p->cursor = clamp_add(p->cursor, by, p->menu.n);
        prompt_set_text(p, "");
    } else if (e->key == K_ENTER) {
        prompt_finish(p, prompt_chosen(p) != NULL);
    } else if (e->key == K_ESC) {
        prompt_finish(p, false);
    } else {
        menu_type(p, e->key);
    }
}

static void text_key(struct prompt *p, const struct key_event *e)
{
    size_t lines = body_lines(p), page = p->page ? p->page : PAGE_UNKNOWN;
    struct key_event as = *e;
    long by;

    if (e->key == ' ')
        as.key = K_PGDN;
    else if (e->key == 'g')
        as.key = K_HOME;
    else if (e->key == 'G')
        as.key = K_END;
    if (moves(p, &as, lines, &by))
        p->top = clamp_add(p->top, by, lines > page ? lines - page + 1 : 1);
    else if (e->key == K_ENTER)
        prompt_finish(p, true);
    else if (e->key == K_ESC || e->key == 'q' || e->key == K_BACKSPACE || e->key == K_F1)
        prompt_finish(p, false);
}

static bool move_field(struct prompt *p, int32_t key)
{
    size_t n = p->fields.n;

    if (key == K_TAB || key == K_DOWN)
        p->cursor = (p->cursor + 1) % n;
    else if (key == K_BACKTAB || key == K_UP)
        p->cursor = (p->cursor + n - 1) % n;
    else
        return false;
    return true;
}

static void form_key(struct prompt *p, const struct key_event *e)
{
    if (e->key == K_ESC) {
        prompt_finish(p, false);
        return;
    }
    if (e->key == K_MOUSE || !p->fields.n || (e->key == K_ENTER && p->waiting))
        return;
    if (e->key == K_ENTER) {
        p->error[0] = '\0';
        for (size_t i = 0; i < p->fields.n; i++)
            p->fields.at[i].error[0] = '\0';
        prompt_finish(p, true);
        return;
    }
    struct form_field *field = &p->fields.at[p->cursor];
    const struct edit edit = {field->text, sizeof field->text, &field->caret};
    if (move_field(p, e->key) || !edit_key(edit, e->key))
        return;
    p->waiting = false; // the names asked for are no longer wanted
    p->error[0] = field->error[0] = '\0';
    field->resolved = false;
}

bool prompt_takes_text(const struct prompt *p, int32_t key)
{
    return (p->type == PROMPT_LINE || p->type == PROMPT_FORM) && key >= ' ' && key != K_BACKSPACE &&
           key < K_SPECIAL;
}

void prompt_key(struct prompt *p, const struct key_event *e)
{
    if (p->hidden && e->key != K_ESC)
        return;
    switch (p->type) {
    case PROMPT_LINE:
        line_key(p, e);
        break;
    case PROMPT_CONFIRM:
        confirm_key(p, e);
        break;
    case PROMPT_MENU:
        menu_key(p, e);
        break;
    case PROMPT_TEXT:
        text_key(p, e);
        break;
    case PROMPT_FORM:
        form_key(p, e);
        break;
    case PROMPT_NONE:
        break;
    }
}
