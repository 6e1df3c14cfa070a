// Real processes attach, split, move, fork, exec and end at random; whatever the sampler says is
// true as of a moment after that must be true, by a full scan or by leaving it out.
// runs alone: a scan may be left out where nothing forks on the whole machine
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/sampler.h"
#include "linux/source.h"
#include "support/actors.h"
#include "support/ns.h"
#include "support/test.h"
#include "support/truth.h"

enum { SEGMENTS = 6, RUSH = 400, REST = 3, STEALTHY = 120 };

static uint64_t seed;
static int rounds = 2;
static int shmids[SEGMENTS];
static char last_ops[256]; // for who has to find out

static uint32_t dice(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

static int any_actor(const struct actors *a)
{
    for (int tries = 0; tries < 200; tries++) {
        int slot = (int)dice(ACTORS);
        if (actors_alive(a, slot))
            return slot;
    }
    return 0;
}

static bool leaves_no_trace(enum actor_op op)
{
    return op == OP_PROTECT || op == OP_SHARE || op == OP_UNSHARE || op == OP_LEADER_EXIT ||
           op == OP_LEAVE;
}

// One thing at random. Slot 0 never ends: it can always go on.
static void act(struct actors *a, bool stealthy)
{
    enum actor_op op;
    int slot = any_actor(a), which = (int)dice(1000);

    do
        op = dice(3) ? (enum actor_op)dice(OP_FORK + 1) : (enum actor_op)dice(OP_COUNT);
    while (stealthy ? !leaves_no_trace(op) : false);
    if (op == OP_ATTACH)
        which = shmids[dice(SEGMENTS)];
    if (op == OP_FORK && (which = actors_free_slot(a)) < 0)
        op = OP_EXIT;
    if (op == OP_EXIT || op == OP_EXEC || op == OP_LEAVE || op == OP_LEADER_EXIT) {
        if (op == OP_EXIT)
            slot = (int)dice(ACTORS); // also those that sleep
        if (slot == 0)
            return;
    }
    if (op == OP_LEAVE && !ns_was_root())
        return; // without file handles nobody can tell whose segment it still holds
    bool done = actors_do(a, slot, op, which, (int)dice(8));
    size_t used = strlen(last_ops);
    if (used > sizeof last_ops - 40)
        used = 0;
    snprintf(last_ops + used, sizeof last_ops - used, " %d:%s%s", slot, actor_op_name(op),
             done ? "" : "(no)");
}

// The real source, and how many processes it was asked for.
static struct source real;
static _Atomic unsigned asked;
static unsigned answers;
static unsigned left_out; // or had to be scanned, since nobody can say whose a segment is

static void counting_probe(void *self, struct prober *prober, const struct probe *probe,
                           struct answer *answer)
{
    asked++;
    real.probe(self, prober, probe, answer);
}

static const struct want wanted = {.need = NEED_SEGMENTS | NEED_HOLDERS};

// The first picture whose holders are as of now, or later. Nothing is under way when it is there: what
// is looked for next begins after what happens next.
static struct snapshot *look(struct sampler *s)
{
    int64_t now = clock_ns(), end = now + 60 * CLOCK_SECOND;

    while (clock_ns() < end) {
        struct snapshot *p = sampler_collect(s, &wanted);
        if (p->scan && p->scan->finished_ns > now)
            return p;
        snapshot_unref(p);
        poll(NULL, 0, 2); // scans are paced
    }
    fail_msg("no picture (seed as above, after%s)", last_ops);
    return NULL;
}

static void fail_at(const struct snapshot *p, const struct truth *truth, const char *why)
{
    char perms[5];

    print_error("%s, after%s\n", why, last_ops);
    for (size_t i = 0; i < truth->n; i++)
        print_error("  true: %d %d %lx-%lx %s\n", truth->lines[i].shmid, truth->lines[i].pid,
                    (unsigned long)truth->lines[i].start, (unsigned long)truth->lines[i].end,
                    truth->lines[i].perms);
    for (size_t i = 0; i < p->scan->mappings.n; i++) {
        const struct mapping *m = &p->scan->mappings.at[i];
        mapping_perms_text(m->perms, perms);
        print_error("  said: %d %d %lx-%lx %s\n", m->shmid, m->pid, (unsigned long)m->start,
                    (unsigned long)m->end, perms);
    }
    for (size_t i = 0; i < p->scan->holders.n; i++)
        if (p->scan->holders.at[i].shares_memory_with || p->scan->holders.at[i].namespace_differs)
            print_error("  %d shares %d namespace %d\n", p->scan->holders.at[i].pid,
                        p->scan->holders.at[i].shares_memory_with,
                        p->scan->holders.at[i].namespace_differs);
    for (size_t i = 0; i < p->scan->accounts.n; i++) {
        const struct segment_account *account = &p->scan->accounts.at[i];
        print_error("  segment %d: nattch %d, then %d, found %d, true %zu, unseen %x\n",
                    account->shmid, (int)snapshot_segment(p, account->shmid)->nattch,
                    (int)account->nattch, (int)account->found, truth_count(truth, account->shmid),
                    account->unseen);
    }
    fail();
}

// Whether a task of the process that is alive is in our IPC namespace.
static bool is_in_our_namespace(const struct truth_line *line)
{
    char path[64], ours[64] = "", its[64] = "";

    snprintf(path, sizeof path, "/proc/%d/task/%d/ns/ipc", line->pid, line->task);
    return readlink("/proc/self/ns/ipc", ours, sizeof ours - 1) > 0 &&
           readlink(path, its, sizeof its - 1) > 0 && strcmp(ours, its) == 0;
}

// Where every holder has left our IPC namespace, nobody can say that the segment is ours: then it must
// say so. UNSEEN_CHANGED beside it: something forked elsewhere on the machine.
static bool nobody_can_say(const struct truth *truth, const struct segment_account *account)
{
    if (account->found || (account->unseen & ~UNSEEN_CHANGED) != UNSEEN_ALIKE)
        return false;
    for (size_t i = 0; i < truth->n; i++)
        if (truth->lines[i].shmid == account->shmid && is_in_our_namespace(&truth->lines[i]))
            return false;
    return true;
}

static bool is_said(const struct mapping *said, const struct truth_line *is)
{
    char perms[5];

    mapping_perms_text(said->perms, perms);
    return is->shmid == said->shmid && is->pid == said->pid && is->start == said->start &&
           is->end == said->end && strcmp(is->perms, perms) == 0;
}

static void compare_mappings(const struct snapshot *p, const struct truth *truth)
{
    size_t said = 0;

    for (size_t i = 0; i < truth->n; i++) {
        if (nobody_can_say(truth, scan_account(p->scan, truth->lines[i].shmid)))
            continue;
        if (said == p->scan->mappings.n ||
            !is_said(&p->scan->mappings.at[said++], &truth->lines[i]))
            fail_at(p, truth, "another mapping");
    }
    if (said != p->scan->mappings.n)
        fail_at(p, truth, "another number of mappings");
}

// The truth has to come out by itself: it is read process by process, too, while the kernel ends some.
static bool truth_is_settled(void *arg)
{
    struct truth *truth = arg;
    struct shmid_ds now;

    truth_free(truth);
    truth_read(truth);
    for (int i = 0; i < SEGMENTS; i++)
        if (shmctl(shmids[i], IPC_STAT, &now) < 0 ||
            truth_count(truth, shmids[i]) != now.shm_nattch)
            return false;
    return true;
}

static void compare(struct sampler *s)
{
    struct truth truth = {0};
    unsigned before = asked;
    struct snapshot *p = look(s);

    answers++;
    bool was_left_out = asked - before < p->scan->processes, is_open = false;
    if (!await(truth_is_settled, &truth, 60))
        fail_at(p, &truth, "the truth does not come out");
    compare_mappings(p, &truth);
    for (int i = 0; i < SEGMENTS; i++) {
        const struct segment_account *account = scan_account(p->scan, shmids[i]);
        const struct segment *segment = snapshot_segment(p, shmids[i]);
        if (account->nattch != segment->nattch || account->nattch != truth_count(&truth, shmids[i]))
            fail_at(p, &truth, "nattch is not what is attached");
        if (nobody_can_say(&truth, account))
            is_open = true;
        else if (account->found != account->nattch || account->unseen)
            fail_at(p, &truth, "the sum does not come out");
    }
    left_out += was_left_out || is_open;
    truth_free(&truth);
    snapshot_unref(p);
}

// Until the times of the last change are old enough for a scan to be left out.
static void rest(struct sampler *s)
{
    int64_t begin = clock_ns();

    while (clock_ns() - begin < REST * CLOCK_SECOND + CLOCK_SECOND / 2) {
        compare(s);
        poll(NULL, 0, 50);
    }
}

TEST(every_answer_is_right)
{
    const struct linux_source_options options = {.proc = "/proc"};
    struct actors *a = actors_new();
    assert_non_null(a);
    for (int i = 0; i < SEGMENTS; i++)
        shmids[i] = shmget(IPC_PRIVATE, ACTOR_PAGES * 4096, IPC_CREAT | 0600);
    struct linux_source *linux_source = linux_source_new(&options);
    real = linux_source_seam(linux_source);
    struct source source = real;
    source.probe = counting_probe;
    struct sampler *s =
        sampler_new(&source, &(struct sampler_options){.interval = 3600, .join_ms = 60000});
    snapshot_unref(look(s));
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < RUSH; i++) {
            for (uint32_t n = 1 + dice(3); n; n--)
                act(a, false);
            compare(s);
        }
        rest(s);
        for (int i = 0; i < STEALTHY; i++) {
            act(a, true);
            compare(s);
        }
    }
    printf("%u answers, %u without a full scan\n", answers, left_out);
    assert_true(left_out >= (unsigned)rounds * STEALTHY / 2); // or this would prove nothing
    assert_int_equal(sampler_free(s), 0);
    linux_source_free(linux_source);
    actors_free(a);
    for (int i = 0; i < SEGMENTS; i++)
        shmctl(shmids[i], IPC_RMID, NULL);
}

int main(void)
{
    const char *given = getenv("FUZZ_SEED"), *more = getenv("FUZZ_ROUNDS");

    if (more)
        rounds = atoi(more);
    seed = given ? strtoull(given, NULL, 0) | 1 : 0x9e3779b97f4a7c15;
    printf("FUZZ_SEED=%#llx\n", (unsigned long long)seed);
    return ns_run(tests_run);
}
