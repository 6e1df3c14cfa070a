// The mouse as xterm reports it (SGR, mode 1006), and the older way (X10 bytes), on the real program.
#include <stdio.h>
#include <string.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20, LEFT = 0, WHEEL_UP = 64, WHEEL_DOWN = 65 };

static int setup(void **state)
{
    (void)state;
    for (int i = 1; i <= 40; i++)
        scene_segment((size_t)i * MIB, 0640, 0x0b0b0000 + i);
    return 0;
}

TEST_FIXTURE(setup, tty_scene_teardown)

static struct tty *start(const char *term, const char *option)
{
    struct tty *t = tty_start(&(struct tty_options){.w = 120, .h = 30, .term = term},
                              (const char *const[]){IPCTOP, "-d", "3600", option, NULL});
    tty_must_show(t, "row 1 of 40");
    return t;
}

static void quit(struct tty *t)
{
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

static void press(struct tty *t, int button, int x, int y)
{
    char bytes[64];

    snprintf(bytes, sizeof bytes, "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, x + 1, y + 1, button,
             x + 1, y + 1);
    tty_send(t, bytes);
}

// Where a text begins; rows before it hold ASCII or signs of one column.
static void place(struct tty *t, const char *text, int *x, int *y)
{
    tty_must_show(t, text); // a picture may come in several writes
    *y = tty_find(t, text);
    if (*y < 0)
        tty_fail(t, "'%s' is not there", text);
    const char *row = tty_row(t, *y), *at = strstr(row, text);
    *x = 0;
    for (; row < at; row++)
        *x += ((unsigned char)*row & 0xc0) != 0x80;
}

static void press_on(struct tty *t, int button, const char *text)
{
    int x, y;

    place(t, text, &x, &y);
    press(t, button, x, y);
}

static bool selected(struct tty *t, void *text)
{
    struct tty_cell cell;

    return tty_cell_of(t, text, &cell) && cell.reverse + !cell.plain_bg > 0;
}

TEST(clicks_select_and_enter)
{
    struct tty *t = start(NULL, NULL);

    press_on(t, LEFT, "0x0b0b0025");
    tty_must(t, "the row clicked is selected", selected, "0x0b0b0025");
    press_on(t, LEFT, "0x0b0b0023");
    tty_must(t, "another one", selected, "0x0b0b0023");
    press_on(t, LEFT, "0x0b0b0021");
    tty_must(t, "a third", selected, "0x0b0b0021");
    press_on(t, LEFT, "0x0b0b0021");
    tty_must_show(t, "Segments \xe2\x80\xba");
    tty_send(t, "\033");
    tty_must_not_show(t, "Segments \xe2\x80\xba");
    quit(t);
}

// A slow connection hands over both clicks at once; a poor one cuts a report in two.
TEST(clicks_together_and_in_pieces)
{
    struct tty *t = start(NULL, NULL);
    char once[64], bytes[136];
    int x, y;

    place(t, "0x0b0b0022", &x, &y);
    snprintf(once, sizeof once, "\033[<0;%d;%dM\033[<0;%d;%dm", x + 1, y + 1, x + 1, y + 1);
    snprintf(bytes, sizeof bytes, "%s%s", once, once);
    tty_send(t, bytes);
    tty_must_show(t, "Segments \xe2\x80\xba");
    tty_send(t, "\033");
    tty_must_not_show(t, "Segments \xe2\x80\xba");
    tty_must(t, "it was that row", selected, "0x0b0b0022");
    place(t, "0x0b0b0020", &x, &y);
    snprintf(once, sizeof once, "%d;%dM", x + 1, y + 1);
    tty_send(t, "\033[<0;");
    tty_must_be_quiet(t, 100); // longer than Esc waits for more
    tty_send(t, once);
    tty_must(t, "the row clicked is selected", selected, "0x0b0b0020");
    quit(t);
}

TEST(the_wheel_moves)
{
    struct tty *t = start(NULL, NULL);

    tty_must(t, "the first row", selected, "0x0b0b0028");
    press_on(t, WHEEL_DOWN, "0x0b0b0028");
    tty_must(t, "three rows down", selected, "0x0b0b0025");
    for (int i = 0; i < 20; i++)
        press(t, WHEEL_DOWN, 10, 10);
    tty_must(t, "at the end", selected, "0x0b0b0001");
    for (int i = 0; i < 20; i++)
        press(t, WHEEL_UP, 10, 10);
    tty_must(t, "and back", selected, "0x0b0b0028");
    quit(t);
}

TEST(headings_sort_tabs_switch_and_the_bar_presses)
{
    struct tty *t = start(NULL, NULL);

    press_on(t, LEFT, "SIZE"); // already sorted by it, largest first
    tty_send(t, "g");          // the selection stayed on its object
    tty_must_show(t, "0x0b0b0001");
    tty_must_not_show(t, "0x0b0b0028");
    press_on(t, LEFT, "SIZE");
    tty_send(t, "g");
    tty_must(t, "largest first again", selected, "0x0b0b0028");
    press_on(t, LEFT, "2 Semaphores");
    tty_must_show(t, "SEMID");
    press_on(t, LEFT, "1 Segments");
    tty_must_show(t, "SHMID");
    press_on(t, LEFT, "Search");
    tty_must_show(t, "Search:");
    tty_send(t, "\033");
    tty_must_not_show(t, "Search:");
    quit(t);
}

// In a menu a click moves, a double click chooses; nothing in a question is answered by the mouse.
TEST(menus_and_questions)
{
    struct tty *t = start(NULL, NULL);

    tty_key(t, "f6");
    tty_must_show(t, "Sort by");
    press_on(t, LEFT, "Enter choose"); // no item
    tty_send(t, "\033");
    tty_must_not_show(t, "Sort by");
    tty_send(t, "x");
    tty_must_show(t, "type remove");
    press_on(t, LEFT, "type remove");
    press_on(t, LEFT, "type remove");
    tty_must_be_quiet(t, 150);
    tty_must_show(t, "type remove");
    tty_send(t, "\033");
    tty_must_show(t, "nothing done");
    quit(t);
}

static bool asks_for_mouse(struct tty *t)
{
    size_t n;
    const char *bytes = tty_bytes(t, &n);

    return memmem(bytes, n, "\033[?1000h", 8) || memmem(bytes, n, "\033[?1006;1000h", 13);
}

TEST(without_a_mouse_it_is_left_to_the_terminal)
{
    struct tty *t = start(NULL, NULL);

    assert_true(asks_for_mouse(t));
    quit(t);
    tty_end(t);
    t = start(NULL, "--no-mouse");
    assert_false(asks_for_mouse(t));
    quit(t);
}

// The reports of terminals without SGR: a byte for button, column and row each.
TEST(old_reports_are_understood)
{
    struct tty *t = start("screen", NULL);
    char bytes[16];
    int x, y;

    place(t, "0x0b0b0024", &x, &y);
    snprintf(bytes, sizeof bytes, "\033[M%c%c%c", ' ' + LEFT, '!' + x, '!' + y);
    tty_send(t, bytes);
    tty_must(t, "the row clicked is selected", selected, "0x0b0b0024");
    snprintf(bytes, sizeof bytes, "\033[M%c%c%c", ' ' + WHEEL_DOWN, '!' + x, '!' + y);
    tty_send(t, bytes);
    tty_must(t, "three rows down", selected, "0x0b0b0021");
    quit(t);
}

int main(void)
{
    return ns_run(tests_run);
}
