#include "app/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/prompt.h"
#include "base/text.h"

struct form_field *form_add(struct prompt *p, const char *label, const char *value)
{
    struct form_field field = {0};

    snprintf(field.label, sizeof field.label, "%s", label);
    snprintf(field.text, sizeof field.text, "%s", value);
    memcpy(field.was, field.text, sizeof field.was);
    field.caret = strlen(field.text);
    vec_push(&p->fields, field);
    return &p->fields.at[p->fields.n - 1];
}

void form_hint(struct form_field *field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(field->hint, sizeof field->hint, format, args);
    va_end(args);
}

struct form_field *form_field(struct prompt *p, const char *label)
{
    for (size_t i = 0; i < p->fields.n; i++)
        if (strcmp(p->fields.at[i].label, label) == 0)
            return &p->fields.at[i];
    return NULL;
}

bool form_changed(const struct form_field *field)
{
    return strcmp(field->text, field->was) != 0;
}

void form_fail(struct prompt *p, struct form_field *field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(field->error, sizeof field->error, format, args);
    va_end(args);
    if (!p->error[0])
        p->cursor = (size_t)(field - p->fields.at);
    snprintf(p->error, sizeof p->error, "nothing is done yet: see the mistake");
}

// --- editing -------------------------------------------------------------------------------------

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t before(const struct form_field *f)
{
    size_t at = f->caret;

    while (at > 0 && continues(f->text[--at]))
        ;
    return at;
}

static size_t after(const struct form_field *f)
{
    size_t at = f->caret;

    if (f->text[at])
        at++;
    while (continues(f->text[at]))
        at++;
    return at;
}

static size_t word_before(const struct form_field *f)
{
    size_t at = f->caret;

    while (at > 0 && f->text[at - 1] == ' ')
        at--;
    while (at > 0 && f->text[at - 1] != ' ')
        at--;
    return at;
}

// Takes the bytes between `from` and `to` out; false: there are none.
static bool cut(struct form_field *f, size_t from, size_t to)
{
    if (from == to)
        return false;
    memmove(f->text + from, f->text + to, strlen(f->text + to) + 1);
    f->caret = from;
    return true;
}

static bool insert(struct form_field *f, int32_t key)
{
    size_t length = strlen(f->text);
    char utf8[4];

    if (key < ' ' || key == 127 || (key >= 0x80 && key < 0xa0) || key >= K_SPECIAL)
        return false;
    size_t n = text_encode((uint32_t)key, utf8);
    if (length + n >= sizeof f->text)
        return false;
    memmove(f->text + f->caret + n, f->text + f->caret, length - f->caret + 1);
    memcpy(f->text + f->caret, utf8, n);
    f->caret += n;
    return true;
}

// True where the text changed.
static bool edit(struct form_field *f, int32_t key)
{
    switch (key) {
    case K_BACKSPACE:
        return cut(f, before(f), f->caret);
    case K_DELETE:
        return cut(f, f->caret, after(f));
    case K_CTRL('w'):
        return cut(f, word_before(f), f->caret);
    case K_CTRL('u'):
        return cut(f, 0, strlen(f->text));
    case K_LEFT:
        f->caret = before(f);
        return false;
    case K_RIGHT:
        f->caret = after(f);
        return false;
    case K_HOME:
        f->caret = 0;
        return false;
    case K_END:
        f->caret = strlen(f->text);
        return false;
    default:
        return insert(f, key);
    }
}

static bool move(struct prompt *p, int32_t key)
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

void form_key(struct session *s, const struct key_event *e)
{
    struct prompt *p = &s->prompt;

    if (e->key == K_ESC) {
        prompt_finish(s, false);
        return;
    }
    if (e->key == K_MOUSE || !p->fields.n || (e->key == K_ENTER && p->waiting))
        return;
    if (e->key == K_ENTER) {
        p->error[0] = '\0';
        for (size_t i = 0; i < p->fields.n; i++)
            p->fields.at[i].error[0] = '\0';
        prompt_finish(s, true);
        return;
    }
    struct form_field *field = &p->fields.at[p->cursor];
    if (move(p, e->key) || !edit(field, e->key))
        return;
    p->waiting = false; // what was asked for is wanted no more
    p->error[0] = field->error[0] = '\0';
    field->resolved = false;
}
