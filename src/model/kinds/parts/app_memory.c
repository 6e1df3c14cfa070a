#include "model/kinds/parts/app_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/memory.h"
#include "base/sum.h"
#include "base/text.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/apps/shared_names.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/parts/shared_rows.h"

struct app_memory {
    uint64_t bytes[SHARED_TYPES], system_v; // sizes
    uint64_t all;
    size_t processes; // that were seen holding any of it
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
    out->all = out->system_v;
    for (int type = 0; type < SHARED_TYPES; type++)
        sum_add(&out->all, out->bytes[type]);
    return out->all > 0;
}

// As sentences name it: a rule's title, or the program's name.
static const char *title_of(const struct shared *row, const char *app)
{
    const struct shared_rule *rule = shared_rule_of(row->name);

    return rule && strcmp(rule->app, app) == 0 ? rule->title
           : postgres_program(app)             ? "PostgreSQL"
                                               : app;
}

static char *line_of(const struct shared *row, const char *app, const char *instance,
                     const struct app_memory *memory)
{
    static const struct {
        enum shared_type type;
        const char *name;
    } parts[] = {{SHARED_ANONYMOUS, "anonymous"},
                 {SHARED_POSIX, "POSIX"},
                 {SHARED_MEMFD, "memfd"},
                 {SHARED_HUGETLBFS, "hugetlbfs"}};
    char text[LINE_TEXT], size[TEXT_SHORT];
    const char *comma = "";
    struct line line = line_start(text, sizeof text);

    line_add(&line, "%s%s%s: ", title_of(row, app), *instance ? " " : "", instance);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t bytes = memory->bytes[parts[i].type];
        if (!bytes)
            continue;
        line_add(&line, "%s%s %s", comma, text_size(size, sizeof size, bytes), parts[i].name);
        comma = ", ";
    }
    if (memory->system_v)
        line_add(&line, "%s%s%s System V", comma, text_size(size, sizeof size, memory->system_v),
                 memory->system_v < 1024 ? " bytes" : "");
    line_add(&line, ", %zu process%s", memory->processes, memory->processes == 1 ? "" : "es");
    return mem_copy_string(text);
}

char *app_memory_line(const struct snapshot *s, const struct shared *row)
{
    char instance[512];
    const char *app = shared_app(s, row, instance, sizeof instance);
    struct app_memory memory;

    return app && sum_up(s, row, app, instance, &memory) ? line_of(row, app, instance, &memory)
                                                         : NULL;
}

// --- all applications ----------------------------------------------------------------------------

struct app_line {
    char *key;  // what its rows have in common
    char *text; // NULL: nothing is its
    uint64_t bytes;
};
VEC(app_line_vec, struct app_line);

static int larger_first(const void *a, const void *b)
{
    const struct app_line *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->key, y->key);
}

static bool has_key(const struct app_line_vec *lines, const char *key)
{
    for (size_t i = 0; i < lines->n; i++)
        if (strcmp(lines->at[i].key, key) == 0)
            return true;
    return false;
}

static void add_line(const struct snapshot *s, const struct shared *row, struct app_line_vec *lines)
{
    char instance[512];
    const char *app = shared_app(s, row, instance, sizeof instance);
    struct app_memory memory = {0};

    if (!app || lines->n == APP_MEMORY_LINES)
        return;
    char *key = mem_format("%s %s %d", app, instance, row->status & SHARED_ELSEWHERE);
    if (has_key(lines, key)) {
        free(key);
        return;
    }
    bool any = sum_up(s, row, app, instance, &memory);
    vec_push(lines, (struct app_line){.key = key,
                                      .text = any ? line_of(row, app, instance, &memory) : NULL,
                                      .bytes = memory.all});
}

void app_memory_lines(const struct snapshot *s, struct note_vec *out)
{
    const struct table *table = &s->tables[KIND_SHARED];
    const struct shared *rows = table->at;
    struct app_line_vec lines = {0};

    for (size_t i = 0; i < table->n; i++)
        add_line(s, &rows[i], &lines);
    if (lines.n > 1)
        qsort(lines.at, lines.n, sizeof *lines.at, larger_first);
    for (size_t i = 0; i < lines.n; i++) {
        if (lines.at[i].text)
            note_add(out, NOTE_PLAIN, lines.at[i].text);
        free(lines.at[i].key);
    }
    vec_free(&lines);
}
