// One picture from one JSON document, as --json writes them. Driven by the column tables: a new column,
// or a new kind whose columns say where their values stand, is read back without a change here.
#ifndef IPCTOP_REPLAY_DOCUMENT_H
#define IPCTOP_REPLAY_DOCUMENT_H

#include "model/source.h"
#include "replay/damage.h"

enum { DOCUMENT_NOTE = 160 };

struct document_report {      // what a picture could not be made of, in its first case
    char note[DOCUMENT_NOTE]; // one line; empty: everything was understood
};

// NULL: no such document; the report says why. One reference; time_ns is the moment of reading.
struct snapshot *document_read(const char *text, size_t n, struct document_report *report);
// The same as it is shown: what of it is not understood is noted. `text` NULL: the line is too
// long, or cannot be read. NULL: the report says why; that is for the caller to note.
struct snapshot *document_show(const char *text, size_t n, struct damage *damage,
                               const struct want *want, struct document_report *report);

#endif
