// Typed lines are edited anywhere in them, in a narrow terminal too, with the keys of a real one.
#include <string.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"

static int setup(void **state)
{
    (void)state;
    scene_segment(5 << 20, 0640, 0x0a0a0005);
    scene_segment(6 << 20, 0600, 0x0a0a0006);
    return 0;
}

TEST_FIXTURE(setup, tty_scene_teardown)

static struct tty *start(int w, int h)
{
    struct tty *t = tty_start(&(struct tty_options){.w = w, .h = h},
                              (const char *const[]){IPCTOP, "-d", "0.2", NULL});
    tty_must_show(t, "5.0M");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    tty_end(t);
}

static void keys(struct tty *t, const char *capability, int n)
{
    while (n-- > 0)
        tty_key(t, capability);
}

TEST(a_filter_is_mended_where_it_is_wrong)
{
    struct tty *t = start(100, 30);

    tty_send(t, "\\ize>5500K !a0007");
    tty_must_show(t, "Filter: ize>5500K !a0007");
    tty_key(t, "home");
    tty_send(t, "s");
    tty_must_show(t, "Filter: size>5500K !a0007");
    keys(t, "cuf1", 9); // the arrow to the right
    tty_send(t, "0");
    tty_must_show(t, "size>5500K0 !a");
    tty_send(t, "\177");
    tty_must_show(t, "size>5500K !a");
    tty_key(t, "end");
    tty_send(t, "\027"); // ^W
    tty_must_not_show(t, "!a0007");
    tty_send(t, "owner~x\001"); // ^A
    keys(t, "dch1", 11);
    tty_must_show(t, "Filter: owner~x");
    tty_send(t, "\005\025"); // ^E ^U
    tty_must_not_show(t, "owner~x");
    tty_send(t, "0a0a0006rest");
    keys(t, "cub1", 4);
    tty_send(t, "\013\r"); // ^K
    tty_must_not_show(t, "0x0a0a0005");
    tty_must_show(t, "row 1 of 1");
    quit(t);
}

TEST(wide_characters_move_as_one)
{
    struct tty *t = start(100, 30);

    tty_send(t, "/a\346\274\242\345\255\227z"); // a漢字z
    tty_must_show(t, "Search: a\346\274\242\345\255\227z");
    keys(t, "cub1", 2);
    tty_send(t, "\177");
    tty_must_show(t, "Search: a\345\255\227z");
    tty_key(t, "dch1");
    tty_must_show(t, "Search: az");
    tty_send(t, "b");
    tty_must_show(t, "Search: abz");
    tty_send(t, "\033");
    quit(t);
}

TEST(a_long_line_scrolls_in_a_narrow_terminal)
{
    struct tty *t = start(40, 12);

    tty_send(t, "\\size>1M !one !two !three !four !five !last");
    tty_must_show(t, "!last");
    assert_int_equal(tty_find(t, "size>1M"), -1); // scrolled away
    tty_key(t, "home");
    tty_must_show(t, "size>1M");
    tty_must_not_show(t, "!last");
    tty_resize(t, 60, 12);
    tty_must_show(t, "size>1M !one !two !three !four !five");
    tty_resize(t, 40, 12);
    tty_key(t, "end");
    tty_must_show(t, "!last");
    tty_send(t, "\033");
    tty_must_not_show(t, "!last");
    quit(t);
}

TEST(fields_and_typed_words_are_edited_alike)
{
    struct tty *t = start(100, 30);

    tty_send(t, "e");
    tty_must_show(t, "Change segment");
    keys(t, "cud1", 2);
    tty_key(t, "home");
    keys(t, "cuf1", 1);
    tty_send(t, "\0139x"); // ^K, and no mode
    tty_send(t, "\r");
    tty_must_show(t, "see the mistake");
    tty_send(t, "\033");
    tty_must_not_show(t, "see the mistake");
    tty_key(t, "f8");
    tty_must_show(t, "type remove");
    tty_send(t, "emove");
    tty_key(t, "home");
    tty_send(t, "r\r");
    tty_must_not_show(t, "0x0a0a0006"); // the selected one
    quit(t);
}

int main(void)
{
    return ns_run(tests_run);
}
