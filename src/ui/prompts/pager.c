#include "ui/prompts/prompts.h"

#include <string.h>

#include "base/vector.h"
#include "ui/canvas/box.h"
#include "ui/canvas/wrap.h"

enum { GAP = 4, TWO_WIDTH = 2 * (BOX_WIDTH - 4) + GAP + 4 };

VEC(start_vec, const char *);
VEC(text_vec, char);

// Of a text that may have megabytes: where each line begins. One that is looked at is copied.
struct lines {
    struct start_vec start;
    struct text_vec copy;
};

static void split(struct lines *lines, const char *text)
{
    while (*text) {
        vec_push(&lines->start, text);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

static size_t bytes(const struct lines *lines, size_t i)
{
    return strcspn(lines->start.at[i], "\n");
}

// Good until the next one is looked at.
static const char *line_at(struct lines *lines, size_t i)
{
    size_t n = bytes(lines, i);

    vec_reserve(&lines->copy, n + 1);
    memcpy(lines->copy.at, lines->start.at[i], n);
    lines->copy.at[n] = '\0';
    return lines->copy.at;
}

static int rows_of(const struct canvas *c, struct lines *lines, size_t i, int w)
{
    const char *line = line_at(lines, i);

    return *line ? wrap_lines(c, line, w) : 1;
}

// How many lines from `from` on (backwards: up to it) fit the room.
static size_t fitting(const struct canvas *c, struct lines *lines, struct rect r, size_t from,
                      bool backwards)
{
    size_t n = 0;
    int used = 0;

    while (n < (backwards ? from : lines->start.n - from)) {
        int need = rows_of(c, lines, backwards ? from - 1 - n : from + n, r.w);
        if (used + need > r.h)
            break;
        used += need;
        n++;
    }
    return n;
}

// The same in all columns together.
static size_t fitting_all(const struct canvas *c, struct lines *lines, struct rect r, int columns,
                          size_t from, bool backwards)
{
    size_t n = 0;

    for (int i = 0; i < columns; i++)
        n += fitting(c, lines, r, backwards ? from - n : from + n, backwards);
    return n;
}

// Both columns as wide as the box is alone.
static struct rect place_two(const struct canvas *c, struct lines *lines)
{
    int high = 0;

    for (size_t i = 0; i < lines->start.n; i++)
        high += rows_of(c, lines, i, BOX_WIDTH - 4);
    return box_place(c, TWO_WIDTH, high / 2 + 2);
}

// As wide as its longest line, as high as its text. No character has more columns than bytes.
static struct rect place(const struct canvas *c, struct lines *lines)
{
    int w = BOX_WIDTH, high = 0;

    for (size_t i = 0; i < lines->start.n && w < c->w; i++) {
        if (bytes(lines, i) + 4 <= (size_t)w)
            continue;
        int width = canvas_width(c, line_at(lines, i)) + 4;
        w = width > w ? width : w;
    }
    w = w < c->w ? w : c->w;
    for (size_t i = 0; i < lines->start.n && high < c->h; i++)
        high += rows_of(c, lines, i, w - 4);
    return box_place(c, w, high);
}

// Returns the line after those that were drawn.
static size_t draw_column(struct canvas *c, struct rect in, struct lines *lines, size_t from)
{
    int y = in.y;
    size_t i = from;

    for (; i < lines->start.n && y < in.y + in.h; i++) {
        const char *line = line_at(lines, i);
        // Headings stand at the margin, what they are about below them is indented.
        bool heading =
            line[0] && line[0] != ' ' && i + 1 < lines->start.n && lines->start.at[i + 1][0] == ' ';
        struct rect rest = {in.x, y, in.w, in.y + in.h - y};
        enum style style = line[0] == '!' ? STYLE_WARNING : heading ? STYLE_PROMPT : STYLE_PLAIN;
        if (i > from && line[0] && wrap_lines(c, line, in.w) > rest.h)
            break;
        int drawn = wrap_draw(c, rest, style, line, 0);
        y += drawn > 0 ? drawn : 1;
    }
    return i;
}

void prompt_text(struct canvas *c, struct prompt *prompt)
{
    struct lines lines = {0};

    split(&lines, prompt->body ? prompt->body : "");
    int columns = prompt->two_columns && c->w >= TWO_WIDTH ? 2 : 1;
    struct rect box = columns == 2 ? place_two(c, &lines) : place(c, &lines), in = box_inner(box);
    in.w = columns == 2 ? (in.w - GAP) / 2 : in.w;
    size_t tail_lines = fitting_all(c, &lines, in, columns, lines.start.n, true);
    size_t last = lines.start.n - (tail_lines > 0 || lines.start.n == 0 ? tail_lines : 1);
    if (prompt->top > last)
        prompt->top = last;
    size_t here = fitting_all(c, &lines, in, columns, prompt->top, false);
    prompt->page = here < tail_lines ? here : tail_lines;
    prompt->page = prompt->page > 0 ? prompt->page : 1;
    box_draw(c, box, prompt->title);
    size_t next = draw_column(c, in, &lines, prompt->top);
    in.x += in.w + GAP;
    if (columns == 2)
        draw_column(c, in, &lines, next);
    box_more(c, box, prompt->top > 0, prompt->top < last);
    canvas_format(c, box.x + 2, box.y + box.h - 1, box.w - 4, STYLE_PROMPT, " %s%s ",
                  last > 0 ? "arrows scroll  " : "",
                  prompt->actions.n ? "Enter goes on  Esc leaves it" : "Esc back");
    vec_free(&lines.start);
    vec_free(&lines.copy);
}
