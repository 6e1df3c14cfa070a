// Columns and order as the user arranges them: the chooser, and what is kept of it.
#include <string.h>

#include "controller/controller.h"
#include "controller/want.h"
#include "model/kinds/registry.h"
#include "session/arrange.h"
#include "session/current.h"
#include "session/navigate.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/user.h"

static size_t columns(struct user *u, const struct column **out)
{
    return arrange_columns(&u->s, session_view(&u->s)->kind, out);
}

static bool shows(struct user *u, const char *name)
{
    const struct column *shown[CONFIG_COLUMNS];
    size_t n = columns(u, shown);

    for (size_t i = 0; i < n; i++)
        if (strcmp(shown[i]->name, name) == 0)
            return true;
    return false;
}

TEST(columns_are_chosen_and_moved, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    const struct column *before[CONFIG_COLUMNS], *after[CONFIG_COLUMNS];
    size_t n = columns(u, before);

    user_press(u, 'c');
    assert_int_equal(u->s.prompt.type, PROMPT_MENU);
    assert_int_equal(u->s.prompt.menu.n, kind_segments.n_columns);
    assert_int_equal(u->s.prompt.menu.at[0].mark, ITEM_ON);
    assert_int_equal(u->s.prompt.menu.at[n].mark, ITEM_OFF);
    user_press(u, K_RIGHT); // the first after the second
    user_press(u, K_END);
    user_press(u, ' '); // one that is not shown usually
    user_press(u, K_ENTER);
    assert_int_equal(u->s.prompt.type, PROMPT_NONE);
    assert_int_equal(columns(u, after), n + 1);
    assert_ptr_equal(after[0], before[1]);
    assert_ptr_equal(after[1], before[0]);
    user_press(u, 'c'); // as usual again
    user_press(u, K_DELETE);
    user_press(u, K_ENTER);
    assert_int_equal(columns(u, after), n);
    assert_memory_equal(after, before, n * sizeof *after);
    assert_int_equal(u->s.arranged[KIND_SEGMENT].n, 0);
}

TEST(nothing_changes_before_enter_and_one_stays, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    const struct column *shown[CONFIG_COLUMNS];
    size_t n = columns(u, shown);

    user_press(u, 'c');
    user_press(u, ' ');
    assert_int_equal(columns(u, shown), n);
    user_press(u, K_ESC);
    assert_int_equal(columns(u, shown), n);
    user_press(u, 'c');
    for (size_t i = 0; i < n; i++) {
        user_press(u, ' ');
        user_press(u, K_DOWN);
    }
    user_press(u, K_ENTER); // none at all
    assert_int_equal(u->s.prompt.type, PROMPT_MENU);
    assert_non_null(strstr(u->s.prompt.error, "one column"));
    user_press(u, ' ');
    user_press(u, K_ENTER);
    assert_int_equal(columns(u, shown), 1);
}

// A column that was added is read for, found in, and sorted by.
TEST(an_added_column_counts, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct want want;

    assert_false(shows(u, "cgid"));
    const struct column *only[] = {kind_column(&kind_segments, "shmid"),
                                   kind_column(&kind_segments, "holders")};
    arrange_set_columns(&u->s, &kind_segments, only, 1);
    session_want(&u->s, &want);
    unsigned without = want.need;
    user_press(u, '/');
    user_type(u, "0x"); // keys are not shown any more
    assert_string_equal(u->s.prompt.error, "not found");
    user_press(u, K_ESC);
    arrange_set_columns(&u->s, &kind_segments, only, 2);
    session_want(&u->s, &want);
    assert_int_equal(want.need & without, without);
    assert_true(want.need & NEED_HOLDERS);
    user_press(u, '/');
    user_type(u, "python");
    assert_string_equal(u->s.prompt.error, "");
    user_press(u, K_ESC);
    user_press(u, '\\'); // and the words of a filter are looked for in it
    user_type(u, "python");
    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, 1);
    user_press(u, 'c'); // until it is hidden again
    user_press(u, K_DOWN);
    user_press(u, ' ');
    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, 0);
}

TEST(the_order_is_kept_for_views_of_the_kind, .setup = user_setup, .teardown = user_teardown)
{
    struct user *u = *state;
    struct settings kept;

    user_go(u, 393216);
    user_press(u, K_ENTER);
    session_sort(&u->s, kind_column(&kind_holders, "pid"));
    bool descending = session_view(&u->s)->descending;
    user_press(u, K_ESC);
    user_go(u, 425985);
    user_press(u, K_ENTER);
    assert_ptr_equal(session_view(&u->s)->sort, kind_column(&kind_holders, "pid"));
    assert_int_equal(session_view(&u->s)->descending, descending);
    arrange_config(&u->s, &kept);
    assert_true(kept.tables[KIND_HOLDER].sorted);
    assert_false(kept.tables[KIND_SEGMENT].sorted); // as it always is: nothing to keep
}

TEST(kept_settings_come_back)
{
    struct settings c;
    char why[100];
    const char text[] = "header = line\ncolors = light\norphan_age = 5m\nsort.segments = +key\n"
                        "columns.segments = size,shmid\n";
    struct session s;

    assert_int_equal(settings_parse(&c, text, strlen(text), why, sizeof why), 0);
    session_init(&s, NULL, &(struct session_options){.interval = 2, .config = &c, .notice = "x 1"});
    assert_int_equal(s.header, HEADER_LINE);
    assert_int_equal(s.scheme, SCHEME_LIGHT);
    assert_int_equal(s.orphan_age, 300);
    assert_string_equal(session_view(&s)->sort->name, "key");
    assert_int_equal(s.arranged[KIND_SEGMENT].n, 2);
    assert_string_equal(s.message, "x 1");
    session_free(&s);
    // What the command line says counts more.
    session_init(&s, NULL, &(struct session_options){.interval = 2, .config = &c, .sort = "-rss"});
    assert_string_equal(session_view(&s)->sort->name, "rss");
    session_free(&s);
}
