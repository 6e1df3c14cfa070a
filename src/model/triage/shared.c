// What is wrong with shared memory that is not System V's. Names are what its makers gave: where the
// snapshot has none of these objects, since nobody looked, there is nothing to say of them.
#include "model/kinds/shared.h"

#include <stdio.h>

#include "model/apps/shared_names.h"
#include "model/record/identity_set.h"
#include "model/record/limit.h"
#include "model/record/shm_limit.h"
#include "rules.h"

static const uint64_t MUCH = 64 << 20; // of deleted memory: less is how some programs always work

static const char *title_of(const struct shared *r)
{
    const struct shared_rule *rule = shared_rule_of(r->name);

    return rule ? rule->title : "its maker";
}

// --- left behind ---------------------------------------------------------------------------------

static bool orphan(const struct snapshot *s, struct match *match)
{
    const struct shared *r = match->object;
    bool known;

    match->weight = r->known & SHARED_KNOWS_RSS ? r->rss : 0;
    return shared_rule_of(r->name) && shared_orphan(s, r, &known) && known;
}

// Several rules of names may be of one.
static uint64_t same_app(const struct snapshot *s, const struct match *match)
{
    uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a

    (void)s;
    for (const char *c = shared_rule_of(((const struct shared *)match->object)->name)->app; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

static void orphan_title(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x, "{n POSIX segment} of {text} left behind: {size}", x->n, title_of(r),
        matches_weight(x->match, x->n));
}

static void orphan_evidence(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x,
        "/dev/shm/{text}{more}: no process maps or holds them, and no program of {text} runs as "
        "{user}",
        r->name, (int64_t)x->n - 1, title_of(r), r->uid);
}

static void orphan_advise(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x, "nothing needs them any longer: remove them (");
    say(x, COMMAND("F8", "--remove -f 'orphan=yes app={text}' shared"),
        shared_rule_of(r->name)->app);
    say(x, ")");
}

// --- deleted, but held ---------------------------------------------------------------------------

static bool deleted(const struct snapshot *s, struct match *match)
{
    const struct shared *r = match->object;

    (void)s;
    match->weight = r->rss;
    return r->status & SHARED_DELETED && r->known & SHARED_KNOWS_RSS && r->rss >= MUCH;
}

static void deleted_title(struct say *x)
{
    say(x, "deleted but held: {size} in {n POSIX segment}", matches_weight(x->match, x->n), x->n);
}

static void deleted_evidence(struct say *x)
{
    const struct shared *r = x->match->object;
    size_t n;
    const struct shared_holder *holders = shared_holders(x->s, &r->id, &n);

    say(x, "{text}{more}, {size}", r->name, (int64_t)x->n - 1, r->rss);
    if (n)
        say(x, ", held by {process}{more}", process_at(holders[0].pid, x->s->time), (int64_t)n - 1);
}

// --- queues --------------------------------------------------------------------------------------

static bool full(const struct snapshot *s, struct match *match)
{
    const struct shared *r = match->object;

    (void)s;
    match->weight = r->messages;
    return r->status & SHARED_FULL;
}

static void full_title(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x, "POSIX queue {text} is full: {n message}", r->name, r->messages);
}

static void full_evidence(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x,
        "{number} of {n message} wait in /{text} of {user}: its next sender waits, or is refused",
        r->messages, r->max_messages, r->name, r->uid);
}

static void full_advise(struct say *x)
{
    const struct shared *r = x->match->object;

    say(x, "its reader is gone, stuck or too slow: see which processes have the queue open (");
    say(x, COMMAND("Enter", "--batch -f inode={number} shared_holders"), r->id.inode);
    say(x, ")");
}

// --- the file system -----------------------------------------------------------------------------

static bool nearly_full(const struct snapshot *s, struct match *match)
{
    const struct limit *limit = match->object;
    double percent;

    (void)s;
    if (!shm_limit_is(limit) || !limit_percent(limit, &percent) || percent < LIMIT_WARNING)
        return false;
    match->severity = percent >= LIMIT_CRITICAL ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    match->weight = (uint64_t)percent;
    return true;
}

// Whose it is: " of docker:3f4e5d6c7b8a", " of 4242 postgres (mount namespace 4026532201)"; of the one of
// the namespace shown, nothing.
static void say_whose(struct say *x, const struct limit *limit)
{
    if (!limit->mount_namespace || limit->here)
        return;
    say(x, " of ");
    say_mount(x, limit->pid, limit->mount_namespace);
}

static void nearly_full_title(struct say *x)
{
    const struct limit *limit = x->match->object;
    double percent = 0;

    limit_percent(limit, &percent);
    say(x, "/dev/shm");
    say_whose(x, limit);
    say(x, " is {text}full: {size} of {size}", percent >= LIMIT_CRITICAL ? "" : "nearly ",
        limit->used, limit->limit);
}

static bool is_in(const struct snapshot *s, const struct limit *limit, const struct shared *row)
{
    const struct shm_place *place = shm_limit_place(s, limit);

    if (limit->mount_namespace)
        return place && place->dev_major == row->id.dev_major &&
               place->dev_minor == row->id.dev_minor;
    return !(row->status & SHARED_ELSEWHERE);
}

// The next shared memory that lies in it, from *at on; NULL behind the last, and where none was read.
static const struct shared *next_in(const struct snapshot *s, const struct limit *limit, size_t *at)
{
    const struct table *table = &s->tables[kind_shared.id];
    const struct shared *rows = table->at;

    for (; *at < table->n; ++*at)
        if (rows[*at].type == SHARED_POSIX && is_in(s, limit, &rows[*at]))
            return &rows[(*at)++];
    return NULL;
}

static void list_in(const struct snapshot *s, const struct match *match, struct identity_vec *out)
{
    struct identity_vec rows = {0};
    const struct shared *row;

    for (size_t at = 0; (row = next_in(s, match->object, &at));)
        vec_push(&rows, shared_identity(&kind_shared, &row->id));
    identity_set_add_all(out, rows.at, rows.n);
    vec_free(&rows);
}

// The one in it that takes most.
static const struct shared *largest(const struct snapshot *s, const struct limit *limit)
{
    const struct shared *row, *most = NULL;

    for (size_t at = 0; (row = next_in(s, limit, &at));)
        if (row->known & SHARED_KNOWS_RSS && (!most || row->rss > most->rss))
            most = row;
    return most;
}

static void nearly_full_evidence(struct say *x)
{
    const struct limit *limit = x->match->object;
    const struct shared *most = largest(x->s, limit);
    char instance[512];

    say(x, "{size} are left", limit->limit > limit->used ? limit->limit - limit->used : 0);
    if (!most)
        return;
    const char *app = shared_app(x->s, most, instance, sizeof instance);
    const struct shared_rule *rule = shared_rule_of(most->name);
    say(x, "; most is in {text}{text}: {size}, of user {user}", most->name,
        most->status & SHARED_DELETED ? " (deleted)" : "", most->rss, most->uid);
    if (app)
        say(x, " ({text})", rule ? rule->title : app);
    if (rule && rule->breaks)
        say(x, "; {text}", rule->breaks);
}

static void nearly_full_advice(struct say *x)
{
    say(x, "see what is in it (");
    say(x, COMMAND("Enter", "--batch -f kind=posix shared"));
    say(x, "): remove what no process uses, or {text}", shm_limit_remedy(x->match->object));
}

// clang-format off
const struct rule shared_rules[] = {
    {.name = "shm-full", .subject = &kind_limits, .rank = 25, .severity = SEVERITY_WARNING, .need = NEED_LIMITS,
     .more_need = NEED_SHARED | NEED_SHARED_HOLDERS, .lists = list_in, .applies = nearly_full, .title = nearly_full_title, .evidence = nearly_full_evidence,
     .advise = nearly_full_advice},
    {.name = "shared-orphan", .subject = &kind_shared, .rank = 125, .severity = SEVERITY_WARNING, .group = same_app,
     .applies = orphan, .title = orphan_title, .evidence = orphan_evidence,
     .advise = orphan_advise},
    {.name = "shared-deleted", .subject = &kind_shared, .rank = 165, .severity = SEVERITY_NOTICE, .together = true,
     .applies = deleted, .title = deleted_title, .evidence = deleted_evidence,
     .advice = "the memory is free once its last holder unmaps and closes it, or ends"},
    {.name = "mqueue-full", .subject = &kind_shared, .rank = 95, .severity = SEVERITY_WARNING,
     .applies = full, .title = full_title, .evidence = full_evidence,
     .advise = full_advise},
    {0},
};
// clang-format on
