// Finding one's way: search, filter, sort, orphans, freeze, and a selection that stays on its object.
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20 };

static int setup(void **state)
{
    (void)state;
    scene_segment(5 * MIB, 0640, 0x0a0a0005);
    scene_segment(7 * MIB, 0600, 0x0a0a0007);
    scene_segment(6 * MIB, 0600, 0x0a0a0006);
    return 0;
}

TEST_FIXTURE(setup, tty_scene_teardown)

static struct tty *start(void)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 40},
                              (const char *const[]){IPCTOP, "-d", "0.2", NULL});
    tty_must_show(t, "0x0a0a0005");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

struct order {
    const char *first, *second;
};

static bool ordered(struct tty *t, void *arg)
{
    const struct order *o = arg;
    int a = tty_find(t, o->first), b = tty_find(t, o->second);

    return a >= 0 && b == a + 1;
}

static bool selected(struct tty *t, void *text)
{
    struct tty_cell cell;

    return tty_cell_of(t, text, &cell) && cell.reverse + !cell.plain_bg > 0;
}

TEST(sorts)
{
    struct tty *t = start();

    tty_must(t, "largest first", ordered, &(struct order){"0x0a0a0007", "0x0a0a0006"});
    tty_send(t, "I");
    tty_must(t, "smallest first", ordered, &(struct order){"0x0a0a0005", "0x0a0a0006"});
    tty_key(t, "f6");
    tty_must_show(t, "SHMID");
    tty_send(t, "\033");
    tty_send(t, ">");
    tty_must_show(t, "0x0a0a0005");
    quit(t);
}

TEST(the_selection_stays_on_its_object)
{
    struct tty *t = start();

    tty_key(t, "cud1");
    tty_must(t, "second row", selected, "0x0a0a0006");
    scene_segment(60 * MIB, 0600, 0x0a0a0060); // comes above
    tty_must_show(t, "0x0a0a0060");
    assert_true(selected(t, "0x0a0a0006"));
    assert_false(selected(t, "0x0a0a0007"));
    tty_send(t, "I");
    tty_must(t, "inverted", ordered, &(struct order){"0x0a0a0007", "0x0a0a0060"});
    assert_true(selected(t, "0x0a0a0006"));
    quit(t);
}

TEST(searches_as_it_is_typed)
{
    struct tty *t = start();

    tty_must(t, "first row", selected, "0x0a0a0007");
    tty_send(t, "/a0005");
    tty_must(t, "found while typing", selected, "0x0a0a0005");
    tty_send(t, "\r");
    tty_send(t, "/0a0a\r");
    tty_send(t, "n");
    tty_must_be_quiet(t, 50);
    tty_send(t, "/nowhere");
    tty_must_show(t, "nowhere");
    tty_send(t, "\033");
    quit(t);
}

TEST(filters)
{
    struct tty *t = start();

    tty_key(t, "f4");
    tty_send(t, "size>5500K !a0007\r");
    tty_must_not_show(t, "0x0a0a0005");
    tty_must_not_show(t, "0x0a0a0007");
    tty_must_show(t, "0x0a0a0006");
    tty_must_show(t, "size>5500K");
    tty_send(t, "\\");
    tty_must_show(t, "Filter");
    for (size_t i = 0; i < strlen("size>5500K !a0007"); i++)
        tty_send(t, "\177");
    tty_send(t, "sizze=3\r"); // wrong: says where, keeps asking
    tty_must_show(t, "sizze");
    tty_must_show(t, "no column");
    tty_send(t, "\033");
    quit(t);
}

TEST(a_filter_of_any_length_is_edited_whole_or_refused)
{
    char filter[300], out[512];
    const char *const argv[] = {IPCTOP, "-f", filter, NULL};

    memset(filter, 'x', sizeof filter);
    filter[256] = '\0';
    assert_int_equal(tty_run_without(argv, NULL, out, sizeof out), 2);
    assert_non_null(strstr(out, "255 bytes at most"));
    filter[255] = '\0'; // that is not what is wrong then
    assert_int_equal(tty_run_without(argv, NULL, out, sizeof out), 2);
    assert_null(strstr(out, "255 bytes at most"));
}

TEST(freezes)
{
    struct tty *t = start();

    tty_send(t, "Z");
    tty_must_show(t, "FROZEN");
    tty_must_be_quiet(t, 100);
    scene_segment(9 * MIB, 0600, 0x0a0a0009);
    tty_forget(t);
    tty_must_be_quiet(t, 600); // three intervals
    assert_int_equal(tty_find(t, "0x0a0a0009"), -1);
    tty_send(t, "Z");
    tty_must_show(t, "0x0a0a0009");
    tty_must_not_show(t, "FROZEN");
    quit(t);
}

TEST(orphans_only)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "holder", .values = {0x0b0b0001, 4096, 0, 0600}};
    const struct scene_actor leaker = {
        .role = "make_segment", .comm = "leaker", .values = {0x0b0b0002, 4096, 0, 0600}};
    scene_start(&holder, NULL);
    scene_end(scene_start(&leaker, NULL));
    struct tty *t = start();

    tty_must_show(t, "0x0b0b0001");
    tty_send(t, "o");
    tty_must_not_show(t, "0x0b0b0001");
    tty_must_not_show(t, "0x0a0a0005"); // its creator lives: this test
    tty_must_show(t, "0x0b0b0002");
    tty_must_show(t, "1 orphan");
    tty_send(t, "O"); // too young for that now
    tty_must_show(t, "Orphans have been idle for (now 0s)");
    tty_send(t, "soon\r");
    tty_must_show(t, "an age: 0, 30s, 5m, 2h, 1d");
    tty_send(t, "\0251h\r"); // ^U
    tty_must_show(t, "orphans idle 1h");
    tty_must_not_show(t, "0x0b0b0002");
    tty_must_not_show(t, "1 orphan");
    tty_send(t, "O0\r");
    tty_must_show(t, "0x0b0b0002");
    tty_must_show(t, "1 orphan");
    tty_send(t, "o");
    tty_must_show(t, "0x0b0b0001");
    quit(t);
}

// Words are looked for in the columns one sees.
TEST(words_follow_the_columns)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 40},
                              (const char *const[]){IPCTOP, "-d", "0.2", "-o", "shmid,size,cpid",
                                                    "-f", "0x0a0a0005", "segments", NULL});

    tty_must_show(t, "row 0 of 0"); // no keys here
    tty_send(t, "c");
    tty_must_show(t, "Columns of Segments");
    tty_send(t, "key \r"); // the entry of that name, shown
    tty_must_show(t, "0x0a0a0005");
    tty_must_show(t, "row 1 of 1");
    quit(t);
}

TEST(views_by_number_and_tab)
{
    struct tty *t = start();

    tty_send(t, "5");
    tty_must_show(t, "shmmni");
    tty_send(t, "1");
    tty_must_show(t, "0x0a0a0005");
    tty_send(t, "\t");
    tty_must_show(t, "SEMID");
    tty_key(t, "cbt");
    tty_must_show(t, "SHMID");
    tty_send(t, "h");
    tty_must_show(t, "PgDn");
    tty_send(t, "q");
    tty_must_show(t, "0x0a0a0005");
    tty_send(t, "d0.1\r");
    tty_must_show(t, "every 0.1");
    quit(t);
}

int main(void)
{
    return ns_run(tests_run);
}
