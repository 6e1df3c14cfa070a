// Header only. What the user is doing: views, selection, sort, filter, tags, the open prompt, the
// message.
//
// No curses, no /proc: keys and pictures go in, the ui draws what stands here. Tested with a fake
// source. One session exists per screen; everything here belongs to the UI thread.
#ifndef IPCTOP_SESSION_SESSION_H
#define IPCTOP_SESSION_SESSION_H

#include <stdio.h>

#include "session/history.h"
#include "session/pending.h"
#include "session/prompt/prompt.h"
#include "session/recent_rows.h"

struct audit_log;
struct file_writer;

enum { VIEW_DEPTH = 6 };

// Writes a view to a stream; on the writer's thread. 0 or -errno.
// Writes all there is to say, as its ending has it.
typedef int report_write_file(FILE *out, const char *path, const struct snapshot *s);
typedef int view_write(FILE *out, const char *path, const struct snapshot *s,
                       const struct query *query, const struct column *const *columns, size_t n);

struct session_options {
    bool readonly;
    // What is shown was recorded, or comes from elsewhere: nothing can be done to it.
    bool recording;
    size_t hosts; // how many are read; 0, 1: one
    bool mouse;
    bool trace;
    double interval;
    const char *table;         // view to open on; NULL: segments
    const char *filter, *sort; // initial, for that view; checked before
    bool has_owner;
    uint32_t owner;
    bool has_id;
    int32_t id;
    uint64_t place; // IPC namespace to show; 0: our own
    const struct settings
        *config; // settings kept from before; NULL: none. interval is the one above
    const struct column *const *columns; // -o, for that view; n_columns 0: as the settings say
    size_t n_columns;
    const char *notice; // shown at the start; NULL: none
    // Not owned, for the whole run.
    struct audit_log *audit;    // NULL: nothing is logged
    struct file_writer *writer; // NULL: nothing can be written
    const char *config_path;    // where settings go
    const char *save_dir;       // views are written into it alone; NULL: anywhere
    view_write *write_view;
    const char *view_endings; // of files, which choose what that writes: ".json, else text"
    report_write_file *write_report;
    const char *(*write_words)(int error); // what went wrong in these; NULL: strerror() is enough
};

// Where the pane of the selected object stands on a screen that has room for it.
enum pane_place { PANE_AUTO, PANE_RIGHT, PANE_BELOW, PANE_PLACES };

struct search { // "/": the text, and where the selection stood before it was typed
    char text[LINE_TEXT];
    struct identity origin;
    bool has_origin;
    size_t origin_cursor;
};

struct session {
    struct session_options options;
    struct sampler *sampler;            // not owned
    struct snapshot *snapshot;          // the one shown; NULL before the first
    size_t tab;                         // as kind_of_tab() counts
    struct view tabs[KINDS];            // by kind; the base of each tab's stack
    struct view stack[VIEW_DEPTH];      // drilled-down views above the current tab
    size_t depth;                       // how many of them
    uint64_t place;                     // IPC namespace or host shown; 0: our own, all of them
    size_t place_tab;                   // where it was entered
    char place_name[96];                // in words, where it is another
    struct arrangement arranged[KINDS]; // by kind
    struct identity_vec tags;           // ordered, see session/tags.h
    struct recent_rows changes;
    struct history history;
    struct history own_history; // while another namespace is shown: of ours, until then
    struct search search;
    double interval;
    enum header_size header;
    enum scheme scheme;
    int64_t orphan_age; // seconds: for kind->orphan
    bool has_colors;    // set by the ui: else every scheme looks as SCHEME_MONO
    bool details;       // `i`: the panel of the selected object, where there is no pane
    enum pane_place pane;
    bool no_pane;    // `i` where the pane is shown
    bool pane_shown; // set by the ui
    bool tracing;    // asked for; how far it is stands in the snapshot
    bool frozen;
    bool reporting;    // a report is asked for: every table is wanted
    bool refresh_once; // frozen, but the next whole picture is wanted
    struct prompt prompt;
    char message[LINE_TEXT]; // the message line; empty: none
    enum severity message_severity;
    int64_t message_ns;           // CLOCK_MONOTONIC when it appeared
    bool message_news;            // shown by session_news
    bool message_here;            // the answer to a key, about the view it was pressed in
    struct progress results;      // of the actions under way
    struct followed_vec followed; // processes that were signalled, until their end is shown
    int last_signal;              // chosen last; 0: none yet
    struct view_job *writing;     // the view being written as a new file, while that may turn out
                                  // to be there already; session/commands/save.c
    uint64_t enter_place; // asked of the controller: the IPC namespace or host to show; 0: none
    bool help;            // asked of the controller: the help text
    bool quit, suspend, redraw; // asked of the loop
};

#endif
