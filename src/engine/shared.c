// What processes share besides System V's segments: NEED_SHARED_HOLDERS, and NEED_SHARED_OPEN.
//
// Nothing in the kernel counts these mappings: each look asks all processes. After a look follows a rest
// of 25 times its cost, as for the holders of segments, so that looking takes at most 4 % of a processor.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/ask/collector.h"
#include "model/apps/shared_names.h"
#include "model/kinds/shared.h"

enum { PACE = 25, PACE_PROMPT = 4 };
enum { MAPPINGS_MAX = 1 << 17 }; // in all; those of the last processes are left out

struct maker {
    struct shared_id id;
    const struct shared_rule *rule;
    uint32_t uid;
    bool lives; // or may live: a process of that user could not be looked at
};
VEC(maker_vec, struct maker);

struct sharing {                        // the outcome of one look
    struct shared_vec objects;          // ordered by id once settled, each once
    struct shared_mapping_vec mappings; // ordered by id, pid, start
    struct shared_holder_vec holders;   // ordered by id, pid
    struct maker_vec makers;            // of named objects that no process holds, ordered by id
    struct pid_vec unseen;              // processes that could not be looked at, ascending
    struct shared_look look;
    bool open; // descriptors were looked at
};

struct shared_state {
    struct sharing now, fresh; // as seen last; while it is asked
    const struct probe_vec *probes;
    bool any;
    int64_t done_ns, cost_ns;
};

static void sharing_free(struct sharing *sharing)
{
    vec_free(&sharing->objects);
    vec_free(&sharing->mappings);
    vec_free(&sharing->holders);
    vec_free(&sharing->makers);
    vec_free(&sharing->unseen);
    *sharing = (struct sharing){0};
}

static void *create(void)
{
    return mem_zero(1, sizeof(struct shared_state));
}

static void destroy(void *self)
{
    struct shared_state *state = self;

    sharing_free(&state->now);
    sharing_free(&state->fresh);
    free(state);
}

// --- one process ---------------------------------------------------------------------------------

static void take_object(struct sharing *to, const struct shared *object,
                        const struct answer *answer, int32_t pid)
{
    struct shared_holder holder = {.id = object->id,
                                   .pid = pid,
                                   .start_ticks = answer->process.start_ticks,
                                   .open = object->open};

    for (size_t i = 0; i < answer->shared_maps.n; i++) {
        const struct shared_mapping *mapping = &answer->shared_maps.at[i];
        if (shared_order(&mapping->id, &object->id) != 0)
            continue;
        holder.attaches++;
        holder.access |= mapping->perms & (MAP_R | MAP_W | MAP_X);
    }
    vec_push(&to->holders, holder);
    vec_push(&to->objects, *object);
    to->objects.at[to->objects.n - 1].attached = holder.attaches > 0;
}

static void take(void *arg, size_t index, struct answer *answer)
{
    struct shared_state *state = arg;
    struct sharing *to = &state->fresh;
    int32_t pid = (int32_t)state->probes->at[index].id;

    if (answer_is_gone(answer))
        return;
    to->look.processes++;
    if (answer_is_refused(answer)) {
        to->look.unreadable++;
        vec_push(&to->unseen, pid);
    }
    if (answer->error || to->mappings.n + answer->shared_maps.n > MAPPINGS_MAX)
        return;
    for (size_t i = 0; i < answer->shared.n; i++)
        take_object(to, &answer->shared.at[i], answer, pid);
    for (size_t i = 0; i < answer->shared_maps.n; i++) {
        answer->shared_maps.at[i].pid = pid;
        vec_push(&to->mappings, answer->shared_maps.at[i]);
    }
}

// --- all of them ---------------------------------------------------------------------------------

static int object_order(const void *a, const void *b)
{
    return shared_order(&((const struct shared *)a)->id, &((const struct shared *)b)->id);
}

static int holder_order(const void *a, const void *b)
{
    const struct shared_holder *x = a, *y = b;
    int order = shared_order(&x->id, &y->id);

    return order ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

static int mapping_order(const void *a, const void *b)
{
    const struct shared_mapping *x = a, *y = b;
    int order = shared_order(&x->id, &y->id);

    order = order ? order : (x->pid > y->pid) - (x->pid < y->pid);
    return order ? order : (x->start > y->start) - (x->start < y->start);
}

static void merge(struct shared *to, const struct shared *from)
{
    uint8_t more = from->known & ~to->known;

    to->attached += from->attached;
    to->open += from->open;
    to->status |= from->status;
    if (more & SHARED_KNOWS_OWNER) {
        to->uid = from->uid;
        to->gid = from->gid;
        to->mode = from->mode;
        to->mtime = from->mtime;
    }
    if (more & SHARED_KNOWS_SIZE || (!(to->known & SHARED_KNOWS_SIZE) && from->size > to->size))
        to->size = from->size;
    if (more & SHARED_KNOWS_RSS)
        to->rss = from->rss;
    to->known |= more;
}

static void settle(struct sharing *sharing)
{
    struct shared_vec *objects = &sharing->objects;
    size_t kept = 0;

    if (objects->n > 1)
        qsort(objects->at, objects->n, sizeof *objects->at, object_order);
    if (sharing->holders.n > 1)
        qsort(sharing->holders.at, sharing->holders.n, sizeof *sharing->holders.at, holder_order);
    if (sharing->mappings.n > 1)
        qsort(sharing->mappings.at, sharing->mappings.n, sizeof *sharing->mappings.at,
              mapping_order);
    for (size_t i = 0; i < objects->n; i++) {
        if (kept && object_order(&objects->at[kept - 1], &objects->at[i]) == 0)
            merge(&objects->at[kept - 1], &objects->at[i]);
        else
            objects->at[kept++] = objects->at[i];
    }
    objects->n = kept;
}

// --- the files behind mappings -------------------------------------------------------------------

struct files {
    struct sharing *to;
    size_t *objects, *mappings; // of each question
};

static void give_mapping(void *arg, size_t index, struct answer *answer)
{
    const struct files *files = arg;

    vec_push(&answer->shared_maps, files->to->mappings.at[files->mappings[index]]);
}

static void take_file(void *arg, size_t index, struct answer *answer)
{
    const struct files *files = arg;

    if (!answer->error && answer->shared.n)
        merge(&files->to->objects.at[files->objects[index]], &answer->shared.at[0]);
}

// Of what has no name here, or none at all, one process that maps it is asked.
static void ask_files(const struct round *round, struct sharing *to)
{
    struct files files = {.to = to,
                          .objects = mem_alloc(to->objects.n * sizeof *files.objects),
                          .mappings = mem_alloc(to->objects.n * sizeof *files.mappings)};
    struct asking asking = {.prepare = give_mapping, .take = take_file, .arg = &files};

    for (size_t i = 0; i < to->objects.n; i++) {
        const struct shared_id *id = &to->objects.at[i].id;
        size_t at = vec_lower(&to->mappings, mapping, shared_order(&mapping->id, id) < 0);
        if (to->objects.at[i].known & SHARED_KNOWS_OWNER || shared_find(round->tables, id) ||
            at == to->mappings.n || shared_order(&to->mappings.at[at].id, id) != 0)
            continue;
        files.objects[asking.probes.n] = i;
        files.mappings[asking.probes.n] = at;
        ask_add(&asking, (struct probe){.what = PROBE_SHARED_FILE, .id = to->mappings.at[at].pid});
    }
    ask_each(round->pool, &asking);
    ask_end(&asking);
    free(files.objects);
    free(files.mappings);
}

// --- makers --------------------------------------------------------------------------------------

struct programs {
    struct sharing *to;
    const struct probe_vec *probes;
};

static void take_program(void *arg, size_t index, struct answer *answer)
{
    const struct programs *programs = arg;
    struct sharing *to = programs->to;
    const struct process *p = &answer->process;
    int32_t pid = (int32_t)programs->probes->at[index].id;

    if (answer->error || !(p->known & PROC_KNOWS_COMM))
        return;
    for (size_t i = 0; i < to->makers.n; i++) {
        struct maker *maker = &to->makers.at[i];
        if (!(p->known & PROC_KNOWS_UID) || p->uid == maker->uid)
            maker->lives |= shared_rule_runs(maker->rule, p->comm) || pids_has(&to->unseen, pid);
    }
}

// Whose name is known by a rule, and which nothing holds: does a program of that rule run as its owner?
// Only where every process of the machine can be seen: what is made in a container may be seen outside.
static void ask_makers(const struct round *round, struct sharing *to)
{
    const struct snapshot *tables = round->tables;
    const struct table *table = &tables->tables[kind_shared.id];
    const struct shared *rows = table->at;
    struct programs programs = {.to = to};
    struct asking asking = {.take = take_program, .arg = &programs};

    for (size_t i = 0; i < table->n; i++) {
        const struct shared_rule *rule = shared_rule_of(rows[i].name);
        size_t at = vec_lower(&to->objects, o, shared_order(&o->id, &rows[i].id) < 0);
        if (rule && !rows[i].found &&
            (at == to->objects.n || shared_order(&to->objects.at[at].id, &rows[i].id) != 0))
            vec_push(&to->makers, (struct maker){rows[i].id, rule, rows[i].uid, false});
    }
    bool all = tables->system.first_pid_namespace && process_list_find(&round->processes->list, 1);
    for (size_t i = 0; all && to->makers.n && i < round->processes->list.n; i++)
        ask_add(&asking,
                (struct probe){.what = PROBE_PROCESS, .id = round->processes->list.at[i].pid});
    programs.probes = &asking.probes;
    bool complete = asking.probes.n && ask_each(round->pool, &asking);
    for (size_t i = 0; i < asking.probes.n && complete; i++)
        complete = asking.asked[i] == ASKED_DONE;
    if (!complete)
        vec_clear(&to->makers);
    ask_end(&asking);
}

static bool look(struct shared_state *state, const struct round *round, bool open)
{
    struct process_list *list = round->processes;
    struct asking asking = {.take = take, .arg = state};

    sharing_free(&state->fresh);
    process_list_update(list, round->source);
    for (size_t i = 0; i < list->list.n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_SHARED,
                                        .id = list->list.at[i].pid,
                                        .facts = open ? PROBE_OPEN : 0});
    state->probes = &asking.probes;
    bool complete = ask_each(round->pool, &asking);
    for (size_t i = 0; i < asking.probes.n; i++)
        if (asking.asked[i] != ASKED_DONE) {
            state->fresh.look.stuck++;
            vec_push(&state->fresh.unseen, (int32_t)asking.probes.at[i].id);
        }
    ask_end(&asking);
    pids_settle(&state->fresh.unseen);
    settle(&state->fresh);
    state->fresh.open = open;
    if (complete)
        ask_files(round, &state->fresh);
    if (complete)
        ask_makers(round, &state->fresh);
    return complete;
}

static void update(void *self, const struct round *round)
{
    struct shared_state *state = self;
    bool open = round->want->need & NEED_SHARED_OPEN;
    int64_t pace = round->effort == EFFORT_AS_NEEDED ? PACE : PACE_PROMPT;

    if (round->effort != EFFORT_FULL && state->any && (!open || state->now.open) &&
        clock_ns() < state->done_ns + pace * state->cost_ns)
        return;
    int64_t used = clock_used_ns();
    if (look(state, round, open)) {
        sharing_free(&state->now);
        state->now = state->fresh;
        state->fresh = (struct sharing){0};
        state->any = true;
    }
    state->cost_ns = clock_used_ns() - used;
    state->done_ns = clock_ns();
}

// --- into the snapshot ---------------------------------------------------------------------------

// Where not all processes could be asked, none seen means nothing.
static void count(const struct sharing *sharing, const struct shared *seen, struct shared *row)
{
    bool all = !sharing->look.unreadable && !sharing->look.stuck;
    uint8_t counts = SHARED_KNOWS_ATTACHED | (sharing->open ? SHARED_KNOWS_OPEN : 0);

    row->known &= (uint8_t) ~(SHARED_KNOWS_ATTACHED | SHARED_KNOWS_OPEN);
    if (all || (seen && (seen->attached || seen->open)))
        row->known |= counts;
    row->attached = seen ? seen->attached : 0;
    row->open = seen ? seen->open : 0;
}

static bool device_named(const struct shared_vec *rows, const struct shared_id *id)
{
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].id.dev_major == id->dev_major && rows->at[i].id.dev_minor == id->dev_minor)
            return true;
    return false;
}

// A name that is not in our /dev/shm, of a file that has one.
static void place(const struct shared_vec *named, struct shared *row)
{
    bool has_place = row->type == SHARED_POSIX || row->type == SHARED_SEMAPHORE;

    if (has_place && !(row->status & SHARED_DELETED) && !device_named(named, &row->id))
        row->status |= SHARED_ELSEWHERE;
    if (row->size)
        row->known |= SHARED_KNOWS_SIZE;
}

static enum shared_maker maker_of(const struct sharing *sharing, const struct shared_id *id)
{
    size_t at = vec_lower(&sharing->makers, maker, shared_order(&maker->id, id) < 0);

    if (at == sharing->makers.n || shared_order(&sharing->makers.at[at].id, id) != 0)
        return MAKER_UNKNOWN;
    return sharing->makers.at[at].lives ? MAKER_LIVES : MAKER_GONE;
}

static void fill_objects(const struct sharing *sharing, struct table *table)
{
    struct shared_vec named = {0}, all = {0};
    const struct shared *rows = table->at;

    for (size_t i = 0; i < table->n; i++)
        if (!rows[i].found) // else it is from an earlier filling
            vec_push(&named, rows[i]);
    for (size_t i = 0; i < named.n; i++) {
        const struct shared_id *id = &named.at[i].id;
        size_t at = vec_lower(&sharing->objects, o, shared_order(&o->id, id) < 0);
        bool seen = at < sharing->objects.n && shared_order(&sharing->objects.at[at].id, id) == 0;
        vec_push(&all, named.at[i]);
        count(sharing, seen ? &sharing->objects.at[at] : NULL, &all.at[i]);
        all.at[i].maker = seen ? MAKER_LIVES : maker_of(sharing, id);
    }
    for (size_t i = 0; i < sharing->objects.n; i++) {
        const struct shared *object = &sharing->objects.at[i];
        size_t at = vec_lower(&named, row, shared_order(&row->id, &object->id) < 0);
        if (at < named.n && shared_order(&named.at[at].id, &object->id) == 0)
            continue;
        struct shared row = *object;
        count(sharing, object, &row);
        place(&named, &row);
        vec_push(&all, row);
    }
    vec_free(&named);
    if (all.n > 1)
        qsort(all.at, all.n, sizeof *all.at, object_order);
    free(table->at);
    *table = (struct table){.at = all.at, .n = all.n, .size = sizeof *all.at};
}

static bool fill(const void *self, uint64_t need, struct snapshot *snapshot)
{
    const struct shared_state *state = self;
    const struct sharing *now = &state->now;

    if (!state->any || (need & NEED_SHARED_OPEN && !now->open))
        return false;
    fill_objects(now, &snapshot->tables[kind_shared.id]);
    table_copy(&snapshot->tables[kind_shared_holders.id],
               &(struct table){now->holders.at, now->holders.n, sizeof *now->holders.at});
    table_copy(&snapshot->tables[kind_shared_maps.id],
               &(struct table){now->mappings.at, now->mappings.n, sizeof *now->mappings.at});
    return true;
}

const struct collector shared_collector = {
    .name = "shared memory",
    .need = NEED_SHARED_HOLDERS | NEED_SHARED_OPEN,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
