// Removing what POSIX names: the name goes at once, what it names when the last process lets go of it.
// shm_unlink(3), sem_unlink(3), mq_unlink(3).
#include "parts.h"

#include "base/text.h"
#include "model/apps/shared_names.h"
#include "model/kinds/shared.h"
#include "model/record/shm_limit.h"
#include "model/text/say.h"

enum { NAMED_MAX = 4, NAME_WIDEST = 48 };

// Of another mount namespace: whose /dev/shm it is in.
static void say_where(struct draft *t, const struct shared *row)
{
    const struct shm_place *place =
        shm_place_at(&t->s->shm_places, row->id.dev_major, row->id.dev_minor);
    int32_t pid = place ? place->pid : t->action->shared.via;

    if (!(row->status & SHARED_ELSEWHERE))
        return;
    say(&t->question, " in ");
    if (row->type == SHARED_POSIX)
        say(&t->question, "the /dev/shm of ");
    say_mount(&t->question, pid, place ? place->mount_namespace : 0);
}

static void ask(struct draft *t, const struct shared *row)
{
    const struct shared_target *target = &t->action->shared;
    char instance[512], name[SHARED_NAME];
    size_t used, n = text_clip(target->name, NAME_WIDEST, &used);

    memcpy(name, target->name, n);
    name[n] = '\0';
    say(&t->question, "Remove {text} {text}{text}", target->what, name, target->name[n] ? "…" : "");
    if (!row) {
        say(&t->question, "?");
        return;
    }
    const struct shared_rule *rule = shared_rule_of(row->name);
    const char *app = shared_app(t->s, row, instance, sizeof instance);
    say(&t->question, " (");
    if (row->known & SHARED_KNOWS_MESSAGES)
        say(&t->question, "{n message}, ", row->messages);
    else if (row->type == SHARED_POSIX && row->known & SHARED_KNOWS_SIZE)
        say(&t->question, "{size}, ", row->size);
    if (app)
        say(&t->question, "{text}, ", rule ? rule->title : app);
    say(&t->question, "owner {user})", row->uid);
    say_where(t, row);
    say(&t->question, "?");
}

// ": 7 app, 9 app and 3 more."
static void list_holders(struct say *x, const struct snapshot *s, const struct shared *row)
{
    size_t n;
    const struct shared_holder *holders = shared_holders(s, &row->id, &n);

    for (size_t i = 0; i < n && i < NAMED_MAX; i++)
        say(x, "{text}{process}", i ? ", " : ": ", process_at(holders[i].pid, s->time));
    say(x, "{more}.", (int64_t)n - NAMED_MAX);
}

// No name, or none that is ours to take away.
static void refuse(struct draft *t, const struct shared *row)
{
    struct say *x = consequence_refusal(t);

    if (row->type == SHARED_HUGETLBFS && !(row->status & SHARED_DELETED)) {
        say(x, "A file of hugetlbfs is removed where that is mounted, by rm(1).");
        return;
    }
    say(x, "{text} has no name to remove: its memory is free once its holders end",
        row->name[0] ? row->name : t->action->shared.what);
    list_holders(x, t->s, row);
}

static void count_use(struct draft *t, const struct shared *row, bool held)
{
    struct impact *impact = &t->out->impact;

    if (row->type != SHARED_POSIX) {
        if (held)
            impact->kept = (struct amount){1, 0};
        if (row->known & SHARED_KNOWS_MESSAGES && !held)
            impact->lost =
                (struct amount){row->messages, row->known & SHARED_KNOWS_RSS ? row->rss : 0};
        return;
    }
    if (held && row->links <= 1) {
        impact->later = (struct amount){1, row->size};
        return;
    }
    if (row->links > 1)
        return;
    impact->now = (struct amount){1, row->size};
    impact->memory_unknown = true; // tmpfs does not distinguish memory from swap
}

// Hard links: link(2).
static void say_links(struct draft *t, const struct shared *row)
{
    say(consequence_next(t),
        "{n other name leads|other names lead} to the same data, which stays; nothing is freed.",
        row->links - 1);
}

// Processes that map it or have it open go on with it.
static void say_held(struct draft *t, const struct shared *row)
{
    size_t n;

    shared_holders(t->s, &row->id, &n);
    if (row->links > 1)
        say_links(t, row);
    else if (row->type == SHARED_POSIX)
        say(consequence_next(t),
            "{n process that uses it keeps its memory until it ends|processes that use it keep its "
            "memory until they end}; nothing is freed now.",
            n ? n : row->attached);
    else
        say(consequence_next(t),
            "{n process that has it goes|processes that have it go} on using it; no other finds it "
            "any longer.",
            n ? n : row->attached);
    if (n) {
        say(consequence_next(t), "Its holders");
        list_holders(&t->effect, t->s, row);
    }
    t->out->grave = true;
}

static void say_free(struct draft *t, const struct shared *row)
{
    const struct amount *lost = &t->out->impact.lost;

    if (row->links > 1) {
        say_links(t, row);
        return;
    }
    say(consequence_next(t), "It vanishes at once");
    if (lost->n > 0 && lost->bytes > 0)
        say(&t->effect, ", and {n message} of {size} with it", lost->n, lost->bytes);
    else if (lost->n > 0)
        say(&t->effect, ", and {n message} with it", lost->n);
    else if (row->type == SHARED_POSIX)
        say(&t->effect, ", with its contents");
    say(&t->effect, ".");
    if (row->type == SHARED_POSIX && row->known & SHARED_KNOWS_RSS)
        say(consequence_next(t), "{size} of memory or swap are freed.", row->rss);
}

// What is not known of its use.
static void say_unseen(struct draft *t, const struct shared *row)
{
    const struct shared_rule *rule = shared_rule_of(row->name);

    if (!(t->s->has & NEED_SHARED_OPEN)) {
        say(consequence_next(t), "Which processes have it open is not known yet.");
        t->out->grave = true;
    } else if (!(row->known & SHARED_KNOWS_ATTACHED)) {
        say(consequence_next(t), "Some processes cannot be read: one of them may use it.");
        t->out->impact.holders_unseen = true;
    }
    if (rule && row->maker == MAKER_LIVES) {
        say(consequence_next(t), "{text} runs as {user} and may come back for it.", rule->title,
            row->uid);
        t->out->grave = true;
    } else if (rule && row->maker == MAKER_UNKNOWN) {
        say(consequence_next(t), "Whether {text} runs is not known.", rule->title);
        t->out->grave = true;
    }
}

void consequence_unlink(struct draft *t)
{
    const struct shared_id id = shared_id_of(&t->action->target);
    const struct shared *row = shared_find(t->s, &id);
    size_t n;

    ask(t, row);
    if (!row) {
        say(consequence_refusal(t), "There is no {text} {text} any more.", t->action->shared.what,
            t->action->shared.name);
        return;
    }
    if (!shared_has_name(row)) {
        refuse(t, row);
        return;
    }
    bool held = shared_holders(t->s, &id, &n) || row->attached || row->open;
    count_use(t, row, held);
    if (held) {
        say_held(t, row);
    } else {
        say_free(t, row);
        say_unseen(t, row);
    }
    consequence_permission(t, row->uid, row->uid, "CAP_FOWNER");
}
