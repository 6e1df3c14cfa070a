#include <stdlib.h>
#include <string.h>

#include "session/commands/help.h"
#include "session/commands/keymap.h"
#include "support/test.h"

// A binding that is hidden by one before it could never be reached.
TEST(no_binding_hides_another)
{
    for (size_t i = 0; i < n_bindings; i++)
        for (size_t j = 0; j < i; j++)
            if (keymap[j].key == keymap[i].key &&
                (!keymap[j].kinds || (keymap[i].kinds && !(keymap[i].kinds & ~keymap[j].kinds))))
                fail_msg("key %d twice: %s hides %s", keymap[i].key, keymap[j].command,
                         keymap[i].command);
}

TEST(every_binding_names_a_command)
{
    for (size_t i = 0; i < n_bindings; i++) {
        const struct command *command = command_by_name(keymap[i].command);
        char name[16];

        if (!command)
            fail_msg("'%s' is no command", keymap[i].command);
        // A key bound where its command does not work is a dead key.
        if (keymap[i].kinds)
            assert_int_equal(keymap[i].kinds & ~command->kinds, 0);
        assert_true(key_name(keymap[i].key, name, sizeof name)[0] > ' ');
    }
}

TEST(every_command_has_a_key_and_a_line_of_help)
{
    char *help = help_text(NULL, false);

    for (size_t i = 0; i < n_commands; i++) {
        char keys[96];

        keymap_keys(&commands[i], keys, sizeof keys);
        if (!keys[0])
            fail_msg("no key for '%s'", commands[i].name);
        if (!strstr(help, commands[i].help))
            fail_msg("no help for '%s'", commands[i].name);
        assert_ptr_equal(command_by_name(commands[i].name), &commands[i]);
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
    assert_string_equal(keymap_keys(command_by_name("signal"), keys, sizeof keys), "F9 k");
    assert_string_equal(keymap_keys(command_by_name("remove"), keys, sizeof keys), "F8 Del x");
    keymap_keys(command_by_name("remove"), small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

TEST(views_of_their_own_come_first)
{
    assert_string_equal(keymap_find(KIND_MAPPING, 'a')->name, "all-maps");
    assert_null(keymap_find(KIND_SEGMENT, 'a'));
    assert_string_equal(keymap_find(KIND_QUEUE, 'W')->name, "waiters");
    assert_null(keymap_find(KIND_SEGMENT, K_F12));
    assert_null(keymap_find(KIND_SEGMENT, 0));
}
