#include "model/source.h"

#include <stdlib.h>

void answer_clear(struct answer *answer)
{
    for (size_t i = 0; i < answer->mappings.n; i++)
        free(answer->mappings.at[i].path);
    vec_free(&answer->mappings);
    vec_free(&answer->waiters);
    vec_free(&answer->instances);
    free(answer->process.command);
    vec_free(&answer->tasks);
    free(answer->same);
    *answer = (struct answer){0};
}
