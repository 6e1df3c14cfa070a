#include "ui/terminal/escape_parser.h"

#include <string.h>

#include "ui/terminal/sequences.h"

// xterm's ctlseqs, "Mouse Tracking": ESC [ < button ; column ; row M (m: released), or ESC [ M and
// a byte each, 32 more than their number. Columns and rows count from 1.
enum {
    X10_BIAS = 32,
    FIELD_MAX = 65535,
    BUTTON = 3,
    MOTION = 32,
    WHEEL = 64,
    OTHERS = 128, // bits; 4, 8 and 16 are modifiers
};

void escape_begin(struct escape *r, char introducer)
{
    *r = (struct escape){.form = introducer == 'O' ? REPORT_SHIFT : REPORT_CONTROL,
                         .bytes = {'\033', introducer}};
}

static int32_t key_of(const struct escape *r)
{
    for (size_t i = 0; i < n_sequences; i++)
        if (strcmp(sequences[i].bytes, r->bytes) == 0)
            return sequences[i].key;
    return K_NONE;
}

static enum mouse meaning(uint32_t button)
{
    if (button & (MOTION | OTHERS))
        return MOUSE_NONE;
    if (button & WHEEL)
        return (button & BUTTON) == 0   ? MOUSE_WHEEL_UP
               : (button & BUTTON) == 1 ? MOUSE_WHEEL_DOWN
                                        : MOUSE_NONE;
    return (button & BUTTON) == 0 ? MOUSE_CLICK : MOUSE_NONE;
}

static enum report_state over(struct escape *r, struct key_event *event)
{
    *event = (struct key_event){.key = key_of(r)};
    if (!r->bad && r->field[1] > 0 && r->field[2] > 0) {
        event->mouse = meaning(r->field[0]);
        event->x = (int)r->field[1] - 1;
        event->y = (int)r->field[2] - 1;
    }
    r->form = REPORT_NONE;
    return REPORT_OVER;
}

static enum report_state broken(struct escape *r)
{
    r->form = REPORT_NONE;
    return REPORT_BROKEN;
}

static enum report_state x10_byte(struct escape *r, uint8_t byte, struct key_event *event)
{
    if (byte < X10_BIAS)
        return broken(r);
    r->field[r->n++] = byte - X10_BIAS;
    return r->n < 3 ? REPORT_MORE : over(r, event);
}

static void sgr_byte(struct escape *r, uint8_t byte)
{
    if (byte == ';' && r->n < 2) {
        r->n++;
    } else if (byte >= '0' && byte <= '9') {
        uint32_t value = r->field[r->n] * 10 + (byte - '0');

        r->field[r->n] = value;
        r->bad |= value > FIELD_MAX;
        if (r->bad)
            r->field[r->n] = 0;
    } else {
        r->bad = true;
    }
}

enum report_state escape_byte(struct escape *r, uint8_t byte, struct key_event *event)
{
    size_t length = strlen(r->bytes);
    // ECMA-48 5.4: parameters and intermediates from 0x20 on, and one final byte from 0x40 on. The
    // Linux console's F1 to F5 have another [ before it.
    bool console = r->form == REPORT_CONTROL && length == 2 && byte == '[';
    bool final = byte >= 0x40 && byte <= 0x7e && !console;

    if (r->form == REPORT_X10)
        return x10_byte(r, byte, event);
    if (byte < 0x20 || byte > 0x7e)
        return broken(r);
    if (length + 1 < sizeof r->bytes)
        r->bytes[length] = (char)byte;
    if (r->form == REPORT_SHIFT)
        return over(r, event);
    if (r->form == REPORT_CONTROL && r->n++ == 0 && (byte == '<' || byte == 'M')) {
        *r = (struct escape){.form = byte == '<' ? REPORT_SGR : REPORT_X10};
        return REPORT_MORE;
    }
    r->bad |= r->form == REPORT_CONTROL || (final && (byte != 'M' || r->n != 2));
    if (final)
        return over(r, event);
    if (r->form == REPORT_SGR)
        sgr_byte(r, byte);
    return REPORT_MORE;
}

enum mouse clicks_press(struct clicks *c, int x, int y, int64_t now_ms)
{
    bool again = c->armed && c->x == x && c->y == y && now_ms - c->ms <= DOUBLE_CLICK_MS;

    *c = (struct clicks){.armed = !again, .x = x, .y = y, .ms = now_ms};
    return again ? MOUSE_DOUBLE : MOUSE_CLICK;
}
