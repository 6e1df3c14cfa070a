// PROMPT_FORM: fields with their present values, edited in place, each with its mistake beside it.
#ifndef IPCTOP_SESSION_PROMPT_FORM_H
#define IPCTOP_SESSION_PROMPT_FORM_H

#include <stdbool.h>

#include "base/key.h"
#include "base/vector.h"

struct prompt;

struct form_field {
    char label[16];
    char text[64];
    char was[64];   // as the form was opened
    char hint[64];  // beside it, while there is no error
    char error[96]; // beside it, until it is changed
    size_t caret;   // offset in `text`; session/prompt/edit.h
    bool resolved;  // `text` is a name, and `number` what it stands for
    uint32_t number;
};
VEC(form_field_vec, struct form_field);

// Appends a field; the pointer holds until the next one. `value` is what it is now.
struct form_field *form_add(struct prompt *p, const char *label, const char *value);
void form_hint(struct form_field *field, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct form_field *form_field(struct prompt *p, const char *label); // NULL: no such field
bool form_changed(const struct form_field *field);

// A mistake in a field: keeps the form open, with the cursor on the first field that has one.
void form_fail(struct prompt *p, struct form_field *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
