#include <string.h>

#include "controller/dispatch.h"
#include "model/kinds/registry.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "session/navigate.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

static void press_command(struct user *u, const struct command *command)
{
    command_run(command, &u->s, K_NONE);
}

TEST(readonly_refuses_whatever_writes)
{
    const struct session_options options = {.interval = 3600, .readonly = true};
    struct user u;
    size_t writing = 0;

    user_start(&u, &options);
    user_see(&u, fake_story());
    user_go(&u, 393216);
    for (size_t i = 0; command_at(i); i++) {
        const char *why;

        if (!(command_at(i)->flags & CMD_WRITES))
            continue;
        writing++;
        assert_false(command_allowed(command_at(i), &u.s, &why));
        assert_non_null(strstr(why, "--readonly"));
        u.s.message[0] = '\0';
        press_command(&u, command_at(i));
        assert_int_equal(u.s.prompt.type, PROMPT_NONE);
        assert_non_null(strstr(u.s.message, "--readonly"));
    }
    assert_true(writing >= 2);
    assert_int_equal(user_acts(&u), 0);
    user_end(&u);
}

TEST(what_changes_something_is_asked_about)
{
    struct user u;

    for (size_t i = 0; command_at(i); i++) {
        // Nothing that writes goes without a confirmation.
        assert_true(!(command_at(i)->flags & CMD_WRITES) || command_at(i)->flags & CMD_CONFIRM);
        if (!(command_at(i)->flags & CMD_CONFIRM))
            continue;
        user_start(&u, NULL);
        user_see(&u, fake_story());
        if (command_at(i)->can == CAN_LIMIT)
            user_press(&u, '5');
        else
            user_go(&u, 393216);
        press_command(&u, command_at(i));
        assert_int_not_equal(u.s.prompt.type, PROMPT_NONE);
        user_end(&u);
    }
}

// Whatever is selected or tagged, in every view: leaning on Enter does nothing.
TEST(enter_alone_never_means_yes)
{
    static const int32_t ids[] = {393216, 425985, 458754, 491523, 0};

    for (size_t c = 0; command_at(c); c++) {
        if (!(command_at(c)->flags & CMD_CONFIRM))
            continue;
        for (size_t i = 0; i <= sizeof ids / sizeof *ids; i++) {
            struct user u;

            user_start(&u, NULL);
            user_see(&u, fake_story());
            if (i < sizeof ids / sizeof *ids)
                user_go(&u, ids[i]);
            else
                user_press(&u, '*'); // all of them tagged
            press_command(&u, command_at(c));
            for (int enter = 0; enter < 20; enter++)
                if (u.s.prompt.type != PROMPT_NONE)
                    user_press(&u, K_ENTER);
            assert_int_equal(u.s.results.pending, 0);
            assert_int_equal(user_acts(&u), 0);
            user_end(&u);
        }
    }
}

TEST(without_a_row_there_is_nothing_to_do)
{
    struct user u;
    const char *why;

    user_start(&u, NULL);
    for (int pass = 0; pass < 2; pass++) { // before the first picture, then with an empty one
        for (size_t i = 0; command_at(i); i++) {
            if (!(command_at(i)->flags & CMD_OBJECT))
                continue;
            assert_false(command_allowed(command_at(i), &u.s, &why));
            assert_true(why[0] != '\0');
        }
        user_see(&u, fake_snapshot());
    }
    user_end(&u);
}

// Every key in every view, before the first picture, with none, and in the story.
TEST(no_key_is_too_early)
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t tab = 0; tab < kind_tabs(); tab++)
            for (size_t i = 0; command_at(i / COMMAND_KEYS_MAX); i++) {
                int32_t key = command_at(i / COMMAND_KEYS_MAX)->keys[i % COMMAND_KEYS_MAX];
                struct user u;

                if (!key || !kind_of_tab(tab))
                    continue;
                user_start(&u, NULL);
                if (pass)
                    user_see(&u, pass == 1 ? fake_snapshot() : fake_story());
                session_tab(&u.s, tab);
                user_press(&u, key);
                user_press(&u, K_DOWN);
                user_press(&u, K_ESC);
                user_press(&u, K_ESC);
                assert_int_equal(u.s.prompt.type, PROMPT_NONE);
                assert_int_equal(user_acts(&u), 0);
                user_end(&u);
            }
}

TEST(a_command_stays_in_its_views)
{
    struct user u;
    const char *why;

    user_start(&u, NULL);
    user_see(&u, fake_story());
    assert_false(command_allowed(command_by_name("all-maps"), &u.s, &why));
    assert_true(command_allowed(command_by_name("orphans"), &u.s, &why));
    user_press(&u, '5'); // limits are nobody's to remove
    assert_false(command_allowed(command_by_name("remove"), &u.s, &why));
    assert_false(command_allowed(command_by_name("owner"), &u.s, &why));
    user_end(&u);
}
