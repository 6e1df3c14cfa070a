#include "session/prompt/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "session/prompt/edit.h"
#include "session/prompt/prompt.h"

struct form_field *form_add(struct prompt *p, const char *label, const char *value)
{
    struct form_field field = {0};

    snprintf(field.label, sizeof field.label, "%s", label);
    edit_set((struct edit){field.text, sizeof field.text, &field.caret}, value);
    memcpy(field.was, field.text, sizeof field.was);
    vec_push(&p->fields, field);
    return &p->fields.at[p->fields.n - 1];
}

void form_hint(struct form_field *field, const char *format, ...)
{
    struct line line = line_start(field->hint, sizeof field->hint);
    va_list args;

    va_start(args, format);
    line_add_args(&line, format, args);
    va_end(args);
}

struct form_field *form_field(struct prompt *p, const char *label)
{
    return vec_first(&p->fields, field, strcmp(field->label, label) == 0);
}

bool form_changed(const struct form_field *field)
{
    return strcmp(field->text, field->was) != 0;
}

void form_fail(struct prompt *p, struct form_field *field, const char *format, ...)
{
    struct line line = line_start(field->error, sizeof field->error);
    va_list args;

    va_start(args, format);
    line_add_args(&line, format, args);
    va_end(args);
    if (!p->error[0])
        p->cursor = (size_t)(field - p->fields.at);
    snprintf(p->error, sizeof p->error, "nothing is done yet: see the mistake");
}
