// Objects by the words that findings and events have for their kinds, as recordings keep them.
#ifndef IPCTOP_MODEL_KINDS_OBJECT_WORDS_H
#define IPCTOP_MODEL_KINDS_OBJECT_WORDS_H

#include "model/record/event_log.h"
#include "model/table/kind.h"

// "segment", "semaphore set". NULL: it is no kind of objects; the word may be NULL.
const struct kind *object_kind_of_word(const char *word);
// The object of that kind, by its id; the kind and id alone where it is not in the picture. NO_KIND
// without a kind.
struct identity object_of_word(const struct snapshot *s, const char *word, int32_t id);

// The column of its object, in the tables of events and of the actions below one.
void get_event_id(const struct snapshot *s, const void *row, struct cell *out);
// Of which kind of object is not known before event_restore().
void set_event_id(struct snapshot *s, void *row, const struct cell *value);

// Methods of events and of actions.
bool event_object_of(const void *row, struct identity *out);
bool event_subject(const void *row, struct row_subject *out);
bool event_mark(const struct snapshot *s, const void *row, enum severity *severity);

// One that is whole, of a row that the columns were put in; its number is set. One reference.
struct event *event_restore(const struct snapshot *s, const struct event *row);

#endif
