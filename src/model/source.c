#include "model/source.h"

#include <errno.h>
#include <stdlib.h>

bool answer_is_gone(const struct answer *answer)
{
    return answer->error == -ESRCH || answer->error == -ENOENT;
}

bool answer_is_refused(const struct answer *answer)
{
    return answer->error == -EACCES || answer->error == -EPERM;
}

void answer_clear(struct answer *answer)
{
    for (size_t i = 0; i < answer->mappings.n; i++)
        free(answer->mappings.at[i].path);
    vec_free(&answer->mappings);
    vec_free(&answer->waiters);
    vec_free(&answer->instances);
    process_release(&answer->process);
    vec_free(&answer->tasks);
    files_clear(&answer->files);
    vec_free(&answer->files);
    vec_free(&answer->inodes);
    sockets_clear(&answer->sockets);
    vec_free(&answer->sockets);
    process_page_release(&answer->page);
    vec_free(&answer->shared);
    vec_free(&answer->shared_maps);
    free(answer->same);
    *answer = (struct answer){0};
}

void walked_clear(struct walked *walked)
{
    vec_clear(&walked->mappings);
    processes_clear(&walked->processes);
    vec_clear(&walked->elsewhere);
    walked->outside = 0;
}

void walked_free(struct walked *walked)
{
    walked_clear(walked);
    vec_free(&walked->mappings);
    vec_free(&walked->processes);
    vec_free(&walked->elsewhere);
}
