// Changing objects and limits: forms, what is wrong in them, and what is asked before it is done.
#include <stdlib.h>
#include <string.h>

#include "controller/controller.h"
#include "session/current.h"
#include "session/prompt/form.h"
#include "session/view.h"
#include "support/canvas_row.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/user.h"
#include "ui/draw.h"

enum { SEGMENT = 425985 };

static int setup(void **state)
{
    struct user *u = mem_zero(1, sizeof *u);
    struct snapshot *s = fake_story();

    user_start(u, NULL);
    fake_user(s, 77, "newowner");
    user_see(u, s);
    *state = u;
    return 0;
}

TEST_FIXTURE(setup, user_teardown)

static struct prompt *asked(struct user *u)
{
    return &u->s.prompt;
}

static struct form_field *field(struct user *u, size_t i)
{
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    assert_true(i < asked(u)->fields.n);
    return &asked(u)->fields.at[i];
}

static void type_over(struct user *u, const char *text)
{
    user_press(u, K_CTRL('u'));
    user_type(u, text);
}

// --- editing -------------------------------------------------------------------------------------

TEST(a_field_is_edited_anywhere)
{
    struct user *u = *state;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    type_over(u, "abc");
    user_press(u, K_LEFT);
    user_press(u, K_LEFT);
    user_press(u, 0xe9);
    assert_string_equal(field(u, 0)->text, "a\xc3\xa9"
                                           "bc");
    user_press(u, K_BACKSPACE);
    assert_string_equal(field(u, 0)->text, "abc");
    user_press(u, K_DELETE);
    assert_string_equal(field(u, 0)->text, "ac");
    user_press(u, K_HOME);
    user_press(u, K_BACKSPACE); // nothing before it
    user_type(u, "x y");
    assert_string_equal(field(u, 0)->text, "x yac");
    user_press(u, K_CTRL('w'));
    assert_string_equal(field(u, 0)->text, "x ac");
    user_press(u, K_END);
    user_press(u, K_DELETE); // nothing behind it
    user_type(u, "z");
    assert_string_equal(field(u, 0)->text, "x acz");
    for (int i = 0; i < 200; i++)
        user_type(u, "w");
    assert_int_equal(strlen(field(u, 0)->text), sizeof field(u, 0)->text - 1);
    user_press(u, K_ESC);
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    assert_int_equal(user_acts(u), 0);
}

TEST(keys_go_from_field_to_field)
{
    struct user *u = *state;
    static const int32_t keys[] = {K_TAB, K_DOWN, K_TAB, K_BACKTAB, K_UP};
    static const size_t at[] = {1, 2, 0, 2, 1};

    user_go(u, SEGMENT);
    user_press(u, 'e');
    assert_int_equal(asked(u)->fields.n, 3);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        user_press(u, keys[i]);
        assert_int_equal(asked(u)->cursor, at[i]);
    }
}

TEST(nothing_typed_is_nothing_done)
{
    struct user *u = *state;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    says(asked(u)->error);
    user_press(u, K_ESC);
    assert_int_equal(user_acts(u), 0);
}

// --- owner, group, mode --------------------------------------------------------------------------

TEST(fields_hold_what_it_is_now)
{
    struct user *u = *state;
    const struct segment *segment = snapshot_segment(u->s.snapshot, SEGMENT);

    user_go(u, SEGMENT);
    user_press(u, 'e');
    assert_string_equal(field(u, 0)->text, snapshot_user(u->s.snapshot, segment->o.uid));
    assert_int_equal(strtoul(field(u, 2)->text, NULL, 8), segment->o.mode);
}

TEST(all_three_are_changed_at_once)
{
    struct user *u = *state;
    struct action act;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    type_over(u, "newowner");
    user_press(u, K_TAB);
    type_over(u, "4294967294");
    user_press(u, K_TAB);
    type_over(u, "rw-r-x--x");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    says(asked(u)->consequence.question);
    assert_non_null(strstr(asked(u)->consequence.question, "mode 0651"));
    assert_non_null(strstr(asked(u)->consequence.effect, "Now: owner"));
    user_press(u, K_ENTER); // alone never means yes
    assert_int_equal(user_acts(u), 0);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.verb, ACTION_SET);
    assert_int_equal(act.target.id, SEGMENT);
    assert_int_equal(act.set.which, SET_UID | SET_GID | SET_MODE);
    assert_int_equal(act.set.uid, 77);
    assert_int_equal(act.set.gid, UINT32_MAX - 1);
    assert_int_equal(act.set.mode, 0651);
}

TEST(mistakes_stand_beside_their_fields)
{
    struct user *u = *state;
    static const struct {
        size_t field;
        const char *text, *error;
        // clang-format off
    } cases[] = {
        {0, "4294967295", "from 0 to 4294967294"}, // -1: leaves an owner as it is
        {0, "99999999999999999999", "from 0 to"},
        {0, "", "a name or a number"},
        {1, "", "a name or a number"},
        {2, "888", "octal"},
        {2, "1777", "octal"},
        {2, "", "octal"},
        {2, "rw-r----", "octal"},
        {2, "rwxrwxrwt", "octal"},
        {2, "00640", "octal"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        user_go(u, SEGMENT);
        user_press(u, 'e');
        for (size_t k = 0; k < cases[i].field; k++)
            user_press(u, K_TAB);
        type_over(u, cases[i].text);
        user_press(u, K_HOME);
        user_press(u, K_ENTER);
        assert_int_equal(asked(u)->type, PROMPT_FORM);
        assert_non_null(strstr(field(u, cases[i].field)->error, cases[i].error));
        assert_int_equal(asked(u)->cursor, cases[i].field);
        user_type(u, "7");
        assert_string_equal(field(u, cases[i].field)->error, "");
        user_press(u, K_ESC);
    }
    assert_int_equal(user_acts(u), 0);
}

TEST(the_first_mistake_gets_the_cursor)
{
    struct user *u = *state;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    user_press(u, K_TAB);
    type_over(u, "");
    user_press(u, K_TAB);
    type_over(u, "9");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->cursor, 1);
    assert_true(field(u, 1)->error[0] && field(u, 2)->error[0]);
}

// --- names nobody has told yet -------------------------------------------------------------------

TEST(a_name_is_looked_up_beside_the_screen)
{
    struct user *u = *state;
    struct action act;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    type_over(u, "known");
    user_press(u, K_TAB);
    type_over(u, "known");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    assert_true(asked(u)->waiting);
    user_press(u, K_ENTER); // once is enough
    user_await_names(u);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.set.uid, 4711);
    assert_int_equal(act.set.gid, 4712);
}

TEST(who_is_not_known_is_told_beside_the_field)
{
    struct user *u = *state;

    user_go(u, SEGMENT);
    user_press(u, 'e');
    type_over(u, "known");
    user_press(u, K_TAB);
    type_over(u, "stranger");
    user_press(u, K_ENTER);
    user_await_names(u);
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    assert_string_equal(field(u, 0)->error, "");
    says(field(u, 1)->error);
    assert_int_equal(asked(u)->cursor, 1);
    type_over(u, "slow");
    user_press(u, K_ENTER);
    user_await_names(u);
    says(field(u, 1)->error);
    assert_int_equal(user_acts(u), 0);
}

// The answer to a name that was typed over is not the answer to the new one.
TEST(a_late_answer_is_not_taken_for_another_name)
{
    struct user *u = *state;
    const struct outcome late = {
        .action = {.verb = ACTION_RESOLVE, .set = {.uid = 1, .user = "known"}}};
    struct outcome_vec outcomes = {0};

    vec_push(&outcomes, late);
    user_go(u, SEGMENT);
    user_press(u, 'e');
    type_over(u, "stranger");
    session_outcomes(&u->s, &outcomes); // nobody waits for it
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    assert_false(field(u, 0)->resolved);
    user_press(u, K_ENTER);
    session_outcomes(&u->s, &outcomes);
    assert_int_equal(asked(u)->type, PROMPT_FORM);
    assert_true(asked(u)->waiting);
    user_await_names(u);
    user_press(u, K_ESC);
    session_outcomes(&u->s, &outcomes); // no prompt at all
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    vec_free(&outcomes);
}

// --- queues, several at once, locking ------------------------------------------------------------

TEST(a_queue_has_a_size_limit)
{
    struct user *u = *state;
    struct action act;

    user_press(u, '3');
    user_press(u, 'e');
    assert_int_equal(asked(u)->fields.n, 4);
    user_press(u, K_UP);
    type_over(u, "64X");
    user_press(u, K_ENTER);
    assert_non_null(strstr(field(u, 3)->error, "64K"));
    type_over(u, "64K");
    user_press(u, K_ENTER);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.set.which, SET_MAX_BYTES);
    assert_int_equal(act.set.max_bytes, 65536);
    assert_int_equal(act.target.kind, KIND_QUEUE);
}

TEST(the_tagged_are_changed_together)
{
    struct user *u = *state;
    struct action acts[2];

    user_go(u, SEGMENT);
    user_press(u, ' ');
    user_go(u, 393216);
    user_press(u, ' ');
    user_press(u, 'e');
    assert_non_null(strstr(asked(u)->title, "2 Segments"));
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(field(u, i)->text, "");
    user_press(u, K_UP);
    user_type(u, "600");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->body);
    assert_null(strstr(asked(u)->body, "vanish"));
    user_say_yes(u);
    user_await_acts(u, acts, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(acts[i].set.which, SET_MODE);
        assert_int_equal(acts[i].set.mode, 0600);
    }
    assert_int_not_equal(acts[0].target.id, acts[1].target.id);
}

TEST(a_holder_s_segment_is_changed_from_its_row)
{
    struct user *u = *state;

    user_go(u, SEGMENT);
    user_press(u, K_ENTER);
    user_press(u, 'e');
    assert_string_equal(asked(u)->title, "Change segment 425985");
    user_press(u, K_ESC);
    user_press(u, 'l');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->consequence.question, "Lock segment 425985"));
}

TEST(l_locks_and_unlocks)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();
    struct action acts[2];

    user_go(u, SEGMENT);
    user_press(u, 'l');
    says(asked(u)->consequence.effect);
    assert_non_null(strstr(asked(u)->consequence.effect, "RLIMIT_MEMLOCK"));
    user_say_yes(u);
    user_await_acts(u, acts, 1);
    assert_int_equal(acts[0].verb, ACTION_LOCK);
    for (size_t i = 0; i < s->segments.n; i++)
        s->segments.at[i].flags |= s->segments.at[i].o.id == SEGMENT ? SEG_LOCKED : 0;
    user_see(u, s);
    user_press(u, 'l');
    assert_non_null(strstr(asked(u)->consequence.question, "Unlock segment 425985"));
    user_say_yes(u);
    user_await_acts(u, acts, 2);
    assert_int_equal(acts[1].verb, ACTION_UNLOCK);
    // With one that is not locked among them, only that one is left to do.
    user_press(u, ' ');
    user_go(u, 393216);
    user_press(u, ' ');
    user_press(u, 'l');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->consequence.question, "Lock segment 393216"));
}

// --- limits --------------------------------------------------------------------------------------

static void go_to_limit(struct user *u, const char *name)
{
    struct view *v = session_view(&u->s);

    for (size_t i = 0; i < v->rows.n; i++)
        if (strcmp(((const struct limit *)v->rows.at[i])->name, name) == 0) {
            view_select(v, u->s.snapshot, i);
            return;
        }
    fail_msg("no limit %s", name);
}

static struct snapshot *with_limits(void)
{
    struct snapshot *s = fake_story();

    s->limits.n = 0;
    fake_limit(s, "shmmni", "segments", 5, 4096)->path = "/proc/sys/kernel/shmmni";
    fake_limit(s, "shmmax", "bytes", 5 << 20, UINT64_MAX - (1 << 24))->path =
        "/proc/sys/kernel/shmmax";
    fake_limit(s, "msgmax", "bytes", 0, 8192)->known = 0;
    return s;
}

TEST(a_limit_is_changed)
{
    struct user *u = *state;
    struct action act;

    user_see(u, with_limits());
    user_press(u, '5');
    go_to_limit(u, "shmmax");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->fields.n, 1);
    assert_string_equal(field(u, 0)->text, "unlimited");
    assert_non_null(strstr(asked(u)->body, "accepts 0 to"));
    assert_non_null(strstr(asked(u)->body, "in use: 5.0M"));
    user_press(u, K_ENTER);
    says(asked(u)->error);
    type_over(u, "lots");
    user_press(u, K_ENTER);
    assert_non_null(strstr(field(u, 0)->error, "64K"));
    type_over(u, "64M");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->consequence.effect, "kernel.shmmax = 67108864"));
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.verb, ACTION_LIMIT);
    assert_string_equal(act.limit.name, "shmmax");
    assert_int_equal(act.limit.value, 64 << 20);
}

TEST(less_than_is_used_takes_the_word)
{
    struct user *u = *state;

    user_see(u, with_limits());
    user_press(u, '5');
    go_to_limit(u, "shmmni");
    user_press(u, 'e');
    type_over(u, "4");
    user_press(u, K_ENTER);
    assert_string_equal(asked(u)->word, "set");
    user_press(u, K_ESC);
    assert_int_equal(user_acts(u), 0);
}

TEST(a_limit_nobody_can_read_is_not_changed)
{
    struct user *u = *state;

    user_see(u, with_limits());
    user_press(u, '5');
    go_to_limit(u, "msgmax");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    says(u->s.message);
}

// --- on screen -----------------------------------------------------------------------------------

static bool shows(const struct canvas *c, const char *text)
{
    bool found = false;

    for (int y = 0; y < c->h; y++) {
        char *row = canvas_row(c, y);
        found |= strstr(row, text) != NULL;
        free(row);
    }
    return found;
}

TEST(forms_fit_every_screen)
{
    struct user *u = *state;
    static const int sizes[][2] = {{40, 10}, {80, 24}, {200, 60}, {1, 1}, {41, 11}};
    struct canvas c = {0};

    user_press(u, '3');
    user_press(u, 'e');
    user_press(u, K_UP);
    type_over(u, "nothing that is a size, and long, too long to be seen");
    user_press(u, K_ENTER);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        canvas_resize(&c, sizes[i][0], sizes[i][1]);
        draw_session(&c, &u->s);
        if (sizes[i][0] < 40)
            continue;
        assert_true(shows(&c, "Owner"));
        assert_true(shows(&c, "Size limit"));
        assert_true(shows(&c, "to be seen")); // the end, where the cursor is
        assert_true(shows(&c, "bytes: a number"));
        assert_true(c.cursor_x > 0 && c.cursor_x < c.w && c.cursor_y > 0 && c.cursor_y < c.h);
    }
    canvas_free(&c);
}
