// The lowest line: function keys, made from commands[] and the key map; at its right the position.
#ifndef IPCTOP_UI_PARTS_FUNCTION_BAR_H
#define IPCTOP_UI_PARTS_FUNCTION_BAR_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

void function_bar_draw(struct canvas *canvas, struct rect r, struct session *session);

// The key of the entry drawn at column x, or K_NONE.
int32_t function_bar_key_at(const struct canvas *canvas, struct rect r, struct session *session,
                            int x);

#endif
