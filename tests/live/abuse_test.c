// What an ordinary user can make of System V IPC to mislead, slow down or fill a monitor of root's.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <sys/sem.h>
#include <unistd.h>

#include "linux/source.h"
#include "model/liveness.h"
#include "support/ns.h"
#include "support/scene.h"

enum { HUGE_SETS = 18, HUGE_SET = 32000, READ_MOST = 1 << 19 };

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
static void semaphores_without_number_hide_their_makers_alone(void **state)
{
    (void)state;
    pid_t child = child_start(make_huge_sets, NULL);
    if (child < 0) {
        printf("skip: this kernel lets nobody make so many semaphores\n");
        skip();
    }
    int mine = semget(IPC_PRIVATE, 3, 0600); // after all others
    assert_true(mine >= 0);

    struct snapshot *s =
        read_for(&(struct want){.need = NEED_SEMSETS | NEED_ELEMENTS | NEED_SEM_WAITERS});
    assert_int_equal(s->semsets.n, HUGE_SETS + 1);
    assert_in_range(s->elements.n, READ_MOST - HUGE_SET, READ_MOST);
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
    s = read_for(&(struct want){.need = NEED_SEMSETS | NEED_ELEMENTS, .focused = true,
                                .focus = {.kind = KIND_SEMSET, .id = left_out}});
    assert_int_equal(snapshot_semset(s, left_out)->n_elements, HUGE_SET);
    assert_false(snapshot_semset(s, left_out)->known & SET_LEFT_OUT);
    snapshot_unref(s);
    child_end(child);
}

static int tests_inside(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(semaphores_without_number_hide_their_makers_alone, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return ns_run(tests_inside);
}
