// What the user is doing: views, selection, sort, filter, tags, the open prompt, the message.
//
// No curses, no /proc: keys and pictures go in, the ui draws what stands here. Tested with a fake
// source. One session exists per screen; everything here belongs to the UI thread.
#ifndef IPCTOP_SESSION_SESSION_H
#define IPCTOP_SESSION_SESSION_H

#include <stdio.h>

#include "session/actions/await_exit.h"
#include "session/actions/progress.h"
#include "session/prompt/prompt.h"
#include "session/recent_rows.h"

struct audit_log;
struct file_writer;

enum { VIEW_DEPTH = 6 };

enum save_format { SAVE_TEXT, SAVE_CSV, SAVE_JSON };
// Writes a view to a stream; on the writer's thread. 0 or -errno.
typedef int view_write(FILE *out, enum save_format format, const struct snapshot *s,
                       const struct query *query, const struct column *const *columns, size_t n);

struct session_options {
    bool readonly;
    bool mouse;
    double interval;
    const char *table;         // view to open on; NULL: segments
    const char *filter, *sort; // initial, for that view; checked before
    bool has_owner;
    uint32_t owner;
    bool has_id;
    int32_t id;
    const struct settings
        *config; // settings kept from before; NULL: none. interval is the one above
    const struct column *const *columns; // -o, for that view; n_columns 0: as the settings say
    size_t n_columns;
    const char *notice; // to be told at once; NULL: nothing
    // Not owned, for the whole run.
    struct audit_log *audit;    // NULL: nothing is logged
    struct file_writer *writer; // NULL: nothing can be written
    const char *config_path;    // where settings go
    view_write *write_view;
};

struct search { // "/": the text, and where the selection stood before it was typed
    char text[LINE_TEXT];
    struct identity origin;
    bool has_origin;
    size_t origin_cursor;
};

struct session {
    struct session_options options;
    struct sampler *sampler;                 // not owned
    struct snapshot *snapshot;               // the one shown; NULL before the first
    size_t tab;                              // index into session_tabs
    struct view tabs[KIND_COUNT];            // by kind; the base of each tab's stack
    struct view stack[VIEW_DEPTH];           // drilled-down views above the current tab
    size_t depth;                            // how many of them
    struct arrangement arranged[KIND_COUNT]; // by kind
    struct identity_vec tags;                // ordered, see app/tags.h
    struct recent_rows changes;
    struct search search;
    double interval;
    enum header_size header;
    enum scheme scheme;
    int64_t orphan_age; // seconds: for snapshot_orphan()
    bool has_colors;    // set by the ui: else every scheme looks as SCHEME_MONO
    bool details;       // `i`: the panel of the selected object
    bool frozen;
    bool refresh_once; // frozen, but the next whole picture is wanted
    struct prompt prompt;
    char message[LINE_TEXT]; // the message line; empty: none
    enum severity message_severity;
    int64_t message_ns;           // CLOCK_MONOTONIC when it appeared
    bool message_news;            // told by session_news
    struct progress results;      // of the actions under way
    struct followed_vec followed; // who was told to end, until it is told what came of it
    int last_signal;              // chosen last; 0: none yet
    struct view_job *writing;     // the view being written as a new file, while that may turn out
                                  // to be there already; app/save.c's
    bool quit, suspend, redraw;   // asked of the loop
};

extern const enum kind_id session_tabs[]; // the tabs in order: 1 Segments, 2 Semaphores, …
extern const size_t session_n_tabs;

void session_init(struct session *s, struct sampler *sampler, const struct session_options *o);
void session_free(struct session *s);

// A new picture: takes over the caller's reference, finds every view's selection again.
void session_adopt(struct session *s, struct snapshot *snapshot);
void session_outcomes(struct session *s, const struct outcome_vec *outcomes);

// One key or mouse event, through the open prompt or the keymap. Mouse events pass draw_mouse()
// first.
void session_key(struct session *s, const struct key_event *event);

// What the sampler is to read for what is on screen now; asked after every change of view.
void session_want(struct session *s, struct want *want);

void session_say(struct session *s, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Tells what became known by itself: together with such news that still stands there, not in its
// place; before it if it is what was waited for.
void session_news(struct session *s, bool waited_for, const char *news);
// Shows what could not be logged, behind the message that stands there.
void session_check_audit(struct session *s);
// Takes an old message away; returns the CLOCK_MONOTONIC time the present one is to go, or 0.
int64_t session_expire(struct session *s, int64_t now_ns);
// The same for rows marked as new and rows that are gone; true: the view was built anew.
bool session_expire_changes(struct session *s, int64_t now_ns, int64_t *next_ns);

// The view on screen; how one gets from view to view: app/session_views.h.
struct view *session_view(struct session *s);
const void *session_selected(struct session *s, struct identity *identity); // NULL: no row
// The picture a row of the view on screen lies in; another than the session's: it is gone already.
const struct snapshot *session_picture(const struct session *s, const struct kind *kind,
                                       const void *row);
// How old what is known of the holders is, in seconds, where that is worth telling: older than two
// refreshes. Else 0.
int64_t session_holders_age(const struct session *s);
void session_rebuild(struct session *s); // rows of the current view, after a change of query
bool session_tagged(const struct session *s, const struct identity *identity);

#endif
