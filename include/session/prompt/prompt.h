// The prompt of a session: what it asks, and about what.
#ifndef IPCTOP_SESSION_PROMPT_PROMPT_H
#define IPCTOP_SESSION_PROMPT_PROMPT_H

#include "base/line.h"
#include "engine/sampler.h"
#include "model/consequence/consequence.h"
#include "session/prompt/form.h"

enum prompt_type {
    PROMPT_NONE,
    PROMPT_LINE,    // one line of text: search, filter, interval
    PROMPT_CONFIRM, // a question with its consequence: y, n, or a typed word
    PROMPT_MENU,    // choose one: signal, sort column, owner
    PROMPT_TEXT,    // scrollable text: help, a preview, results
    PROMPT_FORM,    // several fields to change, session/prompt/form.h
};

enum item_mark { ITEM_PLAIN, ITEM_OFF, ITEM_ON }; // a menu of things to switch shows [ ] and [x]

struct session;

struct menu_item {
    char label[128];
    int64_t value;
    enum item_mark mark;
};
VEC(menu_vec, struct menu_item);

struct prompt {
    struct session *session; // that owns it: passed to the callbacks
    enum prompt_type type;
    unsigned serial;       // differs for every prompt opened
    char title[LINE_TEXT]; // "Search", "Send signal to 18811 python", …
    char text[LINE_TEXT];  // PROMPT_LINE and the typed word of PROMPT_CONFIRM: what was typed
    size_t caret;          // offset in it; session/prompt/edit.h
    char error[160];       // shown beside the text until the next key
    size_t error_at;       // offset in `text` it points at
    char word[16];         // PROMPT_CONFIRM: the word to type; empty: y or n
    struct consequence consequence; // PROMPT_CONFIRM
    unsigned unsure;           // UNKNOWN_*: what was not read yet; title or consequence change then
    struct action_vec actions; // copies of the targets: nothing moves under a prompt
    struct identity_vec targets; // PROMPT_MENU: the processes that a signal is chosen for
    struct outcome_vec refused;  // targets that are left out: listed with the results
    struct menu_vec menu;
    struct form_field_vec fields; // PROMPT_FORM
    bool two_columns;             // PROMPT_TEXT: where the screen is wide enough
    bool waiting;                 // PROMPT_FORM: a name is being looked up
    size_t cursor;                // PROMPT_MENU: chosen item; PROMPT_FORM: field
    size_t top;       // first item or line shown (PROMPT_CONFIRM too: it may be long); the
                      // ui corrects what lies beyond the end
    size_t page;      // items or lines that fitted at the last drawing; set by the ui
    bool hidden;      // the screen is too small to show it: set by the ui. What
                      // cannot be read is not answered: only Esc is taken then
    char *body;       // PROMPT_TEXT: lines; PROMPT_CONFIRM: more to read below the
                      // effect (a list of targets), or NULL; PROMPT_FORM: what is
                      // changed, above the fields; owned
    const char *hint; // PROMPT_MENU: what its keys do, static; NULL: as in every menu
    // PROMPT_MENU: takes a key before the menu does, where it returns true; may be NULL
    bool (*key)(struct session *session, const struct key_event *event);
    void (*changed)(struct session *session);             // as it is typed; may be NULL
    void (*done)(struct session *session, bool accepted); // Enter/y or Esc/n; may open another
};

// Closes what was open and opens an empty one to fill in. `done` is called while it still stands;
// it may open another, or set `error` to keep it open.
struct prompt *prompt_open(struct prompt *p, enum prompt_type type,
                           void (*done)(struct session *session, bool accepted), const char *title,
                           ...) __attribute__((format(printf, 4, 5)));
void prompt_close(struct prompt *p);
// Lets the prompt's owner answer, then closes it, unless that opened another or found a mistake.
void prompt_finish(struct prompt *p, bool accepted);

// What stands there to be edited: in a line, or of a typed word.
void prompt_set_text(struct prompt *p, const char *text);

void prompt_item(struct prompt *p, int64_t value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct menu_item *prompt_chosen(const struct prompt *p); // NULL: an empty menu
// Moves the targets out, so that the next prompt can have them. The caller owns them.
struct action_vec prompt_take_actions(struct prompt *p);

#endif
