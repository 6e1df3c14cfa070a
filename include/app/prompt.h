// The prompt of a session: what keys do in it, whatever it asks.
#ifndef IPCTOP_APP_PROMPT_H
#define IPCTOP_APP_PROMPT_H

#include "app/session.h"

// Closes what was open and opens an empty one to fill in. `done` is called while it still stands;
// it may open another, or set `error` to keep it open.
struct prompt *prompt_open(struct session *s, enum prompt_type type,
                           void (*done)(struct session *session, bool accepted));
void prompt_close(struct session *s);
// Lets the prompt's owner answer, then closes it, unless that opened another or found a mistake.
void prompt_finish(struct session *s, bool accepted);
void prompt_key(struct session *s, const struct key_event *event);

// What stands there to be edited: in a line, or of a typed word.
void prompt_set_text(struct prompt *p, const char *text);

void prompt_item(struct prompt *p, int64_t value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct menu_item *prompt_chosen(const struct prompt *p); // NULL: an empty menu
// Moves the targets out, so that the next prompt can have them. The caller owns them.
struct action_vec prompt_take_actions(struct session *s);

#endif
