#include "model/kinds/object_words.h"

#include <string.h>

#include "model/kinds/registry.h"

const struct kind *object_kind_of_word(const char *word)
{
    static const struct kind *const kinds[] = {&kind_segments, &kind_semsets, &kind_queues};

    for (size_t i = 0; word && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->word, word) == 0 || strcmp(kinds[i]->one, word) == 0)
            return kinds[i];
    return NULL;
}

struct identity object_of_word(const struct snapshot *s, const char *word, int32_t id)
{
    const struct kind *kind = object_kind_of_word(word);
    const struct owned *object = kind ? snapshot_owned(s, kind->id, id) : NULL;

    return object ? identity_of(object)
                  : (struct identity){.kind = kind ? kind->id : NO_KIND, .id = kind ? id : 0};
}
