#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "ui/terminal/escape_parser.h"
#include "ui/terminal/sequences.h"

enum { NEVER = -1 }; // for the place: not a report of ours

// Feeds what follows ESC [; every byte but the last must be asked to be followed.
static void expect(const char *bytes, enum mouse mouse, int x, int y)
{
    struct escape r = {0};
    struct key_event event;
    size_t n = strlen(bytes);

    escape_begin(&r, '[');
    for (size_t i = 0; i < n; i++) {
        enum report_state state = escape_byte(&r, (uint8_t)bytes[i], &event);
        if (state != (i + 1 < n ? REPORT_MORE : REPORT_OVER))
            fail_msg("ESC[%s: byte %zu of %zu gives %d", bytes, i + 1, n, state);
    }
    assert_int_equal(r.form, REPORT_NONE);
    if ((int)event.mouse != (int)mouse)
        fail_msg("ESC[%s is %d, not %d", bytes, event.mouse, mouse);
    assert_int_equal(event.key, K_NONE);
    if (x != NEVER) {
        assert_int_equal(event.x, x);
        assert_int_equal(event.y, y);
    }
}

TEST(sgr_presses_and_wheels)
{
    expect("<0;1;1M", MOUSE_CLICK, 0, 0);
    expect("<0;300;120M", MOUSE_CLICK, 299, 119); // beyond what a byte can say
    expect("<64;10;5M", MOUSE_WHEEL_UP, 9, 4);
    expect("<65;10;5M", MOUSE_WHEEL_DOWN, 9, 4);
    expect("<16;7;8M", MOUSE_CLICK, 6, 7); // with Control
}

TEST(what_is_no_press_of_the_left_button_is_nothing)
{
    static const char *const nothing[] = {
        "<0;1;1m",   "<1;1;1M", "<2;1;1M", "<32;1;1M", "<35;4;4M", "<66;1;1M", "<67;1;1M",
        "<128;1;1M", // released, other buttons, motion, a wheel sideways, buttons 8 and on
    };

    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        expect(nothing[i], MOUSE_NONE, NEVER, NEVER);
}

TEST(x10_bytes)
{
    expect("M !!", MOUSE_CLICK, 0, 0);
    expect("M #$", MOUSE_CLICK, 2, 3);
    expect("M`!!", MOUSE_WHEEL_UP, 0, 0);
    expect("Ma\377\376", MOUSE_WHEEL_DOWN, 222, 221);
    expect("M#!!", MOUSE_NONE, NEVER, NEVER); // released
    expect("M  !", MOUSE_NONE, NEVER, NEVER); // column 0
}

TEST(other_sequences_are_skipped_to_their_end)
{
    static const char *const others[] = {
        "X",
        "[Z",
        "25;9k",
        "?1x",
        "1;5A",
        "8;1~",
        " q",
        "999999x",
        "<0;1;1q",
        "<M",
        "<0M",
        "<0;1M",
        "<0;1;1;1M",
        "<0;0;1M",
        "<0;1;0M",
        "<;;M",
        "<0;-1;1M",
        "<0;1:2;1M",
        "<<0;1;1M",
        "<0;99999;1M",
        "<4294967296;1;1M",
        "<0;18446744073709551617;1M",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect(others[i], MOUSE_NONE, NEVER, NEVER);
}

// A key that came in pieces is the key it would have been in one.
TEST(keys_are_known_by_their_sequence)
{
    struct key_event event;

    for (size_t i = 0; i < n_sequences; i++) {
        struct escape r;
        const char *at = sequences[i].bytes + 1;

        escape_begin(&r, *at++);
        for (; at[1]; at++)
            assert_int_equal(escape_byte(&r, (uint8_t)*at, &event), REPORT_MORE);
        assert_int_equal(escape_byte(&r, (uint8_t)*at, &event), REPORT_OVER);
        if (event.key != sequences[i].key || event.mouse != MOUSE_NONE)
            fail_msg("ESC%s is %d", sequences[i].bytes + 1, event.key);
    }
    struct escape r;
    escape_begin(&r, 'O'); // of the keypad: no key of ours, and no command
    assert_int_equal(escape_byte(&r, 'k', &event), REPORT_OVER);
    assert_int_equal(event.key, K_NONE);
}

TEST(a_report_without_end_overflows_nothing)
{
    static const char bytes[] = "09;<:? ";
    struct key_event event = {.key = K_NONE};
    struct escape r = {0};

    escape_begin(&r, '[');
    assert_int_equal(escape_byte(&r, '<', &event), REPORT_MORE);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(escape_byte(&r, (uint8_t)bytes[i % 7], &event), REPORT_MORE);
    assert_int_equal(escape_byte(&r, 'M', &event), REPORT_OVER);
    assert_int_equal(event.mouse, MOUSE_NONE);
}

TEST(what_cannot_belong_to_it_ends_it)
{
    static const char *const begun[] = {"", "<", "<0;1", "12;", "M", "M ", "M !"};
    struct key_event event;

    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        struct escape r = {0};

        escape_begin(&r, '[');
        for (const char *at = begun[i]; *at; at++)
            assert_int_equal(escape_byte(&r, (uint8_t)*at, &event), REPORT_MORE);
        assert_int_equal(escape_byte(&r, '\033', &event), REPORT_BROKEN);
        assert_int_equal(r.form, REPORT_NONE);
    }
}

TEST(any_bytes_at_all)
{
    struct escape r = {0};
    struct key_event event;

    srand(5);
    for (int i = 0; i < 200000; i++) {
        if (r.form == REPORT_NONE)
            escape_begin(&r, '[');
        if (escape_byte(&r, (uint8_t)(rand() >> 7), &event) == REPORT_OVER &&
            event.mouse != MOUSE_NONE)
            assert_true(event.x >= 0 && event.x <= 65535 && event.y >= 0 && event.y <= 65535);
    }
}

TEST(two_presses_in_one_place_and_time_are_double)
{
    struct clicks c = {0};

    assert_int_equal(clicks_press(&c, 0, 0, 0), MOUSE_CLICK);
    assert_int_equal(clicks_press(&c, 0, 0, 0), MOUSE_DOUBLE); // in one read
    assert_int_equal(clicks_press(&c, 0, 0, 0), MOUSE_CLICK);  // a third begins anew
    assert_int_equal(clicks_press(&c, 0, 0, DOUBLE_CLICK_MS), MOUSE_DOUBLE);
    assert_int_equal(clicks_press(&c, 5, 5, 1000), MOUSE_CLICK);
    assert_int_equal(clicks_press(&c, 5, 5, 1001 + DOUBLE_CLICK_MS), MOUSE_CLICK); // too late
    assert_int_equal(clicks_press(&c, 5, 6, 1002 + DOUBLE_CLICK_MS), MOUSE_CLICK); // elsewhere
    assert_int_equal(clicks_press(&c, 6, 6, 1003 + DOUBLE_CLICK_MS), MOUSE_CLICK);
    assert_int_equal(clicks_press(&c, 6, 6, 1004 + DOUBLE_CLICK_MS), MOUSE_DOUBLE);
}
