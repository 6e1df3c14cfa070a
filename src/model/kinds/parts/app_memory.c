#include "model/kinds/parts/app_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/memory.h"
#include "base/order.h"
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

// A shared object or a segment, and whose it is. Found once, and put in order: anybody can make tens of
// thousands of them, in thousands of programs with names of their own.
struct part {
    const struct shared *shared; // NULL: it is a segment
    const struct segment *segment;
    char *app, *instance; // owned
};
VEC(part_vec, struct part);

static void add_part(struct part_vec *parts, struct part part, const char *app,
                     const char *instance)
{
    part.app = mem_copy_string(app);
    part.instance = mem_copy_string(instance);
    vec_push(parts, part);
}

static int server_order(const struct part *part, const char *app, const char *instance)
{
    int order = strcmp(part->app, app);

    return order || !instance ? order : strcmp(part->instance, instance);
}

// Of one server in the order of the table; segments first.
static int part_order(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    return server_order(x, y->app, y->instance)
               ?: (x->shared > y->shared) - (x->shared < y->shared);
}

static void list_parts(const struct snapshot *s, struct part_vec *out)
{
    const struct table *table = &s->tables[KIND_SHARED];
    const struct shared *rows = table->at;
    char instance[512];
    struct label label;

    for (size_t i = 0; i < table->n; i++) {
        const char *app = shared_app(s, &rows[i], instance, sizeof instance);
        if (app)
            add_part(out, (struct part){.shared = &rows[i]}, app, instance);
    }
    for (size_t i = 0; i < s->segments.n; i++)
        if (label_of(s, &s->segments.at[i].o, &label))
            add_part(out, (struct part){.segment = &s->segments.at[i]}, label.app, label.instance);
    vec_sort(out, part_order);
}

static void parts_free(struct part_vec *parts)
{
    for (size_t i = 0; i < parts->n; i++) {
        free(parts->at[i].app);
        free(parts->at[i].instance);
    }
    vec_free(parts);
}

// Of two parts of one application: whether the second is of the same server as that shared object, as far
// as is known.
static bool is_mate(const struct part *of, const struct part *part)
{
    if (!part->shared) // segments of elsewhere are not those of the namespace shown
        return !(of->shared->status & SHARED_ELSEWHERE);
    return (*of->instance && *part->instance) || may_be_together(part->shared, of->shared);
}

static void add_bytes(const struct snapshot *s, const struct part *part, struct app_memory *out,
                      struct pid_vec *pids)
{
    size_t n = 0;

    if (part->segment) {
        const struct holder *holders =
            s->scan ? scan_holders(s->scan, part->segment->o.id, &n) : NULL;
        sum_add(&out->system_v, part->segment->size);
        for (size_t k = 0; k < n; k++)
            pids_add(pids, holders[k].pid);
        return;
    }
    const struct shared_holder *holders = shared_holders(s, &part->shared->id, &n);
    if (part->shared->known & SHARED_KNOWS_SIZE)
        sum_add(&out->bytes[part->shared->type], part->shared->size);
    for (size_t k = 0; k < n; k++)
        pids_add(pids, holders[k].pid);
}

// `instance`: of that one alone; NULL: of any.
static void add_mates(const struct snapshot *s, const struct part_vec *parts, const struct part *of,
                      const char *instance, struct app_memory *out, struct pid_vec *pids)
{
    size_t i = vec_lower(parts, part, server_order(part, of->app, instance) < 0);

    for (; i < parts->n && server_order(&parts->at[i], of->app, instance) == 0; i++)
        if (is_mate(of, &parts->at[i]))
            add_bytes(s, &parts->at[i], out, pids);
}

static struct app_memory sum_up(const struct snapshot *s, const struct part_vec *parts,
                                const struct part *of)
{
    struct app_memory out = {0};
    struct pid_vec pids = {0};

    if (*of->instance) {
        add_mates(s, parts, of, of->instance, &out, &pids);
        add_mates(s, parts, of, "", &out, &pids); // whose server is not known
    } else {
        add_mates(s, parts, of, NULL, &out, &pids);
    }
    pids_settle(&pids);
    out.processes = pids.n;
    vec_free(&pids);
    out.all = out.system_v;
    for (int type = 0; type < SHARED_TYPES; type++)
        sum_add(&out.all, out.bytes[type]);
    return out;
}

// As sentences name it: a rule's title, or the program's name.
static const char *title_of(const struct shared *row, const char *app)
{
    const struct shared_rule *rule = shared_rule_of(row->name);

    return rule && strcmp(rule->app, app) == 0 ? rule->title
           : postgres_program(app)             ? "PostgreSQL"
                                               : app;
}

static char *line_of(const struct part *of, const struct app_memory *memory)
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

    line_add(&line, "%s%s%s: ", title_of(of->shared, of->app), *of->instance ? " " : "",
             of->instance);
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
    struct part_vec parts = {0};
    char *line = NULL;

    if (!shared_app(s, row, NULL, 0))
        return NULL;
    list_parts(s, &parts);
    for (size_t i = 0; i < parts.n && !line; i++) {
        if (parts.at[i].shared != row)
            continue;
        const struct app_memory memory = sum_up(s, &parts, &parts.at[i]);
        if (!memory.all)
            break;
        line = line_of(&parts.at[i], &memory);
    }
    parts_free(&parts);
    return line;
}

// --- all applications ----------------------------------------------------------------------------

struct app_sum {
    const struct part *of; // the first of its shared objects
    struct app_memory memory;
};
VEC(app_sum_vec, struct app_sum);

static bool is_elsewhere(const struct part *part)
{
    return part->shared->status & SHARED_ELSEWHERE;
}

static int larger_first(const void *a, const void *b)
{
    const struct app_sum *x = a, *y = b;

    return order_by_u64(y->memory.all, x->memory.all)
               ?: server_order(x->of, y->of->app, y->of->instance)
               ?: is_elsewhere(x->of) - is_elsewhere(y->of);
}

// The sums are in the order of their parts: those of the same server are the last ones.
static bool has_sum(const struct app_sum_vec *sums, const struct part *part)
{
    for (size_t i = sums->n; i > 0; i--) {
        const struct part *of = sums->at[i - 1].of;
        if (server_order(of, part->app, part->instance) != 0)
            return false;
        if (is_elsewhere(of) == is_elsewhere(part))
            return true;
    }
    return false;
}

void app_memory_lines(const struct snapshot *s, struct note_vec *out)
{
    struct part_vec parts = {0};
    struct app_sum_vec sums = {0};

    list_parts(s, &parts);
    for (size_t i = 0; i < parts.n; i++)
        if (parts.at[i].shared && !has_sum(&sums, &parts.at[i]))
            vec_push(&sums, (struct app_sum){&parts.at[i], sum_up(s, &parts, &parts.at[i])});
    vec_sort(&sums, larger_first);
    for (size_t i = 0; i < sums.n && i < APP_MEMORY_LINES && sums.at[i].memory.all; i++)
        note_add(out, NOTE_PLAIN, line_of(sums.at[i].of, &sums.at[i].memory));
    vec_free(&sums);
    parts_free(&parts);
}
