// What the user is doing: views, selection, sort, filter, tags, the open prompt, the message.
//
// No curses, no /proc: keys and pictures go in, the ui draws what stands here. Tested with a fake
// source. One session exists per screen; everything here belongs to the UI thread.
#ifndef IPCTOP_APP_SESSION_H
#define IPCTOP_APP_SESSION_H

#include "app/config.h"
#include "app/audit.h"
#include "app/key.h"
#include "app/sampler.h"
#include "model/consequence.h"
#include "app/writer.h"
#include "model/rows.h"

enum { VIEW_DEPTH = 6, VIEW_COLUMNS = CONFIG_COLUMNS, SESSION_TEXT = 256 };

// One table on screen. Tabs each have their own; drilling down pushes one.
struct view {
    const struct kind *kind;
    bool has_parent;
    struct identity parent;    // what was entered: the segment whose holders these are
    char path[96];             // its part of the tab line: "393216", "python 18811"
    char filter_text[SESSION_TEXT];
    struct filter *filter;     // owned; NULL: all
    bool has_owner;
    uint32_t owner;
    bool orphans;
    int32_t segment;           // a holder's mappings: which segment's, while all are shown
    bool has_id;               // --id: only this object
    int32_t id;
    const struct column *sort;
    bool descending;
    const struct arrangement *arranged; // of the session: its columns
    struct identity selected;  // the object, not the row
    bool has_selected;
    bool parent_gone;          // what was entered is there no more
    size_t cursor;             // index of the selected row in `rows`, kept near when it vanished
    size_t top;                // first row shown
    size_t page;               // rows that fitted at the last drawing; set by the ui
    size_t pan;                // columns scrolled away to the left
    uint8_t widths[VIEW_COLUMNS]; // widest text seen of each column; set by the ui. They only grow,
                                  // so that columns stay where they are from refresh to refresh
    struct rows rows;          // of the snapshot adopted last
};

enum prompt_type {
    PROMPT_NONE,
    PROMPT_LINE,    // one line of text: search, filter, interval
    PROMPT_CONFIRM, // a question with its consequence: y, n, or a typed word
    PROMPT_MENU,    // choose one: signal, sort column, owner
    PROMPT_TEXT,    // scrollable text: help, a preview, results
    PROMPT_FORM,    // several fields to change, app/form.h
};

enum item_mark { ITEM_PLAIN, ITEM_OFF, ITEM_ON }; // a menu of things to switch shows [ ] and [x]

struct menu_item {
    char label[96];
    int64_t value;
    enum item_mark mark;
};
VEC(menu_vec, struct menu_item);
VEC(action_vec, struct action);

struct form_field {
    char label[16];
    char text[64];
    char was[64];     // as the form was opened
    char hint[64];    // beside it, while there is no error
    char error[96];   // beside it, until it is changed
    size_t caret;     // offset in `text`; app/edit.h
    bool resolved;    // `text` is a name, and `number` what it stands for
    uint32_t number;
};
VEC(form_field_vec, struct form_field);

struct session;
struct prompt {
    enum prompt_type type;
    unsigned serial;          // differs for every prompt opened
    char title[SESSION_TEXT]; // "Search", "Send signal to 18811 python", …
    char text[SESSION_TEXT];  // PROMPT_LINE and the typed word of PROMPT_CONFIRM: what was typed
    size_t caret;             // offset in it; app/edit.h
    char error[160];          // shown beside the text until the next key
    size_t error_at;          // offset in `text` it points at
    char word[16];            // PROMPT_CONFIRM: the word to type; empty: y or n
    struct consequence consequence; // PROMPT_CONFIRM
    bool unsure; // what the process is was not read yet: title or consequence comes anew then
    struct action_vec actions; // copies of the targets: nothing moves under a prompt
    struct outcome_vec refused; // targets that are left out: told of with the results
    struct menu_vec menu;
    struct form_field_vec fields; // PROMPT_FORM
    bool waiting;             // PROMPT_FORM: a name is being looked up
    size_t cursor;            // PROMPT_MENU: chosen item; PROMPT_FORM: field
    size_t top;               // first item or line shown (PROMPT_CONFIRM too: it may be long); the
                              // ui corrects what lies beyond the end
    size_t page;              // items or lines that fitted at the last drawing; set by the ui
    bool hidden;              // the screen is too small to show it: set by the ui. Nobody answers
                              // what he cannot read: only Esc is taken then
    char *body;               // PROMPT_TEXT: lines; PROMPT_CONFIRM: more to read below the
                              // effect (a list of targets), or NULL; PROMPT_FORM: what is
                              // changed, above the fields; owned
    const char *hint;         // PROMPT_MENU: what its keys do, static; NULL: as in every menu
    // PROMPT_MENU: takes a key before the menu does, where it returns true; may be NULL
    bool (*key)(struct session *session, const struct key_event *event);
    void (*changed)(struct session *session);              // as it is typed; may be NULL
    void (*done)(struct session *session, bool accepted);  // Enter/y or Esc/n; may open another
};

struct session_options {
    bool readonly;
    bool mouse;
    double interval;
    const char *table;   // view to open on; NULL: segments
    const char *filter, *sort; // initial, for that view; checked before
    bool has_owner;
    uint32_t owner;
    bool has_id;
    int32_t id;
    const struct config *config; // settings kept from before; NULL: none. interval is the one above
    const struct column *const *columns; // -o, for that view; n_columns 0: as the settings say
    size_t n_columns;
    const char *notice;  // to be told at once; NULL: nothing
    // Not owned, for the whole run; NULL: nothing can be written.
    struct writer *writer;
    const char *config_path; // where settings go
    // Writes a view to a stream (enum save_format); on the writer's thread. 0 or -errno.
    int (*write_view)(FILE *out, int format, const struct snapshot *s, const struct query *query,
                      const struct column *const *columns, size_t n);
};

VEC(identity_vec, struct identity);

struct followed { // app/following.h
    struct identity process;
    char name[84];    // "17002 python"
    int signal;
    int64_t since_ns; // when it was sent, CLOCK_MONOTONIC; 0: it is not known to be yet
    bool late;        // that it still runs was told
};
VEC(followed_vec, struct followed);

enum { CHANGES_HELD = 4 };

// What appeared and vanished lately, see app/changes.h.
struct changes {
    struct change_batch {
        int64_t until_ns;         // CLOCK_MONOTONIC
        struct snapshot *picture; // the last one that had them; NULL: none is gone
        struct identity_vec gone, arrived; // ordered as tags are
    } at[CHANGES_HELD]; // oldest first
    size_t n;
};

struct search { // "/": the text, and where the selection stood before it was typed
    char text[SESSION_TEXT];
    struct identity origin;
    bool has_origin;
    size_t origin_cursor;
};

struct session {
    struct session_options options;
    struct sampler *sampler;      // not owned
    struct audit *audit;          // not owned; NULL: nothing is logged
    struct snapshot *snapshot;    // the one shown; NULL before the first
    size_t tab;                   // index into session_tabs
    struct view tabs[KIND_COUNT]; // by kind; the base of each tab's stack
    struct view stack[VIEW_DEPTH]; // drilled-down views above the current tab
    size_t depth;                 // how many of them
    struct arrangement arranged[KIND_COUNT]; // by kind
    struct identity_vec tags; // ordered, see app/tags.h
    struct changes changes;
    struct search search;
    double interval;
    enum header_size header;
    enum scheme scheme;
    int64_t orphan_age;           // seconds: for snapshot_orphan()
    bool has_colors;              // set by the ui: else every scheme looks as SCHEME_MONO
    bool details;                 // `i`: the panel of the selected object
    bool frozen;
    bool refresh_once;            // frozen, but the next picture is wanted
    struct prompt prompt;
    char message[SESSION_TEXT];   // the message line; empty: none
    enum severity message_severity;
    int64_t message_ns;           // CLOCK_MONOTONIC when it appeared
    bool message_news;            // told by session_news
    size_t acting;                // actions handed over whose outcomes are still to come
    struct outcome_vec results;   // outcomes so far of the actions under way
    bool stopping;                // the user does not want what has not begun
    bool list_results;            // several were asked for at once: they end in a list
    struct followed_vec followed; // who was told to end, until it is told what came of it
    int last_signal;              // chosen last; 0: none yet
    struct view_job *writing;     // the view being written as a new file, while that may turn out
                                  // to be there already; app/save.c's
    bool quit, suspend, redraw;   // asked of the loop
};

extern const enum kind_id session_tabs[]; // the tabs in order: 1 Segments, 2 Semaphores, …
extern const size_t session_n_tabs;       // one whose kind_get() is NULL does not appear

void session_init(struct session *s, struct sampler *sampler, const struct session_options *o);
void session_free(struct session *s);

// A new picture: takes over the caller's reference, finds every view's selection again.
void session_adopt(struct session *s, struct snapshot *snapshot);
void session_outcomes(struct session *s, const struct outcome_vec *outcomes);

// One key or mouse event, through the open prompt or the keymap. Mouse events pass draw_mouse first.
void session_key(struct session *s, const struct key_event *event);

// What the sampler is to read for what is on screen now; asked after every change of view.
void session_want(struct session *s, struct want *want);

void session_say(struct session *s, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Tells what became known by itself: together with such news that still stands there, not in its
// place; before it if it is what was waited for.
void session_news(struct session *s, bool waited_for, const char *news);
void session_tell_gone(struct session *s); // what was entered, where it is
// Shows what could not be logged, behind the message that stands there.
void session_check_audit(struct session *s);
// Takes an old message away; returns the CLOCK_MONOTONIC time the present one is to go, or 0.
int64_t session_expire(struct session *s, int64_t now_ns);
// The same for rows marked as new and rows that are gone; true: the view was built anew.
bool session_expire_changes(struct session *s, int64_t now_ns, int64_t *next_ns);

// The view on screen; more about views in app/view.h.
struct view *session_view(struct session *s);
const void *session_selected(struct session *s, struct identity *identity); // NULL: no row
// The picture a row of the view on screen lies in; another than the session's: it is gone already.
const struct snapshot *session_picture(const struct session *s, const struct kind *kind,
                                       const void *row);
void session_rebuild(struct session *s); // rows of the current view, after a change of query
bool session_tagged(const struct session *s, const struct identity *identity);

#endif
