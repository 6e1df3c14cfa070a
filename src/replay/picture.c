#include "replay/picture.h"

struct snapshot *picture_read(const char *text, size_t n, struct damage *damage,
                              const struct want *want, struct document_report *report)
{
    *report = (struct document_report){.note = "its line is too long"};
    struct snapshot *s = text ? document_read(text, n, report) : NULL;

    if (!s)
        return NULL;
    if (report->note[0])
        damage_note(damage, report->note);
    s->orphan_age = want->orphan_age;
    damage_text(damage, s->playback.note, sizeof s->playback.note);
    return s;
}
