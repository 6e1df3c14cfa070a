#include <errno.h>
#include <signal.h>
#include <string.h>

#include "model/consequence/outcomes.h"
#include "support/golden.h"
#include "support/test.h"

static const struct action removal = {
    .verb = ACTION_REMOVE,
    .target = {.kind = KIND_SEGMENT, .id = 42, .key = 1, .cuid = 26},
    .set = {.user = "oracle", .group = "dba"},
};

TEST(every_code_has_a_sentence_whose_words_are_all_filled_in)
{
    for (int code = OUTCOME_TEXT + 1; code < OUTCOME_CODES; code++) {
        struct outcome o = outcome_of(&removal, (enum outcome_code)code, 0);

        outcome_say(&o);
        says(o.text);
        assert_true((o.text[0] == '\0') == (code == OUTCOME_RESOLVED));
        assert_null(strpbrk(o.text, "{}"));
        for (int other = OUTCOME_TEXT + 1; other < code; other++) {
            struct outcome o2 = outcome_of(&removal, (enum outcome_code)other, 0);
            outcome_say(&o2);
            assert_string_not_equal(o.text, o2.text);
        }
    }
}

TEST(the_codes_are_in_the_order_of_their_states)
{
    enum outcome_state last = OUTCOME_DONE;

    for (int code = OUTCOME_TEXT + 1; code < OUTCOME_CODES; code++) {
        struct outcome o = outcome_of(&removal, (enum outcome_code)code, 0);
        assert_true(o.state >= last);
        last = o.state;
    }
    assert_int_equal(last, OUTCOME_CANCELLED);
}

static void must_say(struct outcome o, const char *text)
{
    outcome_say(&o);
    assert_string_equal(o.text, text);
}

TEST(sentences_name_target_cause_and_way_out)
{
    struct outcome o = outcome_of(&removal, OUTCOME_NOT_PERMITTED, EPERM);

    must_say(o, "segment 42: not permitted: needs root or CAP_SYS_ADMIN");
    strcpy(o.facts.owner, "oracle");
    strcpy(o.facts.creator, "uid 1001");
    must_say(o, "segment 42: not permitted: needs root, oracle, uid 1001 or CAP_SYS_ADMIN");
    o.action.verb = ACTION_SET, o.action.set.which = SET_MAX_BYTES;
    must_say(o, "segment 42: not permitted: needs root, oracle, uid 1001 or CAP_SYS_ADMIN, and "
                "CAP_SYS_RESOURCE beyond msgmnb");
    o = outcome_of(&removal, OUTCOME_OTHER_KEY, 0);
    o.facts.now.key = 0xff;
    must_say(o, "segment 42 is another one now (key 0x000000ff, was 0x00000001); nothing was done");
}

TEST(a_signal_is_named_as_everywhere)
{
    struct action signal = {
        .verb = ACTION_SIGNAL, .signal = SIGSEGV, .target = {.kind = KIND_MAPPING, .pid = 7}};
    struct outcome o = outcome_of(&signal, OUTCOME_SENT, 0);

    strcpy(o.facts.process, "pmon");
    must_say(o, "SIGSEGV sent to process 7 pmon");
    o.action.signal = SIGRTMIN + 1;
    o.facts.process[0] = '\0';
    must_say(o, "signal 35 sent to process 7");
}

TEST(an_outcome_with_its_own_text_keeps_it)
{
    must_say(outcome_refused(&removal, "it is held"), "it is held");
}

int main(void)
{
    return tests_run();
}
