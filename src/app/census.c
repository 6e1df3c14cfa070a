#include "app/census.h"

void census_free(struct census *census)
{
    vec_free(&census->list);
    census->valid = false;
}

int census_update(struct census *census, const struct source *source)
{
    uint64_t forks = 0;
    bool counted = source->forks(source->self, &forks) == 0;

    if (census->valid && counted && forks == census->forks)
        return 0;
    struct pid_entry_vec list = {0};
    int error = source->processes(source->self, &list);
    if (error) {
        vec_free(&list);
        census->valid = false;
        return error;
    }
    vec_free(&census->list);
    census->list = list;
    census->forks = forks;
    census->number++;
    census->valid = counted;
    return 0;
}

const struct pid_entry *census_find(const struct pid_entry_vec *list, int32_t pid)
{
    size_t low = 0, high = list->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->at[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->n && list->at[low].pid == pid ? &list->at[low] : NULL;
}

void census_added(const struct pid_entry_vec *before, const struct pid_entry_vec *now,
                  struct pid_entry_vec *out)
{
    size_t b = 0;

    for (size_t i = 0; i < now->n; i++) {
        while (b < before->n && before->at[b].pid < now->at[i].pid)
            b++;
        if (b == before->n || before->at[b].pid != now->at[i].pid ||
            before->at[b].instance != now->at[i].instance)
            vec_push(out, now->at[i]);
    }
}
