// Objects by the words that findings and events have for their kinds, as recordings keep them.
#ifndef IPCTOP_MODEL_KINDS_OBJECT_WORDS_H
#define IPCTOP_MODEL_KINDS_OBJECT_WORDS_H

#include "model/table/kind.h"

// "segment", "semaphore set". NULL: it is no kind of objects; the word may be NULL.
const struct kind *object_kind_of_word(const char *word);
// The object of that kind, by its id; the kind and id alone where it is not in the picture. NO_KIND
// without a kind.
struct identity object_of_word(const struct snapshot *s, const char *word, int32_t id);

#endif
