// Editing a line: what each key does to text and caret, and which part of it is drawn.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/key.h"
#include "base/text.h"
#include "session/prompt/edit.h"
#include "support/canvas_row.h"
#include "support/test.h"
#include "ui/canvas/input.h"

struct typing {
    char text[24];
    size_t caret;
};

static bool key(struct typing *t, int32_t code)
{
    return edit_key((struct edit){t->text, sizeof t->text, &t->caret}, code);
}

static void type(struct typing *t, const char *text)
{
    for (size_t step; *text; text += step) {
        uint32_t code;
        step = text_decode(text, strlen(text), &code);
        assert_true(key(t, (int32_t)code));
    }
}

// The text with | where the caret is.
static void expect(const struct typing *t, const char *expected)
{
    char shown[64];

    snprintf(shown, sizeof shown, "%.*s|%s", (int)t->caret, t->text, t->text + t->caret);
    assert_string_equal(shown, expected);
}

TEST(typing_goes_where_the_caret_is)
{
    struct typing t = {0};

    type(&t, "size>1M");
    expect(&t, "size>1M|");
    assert_false(key(&t, K_HOME));
    type(&t, "!");
    expect(&t, "!|size>1M");
    assert_false(key(&t, K_RIGHT));
    assert_false(key(&t, K_RIGHT));
    type(&t, "X");
    expect(&t, "!siX|ze>1M");
    assert_true(key(&t, K_BACKSPACE));
    assert_true(key(&t, K_DELETE));
    expect(&t, "!si|e>1M");
    assert_false(key(&t, K_CTRL('e')));
    expect(&t, "!sie>1M|");
    assert_false(key(&t, K_RIGHT)); // nothing there
    assert_false(key(&t, K_DELETE));
    assert_false(key(&t, K_CTRL('a')));
    assert_false(key(&t, K_LEFT));
    assert_false(key(&t, K_BACKSPACE));
    expect(&t, "|!sie>1M");
    assert_true(key(&t, K_CTRL('d')));
    expect(&t, "|sie>1M");
}

TEST(words_and_sides_are_cut)
{
    struct typing t = {0};

    type(&t, "one two  three");
    assert_true(key(&t, K_CTRL('w')));
    expect(&t, "one two  |");
    assert_true(key(&t, K_CTRL('w')));
    expect(&t, "one |");
    type(&t, "four five");
    for (int i = 0; i < 5; i++)
        key(&t, K_LEFT);
    expect(&t, "one four| five");
    assert_true(key(&t, K_CTRL('w')));
    expect(&t, "one | five");
    assert_true(key(&t, K_CTRL('k')));
    assert_false(key(&t, K_CTRL('k')));
    expect(&t, "one |");
    key(&t, K_LEFT);
    assert_true(key(&t, K_CTRL('u')));
    expect(&t, "| ");
    assert_false(key(&t, K_CTRL('u')));
    assert_false(key(&t, K_CTRL('w')));
}

TEST(a_character_is_what_takes_a_place)
{
    struct typing t = {0};

    type(&t, "a漢e\u0301\u0323z");
    expect(&t, "a漢e\u0301\u0323z|");
    key(&t, K_LEFT);
    key(&t, K_LEFT);
    expect(&t, "a漢|e\u0301\u0323z");
    key(&t, K_LEFT);
    expect(&t, "a|漢e\u0301\u0323z");
    key(&t, K_RIGHT);
    assert_true(key(&t, K_DELETE)); // with its marks
    expect(&t, "a漢|z");
    assert_true(key(&t, K_BACKSPACE));
    expect(&t, "a|z");
}

TEST(what_does_not_fit_or_hides_is_not_taken)
{
    static const int32_t harmful[] = {0,      7,      0x80, 0x9b, 0x200b, 0x202e, 0xfeff,
                                      0xd800, K_NONE, K_UP, K_F1, K_TAB,  K_MOUSE};
    struct typing t = {0};

    for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++)
        assert_false(key(&t, harmful[i]));
    expect(&t, "|");
    for (int i = 0; i < 22; i++)
        assert_true(key(&t, 'a'));
    assert_false(key(&t, 0xe9)); // two bytes where one is left
    assert_true(key(&t, 'b'));
    assert_false(key(&t, 'c'));
    assert_int_equal(strlen(t.text), 23);
    edit_set((struct edit){t.text, sizeof t.text, &t.caret}, "ééééééééééééé");
    expect(&t, "ééééééééééé|"); // cut between characters
}

// Any keys in any order: valid UTF-8, and the caret before a character.
TEST(the_text_stays_whole)
{
    static const int32_t keys[] = {
        'a',     ' ',    0xe9,  0x6f22,      0x1f600,  0x301,       0x323,       K_LEFT,     K_LEFT,
        K_RIGHT, K_HOME, K_END, K_BACKSPACE, K_DELETE, K_CTRL('w'), K_CTRL('k'), K_CTRL('u')};
    struct typing t = {0};
    uint32_t random = 4711;

    for (int i = 0; i < 20000; i++) {
        char before[sizeof t.text];
        size_t at = 0, step;
        bool caret = false;

        memcpy(before, t.text, sizeof before);
        random = random * 1664525 + 1013904223;
        bool changed = key(&t, keys[(random >> 16) % (sizeof keys / sizeof *keys)]);
        assert_int_equal(changed, strcmp(before, t.text) != 0);
        for (;; at += step) {
            uint32_t code;
            caret |= at == t.caret;
            if (!t.text[at])
                break;
            step = text_decode(t.text + at, strlen(t.text + at), &code);
            assert_true(step > 0);
        }
        assert_true(caret);
    }
}

// --- drawn ----------------------------------------------------------------------------------------

static void drawn(const char *text, size_t caret, int w, const char *row, int cursor)
{
    struct canvas c = {0};

    canvas_resize(&c, 40, 2);
    input_draw(&c, 3, 1, w, &(struct input){.text = text, .caret = caret, .wrong = 999});
    char *got = canvas_row(&c, 1);
    assert_string_equal(got, row);
    assert_int_equal(c.cursor_x, 3 + cursor);
    assert_int_equal(c.cursor_y, 1);
    free(got);
    canvas_free(&c);
}

TEST(the_part_around_the_caret_is_drawn)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";

    drawn("", 0, 10, "", 0);
    drawn("short", 2, 10, "   short", 2);
    drawn("123456789", 9, 10, "   123456789", 9);
    drawn(alphabet, 0, 10, "   abcdefghi…", 0);
    drawn(alphabet, 8, 10, "   abcdefghi…", 8);
    drawn(alphabet, 9, 10, "   …ghijklmn…", 4); // five away
    drawn(alphabet, 13, 10, "   …ghijklmn…", 8);
    drawn(alphabet, 26, 10, "   …vwxyz", 6);
    drawn("漢漢漢漢漢漢漢漢", 24, 10, "   … 漢漢", 6);
    drawn("漢漢漢漢漢漢漢漢", 12, 10, "   漢漢漢漢…", 8);
}

// Whatever the field's width and wherever the caret is: inside, on what it stands before.
TEST(the_caret_is_always_inside)
{
    static const char text[] = "owner=漢字 size>1M e\u0301e\u0301 漢 abcdefghijklm";

    for (int w = 1; w <= 40; w++) {
        size_t caret = 0;
        char buffer[sizeof text];

        memcpy(buffer, text, sizeof text);
        for (;;) {
            struct canvas c = {0};
            size_t at = caret;

            canvas_resize(&c, 44, 1);
            input_draw(&c, 2, 0, w, &(struct input){.text = text, .caret = caret, .wrong = 6});
            assert_in_range(c.cursor_x, 2, 2 + w - 1);
            for (int x = 2 + w; x < 44; x++)
                assert_int_equal(c.cells[x].code, ' ');
            canvas_free(&c);
            edit_key((struct edit){buffer, sizeof buffer, &caret}, K_RIGHT);
            if (caret == at)
                break;
        }
        assert_int_equal(caret, strlen(text));
    }
}

TEST(mistakes_are_marked)
{
    struct canvas c = {0};

    canvas_resize(&c, 20, 1);
    input_draw(&c, 0, 0, 20, &(struct input){.text = "abc sizze", .caret = 9, .wrong = 4});
    assert_int_equal(c.cells[3].style, STYLE_PLAIN);
    assert_int_equal(c.cells[4].style, STYLE_CRITICAL);
    assert_int_equal(c.cells[8].style, STYLE_CRITICAL);
    assert_int_equal(c.cells[9].style, STYLE_PLAIN);
    canvas_free(&c);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 1;
    return tests_run();
}
