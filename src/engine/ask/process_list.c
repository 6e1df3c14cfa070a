#include "engine/ask/process_list.h"

#include "base/clock.h"

// Processes that ended are forgotten so often.
static const int64_t LIST_EVERY = 60 * CLOCK_SECOND;

void process_list_free(struct process_list *processes)
{
    vec_free(&processes->list);
    processes->valid = false;
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

bool process_list_is_cheap(const struct process_list *processes)
{
    return processes->valid && processes->mark.forks &&
           clock_ns() - processes->listed_ns < LIST_EVERY;
}

// Adds the processes made since. False where all have to be listed.
static bool add_recent(struct process_list *processes, const struct source *source)
{
    struct pid_entry_vec recent = {0}, added = {0};
    bool known = process_list_is_cheap(processes) && source->recent &&
                 source->recent(source->self, &processes->mark, &recent) == 0;

    if (known) {
        process_list_added(&processes->list, &recent, &added);
        if (added.n) {
            merge(&processes->list, &added);
            processes->number++;
        }
        processes->forks = processes->mark.forks;
    }
    vec_free(&recent);
    vec_free(&added);
    return known;
}

// The forks counted before the list is read: processes made later are counted later.
static bool set_mark(struct process_list *processes, const struct source *source)
{
    struct pid_entry_vec none = {0};

    processes->mark = (struct pid_mark){0};
    bool known = source->recent && source->recent(source->self, &processes->mark, &none) == 0;
    vec_free(&none);
    if (!known)
        processes->mark = (struct pid_mark){0};
    processes->forks = processes->mark.forks;
    return known || source->forks(source->self, &processes->forks) == 0;
}

static int list_all(struct process_list *processes, const struct source *source)
{
    struct pid_entry_vec list = {0};
    bool counted = set_mark(processes, source);
    int error = source->processes(source->self, &list);

    processes->valid = counted && !error;
    processes->error = error;
    if (error) {
        vec_free(&list);
        return error;
    }
    vec_free(&processes->list);
    processes->list = list;
    // Every PID namespace has a pid 1.
    processes->hidden = !source->some && list.n && !process_list_find(&list, 1);
    processes->listed_ns = clock_ns();
    processes->number++;
    return 0;
}

int process_list_update(struct process_list *processes, const struct source *source)
{
    uint64_t forks = 0;

    if (processes->valid && source->forks(source->self, &forks) == 0 && forks == processes->forks)
        return 0;
    return add_recent(processes, source) ? 0 : list_all(processes, source);
}

uint32_t process_list_unseen(const struct process_list *processes)
{
    return processes->hidden || processes->error;
}

const struct pid_entry *process_list_find(const struct pid_entry_vec *list, int32_t pid)
{
    return vec_find(list, pid, pid);
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
