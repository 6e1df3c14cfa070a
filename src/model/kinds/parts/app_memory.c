#include "model/kinds/parts/app_memory.h"

#include <string.h>

#include "base/line.h"
#include "base/memory.h"
#include "base/sum.h"
#include "base/text.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/apps/shared_names.h"
#include "model/kinds/parts/shared_rows.h"

struct app_memory {
    uint64_t bytes[SHARED_TYPES], system_v; // sizes
    size_t processes;                       // that were seen holding any of it
};

// Two servers of one application are distinguished by their data directories; where these are not known,
// at least by the /dev/shm their names are in.
static bool may_be_together(const struct shared *a, const struct shared *b)
{
    bool apart = (a->status ^ b->status) & SHARED_ELSEWHERE;
    bool named = a->type == SHARED_POSIX && b->type == SHARED_POSIX;

    return !apart &&
           (!named || (a->id.dev_major == b->id.dev_major && a->id.dev_minor == b->id.dev_minor));
}

static void add_shared(const struct snapshot *s, const struct shared *mate, const char *app,
                       const char *instance, struct app_memory *out, struct pid_vec *pids)
{
    const struct table *table = &s->tables[KIND_SHARED];
    const struct shared *rows = table->at;
    char of[512];
    size_t n;

    for (size_t i = 0; i < table->n; i++) {
        const struct shared *row = &rows[i];
        const char *its = shared_app(s, row, of, sizeof of);
        if (!its || strcmp(its, app) != 0 || (*instance && *of && strcmp(of, instance) != 0) ||
            (!(*instance && *of) && !may_be_together(row, mate)))
            continue;
        if (row->known & SHARED_KNOWS_SIZE)
            sum_add(&out->bytes[row->type], row->size);
        const struct shared_holder *holders = shared_holders(s, &row->id, &n);
        for (size_t k = 0; k < n; k++)
            pids_add(pids, holders[k].pid);
    }
}

static void add_segments(const struct snapshot *s, const char *app, const char *instance,
                         struct app_memory *out, struct pid_vec *pids)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *segment = &s->segments.at[i];
        struct label label;
        size_t n = 0;

        if (!label_of(s, &segment->o, &label) || strcmp(label.app, app) != 0 ||
            (*instance && *label.instance && strcmp(label.instance, instance) != 0))
            continue;
        sum_add(&out->system_v, segment->size);
        const struct holder *holders = s->scan ? scan_holders(s->scan, segment->o.id, &n) : NULL;
        for (size_t k = 0; k < n; k++)
            pids_add(pids, holders[k].pid);
    }
}

static bool sum_up(const struct snapshot *s, const struct shared *row, const char *app,
                   const char *instance, struct app_memory *out)
{
    struct pid_vec pids = {0};

    *out = (struct app_memory){0};
    add_shared(s, row, app, instance, out, &pids);
    if (!(row->status & SHARED_ELSEWHERE)) // else its segments are not those of the namespace shown
        add_segments(s, app, instance, out, &pids);
    pids_settle(&pids);
    out->processes = pids.n;
    vec_free(&pids);
    uint64_t all = out->system_v;
    for (int type = 0; type < SHARED_TYPES; type++)
        sum_add(&all, out->bytes[type]);
    return all > 0;
}

// As sentences name it: a rule's title, or the program's name.
static const char *title_of(const struct shared *row, const char *app)
{
    const struct shared_rule *rule = shared_rule_of(row->name);

    return rule && strcmp(rule->app, app) == 0 ? rule->title
           : postgres_program(app)             ? "PostgreSQL"
                                               : app;
}

char *app_memory_line(const struct snapshot *s, const struct shared *row)
{
    static const struct {
        enum shared_type type;
        const char *name;
    } parts[] = {{SHARED_ANONYMOUS, "anonymous"},
                 {SHARED_POSIX, "POSIX"},
                 {SHARED_MEMFD, "memfd"},
                 {SHARED_HUGETLBFS, "hugetlbfs"}};
    char instance[512], text[LINE_TEXT], size[TEXT_SHORT];
    const char *app = shared_app(s, row, instance, sizeof instance), *comma = "";
    struct line line = line_start(text, sizeof text);
    struct app_memory memory;

    if (!app || !sum_up(s, row, app, instance, &memory))
        return NULL;
    line_add(&line, "%s%s%s: ", title_of(row, app), *instance ? " " : "", instance);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t bytes = memory.bytes[parts[i].type];
        if (!bytes)
            continue;
        line_add(&line, "%s%s %s", comma, text_size(size, sizeof size, bytes), parts[i].name);
        comma = ", ";
    }
    if (memory.system_v)
        line_add(&line, "%s%s%s System V", comma, text_size(size, sizeof size, memory.system_v),
                 memory.system_v < 1024 ? " bytes" : "");
    line_add(&line, ", %zu process%s", memory.processes, memory.processes == 1 ? "" : "es");
    return mem_copy_string(text);
}
