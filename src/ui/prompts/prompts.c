#include "ui/prompts/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "ui/canvas/box.h"
#include "ui/canvas/input.h"
#include "ui/canvas/wrap.h"

enum { INPUT_MIN = 12 };

static int draw_input(struct canvas *c, int x, int y, int w, const struct prompt *prompt)
{
    const struct input input = {.text = prompt->text,
                                .caret = prompt->caret,
                                .wrong = prompt->error[0] ? prompt->error_at : LINE_TEXT,
                                .style = STYLE_PLAIN};

    return input_draw(c, x, y, w, &input);
}

void prompt_line(struct canvas *c, struct rect message, struct rect bar,
                 const struct prompt *prompt)
{
    int x = message.x + 1, end = message.x + message.w;
    int title = end - x - INPUT_MIN > 0 ? end - x - INPUT_MIN : 0;

    canvas_clear(c, message, STYLE_PLAIN);
    canvas_clear(c, bar, STYLE_PLAIN);
    x += canvas_format(c, x, message.y, title, STYLE_PROMPT, "%s:", prompt->title) + 1;
    draw_input(c, x, message.y, end - x, prompt);
    if (prompt->error[0])
        canvas_text(c, bar.x + 1, bar.y, bar.w - 1, STYLE_CRITICAL, prompt->error);
    else
        canvas_text(c, bar.x + 1, bar.y, bar.w - 1, STYLE_DIM, "Enter accept   Esc cancel");
}

static void draw_answer(struct canvas *c, struct rect line, const struct prompt *prompt, bool more)
{
    int x = line.x, end = line.x + line.w;

    if (prompt->error[0] && !prompt->word[0]) {
        canvas_text(c, x, line.y, line.w, STYLE_CRITICAL, prompt->error);
    } else if (prompt->consequence.impossible) {
        x += canvas_text(c, x, line.y, end - x, STYLE_KEY, "Esc");
        canvas_text(c, x + 1, line.y, end - x - 1, STYLE_PLAIN, "back");
    } else if (prompt->word[0]) {
        x += canvas_format(c, x, line.y, end - x, STYLE_PROMPT, "type %s: ", prompt->word);
        x += draw_input(c, x, line.y, end - x, prompt) + 2;
        if (prompt->error[0])
            canvas_text(c, x, line.y, end - x, STYLE_CRITICAL, prompt->error);
        else if (more)
            canvas_text(c, x, line.y, end - x, STYLE_WARNING, "arrows: read on");
        else
            canvas_text(c, x, line.y, end - x, STYLE_DIM, "then Enter; Esc: no");
    } else {
        x += canvas_text(c, x, line.y, end - x, STYLE_KEY, "y") + 1;
        x += canvas_text(c, x, line.y, end - x, STYLE_PLAIN, "yes") + 3;
        x += canvas_text(c, x, line.y, end - x, STYLE_KEY, "n") + 1;
        x += canvas_text(c, x, line.y, end - x, STYLE_PLAIN, "no") + 3;
        if (prompt->consequence.setting[0]) {
            x += canvas_text(c, x, line.y, end - x, STYLE_KEY, "w") + 1;
            x += canvas_text(c, x, line.y, end - x, STYLE_PLAIN, "yes, and write that line") + 3;
        }
        if (more)
            canvas_text(c, x, line.y, end - x, STYLE_WARNING, "arrows: read on");
    }
}

void prompt_confirm(struct canvas *c, struct prompt *prompt)
{
    const struct consequence *consequence = &prompt->consequence;
    char *text = mem_format("%s%s%s%s%s", consequence->question, consequence->effect[0] ? "\n" : "",
                            consequence->effect, prompt->body ? "\n\n" : "",
                            prompt->body ? prompt->body : "");
    int w = BOX_WIDTH < c->w ? BOX_WIDTH : c->w;
    int lines = wrap_lines(c, text, w - 4);
    int question = wrap_lines(c, consequence->question, w - 4);
    struct rect r = box_place(c, w, lines + 2), in = box_inner(r);
    int room = in.h - 2 > 0 ? in.h - 2 : 0, last = lines > room ? lines - room : 0;

    if (prompt->top > (size_t)last)
        prompt->top = (size_t)last;
    prompt->page = (size_t)room;
    int top = (int)prompt->top;
    box_draw(c, r, prompt->title);
    wrap_draw(c, (struct rect){in.x, in.y, in.w, room}, STYLE_PLAIN, text, top);
    if (question > top)
        canvas_style(c,
                     (struct rect){in.x, in.y, in.w, question - top < room ? question - top : room},
                     STYLE_PROMPT);
    box_more(c, r, top > 0, top < last);
    draw_answer(c, (struct rect){in.x, in.y + in.h - 1, in.w, 1}, prompt, top < last);
    free(text);
}
