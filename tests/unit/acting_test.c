#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/controller.h"
#include "session/current.h"
#include "session/view.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"
#include "support/user.h"

TEST_FIXTURE(user_setup, user_teardown)

static struct prompt *asked(struct user *u)
{
    return &u->s.prompt;
}

static void filter(struct user *u, const char *expression)
{
    user_press(u, '\\');
    user_press(u, K_CTRL('u'));
    user_type(u, expression);
    user_press(u, K_ENTER);
}

// --- signals --------------------------------------------------------------------------------------

TEST(the_only_holder_is_offered_sigterm_first)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 393216);
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_MENU);
    assert_non_null(strstr(asked(u)->title, "18811 python"));
    assert_int_equal(asked(u)->menu.at[0].value, SIGTERM);
    assert_int_equal(asked(u)->cursor, 0);
    for (size_t i = 1; i < asked(u)->menu.n; i++)
        assert_int_not_equal(asked(u)->menu.at[i].value, SIGTERM);
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    user_press(u, K_ENTER);
    user_press(u, ' ');
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_int_equal(user_acts(u), 0);
    user_fail_with(u, OUTCOME_DONE, "SIGTERM sent to 18811 python");
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.verb, ACTION_SIGNAL);
    assert_int_equal(act.signal, SIGTERM);
    assert_int_equal(act.target.pid, 18811);
    assert_int_equal(act.target.start_ticks, snapshot_process(u->s.snapshot, 18811)->start_ticks);
    says(u->s.message);
}

TEST(digits_jump_to_the_signal)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 393216);
    user_press(u, K_F9);
    user_type(u, "9");
    assert_int_equal(asked(u)->menu.at[asked(u)->cursor].value, SIGKILL);
    user_press(u, K_UP);
    user_type(u, "19");
    assert_int_equal(asked(u)->menu.at[asked(u)->cursor].value, SIGSTOP);
    user_press(u, K_UP);
    user_type(u, "usr1");
    assert_int_equal(asked(u)->menu.at[asked(u)->cursor].value, SIGUSR1);
    user_press(u, K_ENTER);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.signal, SIGUSR1);
}

// The question stood before the arguments were read, which tell that it is a postmaster.
TEST(a_question_learns_what_the_process_is)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();
    struct process *p = (struct process *)snapshot_process(s, 18811);

    p->known &= (uint8_t)~PROC_KNOWS_COMMAND;
    snprintf(p->comm, sizeof p->comm, "postgres");
    user_see(u, s);
    user_go(u, 393216);
    user_press(u, 'k');
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_string_equal(asked(u)->word, "");
    s = fake_story();
    p = (struct process *)snapshot_process(s, 18811);
    p->inner_pid = 1;
    user_see(u, s);
    says(asked(u)->consequence.effect);
    assert_string_equal(asked(u)->word, "signal");
    user_type(u, "sig"); // from now on nothing moves
    user_see(u, fake_story());
    says(asked(u)->consequence.effect);
    user_press(u, K_ESC);
    assert_int_equal(user_acts(u), 0);
}

// The first picture has neither holders nor makers.
TEST(a_removal_learns_who_is_hit)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();

    s->has &= ~(uint64_t)(NEED_PROCESSES | NEED_HOLDERS);
    scan_unref(s->scan);
    s->scan = NULL;
    processes_clear(&s->processes);
    user_see(u, s);
    user_go(u, 425985);
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_null(strstr(asked(u)->consequence.effect, "Its holders: "));
    user_see(u, fake_story());
    says(asked(u)->consequence.effect);
    assert_non_null(strstr(asked(u)->consequence.effect, "Its holders: "));
    assert_string_equal(asked(u)->word, "remove");
    user_press(u, K_ESC);
    assert_int_equal(user_acts(u), 0);
}

// Its sockets take longer to be read than a key to be pressed.
TEST(a_question_learns_whom_the_process_serves)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();

    user_go(u, 393216);
    user_press(u, 'k');
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_string_equal(asked(u)->word, "");
    vec_push(&s->files, ((struct open_file){.pid = 18811,
                                            .kind = FILE_SOCKET,
                                            .protocol = PROTOCOL_TCP,
                                            .state = SOCKET_LISTEN,
                                            .port = 8047,
                                            .known = FILE_KNOWS_CLIENTS,
                                            .clients = 1,
                                            .local = mem_copy_string("127.0.0.1:8047")}));
    vec_push(&s->files, ((struct open_file){.pid = 18811,
                                            .kind = FILE_SOCKET,
                                            .protocol = PROTOCOL_TCP,
                                            .state = SOCKET_ESTABLISHED,
                                            .port = 8047,
                                            .peer_pid = 900,
                                            .peer_comm = "curl",
                                            .local = mem_copy_string("127.0.0.1:8047"),
                                            .remote = mem_copy_string("127.0.0.1:5")}));
    vec_push(&s->file_answers, ((struct process_files){.pid = 18811, .n = 2}));
    s->has |= NEED_FILES | NEED_PEERS;
    user_see(u, s);
    assert_string_equal(asked(u)->word, "signal");
    assert_non_null(strstr(asked(u)->consequence.effect, "tcp 127.0.0.1:8047 (1 client)"));
    assert_non_null(strstr(asked(u)->consequence.effect, "Its clients: 900 curl."));
    user_press(u, K_ESC);
    assert_int_equal(user_acts(u), 0);
}

TEST(the_menu_tells_what_the_process_is)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();
    struct process *p = (struct process *)snapshot_process(s, 18811);

    p->known &= (uint8_t)~PROC_KNOWS_COMMAND;
    snprintf(p->comm, sizeof p->comm, "postgres");
    p->state = 'D';
    user_see(u, s);
    user_go(u, 393216);
    user_press(u, 'k');
    says(asked(u)->title);
    s = fake_story();
    p = (struct process *)snapshot_process(s, 18811);
    snprintf(p->comm, sizeof p->comm, "postgres");
    p->inner_pid = 7;
    user_see(u, s);
    says(asked(u)->title);
    says(asked(u)->menu.at[0].label);
}

// Each alone frees nothing, all of them together do.
TEST(what_all_of_them_free_is_told)
{
    struct user *u = *state;

    user_go(u, 425985); // 18 holders of the database's; still to be had by its key
    user_press(u, ' ');
    user_go(u, 393216); // marked for removal
    user_press(u, ' ');
    user_press(u, 'k');
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->body);
    user_press(u, K_ESC);
    user_press(u, 'k');
    user_type(u, "18"); // SIGCONT ends nobody
    user_press(u, K_ENTER);
    assert_null(strstr(asked(u)->body, "freed later"));
    assert_null(strstr(asked(u)->body, "let go"));
}

// Of several rows, those without a process are left out, and it is said.
TEST(rows_without_a_process_are_left_out)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 458754); // nothing is attached
    user_press(u, ' ');
    user_go(u, 393216);
    user_press(u, ' ');
    user_press(u, 'k');
    says(asked(u)->title);
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->body);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.target.pid, 18811);
    says(asked(u)->title);
}

TEST(one_of_several_holders_is_chosen)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 425985);
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_MENU);
    assert_int_equal(asked(u)->menu.n, 1 + 18);
    assert_int_equal(asked(u)->cursor, 1); // not on "all"
    user_type(u, "18990");
    user_press(u, K_ENTER);
    user_press(u, K_ENTER); // SIGTERM
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.target.pid, 18990);
    assert_int_equal(act.target.kind, KIND_HOLDER);
}

TEST(all_of_them_take_a_list_and_a_word)
{
    struct user *u = *state;
    struct action acts[18];

    user_go(u, 425985);
    user_press(u, 'k');
    user_press(u, K_HOME);
    user_press(u, K_ENTER);
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    assert_non_null(strstr(asked(u)->body, "18990"));
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->consequence.question, "18 processes"));
    assert_string_equal(asked(u)->word, "signal");
    user_press(u, 'y');
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->error, "signal"));
    user_press(u, K_CTRL('u'));
    user_type(u, "signal");
    user_press(u, K_ENTER);
    user_await_acts(u, acts, 18);
    assert_int_equal(asked(u)->type, PROMPT_TEXT); // the results
    assert_non_null(strstr(asked(u)->title, "18 done"));
}

TEST(who_cannot_be_signalled_is_explained)
{
    struct user *u = *state;

    user_go(u, 458754);
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    says(u->s.message);
    user_go(u, 0); // three attachments, all in another PID namespace
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    assert_non_null(strstr(u->s.message, "3 unseen"));
    user_press(u, K_ENTER); // and from its empty table of holders
    user_press(u, 'k');
    assert_non_null(strstr(u->s.message, "3 unseen"));
    assert_int_equal(user_acts(u), 0);
}

TEST(waiters_and_last_users_of_sets_and_queues)
{
    struct user *u = *state;

    user_press(u, '2');
    user_press(u, 'k'); // two wait, one of them also was the last operator; 17001 is gone
    assert_int_equal(asked(u)->type, PROMPT_MENU);
    assert_int_equal(asked(u)->menu.n, 1 + 2);
    user_press(u, K_ESC);
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    user_press(u, K_ENTER);
    user_go(u, 32769);
    for (struct view *v = session_view(&u->s); v->cursor + 1 < v->rows.n;)
        user_press(u, K_DOWN);
    user_press(u, 'k'); // element 3: its last operator, then who waits on the set
    assert_int_equal(asked(u)->menu.at[1].value, 20001);
    user_press(u, K_ESC);
    user_press(u, '3');
    user_press(u, 'k');
    assert_int_equal(asked(u)->menu.n, 1 + 2);
}

TEST(never_a_pid_below_one)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();

    s->queues.at[0].lspid = 0;
    s->queues.at[0].lrpid = -1;
    s->waiters.n = 0;
    for (size_t i = 0; i < s->scan->holders.n; i++)
        if (s->scan->holders.at[i].shmid == 393216)
            s->scan->holders.at[i].pid = 0, s->scan->holders.at[i].start_ticks = 5;
    user_see(u, s);
    user_go(u, 393216);
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    user_press(u, '3');
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    assert_true(u->s.message[0]);
}

TEST(a_recycled_pid_is_not_offered)
{
    struct user *u = *state;
    struct snapshot *s = fake_story();

    s->waiters.n = 0;
    s->queues.at[0].stime = FAKE_NOW - 100 * 3600; // the last sender is younger than its sending
    user_see(u, s);
    user_press(u, '3');
    user_press(u, 'k');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    says(u->s.message);
}

// --- removing -------------------------------------------------------------------------------------

TEST(removing_asks_and_acts_on_what_was_asked)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 458754);
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_non_null(strstr(asked(u)->consequence.question, "458754"));
    user_press(u, 'n');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    assert_string_equal(u->s.message, "nothing done");
    user_press(u, K_DELETE);
    user_see(u, fake_snapshot()); // it vanishes, the prompt keeps its own copy
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.verb, ACTION_REMOVE);
    assert_int_equal(act.target.kind, KIND_SEGMENT);
    assert_int_equal(act.target.id, 458754);
    assert_int_equal(act.target.key, 0x5678);
    assert_int_equal(act.target.cuid, 48);
    assert_true(act.target.ctime != 0);
}

TEST(failure_and_refusal_are_told)
{
    struct user *u = *state;
    struct action acts[2];

    user_fail_with(u, OUTCOME_FAILED, "not permitted: needs root, oracle or CAP_SYS_ADMIN");
    user_go(u, 458754);
    user_press(u, K_F8);
    user_say_yes(u);
    user_await_acts(u, acts, 1);
    says(u->s.message);
    assert_int_equal(u->s.message_severity, SEVERITY_CRITICAL);
}

TEST(every_view_removes_the_object_it_hangs_on)
{
    struct user *u = *state;
    struct action acts[4];

    user_go(u, 491523);
    user_press(u, K_ENTER);
    user_press(u, K_F8); // from its holders
    user_say_yes(u);
    user_await_acts(u, acts, 1);
    assert_int_equal(acts[0].target.id, 491523);
    user_press(u, K_ENTER);
    user_press(u, K_F8); // from the mappings: two rows, one segment
    user_say_yes(u);
    user_await_acts(u, acts, 2);
    assert_true(acts[1].target.kind == KIND_SEGMENT && acts[1].target.id == 491523);
    user_press(u, '2');
    user_press(u, K_ENTER);
    user_press(u, 'x'); // from an element
    user_say_yes(u);
    user_await_acts(u, acts, 3);
    assert_true(acts[2].target.kind == KIND_SEMSET && acts[2].target.id == 32769);
    user_press(u, '4');
    user_press(u, K_DOWN);
    user_press(u, 'x'); // from a finding
    user_say_yes(u);
    user_await_acts(u, acts, 4);
    assert_true(acts[3].target.kind == KIND_SEGMENT && acts[3].target.id == 458754);
}

TEST(a_segment_without_seen_holders_can_be_removed_from_inside)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 0);
    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, 0);
    user_press(u, K_F8);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_true(act.target.kind == KIND_SEGMENT && act.target.id == 0);
}

TEST(many_take_a_list_a_word_and_give_a_list)
{
    struct user *u = *state;
    struct action acts[12];

    user_see(u, fake_crowd(12));
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, 12);
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    assert_non_null(strstr(asked(u)->body, "Remove 12 segments of root?"));
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    assert_string_equal(asked(u)->word, "remove");
    user_type(u, "remov");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    user_type(u, "e");
    user_press(u, K_ENTER);
    user_await_acts(u, acts, 12);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->title);
    assert_int_equal(u->s.tags.n, 0); // done with
}

TEST(tagged_but_hidden_rows_are_not_acted_on_silently)
{
    struct user *u = *state;

    struct action act;

    user_press(u, '*');
    filter(u, "att=0"); // one of five
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_CONFIRM);
    says(asked(u)->body);
    user_press(u, K_ESC);
    filter(u, "att>0 !0x00000000");
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    assert_non_null(strstr(asked(u)->body, "Remove 3 segments of "));
    says(asked(u)->body);
    user_press(u, K_ESC);
    filter(u, "nosuchthing");
    user_press(u, 'x');
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    says(u->s.message);
    assert_int_equal(user_acts(u), 0);
    user_press(u, 'U');
    filter(u, "att=0");
    user_press(u, 'x');
    assert_null(asked(u)->body);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
}

// Tags of another table are not meant, and stay.
TEST(tags_of_other_tables_are_left_alone)
{
    struct user *u = *state;
    struct action act;

    user_go(u, 425985);
    user_press(u, K_ENTER);
    user_press(u, ' ');
    user_press(u, K_ESC);
    user_go(u, 491523);
    user_press(u, K_ENTER);
    user_press(u, 'k');
    user_press(u, K_ENTER);
    user_say_yes(u);
    user_await_acts(u, &act, 1);
    assert_int_equal(act.target.id, 491523);
    assert_int_equal(u->s.tags.n, 1);
}

// Cancelled while the fifth is under way: that one is finished, the list says how far it went.
TEST(cancelling_says_how_far_it_went)
{
    struct user *u = *state;
    struct action acts[5];

    user_see(u, fake_crowd(12));
    user_press(u, '*');
    user_cancel_at(u, 5);
    user_press(u, 'x');
    user_say_yes(u);
    says(u->s.message);
    user_await_acts(u, acts, 5);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->title);
    assert_int_equal(strncmp(asked(u)->body, "not tried  segment ", 19), 0); // before what is done
    says(asked(u)->body);
    assert_int_equal(u->s.tags.n, 7); // still tagged, to go on with
    user_press(u, K_ESC);
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    user_press(u, 'x'); // goes on
    user_say_yes(u);
    user_await_acts(u, (struct action[12]){{0}}, 12);
    says(asked(u)->title);
}

// Whenever it comes, every one of them is accounted for; with nothing to stop it is just Esc.
TEST(escape_stops_several)
{
    struct user *u = *state;

    user_see(u, fake_crowd(12));
    user_press(u, '*');
    user_press(u, 'x');
    user_say_yes(u);
    user_press(u, 'q'); // nor does that leave the monitor
    assert_false(u->s.quit);
    says(u->s.message);
    user_press(u, K_ESC);
    says(u->s.message);
    user_await_acts(u, NULL, 0);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    size_t done = 0, refused, failed, rest = 0;
    assert_true(sscanf(asked(u)->title, "%zu done, %zu refused, %zu failed, %zu not tried", &done,
                       &refused, &failed, &rest) >= 3);
    assert_int_equal(done + rest, 12);
    assert_int_equal(user_acts(u), done);
    user_press(u, K_ESC);
    user_go(u, 0);
    user_press(u, K_ENTER);
    assert_true(session_view(&u->s)->has_parent);
    user_press(u, K_ESC);
    assert_false(session_view(&u->s)->has_parent);
}

// What cannot be done of several is left out of the question, and in the list of results.
TEST(what_was_left_out_is_in_the_results)
{
    struct user *u = *state;
    struct action acts[2];

    user_see(u, fake_crowd(3));
    user_press(u, '*');
    struct snapshot *less = fake_crowd(3);
    less->segments.n = 2; // under the form one is removed by somebody else
    user_press(u, 'e');
    user_see(u, less);
    user_press(u, '\t');
    user_press(u, '\t');
    user_type(u, "640");
    user_press(u, K_ENTER);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    says(asked(u)->body);
    user_say_yes(u);
    user_await_acts(u, acts, 2);
    says(asked(u)->title);
    says(asked(u)->body);
}

// Results that come while something else is asked wait for that to be answered.
TEST(results_do_not_interrupt)
{
    struct user *u = *state;
    struct action acts[12];

    user_see(u, fake_crowd(3));
    user_press(u, '*');
    user_press(u, 'x');
    user_say_yes(u);
    assert_int_equal(u->s.results.pending, 3);
    user_press(u, '/');
    while (u->s.results.outcomes.n < 3) {
        struct outcome_vec outcomes = {0};

        if (sampler_outcomes(u->s.sampler, &outcomes))
            session_outcomes(&u->s, &outcomes);
        vec_free(&outcomes);
    }
    assert_int_equal(asked(u)->type, PROMPT_LINE);
    user_press(u, K_ESC);
    assert_int_equal(asked(u)->type, PROMPT_TEXT);
    assert_non_null(strstr(asked(u)->title, "3 done"));
    user_await_acts(u, acts, 3);
}

// Two single removals, the second before the outcome of the first is there: no list to close.
TEST(single_actions_never_end_in_a_list)
{
    struct user *u = *state;
    struct action acts[2];

    user_see(u, fake_crowd(3));
    for (int32_t id = 0; id <= 3; id += 3) {
        user_go(u, id);
        user_press(u, 'x');
        user_say_yes(u);
    }
    user_await_acts(u, acts, 2);
    assert_int_equal(asked(u)->type, PROMPT_NONE);
    assert_string_equal(u->s.message, "done as told");
}
