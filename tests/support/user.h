// A session with somebody at its keys: a real sampler over a source that only records what it is
// told to do. Pictures are put in by hand.
#ifndef IPCTOP_TESTS_USER_H
#define IPCTOP_TESTS_USER_H

#include "session/session.h"

struct user {
    struct session s;
    struct user_source *source;
};

// A user who sees the picture (NULL: none yet), to be freed by user_free.
struct user *user_new(struct snapshot *snapshot);
void user_free(struct user *u);
void user_start(struct user *u, const struct session_options *options); // NULL: usual ones
void user_end(struct user *u);

// The same as cmocka's setup and teardown: *state is the user, who sees fake_story().
int user_setup(void **state);
int user_teardown(void **state);

void user_see(struct user *u, struct snapshot *snapshot); // takes over the reference
void user_press(struct user *u, int32_t key);
void user_type(struct user *u, const char *text); // ASCII

// Answers whatever is asked before something is done: y, or the word where one is asked for.
void user_say_yes(struct user *u);

// Moves the selection to the object of that id; fails the test where it is not shown.
void user_go(struct user *u, int32_t id);
int32_t user_id(struct user *u); // of the selected row; -1: none
int32_t user_pid(struct user *u);

// Waits until the source was told to do `n` things in all; they are copied to `actions` (NULL:
// however many). Fails the test where that never comes. Their outcomes have reached the session then.
void user_await_acts(struct user *u, struct action *actions, size_t n);
size_t user_acts(struct user *u); // handed over so far
// Waits until the names a form asked for were looked up: the source knows "known" (4711, 4712)
// alone, and has no answer for "slow".
void user_await_names(struct user *u);
void user_cancel_at(struct user *u, size_t nth); // while the nth thing is done, counted from 1
void user_fail_with(struct user *u, enum outcome_state state, const char *text); // from now on

#endif
