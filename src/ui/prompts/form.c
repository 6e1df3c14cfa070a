#include "ui/prompts/prompts.h"

#include "ui/canvas/box.h"
#include "ui/canvas/input.h"
#include "ui/canvas/wrap.h"

enum { INPUT = 24, INPUT_NARROW = 14, BESIDE_MIN = 12 };

struct shape {                // of a form in its box: where its columns are
    int label, input, beside; // widths
};

static struct shape shape_of(const struct canvas *c, const struct prompt *p, int w)
{
    struct shape shape = {0};

    for (size_t i = 0; i < p->fields.n; i++) {
        int label = canvas_width(c, p->fields.at[i].label) + 2;
        shape.label = label > shape.label ? label : shape.label;
    }
    shape.input = w - shape.label < 2 * INPUT ? INPUT_NARROW : INPUT;
    if (shape.input > w - shape.label)
        shape.input = w - shape.label;
    shape.beside = w - shape.label - shape.input - 2;
    return shape;
}

static void draw_input(struct canvas *c, int x, int y, int w, const struct form_field *f, bool here)
{
    const struct input input = {
        .text = f->text, .caret = f->caret, .wrong = sizeof f->text, .style = STYLE_PROMPT};

    canvas_clear(c, (struct rect){x, y, w, 1}, here ? STYLE_PROMPT : STYLE_PLAIN);
    if (here)
        input_draw(c, x, y, w, &input);
    else
        canvas_text(c, x, y, w, STYLE_PLAIN, f->text);
}

static void draw_field(struct canvas *c, struct rect line, const struct shape *shape,
                       const struct form_field *f, bool here)
{
    int x = line.x;

    canvas_text(c, x, line.y, shape->label, here ? STYLE_KEY : STYLE_LABEL, f->label);
    x += shape->label;
    canvas_text(c, x - 1, line.y, 1, STYLE_DIM, "[");
    draw_input(c, x, line.y, shape->input, f, here);
    x += shape->input;
    canvas_text(c, x, line.y, 1, STYLE_DIM, "]");
    if (f->error[0])
        canvas_text(c, x + 2, line.y, shape->beside, STYLE_CRITICAL, f->error);
    else if (shape->beside >= BESIDE_MIN)
        canvas_text(c, x + 2, line.y, shape->beside, STYLE_DIM, f->hint);
}

// What does not fit beside the present field, else what there is to say of all, else the keys.
static void draw_last(struct canvas *c, struct rect line, const struct prompt *p,
                      const struct shape *shape)
{
    const struct form_field *f = &p->fields.at[p->cursor];

    if (f->error[0] && canvas_width(c, f->error) > shape->beside)
        canvas_text(c, line.x, line.y, line.w, STYLE_CRITICAL, f->error);
    else if (p->waiting)
        canvas_text(c, line.x, line.y, line.w, STYLE_WARNING, p->error);
    else if (p->error[0])
        canvas_text(c, line.x, line.y, line.w, STYLE_CRITICAL, p->error);
    else if (canvas_width(c, f->hint) > shape->beside)
        canvas_text(c, line.x, line.y, line.w, STYLE_DIM, f->hint);
    else
        canvas_text(c, line.x, line.y, line.w, STYLE_DIM,
                    p->fields.n > 1 ? "Enter go on  Tab next field  ^U clear  Esc leave"
                                    : "Enter go on  ^U clear  Esc leave");
}

void prompt_form(struct canvas *c, const struct prompt *p)
{
    int w = BOX_WIDTH < c->w ? BOX_WIDTH : c->w, n = (int)p->fields.n;
    int above = p->body ? wrap_lines(c, p->body, w - 4) : 0;
    struct rect r = box_place(c, w, above + (above > 0) + n + 2), in = box_inner(r);
    int room = in.h - n - 1; // what is above gives way first, then the blank lines
    int first = 0;

    box_draw(c, r, p->title);
    if (above > room)
        above = room > 0 ? room : 0;
    if (above > 0)
        wrap_draw(c, (struct rect){in.x, in.y, in.w, above}, STYLE_PLAIN, p->body, 0);
    int y = in.y + above + (above > 0 && above < room);
    int fit = in.y + in.h - 1 - y;
    if ((int)p->cursor >= fit)
        first = (int)p->cursor - fit + 1;
    struct shape shape = shape_of(c, p, in.w);
    for (int i = first; i < n && i - first < fit; i++)
        draw_field(c, (struct rect){in.x, y + i - first, in.w, 1}, &shape, &p->fields.at[i],
                   i == (int)p->cursor);
    if (n > 0)
        draw_last(c, (struct rect){in.x, in.y + in.h - 1, in.w, 1}, p, &shape);
}
