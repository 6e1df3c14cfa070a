#include "model/table/host_column.h"

static void get_host(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)row;
    out->text = s->playback.host_name[0] ? s->playback.host_name : s->system.hostname;
    out->known = *out->text != '\0';
}

const struct column host_column = {
    .name = "host",
    .title = "HOST",
    .help = "host it is on",
    .type = CELL_TEXT,
    .width = 8,
    .widest = 24,
    .flags = COL_JSON | COL_SCREEN | COL_KEEP,
    .need = NEED_SYSTEM,
    .get = get_host,
};
