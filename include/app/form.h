// PROMPT_FORM: fields with their present values, edited in place, each with its mistake beside it.
#ifndef IPCTOP_APP_FORM_H
#define IPCTOP_APP_FORM_H

#include "app/session.h"

// Appends a field; the pointer holds until the next one. `value` is what it is now.
struct form_field *form_add(struct prompt *p, const char *label, const char *value);
void form_hint(struct form_field *field, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct form_field *form_field(struct prompt *p, const char *label); // NULL: no such field
bool form_changed(const struct form_field *field);

// A mistake in a field: keeps the form open, with the cursor on the first field that has one.
void form_fail(struct prompt *p, struct form_field *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Enter accepts all fields, Tab and the arrows go from one to the next.
void form_key(struct session *s, const struct key_event *event);

#endif
