#include <stdlib.h>
#include <string.h>

#include "session/commands/commands.h"
#include "session/commands/help.h"
#include "session/session.h"
#include "support/test.h"

static bool bound_to(const struct command *command, int32_t key)
{
    for (size_t i = 0; i < COMMAND_KEYS_MAX && command->keys[i]; i++)
        if (command->keys[i] == key)
            return true;
    return false;
}

// Two commands on one key in one view: one of them could never be reached by it.
TEST(no_binding_hides_another)
{
    const struct command *a, *b;

    for (size_t i = 0; (a = command_at(i)); i++)
        for (size_t j = 0; j < i && (b = command_at(j)); j++)
            for (size_t k = 0; k < COMMAND_KEYS_MAX && a->keys[k]; k++)
                if (bound_to(b, a->keys[k]) && (a->flags & CMD_LOCAL) == (b->flags & CMD_LOCAL) &&
                    (!(a->flags & CMD_LOCAL) || a->can & b->can))
                    fail_msg("key %d twice: %s and %s", a->keys[k], a->name, b->name);
}

// A local key is bound in the views of its command alone: without views it would be dead.
TEST(every_binding_has_a_name_and_a_view)
{
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++) {
        assert_true(!(command->flags & CMD_LOCAL) || command->can);
        assert_int_equal(!command->run + !command->run_key + !command->run_by, 2);
        for (size_t k = 0; k < COMMAND_KEYS_MAX && command->keys[k]; k++) {
            char name[16];

            assert_true(key_name(command->keys[k], name, sizeof name)[0] > ' ');
        }
    }
}

TEST(every_command_has_a_key_and_a_line_of_help)
{
    char *help = help_text(NULL, &(struct session_options){0});
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++) {
        char keys[96];

        if (!command_keys(command, keys, sizeof keys)[0])
            fail_msg("no key for '%s'", command->name);
        if (!strstr(help, command->help))
            fail_msg("no help for '%s'", command->name);
        assert_ptr_equal(command_by_name(command->name), command);
    }
    free(help);
}

TEST(keys_are_named_as_people_do)
{
    static const struct {
        int32_t key;
        const char *name;
        // clang-format off
    } names[] = {
        {'k', "k"},         {' ', "Space"},    {K_F1, "F1"},      {K_F12, "F12"},
        {K_ESC, "Esc"},     {K_ENTER, "Enter"}, {K_CTRL('l'), "^L"}, {K_PGDN, "PgDn"},
        {0xe9, "\xc3\xa9"}, {K_TAB, "Tab"},    {K_BACKTAB, "S-Tab"}, {K_BACKSPACE, "Backspace"},
    };
    // clang-format on
    char name[16], keys[96], small[4];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(key_name(names[i].key, name, sizeof name), names[i].name);
    assert_string_equal(command_keys(command_by_name("signal"), keys, sizeof keys), "F9 k");
    assert_string_equal(command_keys(command_by_name("remove"), keys, sizeof keys), "F8 Del x");
    command_keys(command_by_name("remove"), small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

TEST(views_of_their_own_come_first)
{
    assert_string_equal(command_by_key(KIND_MAPPING, 'a')->name, "all-maps");
    assert_null(command_by_key(KIND_SEGMENT, 'a'));
    assert_string_equal(command_by_key(KIND_QUEUE, 'W')->name, "waiters");
    assert_null(command_by_key(KIND_SEGMENT, K_F12));
    assert_null(command_by_key(KIND_SEGMENT, 0));
}
