// The open prompt: a line, a question with its consequence, a menu, a text to read.
#ifndef IPCTOP_UI_PROMPTS_PROMPTS_H
#define IPCTOP_UI_PROMPTS_PROMPTS_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

// PROMPT_LINE: on the message line, with the cursor; a mistake is shown on the line below it.
void prompt_line(struct canvas *canvas, struct rect message, struct rect bar,
                 const struct prompt *prompt);

// PROMPT_CONFIRM: a box in the middle. Question, effect and body scroll by `top` where they do
// not fit; the line to answer on is always there. Corrects `top`, sets `page`.
void prompt_confirm(struct canvas *canvas, struct prompt *prompt);

// PROMPT_MENU: a box with the items around the cursor. Corrects `top`, sets `page`.
void prompt_menu(struct canvas *canvas, struct prompt *prompt);
// The item drawn in row y, or false.
bool prompt_menu_at(const struct canvas *canvas, const struct prompt *prompt, int x, int y,
                    size_t *item);

// PROMPT_TEXT: a box as large as `body` needs, the whole screen at most; `top` is the first line of
// it shown. Corrects it, and sets `page` to as many lines as may be skipped without missing one.
void prompt_text(struct canvas *canvas, struct prompt *prompt);

// PROMPT_FORM: a box with `body` and a line for each field; mistakes and hints stand beside the
// fields as far as there is room, and those of the present one on the last line where there is not.
void prompt_form(struct canvas *canvas, const struct prompt *prompt);

#endif
