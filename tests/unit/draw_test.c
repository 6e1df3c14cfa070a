// The whole screen as data: the outage of support/fake at the sizes people have, in UTF-8 and ASCII.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "controller/controller.h"
#include "model/kinds/registry.h"
#include "model/record/identity_set.h"
#include "model/triage/triage.h"
#include "session/commands/commands.h"
#include "session/commands/help.h"
#include "session/current.h"
#include "session/navigate.h"
#include "session/prompt/keys.h"
#include "session/prompt/prompt.h"
#include "session/recent_rows.h"
#include "session/tags.h"
#include "support/canvas_row.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/user.h"
#include "ui/draw.h"

static struct user *user; // whose session is drawn

static int no_user(void **state)
{
    (void)state;
    user = NULL;
    return 0;
}

static int end_user(void **state)
{
    (void)state;
    if (user)
        user_free(user);
    return 0;
}

TEST_FIXTURE(no_user, end_user)

static struct session *session_open(struct snapshot *snapshot)
{
    user = user_new(snapshot);
    user->s.interval = 2;
    return &user->s;
}

struct shot { // a screen and its rows as text
    struct canvas canvas;
    char *rows[80];
};

static struct shot draw(struct session *s, int w, int h, bool ascii)
{
    struct shot shot = {.canvas = {.ascii = ascii}};

    canvas_resize(&shot.canvas, w, h);
    draw_session(&shot.canvas, s);
    for (int y = 0; y < h; y++)
        shot.rows[y] = canvas_row(&shot.canvas, y);
    return shot;
}

static void done(struct shot *shot)
{
    for (int y = 0; y < shot->canvas.h; y++)
        free(shot->rows[y]);
    canvas_free(&shot->canvas);
}

static int find(const struct shot *shot, const char *text) // the row that holds it, or -1
{
    for (int y = 0; y < shot->canvas.h; y++) {
        if (strstr(shot->rows[y], text))
            return y;
    }
    return -1;
}

static void expect(const struct shot *shot, const char *text)
{
    if (find(shot, text) >= 0)
        return;
    for (int y = 0; y < shot->canvas.h; y++)
        print_message("%s\n", shot->rows[y]);
    fail_msg("the screen does not say \"%s\"", text);
}

// The whole screen is the one in tests/golden/NAME.txt.
static void must_be(const struct shot *shot, const char *name)
{
    size_t n;
    char *text = NULL;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    for (int y = 0; y < shot->canvas.h; y++)
        fprintf(out, "%s\n", shot->rows[y]);
    fclose(out);
    golden_must_be(name, text);
    free(text);
}

static enum style style_at(const struct shot *shot, int x, int y)
{
    return shot->canvas.cells[y * shot->canvas.w + x].style;
}

static void put_selection(struct session *s, int32_t id)
{
    struct identity identity;

    for (size_t i = 0; i < session_view(s)->rows.n; i++) {
        view_select(session_view(s), s->snapshot, i);
        session_selected(s, &identity);
        if (identity.id == id)
            return;
    }
    fail_msg("no row %d", id);
}

TEST(the_first_screen_says_what_is_wrong)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 80, 24, false);

    must_be(&shot, "outage-80x24");
    assert_int_equal(style_at(&shot, 0, 3), STYLE_TITLE);
    assert_int_equal(style_at(&shot, 1, 4), STYLE_WARNING);  // its dot keeps its colour
    assert_int_equal(style_at(&shot, 2, 4), STYLE_SELECTED); // over the rest of the width
    assert_int_equal(style_at(&shot, 79, 4), STYLE_SELECTED);
    assert_int_equal(style_at(&shot, 1, 5), STYLE_CRITICAL); // the dot, as its finding says
    assert_int_equal(style_at(&shot, 21, 6), STYLE_PLAIN);
    assert_int_equal(style_at(&shot, 21, 8), STYLE_PLAIN); // a second old, but there from the first
    assert_int_equal(shot.canvas.cursor_x, -1);
    done(&shot);
}

TEST(what_came_is_marked_and_what_went_struck_out)
{
    struct session *s = session_open(fake_story());
    struct snapshot *next = fake_story();

    next->segments.at[0].o.id = 1; // 0 is gone, 1 is new
    session_adopt(s, next);
    struct shot shot = draw(s, 80, 24, true);
    must_be(&shot, "came-and-went");
    assert_int_equal(style_at(&shot, 5, 8), STYLE_DIM);
    assert_int_equal(style_at(&shot, 21, 9), STYLE_NEW);
    assert_int_equal(style_at(&shot, 21, 6), STYLE_PLAIN);
    done(&shot);
}

TEST(a_big_screen_has_the_whole_header)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 200, 30, false);

    must_be(&shot, "outage-200x30");
    // 85 % of shmall: the bar warns, and it is filled by as much.
    int x = 0;
    while (shot.canvas.cells[200 + x].code != '[')
        x++;
    assert_int_equal(style_at(&shot, x + 1, 1), STYLE_WARNING);
    assert_int_equal(shot.canvas.cells[200 + x + 26].code, '|');
    assert_int_equal(shot.canvas.cells[200 + x + 27].code, ' ');
    s->header = HEADER_LINE;
    struct shot line = draw(s, 200, 30, false);
    assert_int_equal(find(&line, " 1 Segments"), 2);
    s->header = HEADER_NONE;
    struct shot none = draw(s, 200, 30, false);
    assert_int_equal(find(&none, " 1 Segments"), 1);
    done(&none);
    done(&line);
    done(&shot);
}

TEST(a_small_screen_keeps_what_matters)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 40, 10, false);

    // In the bar the way out stays, and what is done rather than ways to look.
    must_be(&shot, "outage-40x10");
    done(&shot);
}

TEST(ascii_screens_are_ascii)
{
    struct session *s = session_open(fake_story());

    for (int details = 0; details < 2; details++) {
        s->details = details;
        struct shot shot = draw(s, 100, 30, true);
        for (int y = 0; y < 30; y++) {
            for (const char *at = shot.rows[y]; *at; at++)
                assert_true(*at >= ' ' && *at < 127);
        }
        must_be(&shot, details ? "details-ascii" : "outage-ascii");
        done(&shot);
    }
}

TEST(too_small_says_so)
{
    struct session *s = session_open(fake_story());
    struct shot small = draw(s, 20, 5, false), ascii = draw(s, 39, 24, true);

    assert_string_equal(small.rows[2], " ipctop needs 40×10");
    assert_int_equal(find(&ascii, "ipctop needs 40x10"), 12);
    done(&small);
    done(&ascii);
}

// Every size down to nothing, with every prompt, in every view, also before the first picture.
TEST(any_size_is_drawn)
{
    struct session *s = session_open(NULL);
    struct snapshot *snapshot = fake_story();

    snprintf(s->prompt.title, sizeof s->prompt.title, "Title of the prompt");
    prompt_set_text(&s->prompt, "some text 漢字 that was typed");
    snprintf(s->prompt.consequence.question, sizeof s->prompt.consequence.question, "Remove it?");
    snprintf(s->prompt.consequence.effect, sizeof s->prompt.consequence.effect,
             "18 attachments stay until they detach; nothing is freed now.");
    s->prompt.body = help_text(&kind_segments, &(struct session_options){0});
    for (int i = 0; i < 50; i++)
        vec_push(&s->prompt.menu, (struct menu_item){.label = "SIGTERM", .value = i});
    s->details = true;
    for (int round = 0; round < 2; round++) {
        for (int prompt = PROMPT_NONE; prompt <= PROMPT_TEXT; prompt++) {
            s->prompt.type = (enum prompt_type)prompt;
            s->prompt.cursor = 49;
            s->prompt.top = 1000;
            for (int i = 0; i < 400; i++) {
                struct shot shot = draw(s, 1 + i * 7 % 120, 1 + i * 11 % 70, i & 1);
                done(&shot);
            }
        }
        if (round == 0) {
            s->snapshot = snapshot;
            session_rebuild(s);
            session_enter(s);
        }
    }
}

TEST(entering_shows_path_accounting_and_holders)
{
    struct session *s = session_open(fake_story());

    put_selection(s, 393216);
    session_enter(s);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "holders-80x24");
    assert_int_equal(find(&shot, "SHMID"), -1); // it stands in the path
    done(&shot);
    session_enter(s);
    shot = draw(s, 80, 24, false);
    must_be(&shot, "mappings-80x24");
    done(&shot);
    shot = draw(s, 40, 10, false); // where it is narrow, the end of the path stays
    expect(&shot, "python 18811");
    done(&shot);
}

// The table of findings holds their titles; why, and what to do, is read below it at any size.
TEST(a_finding_is_read_in_full)
{
    struct snapshot *snapshot = fake_story();

    triage_run(snapshot);
    struct session *s = session_open(snapshot);
    s->tab = 3;
    session_rebuild(s);
    put_selection(s, 393216);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "finding-80x24");
    done(&shot);
    shot = draw(s, 120, 40, false);
    must_be(&shot, "finding-120x40");
    done(&shot);
    shot = draw(s, 40, 10, true); // one line is left: that of what to do
    expect(&shot, " Next step  end 18811 python (Enter,");
    done(&shot);
    // Worst first.
    for (size_t i = 1; i < session_view(s)->rows.n; i++)
        assert_true(snapshot->findings.at[i - 1].severity >= snapshot->findings.at[i].severity);
}

// Everybody who waits is accounted for, as the attachments of a segment are.
TEST(waiters_are_accounted_for)
{
    struct session *s = session_open(fake_story());
    struct semset *set = (struct semset *)snapshot_semset(s->snapshot, 32769);

    s->tab = 1;
    session_rebuild(s);
    session_enter(s);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "waiters-80x24");
    int at = find(&shot, "2 waiting: 2 found");
    assert_int_equal(style_at(&shot, 1, at), STYLE_GOOD);
    done(&shot);
    set->waiters = 3, s->snapshot->waiters_unseen = 4;
    snprintf(s->snapshot->system.user, sizeof s->snapshot->system.user, "oracle");
    shot = draw(s, 80, 24, false);
    at = find(&shot, "3 waiting: 2 found, 1 unseen (4 processes not readable as oracle; try sudo)");
    assert_true(at > 0);
    assert_int_equal(style_at(&shot, 1, at), STYLE_WARNING);
    done(&shot);
    s->snapshot->waiters.at[0].stopped = true; // the kernel does not count it
    set->waiters = 1, s->snapshot->waiters_unseen = 0;
    shot = draw(s, 80, 24, false);
    expect(&shot, "1 waiting: 1 found, and 1 stopped");
    done(&shot);
}

TEST(a_queue_tells_who_used_it_last)
{
    struct session *s = session_open(fake_story());
    struct queue *queue = (struct queue *)snapshot_queue(s->snapshot, 3);

    queue->rtime = FAKE_NOW - 60, queue->lrpid = 17001;
    s->tab = 2;
    session_rebuild(s);
    session_enter(s);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "queue-80x24");
    done(&shot);
    s->snapshot->waiters_unseen = 1;
    vec_clear(&s->snapshot->waiters);
    session_rebuild(s);
    shot = draw(s, 80, 24, false);
    expect(&shot, "no waiters seen (1 process not readable");
    done(&shot);
}

TEST(unseen_attachments_are_told)
{
    struct session *s = session_open(fake_story());

    put_selection(s, 0);
    session_enter(s);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "unseen-80x24");
    done(&shot);
}

TEST(unknown_is_not_none)
{
    struct snapshot *snapshot = fake_story();
    struct session *s;

    scan_unref(snapshot->scan);
    snapshot->scan = NULL;
    s = session_open(snapshot);
    struct shot shot = draw(s, 80, 24, false);
    must_be(&shot, "unread-80x24");
    done(&shot);
    put_selection(s, 393216);
    session_enter(s);
    shot = draw(s, 80, 24, false);
    expect(&shot, "reading its holders");
    assert_int_equal(find(&shot, "no process"), -1);
    done(&shot);
}

TEST(old_holders_say_their_age)
{
    struct session *s = session_open(fake_story());

    s->snapshot->scan->finished_ns = s->snapshot->time_ns - INT64_C(12500000000);
    struct shot shot = draw(s, 100, 24, false);
    expect(&shot, "holders 12s old");
    done(&shot);
    put_selection(s, 425985);
    session_enter(s);
    shot = draw(s, 100, 24, false);
    expect(&shot, "18 attachments: 18 found in 18 processes; holders 12s old");
    done(&shot);
}

// The moment of a picture of a host entered is that of the entering; when it was scanned no recording has.
TEST(holders_of_a_recording_have_no_age)
{
    struct session *s = session_open(fake_story());
    struct recorded_base recorded = {0};

    s->snapshot->scan->finished_ns = s->snapshot->time_ns - INT64_C(12500000000);
    assert_int_equal(session_holders_age(s), 12);
    s->snapshot->recorded = &recorded;
    assert_int_equal(session_holders_age(s), 0);
    s->snapshot->recorded = NULL;
}

TEST(what_is_read_less_often_says_its_age)
{
    struct snapshot *story = fake_story();
    size_t tab;

    story->files_ns = story->time_ns - INT64_C(40500000000);
    story->processes_ns = story->time_ns - INT64_C(14500000000);
    story->has |= NEED_PORTS;
    struct session *s = session_open(story);
    struct shot shot = draw(s, 160, 24, false);
    assert_int_equal(find(&shot, " old"), -1); // segments are as new as the picture
    done(&shot);
    assert_true(kind_tab(kind_get(KIND_PROCESS), &tab));
    assert_true(session_tab(s, tab));
    shot = draw(s, 160, 24, false);
    expect(&shot, "processes 14s old  ports 40s old");
    done(&shot);
    story->has &= ~(uint64_t)NEED_PORTS; // the column is hidden: they are not read
    shot = draw(s, 160, 24, false);
    expect(&shot, "processes 14s old");
    assert_int_equal(find(&shot, "ports"), -1);
    done(&shot);
}

TEST(a_mark_shows_that_columns_are_hidden_on_a_side)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 80, 24, false);
    const char *titles = shot.rows[find(&shot, "SHMID")];

    assert_string_equal(titles + strlen(titles) - strlen("›"), "›");
    done(&shot);
    session_view(s)->pan = 2;
    shot = draw(s, 80, 24, false);
    titles = shot.rows[find(&shot, "SHMID")];
    assert_int_equal(strncmp(titles, "‹", strlen("‹")), 0);
    done(&shot);
    session_view(s)->pan = 0;
    shot = draw(s, 150, 40, false); // the pane leaves the table its columns
    titles = shot.rows[find(&shot, "SHMID")];
    assert_null(strstr(titles, "›"));
    assert_non_null(strstr(titles, "RSS"));
    assert_non_null(strstr(titles, "SWAP"));
    done(&shot);
}

TEST(tabs_keep_their_numbers_and_the_host_name_is_dropped_last)
{
    struct snapshot *many = fake_crowd(1234);
    struct session *s = session_open(many);
    struct view *view = session_view(s);

    snprintf(view->filter_text, sizeof view->filter_text, "owner=apache size>1M att=0");
    for (int w = 80; w <= 200; w += 40) {
        struct shot shot = draw(s, w, 24, false);
        int y = find(&shot, "filter owner=apache");
        for (int i = 0; i < 3; i++)
            assert_non_null(strstr(shot.rows[y], "1234"));
        assert_int_equal(find(&shot, "2:1234") == y || find(&shot, "1234  3") == y ||
                             find(&shot, "1234 │ 3") == y,
                         1);
        done(&shot);
    }
    struct shot shot = draw(s, 40, 10, false);
    assert_true(many->system.hostname[0]);
    assert_int_equal(find(&shot, many->system.hostname), 0);
    done(&shot);
}

TEST(what_restricts_a_view_is_told)
{
    struct session *s = session_open(fake_story());
    struct view *view = session_view(s);

    snprintf(view->filter_text, sizeof view->filter_text, "size>1M");
    view->has_owner = true;
    view->owner = 54;
    view->orphans = true;
    s->frozen = true;
    for (int w = 40; w <= 120; w += 40) {
        struct shot shot = draw(s, w, 24, false);
        int y = find(&shot, "FROZEN");
        assert_int_equal(y, 2);
        assert_non_null(strstr(shot.rows[y], w == 40 ? "filter" : "filter size>1M"));
        assert_non_null(strstr(shot.rows[y], "1"));
        if (w == 120) {
            assert_non_null(strstr(shot.rows[y], "owner oracle"));
            assert_non_null(strstr(shot.rows[y], "orphans"));
        }
        done(&shot);
    }
}

// Whole also where it takes two lines: the last words name the key.
TEST(an_empty_view_says_what_lifts_its_restrictions)
{
    struct session *s = session_open(fake_story());
    struct view *view = session_view(s);
    struct filter_error error;

    view->filter = filter_parse(view->kind, "zzz", &error);
    view->has_owner = view->orphans = true;
    view->owner = 4711;
    session_rebuild(s);
    for (int w = 60; w <= 120; w += 20) {
        struct shot shot = draw(s, w, 24, false);
        int y = find(&shot, "no segment matches: filter (F4 changes it), owner (u)");
        assert_true(y > 0);
        assert_true(find(&shot, "other") >= y);
        assert_true(find(&shot, "zzz is true of no row") > y);
        done(&shot);
    }
}

TEST(tags_are_marked_and_counted)
{
    struct session *s = session_open(fake_story());
    struct identity identity;

    put_selection(s, 425985);
    session_selected(s, &identity);
    identity_set_toggle(&s->tags, &identity);
    put_selection(s, 458754);
    struct shot shot = draw(s, 80, 24, false);
    int y = find(&shot, " 425985 ");
    assert_int_equal(shot.rows[y][0], '+');
    assert_int_equal(style_at(&shot, 21, y), STYLE_TAGGED);
    expect(&shot, "row 1 of 5  tagged 1");
    done(&shot);
}

TEST(writing_keys_leave_a_readonly_bar)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 200, 24, false);

    expect(&shot, "F8");
    assert_int_equal(find(&shot, "F9"), -1); // nothing is attached to it
    done(&shot);
    view_move(session_view(s), s->snapshot, 1);
    shot = draw(s, 200, 24, false);
    expect(&shot, "F8");
    expect(&shot, "F9");
    done(&shot);
    s->options.readonly = true;
    shot = draw(s, 200, 24, false);
    assert_int_equal(find(&shot, "F8"), -1);
    assert_int_equal(find(&shot, "F9"), -1);
    expect(&shot, "F1");
    done(&shot);
    char *help = help_text(&kind_segments, &(struct session_options){.readonly = true});
    assert_null(strstr(help, "F8"));
    assert_non_null(strstr(help, "--readonly"));
    free(help);
    help = help_text(&kind_segments, &(struct session_options){0});
    assert_non_null(strstr(help, "F8"));
    assert_non_null(strstr(help, "nattch"));
    free(help);
}

TEST(the_help_has_tasks_and_signs_in_two_columns_where_there_is_room)
{
    struct session *s = session_open(fake_story());

    s->prompt.type = PROMPT_TEXT;
    s->prompt.two_columns = true;
    s->prompt.body = help_text(&kind_segments, &(struct session_options){0});
    struct shot shot = draw(s, 200, 60, false);
    expect(&shot, "clean up after a crash  o shows orphans alone"); // keys come from the commands
    expect(&shot, "struck out");
    int y = find(&shot, "who holds it");
    assert_true(y >= 0 && strstr(shot.rows[y], "Enter on a segment"));
    assert_true(strlen(shot.rows[y]) > 120); // another column stands beside it
    done(&shot);
    shot = draw(s, 80, 24, false);
    assert_int_equal(find(&shot, "struck out"), -1); // further down
    s->prompt.top = 1000;
    done(&shot);
    shot = draw(s, 80, 24, false);
    expect(&shot, "ORIGKEY"); // among the last columns of the view
    done(&shot);
    free(s->prompt.body);
    s->prompt.body = help_text(&kind_segments, &(struct session_options){.readonly = true});
    assert_null(strstr(s->prompt.body, "raise a limit\n"));
    assert_null(strstr(s->prompt.body, "clean up after"));
    assert_non_null(strstr(s->prompt.body, "who holds it"));
}

TEST(messages_and_blind_spots)
{
    struct session *s = session_open(fake_story());

    s->snapshot->scan->unreadable = 31;
    s->snapshot->scan->stuck = 1;
    struct shot shot = draw(s, 100, 24, false);
    assert_string_equal(shot.rows[22], " 1 process is stuck and cannot be read  31 of 240 "
                                       "processes not readable as root; try sudo");
    done(&shot);
    snprintf(s->message, sizeof s->message, "not permitted: needs root, oracle or CAP_SYS_ADMIN");
    s->message_severity = SEVERITY_CRITICAL;
    shot = draw(s, 100, 24, false);
    assert_string_equal(shot.rows[22], " not permitted: needs root, oracle or CAP_SYS_ADMIN");
    assert_int_equal(style_at(&shot, 1, 22), STYLE_CRITICAL);
    done(&shot);
}

TEST(a_line_prompt_has_the_cursor_and_points_at_mistakes)
{
    struct session *s = session_open(fake_story());

    s->prompt.type = PROMPT_LINE;
    snprintf(s->prompt.title, sizeof s->prompt.title, "Filter");
    prompt_set_text(&s->prompt, "owner=x sizze>1M");
    struct shot shot = draw(s, 80, 24, false);
    assert_string_equal(shot.rows[22], " Filter: owner=x sizze>1M");
    assert_int_equal(shot.canvas.cursor_x, 25);
    assert_int_equal(shot.canvas.cursor_y, 22);
    done(&shot);
    snprintf(s->prompt.error, sizeof s->prompt.error, "no column 'sizze' in segments");
    s->prompt.error_at = 8;
    shot = draw(s, 40, 10, false);
    assert_int_equal(style_at(&shot, 16, 8), STYLE_PLAIN);
    assert_int_equal(style_at(&shot, 17, 8), STYLE_CRITICAL);
    assert_string_equal(shot.rows[9], " no column 'sizze' in segments");
    done(&shot);
}

TEST(a_question_keeps_its_answer_in_sight)
{
    struct session *s = session_open(fake_story());
    struct prompt *p = &s->prompt;

    p->type = PROMPT_CONFIRM;
    snprintf(p->title, sizeof p->title, "Remove");
    snprintf(p->consequence.question, sizeof p->consequence.question,
             "Remove segment 425985 (276M, PostgreSQL in /var/lib/postgresql/15/main)?");
    for (int i = 0; i < 9; i++)
        strcat(p->consequence.effect, "18 attachments stay until they detach now. ");
    strcat(p->consequence.effect, "The last word.");
    struct shot shot = draw(s, 80, 24, false);
    expect(&shot, "The last word.");
    expect(&shot, "y yes   n no");
    done(&shot);
    shot = draw(s, 40, 10, false);
    expect(&shot, "Remove segment 425985");
    expect(&shot, "y yes   n no");
    assert_int_equal(find(&shot, "The last word."), -1);
    assert_int_equal(p->page, 6);
    done(&shot);
    p->top = 99; // beyond the end: corrected
    shot = draw(s, 40, 10, false);
    expect(&shot, "The last word.");
    expect(&shot, "y yes   n no");
    assert_in_range(p->top, 1, 20);
    done(&shot);
    snprintf(p->word, sizeof p->word, "remove");
    prompt_set_text(p, "rem");
    shot = draw(s, 40, 10, false);
    expect(&shot, "type remove: rem");
    assert_int_equal(shot.canvas.cursor_y, 8);
    done(&shot);
}

static int answers;
static void answered(struct session *session, bool accepted)
{
    (void)session;
    answers += accepted ? 1 : 100;
}

// Shrinking the terminal hides a question; whoever types y then does not mean it.
TEST(a_hidden_question_is_not_answered)
{
    struct session *s = session_open(fake_story());
    struct shot shot;

    answers = 0;
    prompt_open(&s->prompt, PROMPT_CONFIRM, answered, "Title");
    shot = draw(s, 30, 8, false);
    prompt_key(&s->prompt, &(struct key_event){.key = 'y'});
    assert_int_equal(answers, 0);
    assert_int_equal(s->prompt.type, PROMPT_CONFIRM);
    done(&shot);
    shot = draw(s, 40, 10, false);
    prompt_key(&s->prompt, &(struct key_event){.key = 'y'});
    assert_int_equal(answers, 1);
    done(&shot);
    prompt_open(&s->prompt, PROMPT_CONFIRM, answered, "Title");
    shot = draw(s, 30, 8, false);
    prompt_key(&s->prompt, &(struct key_event){.key = K_ESC});
    assert_int_equal(answers, 101);
    done(&shot);
}

TEST(menus_scroll_with_their_cursor)
{
    struct session *s = session_open(fake_story());
    struct prompt *p = &s->prompt;

    p->type = PROMPT_MENU;
    snprintf(p->title, sizeof p->title, "Signal");
    for (int i = 0; i < 64; i++) {
        struct menu_item item = {.value = i};
        snprintf(item.label, sizeof item.label, "%d SIG%d", i, i);
        vec_push(&p->menu, item);
    }
    for (size_t cursor = 0; cursor < 64; cursor += 9) {
        p->cursor = cursor;
        for (int h = 10; h < 70; h += 13) {
            struct shot shot = draw(s, 40, h, false);
            int y = find(&shot, p->menu.at[cursor].label);
            assert_true(y > 0);
            assert_int_equal(style_at(&shot, 20, y), STYLE_SELECTED);
            done(&shot);
        }
    }
}

TEST(long_text_is_read_to_its_end)
{
    struct session *s = session_open(fake_story());
    struct prompt *p = &s->prompt;
    size_t seen = 0, pages = 0;

    p->type = PROMPT_TEXT;
    snprintf(p->title, sizeof p->title, "Help");
    p->body = mem_format("%s", "");
    for (int i = 0; i < 60; i++) {
        char *more = mem_format("%s  %d line that is wider than a narrow screen has columns\n",
                                p->body, 1000 + i);
        free(p->body);
        p->body = more;
    }
    // As a reader pages on, no line is skipped.
    while (seen < 60 && pages++ < 100) {
        char number[32];
        struct shot shot = draw(s, 40, 10, false);
        for (int y = 0; y < 10; y++) {
            snprintf(number, sizeof number, " %d line", 1000 + (int)seen);
            if (strstr(shot.rows[y], number))
                seen++;
        }
        done(&shot);
        p->top += p->page;
    }
    assert_int_equal(seen, 60);
}

static struct key_event press(struct session *s, const struct shot *shot, int x, int y,
                              enum mouse mouse)
{
    struct key_event event = {.key = K_MOUSE, .mouse = mouse, .x = x, .y = y};

    draw_mouse(&shot->canvas, s, &event);
    return event;
}

static int column_of(const struct shot *shot, int y, const char *text) // cells, not bytes
{
    for (int x = 0; x < shot->canvas.w; x++) {
        size_t n = 0;
        while (text[n] && x + (int)n < shot->canvas.w &&
               shot->canvas.cells[y * shot->canvas.w + x + (int)n].code == (uint32_t)text[n])
            n++;
        if (!text[n])
            return x;
    }
    return -1;
}

TEST(the_mouse_does_what_it_points_at)
{
    struct session *s = session_open(fake_story());
    struct shot shot = draw(s, 120, 24, false);
    struct view *view = session_view(s);
    int x = column_of(&shot, 2, "3 Queues");

    assert_int_equal(press(s, &shot, x, 2, MOUSE_CLICK).key, '3');
    assert_int_equal(press(s, &shot, 119, 2, MOUSE_CLICK).key, K_NONE);
    assert_int_equal(press(s, &shot, 10, 6, MOUSE_CLICK).key, K_NONE);
    assert_int_equal(view->cursor, 2);
    assert_int_equal(press(s, &shot, 10, 7, MOUSE_DOUBLE).key, K_ENTER);
    assert_int_equal(view->cursor, 3);
    press(s, &shot, 10, 20, MOUSE_CLICK); // below the last row
    assert_int_equal(view->cursor, 3);
    press(s, &shot, 10, 7, MOUSE_WHEEL_UP);
    assert_int_equal(view->cursor, 0);
    press(s, &shot, 10, 7, MOUSE_WHEEL_DOWN);
    assert_int_equal(view->cursor, 3);
    assert_true(view->descending);
    press(s, &shot, column_of(&shot, 3, "SIZE"), 3, MOUSE_CLICK);
    assert_false(view->descending); // the same column again: the other way round
    press(s, &shot, column_of(&shot, 3, "OWNER") + 2, 3, MOUSE_CLICK);
    assert_string_equal(view->sort->name, "owner");
    assert_int_equal(press(s, &shot, column_of(&shot, 23, "F1") + 1, 23, MOUSE_CLICK).key, K_F1);
    assert_int_equal(press(s, &shot, 60, 0, MOUSE_CLICK).key, K_NONE);
    done(&shot);
}

TEST(the_mouse_never_says_yes)
{
    struct session *s = session_open(fake_story());

    s->prompt.type = PROMPT_CONFIRM;
    struct shot shot = draw(s, 40, 10, false);
    for (int y = 0; y < 10; y++) {
        for (int x = 0; x < 40; x++) {
            assert_int_equal(press(s, &shot, x, y, MOUSE_CLICK).key, K_NONE);
            assert_int_equal(press(s, &shot, x, y, MOUSE_DOUBLE).key, K_NONE);
        }
    }
    done(&shot);
    s->prompt.type = PROMPT_MENU;
    vec_push(&s->prompt.menu, (struct menu_item){.label = "first", .value = 1});
    vec_push(&s->prompt.menu, (struct menu_item){.label = "second", .value = 2});
    shot = draw(s, 80, 24, false);
    int y = find(&shot, "second");
    assert_int_equal(press(s, &shot, 40, y, MOUSE_CLICK).key, K_NONE);
    assert_int_equal(s->prompt.cursor, 1);
    assert_int_equal(press(s, &shot, 40, y - 1, MOUSE_DOUBLE).key, K_ENTER);
    assert_int_equal(s->prompt.cursor, 0);
    assert_int_equal(press(s, &shot, 40, y, MOUSE_WHEEL_DOWN).key, K_MOUSE);
    done(&shot);
}

// By pages, to its ends, with the wheel; it says that there is more, and takes none for an answer.
TEST(a_long_question_is_read_to_its_end)
{
    // clang-format off
    static const struct key_event keys[] = {
        {.key = K_PGDN}, {.key = K_PGUP}, {.key = K_END}, {.key = K_HOME},
        {.key = K_MOUSE, .mouse = MOUSE_WHEEL_DOWN},
    };
    // clang-format on
    static const size_t tops[] = {6, 0, 14, 0, 3}; // 20 lines in a room of 6
    struct session *s = session_open(fake_story());
    struct prompt *p = prompt_open(&s->prompt, PROMPT_CONFIRM, NULL, "Title");

    snprintf(p->consequence.question, sizeof p->consequence.question, "Really?");
    p->body = mem_copy_string("b1\nb2\nb3\nb4\nb5\nb6\nb7\nb8\nb9\nb10\nb11\nb12\nb13\nb14\nb15\n"
                              "b16\nb17\nlast");
    struct shot shot = draw(s, 40, 10, false);
    expect(&shot, "read on");
    done(&shot);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        prompt_key(&s->prompt, &keys[i]);
        shot = draw(s, 40, 10, false);
        assert_int_equal(p->type, PROMPT_CONFIRM);
        assert_int_equal(p->top, tops[i]);
        if (keys[i].key == K_END)
            expect(&shot, "last");
        done(&shot);
    }
    snprintf(p->word, sizeof p->word, "remove"); // there the ends are those of what is typed
    prompt_key(&s->prompt, &(struct key_event){.key = K_HOME});
    assert_int_equal(p->top, 3);
}

// The selected row is in sight after any move and any change of size; the last page is full.
TEST(the_selection_stays_in_sight)
{
    struct session *s = session_open(fake_crowd(500));
    struct view *view = session_view(s);

    for (int i = 0; i < 300; i++) {
        view_select(view, s->snapshot, (size_t)(i * 37 % 500));
        struct shot shot = draw(s, 80, 10 + i % 50, false);
        assert_true(view->cursor >= view->top && view->cursor < view->top + view->page);
        assert_true(view->top + view->page <= 500);
        done(&shot);
    }
}

// Columns stay where they are while rows with longer and shorter texts scroll by.
TEST(columns_do_not_jump)
{
    struct snapshot *snapshot = fake_story();
    struct session *s = session_open(snapshot);
    struct shot wide = draw(s, 100, 24, false);
    char *titles = mem_copy_string(wide.rows[3]);

    s->snapshot = fake_crowd(3); // nothing as long in it
    session_rebuild(s);
    struct shot narrow = draw(s, 100, 24, false);
    assert_string_equal(narrow.rows[find(&narrow, "   KEY")], titles);
    free(titles);
    done(&narrow);
    done(&wide);
    snapshot_unref(snapshot);
}

TEST(panning_ends_with_what_there_is)
{
    struct session *s = session_open(fake_story());
    struct view *view = session_view(s);

    view->pan = 1000;
    struct shot shot = draw(s, 50, 24, false);
    assert_in_range(view->pan, 1, 12);
    expect(&shot, "SHMID");
    expect(&shot, "STATUS");
    assert_int_equal(find(&shot, "0x00000000"), -1); // the key went away
    done(&shot);
    shot = draw(s, 200, 24, false); // all of it fits
    assert_int_equal(view->pan, 0);
    expect(&shot, "0x00000000");
    done(&shot);
}

// What a key may cost: drawing is far below 10 ms whatever the number of rows. The best of several
// runs, so that a busy machine does not decide.
TEST(drawing_costs_only_what_is_visible)
{
    struct session *s = session_open(fake_crowd(4096));
    struct canvas canvas = {0};
    long best = -1;

    canvas_resize(&canvas, 200, 60);
    for (int i = 0; i < 20; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        draw_session(&canvas, s);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        long us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
        best = best < 0 || us < best ? us : best;
    }
    print_message("drawing 4096 rows at 200x60: %ld us\n", best);
#ifdef __SANITIZE_ADDRESS__
    assert_true(best < 100000);
#else
    assert_true(best < 10000);
#endif
    canvas_free(&canvas);
}

// Every column of a view may be shown, and the host's beside them.
TEST(all_columns_fit_beside_the_host)
{
    struct snapshot *s = fake_story();

    vec_push(&s->others, fake_story());
    struct session *session = session_open(s);
    user_press(user, '5');
    for (int w = 40; w <= 200; w += 40) {
        struct shot shot = draw(session, w, 24, false);
        expect(&shot, "shmall");
        done(&shot);
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "en_US.UTF-8");
    return tests_run();
}
