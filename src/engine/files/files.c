// Open files and sockets: of the process in focus, of those that are followed, or of all in the table
// of processes; and where those listen (NEED_PORTS), which takes their sockets alone.
//
// First each process is asked for its descriptors, then one process of each network namespace for the
// tables that say what the sockets among them are.
#include <string.h>

#include "base/clock.h"
#include "base/order.h"
#include "engine/ask/collector.h"
#include "engine/files/peers.h"
#include "engine/files/sockets.h"
#include "model/holders/process_totals.h"

enum {
    ALL_NEEDS = NEED_FILES | NEED_PORTS | NEED_PEERS,
    CHILDREN_MAX = 256, // of the process on its page
    PACE_ONE = 20,      // a process in sight may take a twentieth of a processor,
    PACE_ALL = 250      // all of them, when little is asked of each, not half a percent
};

struct taken { // the answer of one process
    struct process_files answer;
    struct file_vec files;
};

struct files {
    struct file_vec files;
    struct process_files_vec answers;
    struct port_vec ports;
    struct pid_vec pids; // asked last
    uint64_t need;
    int64_t done_ns, cost_ns;

    struct taken *taken; // of the asking that goes on, one a probe
};

static void release(void *self)
{
    struct files *f = self;

    files_clear(&f->files);
    vec_free(&f->files);
    vec_free(&f->answers);
    vec_free(&f->ports);
    vec_free(&f->pids);
}

// --- which ones ---------------------------------------------------------------------------------

// A server's clients are connected to its children, often.
static void add_children(const struct snapshot *s, int32_t parent, struct pid_vec *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->processes.n && n < CHILDREN_MAX; i++) {
        const struct process *p = &s->processes.at[i];
        if (p->known & PROC_KNOWS_PARENT && p->parent == parent && !p->gone) {
            vec_push(out, p->pid);
            n++;
        }
    }
}

static void list_pids(const struct round *round, struct pid_vec *out)
{
    const struct want *want = round->want;
    const struct totals_vec *totals = &round->tables->totals;

    vec_clear(out);
    bool some = (want->focused && want->focus.pid > 0) || want->n_followed;
    if (want->need & NEED_PORTS || !some)
        for (size_t i = 0; i < totals->n; i++)
            vec_push(out, totals->at[i].pid);
    if (want->focused)
        vec_push(out, want->focus.pid);
    if (want->focused && want->focus.pid > 0 && want->need & NEED_PEERS)
        add_children(round->tables, want->focus.pid, out);
    for (size_t i = 0; i < want->n_followed; i++) {
        vec_push(out, want->followed[i]);
        if (want->need & NEED_PEERS)
            add_children(round->tables, want->followed[i], out);
    }
    pids_settle(out);
}

// Whether of this one its sockets are enough.
static bool sockets_only(const struct want *want, int32_t pid)
{
    if (!(want->need & NEED_FILES))
        return true;
    return !process_is_wanted(want, pid) && (want->focused || want->n_followed);
}

// --- asking -------------------------------------------------------------------------------------

static void take_files(void *arg, const struct probe *probe, struct answer *answer)
{
    struct taken *taken = &((struct files *)arg)->taken[probe->of];

    taken->answer = (struct process_files){.outcome = answer_is_gone(answer)      ? FILES_GONE
                                                      : answer_is_refused(answer) ? FILES_REFUSED
                                                                                  : FILES_READ,
                                           .left_out = answer->files_left_out,
                                           .unread = answer->files_unread,
                                           .net_namespace = answer->net_namespace};
    taken->files = answer->files;
    answer->files = (struct file_vec){0};
}

static void add_files(struct files *f, const struct asking *asking)
{
    files_clear(&f->files);
    vec_clear(&f->answers);
    for (size_t i = 0; i < asking->probes.n; i++) {
        struct taken *taken = &f->taken[i];
        struct process_files *answer = &taken->answer;
        answer->pid = (int32_t)asking->probes.at[i].id;
        if (asking->asked[i] != ASKED_DONE)
            answer->outcome = asking->asked[i] == ASKED_STUCK ? FILES_STUCK : FILES_UNASKED;
        answer->sockets_only = asking->probes.at[i].facts & PROBE_SOCKETS_ONLY;
        answer->first = (uint32_t)f->files.n;
        answer->n = (uint32_t)taken->files.n;
        vec_push(&f->answers, *answer);
        for (size_t k = 0; k < taken->files.n; k++)
            vec_push(&f->files, taken->files.at[k]);
        vec_free(&taken->files);
    }
}

// --- ports --------------------------------------------------------------------------------------

static void add_ports(struct files *f)
{
    vec_clear(&f->ports);
    for (size_t i = 0; i < f->answers.n; i++) {
        struct process_files *answer = &f->answers.at[i];
        size_t first = f->ports.n;

        for (size_t k = 0; k < answer->n; k++)
            if (open_file_listens(&f->files.at[answer->first + k]))
                vec_push(&f->ports, f->files.at[answer->first + k].port);
        size_t n =
            order_once(f->ports.at + first, f->ports.n - first, sizeof *f->ports.at, order_u32);
        f->ports.n = first + n;
        answer->first_port = (uint32_t)first;
        answer->n_ports = (uint32_t)n;
    }
}

// -------------------------------------------------------------------------------------------------

static bool is_good(const struct files *f, const struct round *round, const struct pid_vec *pids)
{
    uint64_t need = round->want->need & ALL_NEEDS;
    int64_t pace = need & NEED_PORTS ? PACE_ALL : PACE_ONE;
    bool same = pids->n == f->pids.n &&
                (!pids->n || memcmp(pids->at, f->pids.at, pids->n * sizeof *pids->at) == 0);

    return round->effort != EFFORT_FULL && f->done_ns && same && need == f->need &&
           clock_ns() < f->done_ns + f->cost_ns * pace;
}

static void update(void *self, const struct round *round)
{
    struct files *f = self;
    struct asking asking = {.take = take_files, .arg = f};
    struct pid_vec pids = {0};

    list_pids(round, &pids);
    if (is_good(f, round, &pids)) {
        vec_free(&pids);
        return;
    }
    int64_t cost = clock_used_ns();
    for (size_t i = 0; i < pids.n; i++)
        ask_add(
            &asking,
            (struct probe){.what = PROBE_FILES,
                           .id = pids.at[i],
                           .facts = sockets_only(round->want, pids.at[i]) ? PROBE_SOCKETS_ONLY : 0,
                           .of = i});
    f->taken = mem_zero(pids.n, sizeof *f->taken);
    ask_each(round->pool, &asking);
    add_files(f, &asking);
    sockets_describe(round->pool, &f->files, &f->answers, !(round->want->need & NEED_FILES));
    if (round->want->need & NEED_PEERS)
        peers_find(round, &f->files, &f->answers);
    add_ports(f);
    free(f->taken);
    f->taken = NULL;
    ask_end(&asking);
    vec_free(&f->pids);
    f->pids = pids;
    f->need = round->want->need & ALL_NEEDS;
    f->cost_ns = clock_used_ns() - cost;
    f->done_ns = clock_ns();
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct files *f = self;

    if (!f->done_ns)
        return false;
    files_copy(&snapshot->files, &f->files);
    vec_copy(&snapshot->file_answers, &f->answers);
    vec_copy(&snapshot->ports, &f->ports);
    snapshot->files_ns = f->done_ns;
    snapshot->files_look = files_look(&f->files, &f->answers);
    return true;
}

const struct collector files_collector = {
    .need = ALL_NEEDS,
    .size = sizeof(struct files),
    .release = release,
    .update = update,
    .fill = fill,
};
