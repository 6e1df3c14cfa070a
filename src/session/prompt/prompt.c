#include "session/prompt/prompt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/prompt/edit.h"

void prompt_close(struct prompt *p)
{
    vec_free(&p->actions);
    vec_free(&p->targets);
    vec_free(&p->refused);
    vec_free(&p->menu);
    vec_free(&p->fields);
    free(p->body);
    *p = (struct prompt){.serial = p->serial, .session = p->session};
}

struct prompt *prompt_open(struct prompt *p, enum prompt_type type,
                           void (*done)(struct session *session, bool accepted), const char *title,
                           ...)
{
    va_list args;

    prompt_close(p);
    va_start(args, title);
    vsnprintf(p->title, sizeof p->title, title, args);
    va_end(args);
    p->serial++;
    p->type = type;
    p->done = done;
    return p;
}

void prompt_item(struct prompt *p, int64_t value, const char *format, ...)
{
    struct menu_item item = {.value = value};
    struct line line = line_start(item.label, sizeof item.label);
    va_list args;

    va_start(args, format);
    line_add_args(&line, format, args);
    va_end(args);
    vec_push(&p->menu, item);
}

const struct menu_item *prompt_chosen(const struct prompt *p)
{
    return p->cursor < p->menu.n ? &p->menu.at[p->cursor] : NULL;
}

struct action_vec prompt_take_actions(struct prompt *p)
{
    struct action_vec taken = p->actions;

    p->actions = (struct action_vec){0};
    return taken;
}

void prompt_set_text(struct prompt *p, const char *text)
{
    edit_set((struct edit){p->text, sizeof p->text, &p->caret}, text);
}

void prompt_finish(struct prompt *p, bool accepted)
{
    unsigned serial = p->serial;

    if (p->done)
        p->done(p->session, accepted);
    if (p->serial == serial && (!accepted || !p->error[0]))
        prompt_close(p);
}
