#include "engine/ask/process_list.h"

#include "base/clock.h"

// Those who ended are forgotten so often.
static const int64_t LIST_EVERY = 60 * CLOCK_SECOND;

void process_list_free(struct process_list *census)
{
    vec_free(&census->list);
    census->valid = false;
}

// Joins two ascending lists. Of two processes by one pid, `added` has the younger.
static void merge(struct pid_entry_vec *list, const struct pid_entry_vec *added)
{
    struct pid_entry_vec all = {0};
    size_t a = 0;

    vec_reserve(&all, list->n + added->n);
    for (size_t i = 0; i < list->n; i++) {
        while (a < added->n && added->at[a].pid < list->at[i].pid)
            vec_push(&all, added->at[a++]);
        if (a < added->n && added->at[a].pid == list->at[i].pid)
            continue;
        vec_push(&all, list->at[i]);
    }
    while (a < added->n)
        vec_push(&all, added->at[a++]);
    vec_free(list);
    *list = all;
}

bool process_list_is_cheap(const struct process_list *census)
{
    return census->valid && census->mark.forks && clock_ns() - census->listed_ns < LIST_EVERY;
}

// Adds who was made since. False where all have to be listed.
static bool add_recent(struct process_list *census, const struct source *source)
{
    struct pid_entry_vec recent = {0}, added = {0};
    bool told = process_list_is_cheap(census) && source->recent &&
                source->recent(source->self, &census->mark, &recent) == 0;

    if (told) {
        process_list_added(&census->list, &recent, &added);
        if (added.n) {
            merge(&census->list, &added);
            census->number++;
        }
        census->forks = census->mark.forks;
    }
    vec_free(&recent);
    vec_free(&added);
    return told;
}

// The forks counted before the list is read: who came later is counted later.
static bool set_mark(struct process_list *census, const struct source *source)
{
    struct pid_entry_vec none = {0};

    census->mark = (struct pid_mark){0};
    bool told = source->recent && source->recent(source->self, &census->mark, &none) == 0;
    vec_free(&none);
    if (!told)
        census->mark = (struct pid_mark){0};
    census->forks = census->mark.forks;
    return told || source->forks(source->self, &census->forks) == 0;
}

static int list_all(struct process_list *census, const struct source *source)
{
    struct pid_entry_vec list = {0};
    bool counted = set_mark(census, source);
    int error = source->processes(source->self, &list);

    census->valid = counted && !error;
    if (error) {
        vec_free(&list);
        return error;
    }
    vec_free(&census->list);
    census->list = list;
    census->listed_ns = clock_ns();
    census->number++;
    return 0;
}

int process_list_update(struct process_list *census, const struct source *source)
{
    uint64_t forks = 0;

    if (census->valid && source->forks(source->self, &forks) == 0 && forks == census->forks)
        return 0;
    return add_recent(census, source) ? 0 : list_all(census, source);
}

const struct pid_entry *process_list_find(const struct pid_entry_vec *list, int32_t pid)
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

void process_list_added(const struct pid_entry_vec *before, const struct pid_entry_vec *now,
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
