// Elements: the single semaphores of a set.
#include "model/kinds/elements.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/order.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

// A pid of 0 is nobody's, or one outside this PID namespace: the kernel does not say which.
static enum pid_state pid_state(const struct snapshot *s, const struct element *r)
{
    const struct semset *set = snapshot_semset(s, r->semid);

    if (!(r->known & ELEMENT_KNOWS_PID) || r->pid <= 0)
        return PID_UNKNOWN;
    return set ? object_pid_state(s, &set->o, r->pid, semset_last_use(set))
               : snapshot_pid_state(s, r->pid, 0);
}

static void get_pid_state(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct element *r = row;

    cell_set_text(out, pid_state_name(pid_state(s, r)));
}

static void set_pid_state(struct snapshot *s, void *row, const struct cell *value)
{
    const struct element *r = row;

    pid_state_restore(s, r->pid, value->text);
}

static void show_pid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct element *r = row;

    if (r->known & ELEMENT_KNOWS_PID)
        pid_show(s, r->pid, pid_state(s, r), dst, cap);
}

// clang-format off
static const struct column columns[] = {
    {.name = "semid", .detail = DETAIL_PATH, .title = "SEMID", .help = "set it belongs to", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .priority = 3, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct element, semid)},
    {.name = "index", .title = "INDEX", .help = "its number in the set", .type = CELL_COUNT,
     .width = 5, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_VALUE, struct element, index)},
    {.name = "value", .title = "VALUE", .help = "semaphore value", .type = CELL_COUNT,
     .width = 5, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER_IF(ELEMENT_KNOWS_VALUE, AS_VALUE, struct element, value)},
    {.name = "ncount", .label = "wait to take", .title = "WAIT-TAKE", .help = "tasks waiting to take from it, which would make it negative",
     .type = CELL_COUNT, .width = 9, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING,
     .member = MEMBER_IF(ELEMENT_KNOWS_COUNTS, AS_VALUE, struct element, ncount)},
    {.name = "zcount", .label = "wait for zero", .title = "WAIT-ZERO", .help = "tasks waiting for it to become zero",
     .type = CELL_COUNT, .width = 9, .priority = 1,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .member = MEMBER_IF(ELEMENT_KNOWS_COUNTS, AS_VALUE, struct element, zcount)},
    {.name = "pid", .label = "last operator", .detail = DETAIL_PATH, .title = "LAST", .help = "process of the last operation",
     .type = CELL_NUMBER, .width = 10, .widest = 26, .priority = 2,
     .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER_IF(ELEMENT_KNOWS_PID, AS_POSITIVE, struct element, pid), .show = show_pid},
    {.name = "pid_state", .detail = DETAIL_NONE, .title = "PSTATE", .help = "whether that process lives",
     .type = CELL_TEXT, .width = 7, .flags = COL_JSON, .need = NEED_PROCESSES | NEED_SEMSETS,
     .names = pid_state_names, .get = get_pid_state, .set = set_pid_state},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct element *r = row;

    (void)s;
    *out = (struct identity){.kind = KIND_ELEMENT, .id = r->semid, .part = r->index};
}

static bool belongs(const void *row, const struct identity *parent)
{
    const struct element *r = row;

    return parent->kind == KIND_SEMSET && r->semid == parent->id;
}

const int32_t *elements_in_focus(const struct want *want)
{
    bool set = want->focus.kind == KIND_SEMSET || want->focus.kind == KIND_ELEMENT;

    return want->focused && set ? &want->focus.id : NULL;
}

static int order(const void *a, const void *b)
{
    const struct element *x = a, *y = b;

    return order_by(x->semid, y->semid) ?: order_by(x->index, y->index);
}

// A set finds its own by their place.
static void restored(struct snapshot *s)
{
    const struct element_vec *all = &s->elements;
    size_t end;

    for (size_t i = 0; i < s->semsets.n; i++) {
        struct semset *set = &s->semsets.at[i];
        size_t first = vec_lower(all, e, e->semid < set->o.id);
        for (end = first; end < all->n && all->at[end].semid == set->o.id; end++)
            continue;
        set->first_element = (uint32_t)first;
        set->n_elements = (uint32_t)(end - first);
    }
}

static void describe(const struct identity *identity, char *dst, size_t cap)
{
    snprintf(dst, cap, "semaphore %" PRIu64 " of set %" PRId32, identity->part, identity->id);
}

static void name_pids(const struct snapshot *s, struct pid_vec *out)
{
    for (size_t i = 0; i < s->elements.n; i++)
        if (s->elements.at[i].known & ELEMENT_KNOWS_PID)
            pids_add(out, s->elements.at[i].pid);
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    use_add_operators(out, s, row->id, row);
    use_add_waiters(out, s, KIND_SEMSET, row->id);
}

const struct kind kind_elements = {
    .id = KIND_ELEMENT,
    .name = "elements",
    .title = "Elements",
    .one = "semaphore",
    .can = CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_WAITERS,
    .owner_need = NEED_SEMSETS,
    .json = 5,
    .waiting = KIND_WAITER,
    .object = KIND_SEMSET,
    .need = NEED_SEMSETS | NEED_ELEMENTS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .name_pids = name_pids,
    .rows = ROWS_OF(elements),
    .identify = identify,
    .belongs = belongs,
    .order = order,
    .restored = restored,
    .describe = describe,
    .processes = processes,
    .no_processes = set_no_processes,
};
