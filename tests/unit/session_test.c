#include <stdio.h>
#include <string.h>

#include "controller/controller.h"
#include "controller/want.h"
#include "model/kinds/registry.h"
#include "model/record/limit.h"
#include "model/triage/triage.h"
#include "session/actions/targets.h"
#include "session/current.h"
#include "session/message.h"
#include "session/navigate.h"
#include "session/recent_rows.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

static const struct kind *shown(struct user *u)
{
    return session_view(&u->s)->kind;
}

static void picture_without(struct user *u, int32_t shmid)
{
    struct snapshot *s = fake_story();
    size_t kept = 0;

    for (size_t i = 0; i < s->segments.n; i++)
        if (s->segments.at[i].o.id != shmid)
            s->segments.at[kept++] = s->segments.at[i];
    s->segments.n = kept;
    user_see(u, s);
}

// As seconds later.
static void forget_changes(struct user *u)
{
    int64_t next;

    session_expire_changes(&u->s, INT64_MAX, &next);
    assert_int_equal(next, 0);
}

static size_t rows_there(struct user *u)
{
    const struct view *v = session_view(&u->s);
    size_t n = 0;

    for (size_t i = 0; i < v->rows.n; i++)
        n += !view_row_gone(v->kind, u->s.snapshot, v->rows.at[i]);
    return n;
}

// --- selection -----------------------------------------------------------------------------------

TEST(the_selection_stays_on_its_object, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *more = fake_story();

    user_go(u, 425985);
    size_t before = session_view(&u->s)->cursor;
    fake_segment(more, 7, 0x7, 0, UINT64_C(1) << 40, 0); // the largest comes first
    fake_segment(more, 8, 0x8, 0, UINT64_C(1) << 41, 0);
    user_see(u, more);
    assert_int_equal(user_id(u), 425985);
    assert_int_equal(session_view(&u->s)->cursor, before + 2);
}

TEST(the_same_id_with_another_creator_is_another_object, .setup = user_setup,
     .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *again = fake_story();
    struct identity now;

    user_go(u, 425985);
    user_press(u, ' ');
    for (size_t i = 0; i < again->segments.n; i++)
        if (again->segments.at[i].o.id == 425985)
            again->segments.at[i].o.key = 0x4711, again->segments.at[i].o.cuid = 99;
    user_see(u, again);
    assert_int_equal(u->s.tags.n, 0);
    user_go(u, 425985);
    session_selected(&u->s, &now);
    assert_false(identity_set_has(&u->s.tags, &now));
}

TEST(removal_does_not_change_who_it_is, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *marked = fake_story();

    user_go(u, 425985);
    user_press(u, ' ');
    user_go(u, 425985);
    for (size_t i = 0; i < marked->segments.n; i++)
        if (marked->segments.at[i].o.id == 425985)
            marked->segments.at[i].o.key = 0, marked->segments.at[i].flags |= SEG_DEST;
    user_see(u, marked);
    assert_int_equal(user_id(u), 425985);
    assert_int_equal(u->s.tags.n, 1);
}

TEST(the_cursor_stays_near_what_vanished, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_go(u, 425985);
    size_t before = session_view(&u->s)->cursor;
    picture_without(u, 425985);
    assert_int_equal(session_view(&u->s)->cursor, before);
    user_press(u, K_END);
    int32_t last = user_id(u);
    picture_without(u, last);
    assert_int_equal(user_id(u), last); // struck out
    forget_changes(u);
    assert_int_equal(session_view(&u->s)->cursor, session_view(&u->s)->rows.n - 1);
    user_see(u, fake_snapshot());
    forget_changes(u);
    assert_int_equal(user_id(u), -1);
    user_press(u, K_DOWN);
    user_press(u, K_UP);
    assert_int_equal(user_id(u), -1);
}

TEST(moving_is_clamped, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);

    user_press(u, K_UP);
    assert_int_equal(v->cursor, 0);
    v->page = 3;
    user_press(u, K_PGDN);
    assert_int_equal(v->cursor, 2); // one row of the page before stays in sight
    user_press(u, K_PGDN);
    user_press(u, K_PGDN);
    user_press(u, K_PGDN);
    assert_int_equal(v->cursor, v->rows.n - 1);
    user_press(u, 'g');
    assert_int_equal(v->cursor, 0);
    user_press(u, 'G');
    assert_int_equal(v->cursor, v->rows.n - 1);
    for (int i = 0; i < 100; i++)
        user_press(u, K_RIGHT);
    assert_true(v->pan < v->kind->n_columns);
    for (int i = 0; i < 100; i++)
        user_press(u, K_LEFT);
    assert_int_equal(v->pan, 0);
}

// --- views ---------------------------------------------------------------------------------------

TEST(drilling_down_and_back, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_go(u, 491523);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_HOLDER);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    assert_string_equal(session_view(&u->s)->path, "491523");
    assert_int_equal(user_pid(u), 20001);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_MAPPING);
    assert_int_equal(session_view(&u->s)->rows.n, 2);
    assert_string_equal(session_view(&u->s)->path, "httpd 20001");
    user_press(u, K_ENTER); // nothing hangs on a mapping but its details
    assert_int_equal(u->s.depth, 2);
    assert_true(u->s.details);
    user_press(u, K_BACKSPACE);
    assert_int_equal(shown(u)->id, KIND_HOLDER);
    assert_int_equal(user_pid(u), 20001);
    user_press(u, K_ESC);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
    assert_int_equal(user_id(u), 491523);
    user_press(u, K_ESC);
    assert_false(u->s.quit);
    user_press(u, 'q');
    assert_true(u->s.quit);
}

TEST(sets_and_queues_open_on_their_parts, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, '2');
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_ELEMENT);
    assert_int_equal(session_view(&u->s)->rows.n, 4);
    user_press(u, 'W');
    assert_int_equal(shown(u)->id, KIND_WAITER);
    assert_int_equal(session_view(&u->s)->rows.n, 2);
    user_press(u, 'q');
    user_press(u, 'q');
    user_press(u, 'W');
    assert_int_equal(session_view(&u->s)->rows.n, 2);
    user_press(u, '3');
    assert_int_equal(u->s.depth, 0);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_WAITER);
    assert_int_equal(session_view(&u->s)->rows.n, 2);
    assert_false(u->s.quit);
}

TEST(a_finding_leads_to_its_object, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, '4');
    assert_int_equal(shown(u)->id, KIND_FINDING);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
    assert_int_equal(user_id(u), 393216);
    user_press(u, K_ENTER);
    assert_int_equal(user_pid(u), 18811);
    user_press(u, 'q');
    user_press(u, 'q');
    assert_int_equal(shown(u)->id, KIND_FINDING);
}

TEST(tabs_are_gone_to_by_number_and_in_turn, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    for (size_t i = 0; i < kind_tabs(); i++) {
        bool several = kind_of_tab(i)->flags & TABLE_HOSTS; // hosts, of which there is one
        size_t before = u->s.tab;
        user_press(u, '0' + kind_of_tab(i)->tab % 10);
        assert_int_equal(u->s.tab, several ? before : i);
    }
    user_press(u, '1');
    user_press(u, K_BACKTAB);
    assert_int_not_equal(shown(u)->id, KIND_SEGMENT);
    user_press(u, K_TAB);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
}

TEST(an_object_that_goes_leaves_its_view_empty, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_go(u, 393216);
    user_press(u, K_ENTER);
    struct snapshot *gone = fake_snapshot();
    user_see(u, gone);
    assert_int_equal(shown(u)->id, KIND_HOLDER);
    assert_int_equal(session_view(&u->s)->rows.n, 0);
    assert_non_null(strstr(u->s.message, "is gone"));
    user_press(u, K_ESC);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
}

TEST(another_object_by_the_id_is_not_what_was_entered, .setup = user_setup,
     .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *reused = fake_story();

    user_go(u, 393216);
    user_press(u, K_ENTER);
    struct segment *segment = (struct segment *)snapshot_segment(reused, 393216);
    segment->o.cuid += 1;
    user_see(u, reused);
    assert_non_null(strstr(u->s.message, "segment 393216 is gone"));
}

TEST(every_view_says_what_it_needs, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct want want;

    session_want(&u->s, &want);
    assert_true(want.need & NEED_SEGMENTS && want.need & NEED_LIMITS && want.need & NEED_SYSTEM);
    assert_false(want.focused || want.need & (NEED_MAP_USE | NEED_ALL_MAPS));
    user_go(u, 491523);
    user_press(u, K_ENTER);
    session_want(&u->s, &want);
    assert_true(want.focused && want.focus.kind == KIND_SEGMENT && want.focus.id == 491523);
    assert_true(want.need & NEED_HOLDERS);
    user_press(u, K_ENTER);
    session_want(&u->s, &want);
    assert_true(want.focused && want.focus.kind == KIND_HOLDER && want.focus.pid == 20001);
    assert_true(want.need & NEED_MAP_USE);
    assert_false(want.need & NEED_ALL_MAPS);
    user_press(u, 'a');
    session_want(&u->s, &want);
    assert_true(want.need & NEED_ALL_MAPS && want.focus.pid == 20001);
    user_press(u, 'a');
    session_want(&u->s, &want);
    assert_int_equal(want.focus.id, 491523);
    assert_false(want.need & NEED_ALL_MAPS);
    user_press(u, '2'); // findings speak of all sets: none is asked for alone
    user_press(u, K_ENTER);
    session_want(&u->s, &want);
    assert_true(want.need & NEED_ELEMENTS);
    assert_false(triage_need() & NEED_ELEMENTS && want.focused);
}

// --- order, search, filter -----------------------------------------------------------------------

TEST(sorting_by_menu_keys_and_header, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);
    const struct column *size = kind_column(&kind_segments, "size");

    user_press(u, K_F6);
    assert_int_equal(u->s.prompt.type, PROMPT_MENU);
    user_type(u, "SHMID");
    user_press(u, K_ENTER);
    assert_string_equal(v->sort->name, "shmid");
    user_press(u, 'g');
    bool descending = v->descending;
    assert_int_equal(user_id(u), descending ? 491523 : 0);
    user_press(u, 'I');
    assert_int_not_equal(v->descending, descending);
    session_sort(&u->s, size); // a click on its heading
    assert_true(v->sort == size && v->descending);
    user_press(u, 'g');
    assert_int_equal(user_id(u), 458754);
    session_sort(&u->s, size);
    assert_false(v->descending);
    user_press(u, '>');
    assert_ptr_not_equal(v->sort, size);
    user_press(u, '<');
    assert_ptr_equal(v->sort, size);
    for (int i = 0; i < 100; i++) // round and round, never out of the table
        user_press(u, i % 3 ? '<' : '>');
    assert_non_null(v->sort);
}

// HOLDERS names programs: a pid finds what the process holds all the same.
TEST(a_pid_finds_the_segments_it_holds)
{
    struct user *u = user_new(fake_story());
    struct identity found;

    user_press(u, '/');
    user_type(u, "18715");
    user_press(u, K_ENTER);
    assert_non_null(session_selected(&u->s, &found));
    assert_int_equal(found.id, 425985);
    assert_null(strstr(u->s.message, "not found"));
    user_press(u, '/');
    user_type(u, "187159");
    user_press(u, K_ENTER);
    assert_non_null(strstr(u->s.message, "not found"));
    user_press(u, '\\');
    user_type(u, "18715"); // as a word of a filter as well
    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    assert_int_equal(user_id(u), 425985);
    user_free(u);
}

// By the kernel's name of it, not by its place in the table.
TEST(a_limit_without_processes_is_named)
{
    struct snapshot *s = fake_story();
    const struct identity limit = {.kind = KIND_LIMIT, .part = 0};
    char name[80], text[LINE_TEXT], expected[LINE_TEXT];

    assert_true(s->limits.n > 0);
    snprintf(expected, sizeof expected, "no process to signal: %s has none, or it is gone",
             limit_name(&s->limits.at[0], name, sizeof name));
    targets_none(s, &limit, text, sizeof text);
    assert_string_equal(text, expected);
    snapshot_unref(s);
}

TEST(search_as_one_types, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_go(u, 458754);
    user_press(u, '/');
    user_type(u, "42");
    assert_int_equal(user_id(u), 425985);
    assert_string_equal(u->s.prompt.error, "");
    user_type(u, "zz");
    assert_string_equal(u->s.prompt.error, "not found");
    user_press(u, K_ESC);
    assert_int_equal(user_id(u), 458754); // back where it began
    user_press(u, K_F3);
    user_type(u, "ORACLE"); // any case
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    int32_t first = user_id(u);
    user_press(u, 'n');
    int32_t second = user_id(u);
    assert_int_not_equal(first, second);
    user_press(u, 'n');
    assert_int_equal(user_id(u), first); // around
    user_press(u, 'N');
    assert_int_equal(user_id(u), second);
}

TEST(a_wrong_filter_says_where, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);

    user_press(u, '\\');
    user_type(u, "att=0 sizze>1M");
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_LINE); // stays until it is right, or left
    assert_true(u->s.prompt.error[0]);
    assert_int_equal(u->s.prompt.error_at, 6);
    assert_int_equal(v->rows.n, 1); // what stands before it is shown
    user_press(u, K_CTRL('u'));
    user_type(u, "size"); // a word: no row has it
    assert_int_equal(v->rows.n, 0);
    user_type(u, ">"); // the beginning of a comparison: that word is none any longer
    assert_int_equal(v->rows.n, 5);
    user_press(u, K_ESC);
    assert_int_equal(v->rows.n, 5);
    assert_null(v->filter);
    user_press(u, K_F4);
    user_type(u, "att=0");
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    assert_int_equal(v->rows.n, 1);
    assert_string_equal(v->filter_text, "att=0");
    user_press(u, K_F4); // what it is now can be changed, and left as it was
    assert_string_equal(u->s.prompt.text, "att=0");
    user_press(u, K_CTRL('u'));
    assert_int_equal(v->rows.n, 5);
    user_press(u, K_ESC);
    assert_int_equal(v->rows.n, 1);
    user_press(u, K_F4);
    user_press(u, K_CTRL('w'));
    user_press(u, K_ENTER);
    assert_int_equal(v->rows.n, 5);
}

TEST(what_is_not_sorted_cannot_be_inverted, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, '4'); // findings: worst first
    assert_null(session_view(&u->s)->sort);
    user_press(u, 'I');
    assert_non_null(strstr(u->s.message, "chooses a column"));
    assert_false(u->s.arranged[KIND_FINDING].sorted);
    user_press(u, '>');
    assert_non_null(session_view(&u->s)->sort);
    user_press(u, 'I');
    assert_true(u->s.arranged[KIND_FINDING].sorted);
}

TEST(owners_and_orphans, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);

    user_press(u, 'u');
    user_type(u, "oracle");
    user_press(u, K_ENTER);
    assert_int_equal(v->rows.n, 2);
    user_press(u, 'u');
    user_press(u, K_HOME); // everybody
    user_press(u, K_ENTER);
    assert_int_equal(v->rows.n, 5);
    user_press(u, 'o');
    assert_int_equal(v->rows.n, 1);
    assert_int_equal(user_id(u), 458754);
    user_press(u, 'o');
    assert_int_equal(v->rows.n, 5);
}

// Their records begin otherwise than those of System V's objects.
TEST(owners_of_what_has_no_number, .setup = user_setup, .teardown = user_teardown)
{
    enum { OWNER = 54321 };
    struct user *u = *state;
    struct snapshot *s = fake_story();
    struct shared *rows = mem_zero(3, sizeof *rows);

    for (int i = 0; i < 3; i++)
        rows[i] = (struct shared){
            .id = {0, 20, (uint64_t)i + 7}, .known = i < 2 ? SHARED_KNOWS_OWNER : 0, .uid = OWNER};
    free(s->tables[KIND_SHARED].at);
    s->tables[KIND_SHARED] = (struct table){rows, 3, sizeof *rows};
    user_see(u, s);
    user_press(u, '9');
    user_press(u, 'u');
    assert_int_equal(u->s.prompt.menu.n, 2); // everybody's, and
    assert_int_equal(u->s.prompt.menu.at[1].value, OWNER);
    assert_non_null(strstr(u->s.prompt.menu.at[1].label, " 2"));
    user_press(u, K_DOWN);
    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, 2);
}

TEST(orphans_have_an_age, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);
    struct want want;

    session_want(&u->s, &want);
    assert_int_equal(want.orphan_age, 0);
    user_press(u, 'o');
    user_press(u, 'O');
    assert_non_null(strstr(u->s.prompt.title, "now 0s"));
    user_type(u, "soon");
    user_press(u, K_ENTER);
    assert_non_null(strstr(u->s.prompt.error, "5m"));
    user_press(u, K_CTRL('u'));
    user_type(u, "90d");
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    session_want(&u->s, &want);
    assert_int_equal(want.orphan_age, 90 * 86400);
    struct snapshot *next = fake_story(); // as it comes back
    next->orphan_age = want.orphan_age;
    user_see(u, next);
    assert_int_equal(v->rows.n, 0);
    user_press(u, 'O');
    assert_non_null(strstr(u->s.prompt.title, "now 90d"));
    user_press(u, K_ENTER); // nothing typed: as it was
    assert_int_equal(u->s.orphan_age, 90 * 86400);
}

// --- tags ----------------------------------------------------------------------------------------

TEST(tags_stick_to_objects, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, 'g');
    user_press(u, ' ');
    user_press(u, ' ');
    assert_int_equal(u->s.tags.n, 2);
    assert_int_equal(session_view(&u->s)->cursor, 2);
    user_press(u, '*');
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 5);
    user_see(u, fake_story());
    assert_int_equal(u->s.tags.n, 5);
    picture_without(u, 0);
    assert_int_equal(u->s.tags.n, 4);
    user_press(u, 'g');
    user_press(u, ' ');
    assert_int_equal(u->s.tags.n, 3);
    user_press(u, '2'); // tags of another kind stay
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 4);
    user_press(u, 'U');
    assert_int_equal(u->s.tags.n, 0);
}

// --- what vanished and appeared ------------------------------------------------------------------

static int32_t id_at(struct user *u, size_t row)
{
    struct identity identity;
    const struct view *v = session_view(&u->s);

    v->kind->identify(u->s.snapshot, v->rows.at[row], &identity);
    return identity.id;
}

TEST(what_vanished_stays_in_its_place_for_a_while, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct view *v = session_view(&u->s);
    int32_t before[5];

    for (size_t i = 0; i < 5; i++)
        before[i] = id_at(u, i);
    user_go(u, before[1]);
    picture_without(u, before[1]);
    assert_int_equal(v->rows.n, 5);
    assert_int_equal(rows_there(u), 4);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(id_at(u, i), before[i]);
    assert_int_equal(user_id(u), before[1]); // the selection, too
    assert_ptr_not_equal(session_picture(&u->s, v->kind, v->rows.at[1]), u->s.snapshot);
    assert_ptr_equal(session_picture(&u->s, v->kind, v->rows.at[0]), u->s.snapshot);
    user_press(u, 'I'); // nor does another order drop it
    assert_int_equal(v->rows.n, 5);
    assert_int_equal(user_id(u), before[1]);
    user_press(u, 'I');
    forget_changes(u);
    assert_int_equal(v->rows.n, 4);
    assert_int_equal(user_id(u), before[2]);
}

TEST(what_comes_again_is_not_gone, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    picture_without(u, 425985);
    user_see(u, fake_story());
    assert_int_equal(session_view(&u->s)->rows.n, 5);
    assert_int_equal(rows_there(u), 5);
}

TEST(nothing_is_done_to_what_is_gone, .setup = user_setup, .teardown = user_teardown)
{
    static const int32_t keys[] = {'x', 'k', K_F8, K_F9, K_ENTER, ' '};
    struct user *u = *state;

    user_go(u, 425985);
    picture_without(u, 425985);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        u->s.message[0] = '\0';
        user_press(u, keys[i]);
        assert_non_null(strstr(u->s.message, "already gone"));
        assert_int_equal(u->s.prompt.type, PROMPT_NONE);
        assert_int_equal(u->s.depth, 0);
        assert_int_equal(user_id(u), 425985);
    }
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 4);
    assert_int_equal(user_acts(u), 0);
}

TEST(gone_rows_obey_the_filter_and_stay_out_of_drill_downs, .setup = user_setup,
     .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, '\\');
    user_type(u, "shmid=393216");
    user_press(u, K_ENTER);
    picture_without(u, 425985);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    picture_without(u, 393216);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    assert_int_equal(rows_there(u), 0);
    user_press(u, '2');
    assert_int_equal(session_view(&u->s)->rows.n, rows_there(u));
}

TEST(only_what_came_while_it_was_watched_is_new, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *more = fake_story();
    struct identity old, new;

    fake_segment(more, 7, 0x7, 0, 4096, 0);
    user_go(u, 425985);
    session_selected(&u->s, &old);
    assert_false(recent_rows_new(&u->s.changes, &old)); // it was in the first picture
    user_see(u, more);
    user_go(u, 7);
    session_selected(&u->s, &new);
    assert_true(recent_rows_new(&u->s.changes, &new));
    assert_false(recent_rows_new(&u->s.changes, &old));
    forget_changes(u);
    assert_false(recent_rows_new(&u->s.changes, &new));
}

// However quickly things come and go, few old pictures are held.
TEST(old_pictures_are_few, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    for (int i = 0; i < 20; i++) {
        struct snapshot *s = fake_story();
        fake_segment(s, 1000 + i, 0x7, 0, 4096, 0);
        user_see(u, s);
    }
    assert_int_equal(u->s.changes.n, CHANGES_HELD);
    assert_int_equal(rows_there(u), 6);
    assert_int_equal(session_view(&u->s)->rows.n, 6 + CHANGES_HELD);
}

TEST(events_lead_to_their_objects, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();
    struct event_vec events = {0};
    struct event head = {.number = 1, .time = FAKE_NOW};

    kind_segments.identify(s, snapshot_segment(s, 425985), &head.about);
    vec_push(&events, event_new(&head, "", "still there"));
    head.number = 2;
    head.about.id = 4711;
    vec_push(&events, event_new(&head, "", "not there any more"));
    head.number = 3;
    head.several = true;
    vec_push(&events, event_new(&head, "", "several"));
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    user_see(u, s);
    user_press(u, '6');
    assert_int_equal(shown(u)->id, KIND_EVENT);
    assert_int_equal(session_view(&u->s)->rows.n, 3); // the newest first
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
    assert_int_equal(u->s.depth, 1);
    user_press(u, K_ESC);
    user_press(u, K_DOWN);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_EVENT);
    assert_string_equal(u->s.message, "segment 4711 is gone");
    user_press(u, K_DOWN);
    user_press(u, K_ENTER);
    assert_int_equal(shown(u)->id, KIND_SEGMENT);
    assert_int_equal(user_id(u), 425985);
}

static struct snapshot *with_events(int n)
{
    struct snapshot *s = fake_story();
    struct event_vec events = {0};

    for (int i = 1; i <= n; i++)
        vec_push(&events, event_new(&(struct event){.number = (uint64_t)i}, "", "something"));
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    return s;
}

static uint64_t event_number(struct user *u)
{
    return ((const struct event *)session_selected(&u->s, NULL))->number;
}

TEST(the_newest_event_stays_selected_any_other_too, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_see(u, with_events(2));
    user_press(u, '6');
    assert_int_equal(event_number(u), 2);
    user_see(u, with_events(3));
    assert_int_equal(event_number(u), 3);
    user_press(u, K_DOWN);
    assert_int_equal(event_number(u), 2);
    user_see(u, with_events(5));
    assert_int_equal(event_number(u), 2);
}

// --- the program ---------------------------------------------------------------------------------

TEST(frozen_nothing_moves, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, 'Z');
    user_see(u, fake_snapshot());
    assert_int_equal(rows_there(u), 5);
    user_press(u, K_F5);
    struct snapshot *ahead = fake_snapshot(); // the tables alone: the rest is still to come
    ahead->partial = true;
    user_see(u, ahead);
    assert_int_equal(rows_there(u), 0);
    user_see(u, fake_story());
    assert_int_equal(rows_there(u), 5);
    user_see(u, fake_snapshot());
    assert_int_equal(rows_there(u), 5);
    user_press(u, 'Z');
    user_see(u, fake_story());
    assert_int_equal(rows_there(u), 5);
    user_press(u, 'Z');
    user_go(u, 491523);
    user_press(u, K_ENTER);
    user_press(u, K_ENTER); // the use of mappings was not read
    assert_non_null(strstr(u->s.message, "F5"));
}

TEST(the_interval_is_checked, .setup = user_setup, .teardown = user_teardown)
{
    static const char *const wrong[] = {"0", "0.05", "3601", "x", "1x", "-2", "nan", "inf", "1e99"};
    struct user *u = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        user_press(u, 'd');
        user_type(u, wrong[i]);
        user_press(u, K_ENTER);
        assert_int_equal(u->s.prompt.type, PROMPT_LINE);
        assert_true(u->s.prompt.error[0]);
        user_press(u, K_ESC);
        assert_float_equal(u->s.interval, 3600, 0);
    }
    user_press(u, 'd');
    user_type(u, "0.5");
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    assert_float_equal(u->s.interval, 0.5, 0);
}

TEST(messages_go_by_themselves, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    session_say(&u->s, SEVERITY_NOTICE, "%s", "so it is");
    int64_t end = session_expire(&u->s, u->s.message_ns);
    assert_true(end > u->s.message_ns);
    assert_int_equal(session_expire(&u->s, end), 0);
    assert_string_equal(u->s.message, "");
}

TEST(help_scrolls_and_closes, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;

    user_press(u, '?');
    assert_int_equal(u->s.prompt.type, PROMPT_TEXT);
    u->s.prompt.page = 10;
    user_press(u, K_PGDN);
    assert_int_equal(u->s.prompt.top, 10);
    user_press(u, K_END);
    size_t last = u->s.prompt.top;
    user_press(u, K_PGDN);
    assert_int_equal(u->s.prompt.top, last);
    session_key(&u->s, &(struct key_event){.key = K_MOUSE, .mouse = MOUSE_WHEEL_UP});
    assert_int_equal(u->s.prompt.top, last - 3);
    user_press(u, 'q');
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    assert_false(u->s.quit);
    user_press(u, K_F10);
    assert_true(u->s.quit);
}

TEST(options_shape_the_first_view)
{
    const struct session_options options = {.interval = 2,
                                            .table = "segments",
                                            .sort = "+shmid",
                                            .filter = "size>1M",
                                            .has_owner = true,
                                            .owner = 54};
    const struct session_options one = {.interval = 2, .table = "queues", .has_id = true, .id = 3};
    struct user u;

    user_start(&u, &options);
    user_see(&u, fake_story());
    assert_int_equal(session_view(&u.s)->rows.n, 2);
    assert_int_equal(user_id(&u), 393216);
    user_end(&u);
    user_start(&u, &one);
    user_see(&u, fake_crowd(9));
    assert_int_equal(shown(&u)->id, KIND_QUEUE);
    assert_int_equal(session_view(&u.s)->rows.n, 1);
    assert_int_equal(user_id(&u), 3);
    user_end(&u);
}
