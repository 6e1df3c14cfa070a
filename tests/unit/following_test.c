// What became of a signal: told by the pictures that follow.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "controller/want.h"
#include "session/actions/await_exit.h"
#include "session/message.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/user.h"

TEST_FIXTURE(user_setup, user_teardown)

enum { STRAY = 18811, SEGMENT = 393216 };

static struct process *process_in(struct snapshot *s, int32_t pid)
{
    for (size_t i = 0; i < s->processes.n; i++)
        if (s->processes.at[i].pid == pid)
            return &s->processes.at[i];
    fail_msg("no process %d", pid);
    return NULL;
}

// A picture so many seconds after now, in which the process is in that state; 0: gone.
static void see(struct user *u, int seconds, char state)
{
    struct snapshot *s = fake_story();
    struct process *p = process_in(s, STRAY);

    s->time_ns = clock_ns() + seconds * CLOCK_SECOND;
    p->state = state;
    p->known |= PROC_KNOWS_STATE;
    if (!state) {
        p->gone = true;
        p->known = 0;
    }
    user_see(u, s);
}

static void send(struct user *u, int digit)
{
    struct action act[4];
    size_t before = user_acts(u);

    user_go(u, SEGMENT);
    user_press(u, 'k');
    if (digit)
        user_press(u, '0' + digit);
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_CONFIRM);
    if (u->s.prompt.word[0]) {
        user_type(u, u->s.prompt.word);
        user_press(u, K_ENTER);
    } else {
        user_press(u, 'y');
    }
    user_await_acts(u, act, before + 1);
}

static bool is_wanted(struct user *u, int32_t pid)
{
    struct want want;

    session_want(&u->s, &want);
    for (size_t i = 0; i < want.n_followed; i++)
        if (want.followed[i] == pid)
            return want.need & NEED_PROCESSES;
    return false;
}

TEST(its_end_is_told)
{
    struct user *u = *state;

    assert_false(is_wanted(u, STRAY));
    send(u, 0);
    assert_true(is_wanted(u, STRAY)); // no object may name it any more
    see(u, 1, 'S');
    assert_string_equal(u->s.message, "done as told");
    see(u, 2, 0);
    assert_string_equal(u->s.message, "18811 python ended");
    assert_false(is_wanted(u, STRAY));
}

// Whichever picture brings which: none takes the other's place, and the end comes first.
TEST(what_went_with_it_is_told_behind_it)
{
    struct user *u = *state;

    session_news(&u->s, false, "segment 3 is gone");
    session_news(&u->s, true, "18811 python ended");
    says(u->s.message);
    session_say(&u->s, SEVERITY_NOTICE, "sorted by SIZE");
    session_news(&u->s, true, "18811 python ended");
    assert_string_equal(u->s.message, "18811 python ended");
    session_news(&u->s, false, "segment 3 is gone");
    says(u->s.message);
}

TEST(zombies_have_ended)
{
    struct user *u = *state;

    send(u, 9);
    see(u, 1, 'Z');
    assert_string_equal(u->s.message, "18811 python ended");
}

TEST(an_older_picture_tells_nothing)
{
    struct user *u = *state;

    send(u, 0);
    see(u, -5, 0); // taken before the signal was sent
    assert_string_equal(u->s.message, "done as told");
}

TEST(who_stays_is_told_once_and_why)
{
    struct user *u = *state;

    send(u, 0);
    see(u, 4, 'T');
    assert_string_equal(u->s.message, "done as told");
    see(u, 6, 'T');
    says(u->s.message);
    u->s.message[0] = '\0';
    see(u, 8, 'T');
    assert_string_equal(u->s.message, "");
    send(u, 9); // begins anew
    see(u, 6, 'D');
    says(u->s.message);
    see(u, 9, 0);
    assert_string_equal(u->s.message, "18811 python ended");
}

TEST(a_signal_that_was_not_sent_is_not_followed)
{
    struct user *u = *state;

    user_fail_with(u, OUTCOME_FAILED, "not permitted");
    send(u, 0);
    assert_false(is_wanted(u, STRAY));
    see(u, 6, 'S');
    assert_string_equal(u->s.message, "not permitted");
}

static void see_instance(struct user *u, int seconds, uint64_t instance)
{
    struct snapshot *s = fake_story();

    s->time_ns = clock_ns() + seconds * CLOCK_SECOND;
    process_in(s, STRAY)->instance = instance;
    user_see(u, s);
}

// Of one that was stuck when it was chosen the start comes to light later: that is no other one.
TEST(who_answers_at_last_has_not_ended)
{
    struct user *u = *state;
    const struct action action = {
        .verb = ACTION_SIGNAL,
        .signal = SIGTERM,
        .target = {.kind = KIND_HOLDER, .id = -1, .pid = STRAY, .instance = 9001}};
    const struct outcome sent = {.action = action};

    await_exit_begin(&u->s, &action, 1);
    await_exit_outcome(&u->s, &sent);
    see_instance(u, 1, 9001);
    assert_true(is_wanted(u, STRAY));
    assert_null(strstr(u->s.message, "ended"));
    see_instance(u, 2, 9002); // and this is
    assert_false(is_wanted(u, STRAY));
    assert_non_null(strstr(u->s.message, "ended"));
}

TEST(other_signals_are_not_followed)
{
    struct user *u = *state;

    send(u, 1);
    assert_false(is_wanted(u, STRAY));
}

TEST(the_last_signal_comes_second)
{
    struct user *u = *state;
    const struct menu_vec *menu = &u->s.prompt.menu;
    size_t before;

    user_go(u, SEGMENT);
    user_press(u, 'k');
    before = menu->n;
    user_press(u, K_ESC);
    send(u, 1);
    user_press(u, 'k');
    assert_int_equal(menu->n, before); // each once
    assert_int_equal(u->s.prompt.cursor, 0);
    assert_int_equal(menu->at[0].value, SIGTERM);
    assert_int_equal(menu->at[1].value, SIGHUP);
    user_press(u, K_ESC);
    send(u, 0);
    user_press(u, 'k');
    assert_int_equal(menu->n, before);
    assert_int_equal(menu->at[0].value, SIGTERM);
}

TEST(the_menu_says_what_keeps_it)
{
    struct user *u = *state;

    see(u, 0, 'T');
    user_go(u, SEGMENT);
    user_press(u, 'k');
    assert_non_null(strstr(u->s.prompt.title, "18811 python (stopped)"));
}
