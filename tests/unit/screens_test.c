// Every view of the outage at the sizes people have, whole; and where the details of a row stand.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/kinds/registry.h"
#include "session/current.h"
#include "session/navigate.h"
#include "support/golden.h"
#include "support/screens.h"
#include "support/test.h"
#include "ui/draw.h"

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
    struct user *u = outage_user();

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        size_t tab;

        assert_true(kind_tab(kind_by_name(views[i]), &tab));
        session_tab(&u->s, tab);
        at_all_sizes(u, views[i]);
    }
    user_free(u);
}

TEST(what_was_entered)
{
    struct user *u = outage_user();

    user_go(u, 425985);
    user_press(u, K_ENTER);
    at_all_sizes(u, "holders");
    user_free(u);
}

TEST(the_views_of_events_processes_namespaces_and_other_shared_memory)
{
    static const char *const views[] = {"events", "processes", "namespaces", "shared"};
    struct user *u = whole_outage_user();

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        size_t tab;

        assert_true(kind_tab(kind_by_name(views[i]), &tab));
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
    struct user *u = outage_user();

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
    struct user *u = outage_user();

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
    struct user *u = outage_user();

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
    struct user *u = outage_user();
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
