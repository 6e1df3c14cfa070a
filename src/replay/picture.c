#include "replay/picture.h"

#include "replay/document.h"

struct snapshot *picture_read(const char *text, size_t n, int64_t place, struct damage *damage,
                              const struct want *want)
{
    struct document_report report = {.note = "its line is too long"};
    struct snapshot *s = text ? document_read(text, n, &report) : NULL;

    if (!s) {
        damage_leave_out(damage, place, report.note);
        return NULL;
    }
    if (report.note[0])
        damage_note(damage, report.note);
    s->orphan_age = want->orphan_age;
    damage_text(damage, s->playback.note, sizeof s->playback.note);
    return s;
}
