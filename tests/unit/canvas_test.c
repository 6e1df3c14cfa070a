#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "support/canvas_row.h"
#include "support/test.h"
#include "ui/canvas/canvas.h"
#include "ui/canvas/theme.h"
#include "ui/canvas/wrap.h"

static struct canvas make(int w, int h, bool ascii)
{
    struct canvas c = {.ascii = ascii};

    canvas_resize(&c, w, h);
    return c;
}

static void expect_row(const struct canvas *c, int y, const char *expected)
{
    char *row = canvas_row(c, y);

    assert_string_equal(row, expected);
    free(row);
}

// No cell is half of a wide character whose other half is not beside it.
static void expect_whole(const struct canvas *c)
{
    for (int i = 0; i < c->w * c->h; i++) {
        if (c->cells[i].code == 0)
            assert_true(i % c->w > 0 && c->cells[i - 1].code != 0 && c->cells[i - 1].code != ' ');
    }
}

TEST(text_is_clipped_with_an_ellipsis)
{
    struct canvas c = make(10, 3, false);

    assert_int_equal(canvas_text(&c, 0, 0, 10, STYLE_PLAIN, "0123456789"), 10);
    assert_int_equal(canvas_text(&c, 0, 1, 5, STYLE_PLAIN, "0123456789"), 5);
    assert_int_equal(canvas_text(&c, 2, 2, 1, STYLE_PLAIN, "ab"), 1);
    assert_int_equal(canvas_text(&c, 5, 2, 0, STYLE_PLAIN, "ab"), 0);
    expect_row(&c, 0, "0123456789");
    expect_row(&c, 1, "0123…");
    expect_row(&c, 2, "  …");
    canvas_free(&c);
    assert_null(c.cells);
}

TEST(drawing_beyond_the_canvas_is_cut)
{
    struct canvas c = make(6, 2, false);

    canvas_text(&c, -2, 0, 20, STYLE_PLAIN, "abcdefghijk");
    canvas_text(&c, 0, -1, 6, STYLE_PLAIN, "no");
    canvas_text(&c, 0, 2, 6, STYLE_PLAIN, "no");
    canvas_text(&c, 99, 1, 6, STYLE_PLAIN, "no");
    canvas_clear(&c, (struct rect){-5, -5, 6, 6}, STYLE_TITLE);
    canvas_style(&c, (struct rect){4, 1, 1000, 1000}, STYLE_TAB);
    canvas_frame(&c, (struct rect){-1, -1, 8, 4}, STYLE_PLAIN, "title");
    expect_row(&c, 0, " defgh");
    expect_row(&c, 1, "");
    assert_int_equal(c.cells[0].style, STYLE_TITLE);
    assert_int_equal(c.cells[11].style, STYLE_TAB);
    assert_int_equal(c.cells[9].style, STYLE_PLAIN);
    canvas_free(&c);
}

TEST(numbers_stand_at_the_right)
{
    struct canvas c = make(8, 2, false);

    canvas_right(&c, 1, 0, 6, STYLE_PLAIN, "42");
    canvas_right(&c, 1, 1, 4, STYLE_PLAIN, "12345");
    expect_row(&c, 0, "     42");
    expect_row(&c, 1, " 123…");
    canvas_free(&c);
}

TEST(wide_characters_take_two_cells)
{
    struct canvas c = make(7, 3, false);

    if (canvas_width(&c, "漢") != 2) {
        print_message("skip: this locale does not know wide characters\n");
        canvas_free(&c);
        skip();
    }
    assert_int_equal(canvas_text(&c, 0, 0, 7, STYLE_PLAIN, "漢字漢"), 6);
    expect_row(&c, 0, "漢字漢");
    assert_int_equal(canvas_text(&c, 0, 1, 4, STYLE_PLAIN, "漢字漢"), 3); // a whole one and …
    expect_row(&c, 1, "漢…");
    canvas_text(&c, 1, 0, 1, STYLE_PLAIN, "x"); // the right half of the first
    expect_row(&c, 0, " x字漢");
    canvas_text(&c, 2, 0, 1, STYLE_PLAIN, "y"); // the left half of the second
    expect_row(&c, 0, " xy 漢");
    canvas_text(&c, 6, 2, 2, STYLE_PLAIN, "漢"); // half beyond the edge
    expect_row(&c, 2, "");
    expect_whole(&c);
    canvas_free(&c);
}

TEST(ascii_has_a_sign_for_each_of_ours)
{
    struct canvas c = make(30, 4, true);

    canvas_text(&c, 0, 0, 30, STYLE_PLAIN, "oracle×17 › ● · │ ▾ ▴ é 漢");
    expect_row(&c, 0, "oracle*17 > * - | v ^ ? ?");
    canvas_text(&c, 0, 1, 4, STYLE_PLAIN, "abcdef");
    expect_row(&c, 1, "abc~");
    canvas_frame(&c, (struct rect){0, 2, 12, 2}, STYLE_PLAIN, "hi");
    expect_row(&c, 2, "+- hi -----+");
    expect_row(&c, 3, "+----------+");
    for (int symbol = SYM_HLINE; symbol <= SYM_BAR; symbol++) {
        const char *text = symbol_text(symbol, true);
        assert_true(text[0] > ' ' && text[0] < 127 && text[1] == '\0');
        assert_int_equal(canvas_width(&c, symbol_text(symbol, false)), 1);
    }
    canvas_free(&c);
}

TEST(sizes_of_nothing_are_fine)
{
    struct canvas c = make(0, 0, false);

    canvas_text(&c, 0, 0, 10, STYLE_PLAIN, "x");
    canvas_frame(&c, (struct rect){0, 0, 10, 10}, STYLE_PLAIN, "x");
    expect_row(&c, 0, "");
    canvas_resize(&c, -3, 7);
    canvas_text(&c, 0, 0, 10, STYLE_PLAIN, "x");
    canvas_resize(&c, 1, 1);
    canvas_text(&c, 0, 0, 10, STYLE_PLAIN, "xy");
    expect_row(&c, 0, "x");
    canvas_free(&c);
}

TEST(wrapping_breaks_at_blanks)
{
    struct canvas c = make(12, 8, false);

    assert_int_equal(wrap_lines(&c, "", 12), 0);
    assert_int_equal(wrap_lines(&c, "one line", 12), 1);
    const char *text = "nothing is freed now, for 18 hold\nsupercalifragilistic";
    assert_int_equal(wrap_lines(&c, text, 12), 5);
    assert_int_equal(wrap_draw(&c, (struct rect){0, 0, 12, 8}, STYLE_PLAIN, text, 0), 5);
    expect_row(&c, 0, "nothing is");
    expect_row(&c, 1, "freed now,");
    expect_row(&c, 2, "for 18 hold");
    expect_row(&c, 3, "supercalifra");
    expect_row(&c, 4, "gilistic");
    canvas_clear(&c, (struct rect){0, 0, 12, 8}, STYLE_PLAIN);
    assert_int_equal(wrap_draw(&c, (struct rect){0, 6, 12, 2}, STYLE_PLAIN, text, 2), 2);
    expect_row(&c, 5, "");
    expect_row(&c, 6, "for 18 hold");
    expect_row(&c, 7, "supercalifra");
    canvas_free(&c);
}

TEST(wrapped_entries_hang_under_their_text)
{
    struct canvas c = make(24, 3, false);

    wrap_draw(&c, (struct rect){0, 0, 24, 3}, STYLE_PLAIN, "  F8 x    marks it for removal at once",
              0);
    expect_row(&c, 0, "  F8 x    marks it for");
    expect_row(&c, 1, "          removal at");
    expect_row(&c, 2, "          once");
    canvas_free(&c);
}

// However narrow: ends, and loses no word.
TEST(wrapping_always_ends)
{
    struct canvas c = make(1, 1, false);
    const char *text = "  ab  漢字 cdefghij\n\n k";

    for (int w = 1; w < 30; w++) {
        const char *at = text;
        size_t letters = 0;
        int lines = 0;
        while (*at) {
            size_t next, length = wrap_next(&c, at, w, &next);
            assert_true(next > 0 && length <= next);
            for (size_t i = 0; i < length; i++)
                letters += at[i] != ' ';
            at += next;
            assert_true(++lines < 40);
        }
        assert_int_equal(letters, 11 + 6);
    }
    canvas_free(&c);
}

// Without colours what matters still differs from plain text by more than being dim.
TEST(looks_work_without_colours)
{
    static const enum style marked[] = {STYLE_TITLE,   STYLE_SORTED,   STYLE_SELECTED, STYLE_TAGGED,
                                        STYLE_WARNING, STYLE_CRITICAL, STYLE_KEY,      STYLE_TAB,
                                        STYLE_NEW,     STYLE_PROMPT};

    for (int style = 0; style < STYLE_COUNT; style++) {
        const struct look *mono = theme_look((enum style)style, SCHEME_MONO);
        assert_int_equal(mono->fg, THEME_DEFAULT);
        assert_int_equal(mono->bg, THEME_DEFAULT);
    }
    for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++)
        assert_true(theme_look(marked[i], SCHEME_MONO)->attributes & (THEME_BOLD | THEME_REVERSE));
    assert_true(theme_look(STYLE_SELECTED, SCHEME_MONO)->attributes & THEME_REVERSE);
    assert_ptr_equal(theme_look(99, SCHEME_LIGHT), theme_look(STYLE_PLAIN, SCHEME_LIGHT));
    assert_ptr_equal(theme_look(STYLE_TAB, 99), theme_look(STYLE_TAB, SCHEME_DEFAULT));
}

static bool same_look(const struct look *a, const struct look *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->attributes == b->attributes;
}

// Relative luminance and contrast as WCAG 2 defines them, of the colours xterm has by default.
static double channel(uint8_t value)
{
    // ((value / 255 + 0.055) / 1.055) ^ 2.4, of the values there are.
    static const struct {
        uint8_t value;
        double linear;
    } table[] = {{0, 0},        {95, 0.1144},  {135, 0.2423}, {175, 0.4287}, {205, 0.6105},
                 {215, 0.6795}, {229, 0.7835}, {238, 0.8550}, {255, 1}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].value == value)
            return table[i].linear;
    fail_msg("no such value: %d", value);
    return 0;
}

static double luminance(int color)
{
    static const uint8_t eight[8][3] = {{0, 0, 0},   {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
                                        {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229}};
    static const uint8_t steps[6] = {0, 95, 135, 175, 215, 255};
    int cube = color - 16;
    uint8_t rgb[3];

    if (color < 8) {
        memcpy(rgb, eight[color], sizeof rgb);
    } else {
        assert_in_range(cube, 0, 215);
        rgb[0] = steps[cube / 36], rgb[1] = steps[cube / 6 % 6], rgb[2] = steps[cube % 6];
    }
    return 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
}

static double contrast(double a, double b)
{
    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

// 3:1 is what WCAG asks of bold text and signs; all but a few reach 4:1.
static void must_be_legible(int fg, int bg)
{
    enum { LEAST = 3 };

    if (fg == THEME_DEFAULT)
        return; // the terminal's own, on its own
    if (bg != THEME_DEFAULT) {
        assert_true(contrast(luminance(fg), luminance(bg)) >= LEAST);
        return;
    }
    assert_true(contrast(luminance(fg), 0) >= LEAST);
    assert_true(contrast(luminance(fg), 1) >= LEAST);
}

TEST(every_style_is_legible_on_black_and_on_white)
{
    for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
        for (int style = 0; style < STYLE_COUNT; style++) {
            const struct look *look = theme_look((enum style)style, (enum scheme)scheme);

            must_be_legible(look->fg, look->bg);
            if (look->rich)
                must_be_legible(look->rich, look->bg);
        }
    assert_true(contrast(luminance(THEME_YELLOW), 1) < 3); // as it was
}

// In every scheme: only the eight colours, nothing invisible, and what is wrong, selected or tagged
// does not look like the rest. On a light background nothing is written in yellow, cyan or white.
TEST(looks_of_every_scheme_tell_things_apart)
{
    static const enum style marked[] = {STYLE_TITLE,   STYLE_SELECTED, STYLE_TAGGED, STYLE_NEW,
                                        STYLE_WARNING, STYLE_CRITICAL, STYLE_KEY,    STYLE_TAB};

    for (int scheme = 0; scheme < SCHEME_COUNT; scheme++) {
        for (int style = 0; style < STYLE_COUNT; style++) {
            const struct look *look = theme_look((enum style)style, (enum scheme)scheme);
            assert_in_range(look->fg + 1, 0, THEME_WHITE + 1);
            assert_in_range(look->bg + 1, 0, THEME_WHITE + 1);
            assert_true(look->fg == THEME_DEFAULT || look->fg != look->bg);
            // The terminal's own foreground may be any colour: not on a background of ours.
            assert_true(look->bg == THEME_DEFAULT || look->fg != THEME_DEFAULT);
            if (scheme == SCHEME_LIGHT && look->bg == THEME_DEFAULT)
                assert_true(look->fg != THEME_YELLOW && look->fg != THEME_CYAN &&
                            look->fg != THEME_WHITE);
        }
        for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++)
            assert_false(same_look(theme_look(marked[i], (enum scheme)scheme),
                                   theme_look(STYLE_PLAIN, (enum scheme)scheme)));
        assert_false(same_look(theme_look(STYLE_CRITICAL, (enum scheme)scheme),
                               theme_look(STYLE_WARNING, (enum scheme)scheme)));
    }
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "en_US.UTF-8");
    return tests_run();
}
