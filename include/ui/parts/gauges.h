// Use against the kernel's limits, in the header: a line for segments, sets and queues each, or their gist.
#ifndef IPCTOP_UI_PARTS_GAUGES_H
#define IPCTOP_UI_PARTS_GAUGES_H

#include "session/session.h"
#include "ui/canvas/canvas.h"
#include "ui/canvas/fit_line.h"

// Three lines from `y` on. There is a picture.
void gauges_draw(struct canvas *canvas, int y, int w, const struct session *session);
// "Shm 13.4G 42%", "Sem 1240 4%", "Msg 3 0%", which drop out from `drop` on.
void gauges_brief(struct fit_line *line, int drop, const struct snapshot *snapshot);
// What the namespaces hold that are not shown: "and 3 other IPC namespaces: 66M in 4 segments"; nothing
// where there are none.
void gauges_elsewhere(struct fit_line *line, int drop, const struct snapshot *snapshot);

#endif
