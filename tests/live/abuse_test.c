// What an ordinary user can make of System V IPC to mislead, slow down or fill a monitor of root's.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/sampler.h"
#include "linux/source.h"
#include "model/apps/labels.h"
#include "model/orphans.h"
#include "model/triage/triage.h"
#include "support/files.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"

enum { HUGE_SETS = 18, HUGE_SET = 32000, READ_MAX = 1 << 19, KEY = 0x77 };

static struct linux_source *linux_source;
static struct source source;

static int setup(void **state)
{
    (void)state;
    linux_source = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    source = linux_source_seam(linux_source);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scene_clean();
    linux_source_free(linux_source);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static struct snapshot *read_for(const struct want *want)
{
    struct snapshot *s = snapshot_new();

    assert_int_equal(source.read(source.self, want, s), 0);
    return s;
}

static void make_huge_sets(void *arg, int ready)
{
    (void)arg;
    child_become_nobody();
    for (int i = 0; i < HUGE_SETS; i++)
        if (semget(IPC_PRIVATE, HUGE_SET, 0600) < 0)
            _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// Anybody may make more semaphores than can be looked at. His own are left out, and said to be.
TEST(semaphores_without_number_hide_their_makers_alone)
{
    pid_t child = ns_was_root() ? child_start(make_huge_sets, NULL) : -1;
    if (child < 0) {
        printf("skip: only root has a second user, and he may make so many semaphores\n");
        skip();
    }
    int mine = semget(IPC_PRIVATE, 3, 0600); // after all others
    assert_true(mine >= 0);

    struct snapshot *s =
        read_for(&(struct want){.need = NEED_SEMSETS | NEED_ELEMENTS | NEED_SEM_WAITERS});
    assert_int_equal(s->semsets.n, HUGE_SETS + 1);
    assert_in_range(s->elements.n, READ_MAX - HUGE_SET, READ_MAX);
    int32_t left_out = -1;
    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct semset *set = &s->semsets.at[i];
        bool known, is_left = set->known & SET_LEFT_OUT;
        assert_int_equal(set->n_elements, is_left ? 0 : set->nsems); // never in part
        assert_int_equal((set->known & SET_KNOWS_WAITERS) != 0, !is_left);
        if (!is_left)
            continue;
        left_out = set->o.id;
        assert_int_not_equal(set->o.cuid, geteuid());
        assert_false(semset_orphan(s, set, &known));
        assert_false(known);
    }
    assert_int_not_equal(left_out, -1);
    assert_int_equal(snapshot_semset(s, mine)->n_elements, 3);
    snapshot_unref(s);

    // Who asks for waiters alone does not ask each of those semaphores either.
    s = read_for(&(struct want){.need = NEED_SEMSETS | NEED_SEM_WAITERS});
    assert_false(snapshot_semset(s, left_out)->known & SET_KNOWS_WAITERS);
    assert_true(snapshot_semset(s, mine)->known & SET_KNOWS_WAITERS);
    snapshot_unref(s);

    // One of them is read where it is looked at.
    s = read_for(&(struct want){.need = NEED_SEMSETS | NEED_ELEMENTS,
                                .focused = true,
                                .focus = {.kind = KIND_SEMSET, .id = left_out}});
    assert_int_equal(snapshot_semset(s, left_out)->n_elements, HUGE_SET);
    assert_false(snapshot_semset(s, left_out)->known & SET_LEFT_OUT);
    snapshot_unref(s);
    child_end(child);
}

static const char *stage; // a directory

static void put(const char *name, const char *text)
{
    FILE *out = fopen(name, "w");

    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        _exit(1);
}

// Named as a server is, in a directory like /tmp, with the files of a data directory of his own.
static void play_postgres(void *arg, int ready)
{
    int id = *(int *)arg;
    char text[200];

    child_become_nobody();
    snprintf(text, sizeof text, "1\n%s\n1\n5432\n/run\nhere\n %d %d\n", stage, KEY, id);
    if (chdir(stage) < 0)
        _exit(1);
    put("PG_VERSION", "15\n");
    put("postmaster.pid", text);
    if (prctl(PR_SET_NAME, "postgres") < 0 || shmat(id, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void hold_it(void *arg, int ready)
{
    if (shmat(*(int *)arg, NULL, 0) == (void *)-1)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void make_it(void *arg, int ready)
{
    *(int *)arg = shmget(KEY, 4096, IPC_CREAT | 0666);
    child_ready(ready);
}

// A segment of another user's service, whose maker has ended: it is no database's, and its users are
// nothing to be ended.
TEST(nobody_plays_a_database)
{
    if (!ns_was_root()) {
        printf("skip: only root has a second user to play with\n");
        skip();
    }
    int *id = mmap(NULL, sizeof *id, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(id != MAP_FAILED);
    *id = -1;
    child_end(child_start(make_it, id));
    assert_true(*id >= 0);
    pid_t service = child_start(hold_it, id);
    stage = file_dir();
    assert_int_equal(chmod(stage, 01777), 0);
    pid_t actor = child_start(play_postgres, id);
    assert_true(service > 0 && actor > 0);

    struct sampler *sampler =
        sampler_new(&source, &(struct sampler_options){.one_shot = true, .join_ms = 60000});
    struct snapshot *s = sampler_collect(sampler, &(struct want){.need = triage_need()});
    struct label label;
    bool known = label_of(s, &snapshot_segment(s, *id)->o, &label);
    assert_false(known && label.title);
    for (size_t i = 0; i < s->instances.n; i++) // the machine may have real ones
        assert_int_not_equal(s->instances.at[i].key, KEY);
    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++)
        assert_int_not_equal(s->findings.at[i].severity, SEVERITY_CRITICAL);
    snapshot_unref(s);
    assert_int_equal(sampler_free(sampler), 0);
    child_end(actor);
    child_end(service);
    munmap(id, sizeof *id);
}

int main(void)
{
    return ns_run(tests_run);
}
