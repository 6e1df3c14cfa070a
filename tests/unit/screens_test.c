// Every view of the outage at the sizes people have, whole; and where the details of a row stand.
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/holders/process_totals.h"
#include "model/kinds/registry.h"
#include "model/record/event_log.h"
#include "model/record/shared.h"
#include "model/triage/triage.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "session/navigate.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/user.h"
#include "ui/draw.h"

static struct user *outage(void)
{
    struct snapshot *s = fake_story();

    triage_run(s);
    struct user *u = user_new(s);
    u->s.interval = 2;
    return u;
}

static char *screen_of(struct user *u, int w, int h, bool ascii)
{
    struct canvas canvas = {.ascii = ascii};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    canvas_resize(&canvas, w, h);
    draw_session(&canvas, &u->s);
    for (int y = 0; y < h; y++) {
        char *row = canvas_row(&canvas, y);
        fprintf(out, "%s\n", row);
        free(row);
    }
    fclose(out);
    canvas_free(&canvas);
    return text;
}

// The line of tabs is left out: it changes with every kind that gets one, and has tests of its own.
static void drop_tabs(char *text)
{
    char *line = strstr(text, "\n 1 Seg");

    if (line)
        memmove(line, strchr(line + 1, '\n'), strlen(strchr(line + 1, '\n')) + 1);
}

static void must_be(struct user *u, int w, int h, const char *what)
{
    char name[64], *text = screen_of(u, w, h, false);

    drop_tabs(text);
    snprintf(name, sizeof name, "screen-%s-%dx%d", what, w, h);
    golden_must_be(name, text);
    free(text);
}

static void at_all_sizes(struct user *u, const char *what)
{
    must_be(u, 80, 24, what);
    must_be(u, 132, 40, what);
    must_be(u, 200, 60, what);
}

TEST(the_views_of_an_outage)
{
    // Those whose rows the outage of support/fake has.
    static const char *const views[] = {"segments", "semaphores", "queues", "findings", "limits"};
    struct user *u = outage();

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        size_t tab;

        assert_true(session_tab_of(kind_by_name(views[i]), &tab));
        session_tab(&u->s, tab);
        at_all_sizes(u, views[i]);
    }
    user_free(u);
}

TEST(what_was_entered)
{
    struct user *u = outage();

    user_go(u, 425985);
    user_press(u, K_ENTER);
    at_all_sizes(u, "holders");
    user_free(u);
}

// --- what the outage of support/fake has no rows for -------------------------------------------------

static void add_event(struct event_vec *events, struct event head, const char *who,
                      const char *text)
{
    head.number = events->n + 1;
    head.time = FAKE_NOW - 60 + (int64_t)events->n;
    head.millis = -1;
    vec_push(events, event_new(&head, who, text));
}

// A bulk action with one that failed, a limit, what others did.
static struct event_log *some_events(void)
{
    struct event_vec events = {0}, members = {0};

    add_event(&members, (struct event){.of = 3, .object = "segment 7"}, "root",
              "segment 7 removed [ipcrm -m 7]");
    add_event(&members,
              (struct event){.of = 3, .object = "segment 8", .severity = SEVERITY_WARNING}, "root",
              "failed: segment 8: not permitted: needs root, oracle or CAP_SYS_ADMIN [ipcrm -m 8]");
    struct event_log *log = event_log_more(NULL, &members);
    vec_free(&members);
    add_event(
        &events,
        (struct event){.what = EVENT_MARKED, .object = "segment 393216", .by = EVENT_BY_EXACT},
        "18811 python", "for removal; 276M stays until 1 attachment ends");
    add_event(&events,
              (struct event){.what = EVENT_LIMIT, .object = "shmall", .severity = SEVERITY_WARNING},
              "apache", "shmall above 80%: 448002 of 524288 pages");
    add_event(&events,
              (struct event){.what = EVENT_ACTION,
                             .object = "segments",
                             .several = true,
                             .severity = SEVERITY_WARNING,
                             .by = EVENT_BY_US,
                             .members = log},
              "root", "1 of 2 segments removed; 1 failed");
    event_log_unref(log);
    log = event_log_more(NULL, &events);
    vec_free(&events);
    return log;
}

static void add_shared(struct shared *row, enum shared_type type, const char *name, uint64_t size)
{
    row->type = type;
    row->size = size;
    row->rss = size / 2;
    row->mode = 0600;
    row->known = UINT8_MAX;
    row->attached = 2;
    row->id.inode = size;
    snprintf(row->name, sizeof row->name, "%s", name);
}

static struct user *whole(void)
{
    struct user *u = outage();
    struct snapshot *s = u->s.snapshot;
    const struct want want = {0};
    struct shared *shared = mem_zero(3, sizeof *shared);

    s->events = some_events();
    process_totals_build(s, &want, &s->totals);
    vec_push(&s->namespaces, ((struct ipc_namespace){.inode = s->system.ipc_namespace,
                                                     .processes = 412,
                                                     .pid = 1,
                                                     .segments = 5,
                                                     .bytes = 1835008000,
                                                     .semsets = 1,
                                                     .queues = 1,
                                                     .findings = 6,
                                                     .known = UINT8_MAX}));
    vec_push(&s->namespaces,
             ((struct ipc_namespace){
                 .inode = 4026532201, .processes = 3, .pid = 20001, .error = -EPERM}));
    add_shared(&shared[0], SHARED_POSIX, "/cache", 64 << 20);
    add_shared(&shared[1], SHARED_MEMFD, "wayland", 1 << 20);
    add_shared(&shared[2], SHARED_MQUEUE, "/jobs", 81920);
    free(s->tables[KIND_SHARED].at);
    s->tables[KIND_SHARED] = (struct table){shared, 3, sizeof *shared};
    s->has |= NEED_OF(KIND_SHARED) | NEED_OF(KIND_SHARED_HOLDER) | NEED_SHM_PLACES |
              NEED_NAMESPACES | NEED_TOTALS;
    session_rebuild(&u->s);
    return u;
}

TEST(the_views_of_events_processes_namespaces_and_other_shared_memory)
{
    static const char *const views[] = {"events", "processes", "namespaces", "shared"};
    struct user *u = whole();

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        size_t tab;

        assert_true(session_tab_of(kind_by_name(views[i]), &tab));
        session_tab(&u->s, tab);
        assert_true(session_view(&u->s)->rows.n > 0);
        at_all_sizes(u, views[i]);
    }
    user_free(u);
}

// --- the pane ------------------------------------------------------------------------------------

static bool shows(struct user *u, int w, int h, const char *text)
{
    char *screen = screen_of(u, w, h, false);
    bool found = strstr(screen, text) != NULL;

    free(screen);
    return found;
}

TEST(large_screens_have_a_pane)
{
    struct user *u = outage();

    user_go(u, 393216);
    assert_false(shows(u, 100, 30, "Segment 393216"));
    assert_false(shows(u, 200, 29, "Segment 393216"));
    assert_true(shows(u, 120, 30, "── Segment 393216 ──")); // below
    assert_true(shows(u, 200, 30, "│ Segment 393216"));     // on the right
    assert_true(shows(u, 200, 34, "│ Holders 1"));
    assert_true(shows(u, 200, 30, "│ ! removed but held: 276M by 18811 python"));
    user_free(u);
}

TEST(the_pane_is_moved_and_hidden)
{
    struct user *u = outage();

    user_go(u, 393216);
    user_press(u, 'v');
    assert_true(shows(u, 120, 30, "│ Segment 393216"));
    user_press(u, 'v');
    assert_true(shows(u, 200, 60, "── Segment 393216 ──"));
    user_press(u, 'v');
    assert_true(shows(u, 200, 60, "│ Segment 393216"));
    user_press(u, 'i');
    assert_false(shows(u, 200, 60, "Segment 393216"));
    user_press(u, 'i');
    assert_true(shows(u, 200, 60, "│ Segment 393216"));
    user_free(u);
}

TEST(the_pane_of_any_row_at_any_size)
{
    struct user *u = outage();

    for (size_t tab = 0; tab < kind_tabs(); tab++)
        for (int place = 0; place < PANE_PLACES; place++) {
            session_tab(&u->s, tab);
            u->s.pane = (enum pane_place)place;
            for (int w = 108; w < 260; w += 19)
                for (int h = 29; h < 70; h += 13)
                    free(screen_of(u, w, h, w % 2));
        }
    user_free(u);
}

// --- the mouse -------------------------------------------------------------------------------------

static void click(struct user *u, int x, int y)
{
    struct canvas canvas = {0};
    struct key_event event = {.key = K_MOUSE, .mouse = MOUSE_CLICK, .x = x, .y = y};

    canvas_resize(&canvas, 100, 28);
    draw_session(&canvas, &u->s);
    draw_mouse(&canvas, &u->s, &event);
    if (event.key != K_NONE)
        user_press(u, event.key);
    canvas_free(&canvas);
}

TEST(the_findings_line_and_the_path_take_clicks)
{
    struct user *u = outage();
    enum { FINDINGS_LINE = 4, PATH_LINE = 5 };

    click(u, 12, FINDINGS_LINE);
    assert_ptr_equal(session_view(&u->s)->kind, &kind_findings);
    user_press(u, '1');
    user_go(u, 425985);
    user_press(u, K_ENTER);
    user_press(u, K_ENTER);
    assert_int_equal(u->s.depth, 2);
    click(u, 14, PATH_LINE); // "Segments › 425985 › …"
    assert_int_equal(u->s.depth, 1);
    click(u, 3, PATH_LINE);
    assert_int_equal(u->s.depth, 0);
    user_free(u);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    return tests_run();
}

// --- the bar -----------------------------------------------------------------------------------------

enum { BAR_KEYS = 16, BAR_ROWS = 8 };

// The keys on the last line, as they stand there: "EnterHolders EscBack F1Help".
static size_t keys_of_bar(struct user *u, int w, int h, int32_t *keys)
{
    static const struct {
        const char *name;
        int32_t key;
    } names[] = {{"Enter", K_ENTER}, {"Esc", K_ESC}, {"Space", ' '}, {"F10", K_F10}, {"F1", K_F1},
                 {"F3", K_F3},       {"F4", K_F4},   {"F6", K_F6},   {"F8", K_F8},   {"F9", K_F9}};
    char *text = screen_of(u, w, h, false), *bar = text, *end;
    size_t n = 0;

    for (int y = 1; y < h; y++)
        bar = strchr(bar, '\n') + 1;
    for (char *at = strtok_r(bar, " \n", &end); at; at = strtok_r(NULL, " \n", &end))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            size_t length = strlen(names[i].name);
            if (strncmp(at, names[i].name, length) == 0 && at[length] >= 'A' && at[length] <= 'Z' &&
                n < BAR_KEYS) {
                keys[n++] = names[i].key;
                break;
            }
        }
    free(text);
    return n;
}

// What happened is what the label says. The message is shown where it is not.
static bool is_done(const struct user *u, int32_t key, size_t depth, size_t tags)
{
    const struct prompt *p = &u->s.prompt;

    switch (key) {
    case K_ENTER:
        return u->s.depth > depth || u->s.place || p->type == PROMPT_FORM;
    case K_ESC:
        return u->s.depth < depth;
    case ' ':
        return u->s.tags.n > tags;
    case K_F1:
        return p->type == PROMPT_TEXT && strncmp(p->title, "Help", 4) == 0;
    case K_F3:
        return p->type == PROMPT_LINE && strcmp(p->title, "Search") == 0;
    case K_F4:
        return p->type == PROMPT_LINE && strcmp(p->title, "Filter") == 0;
    case K_F6:
        return p->type == PROMPT_MENU && strcmp(p->title, "Sort by") == 0;
    case K_F8:
    case K_F9:
        return p->actions.n &&
               (p->type == PROMPT_CONFIRM || p->type == PROMPT_TEXT || p->type == PROMPT_MENU);
    case K_F10:
        return u->s.quit;
    default:
        return false;
    }
}

// A user at a row of a view, or of what Enter opens there. NULL: there is none.
static struct user *user_at(size_t tab, size_t row, bool entered)
{
    struct user *u = whole();
    size_t depth = 0;

    session_tab(&u->s, tab);
    if (row >= session_view(&u->s)->rows.n && row) {
        user_free(u);
        return NULL;
    }
    view_select(session_view(&u->s), u->s.snapshot, row);
    if (entered)
        user_press(u, K_ENTER);
    if (entered && u->s.depth == depth) {
        user_free(u);
        return NULL;
    }
    u->s.message[0] = '\0';
    return u;
}

static void press_bar(size_t tab, size_t row, bool entered, int w, int h)
{
    int32_t keys[BAR_KEYS];
    struct user *u = user_at(tab, row, entered);
    size_t n = u ? keys_of_bar(u, w, h, keys) : 0;

    for (size_t i = 0; i < n; i++) {
        size_t depth = u->s.depth, tags = u->s.tags.n;
        char name[16];

        user_press(u, keys[i]);
        if (!is_done(u, keys[i], depth, tags))
            fail_msg("%s, row %zu%s, %dx%d: %s on the bar does something else: %s",
                     kind_of_tab(tab)->name, row, entered ? ", entered" : "", w, h,
                     key_name(keys[i], name, sizeof name), u->s.message);
        user_free(u);
        u = user_at(tab, row, entered);
    }
    assert_true(!u || n >= 3); // help, a way out, and search at least
    if (u)
        user_free(u);
}

TEST(each_key_on_the_bar_does_what_it_says)
{
    static const int sizes[][2] = {{80, 24}, {110, 30}, {150, 40}};

    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
        for (size_t tab = 0; tab < kind_tabs(); tab++)
            for (size_t row = 0; row < BAR_ROWS; row++) {
                press_bar(tab, row, false, sizes[size][0], sizes[size][1]);
                press_bar(tab, row, true, sizes[size][0], sizes[size][1]);
            }
}
