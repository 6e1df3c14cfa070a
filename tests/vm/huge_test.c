// runs alone: it reserves huge pages of the machine
// Pools of huge pages that really have some: their numbers, what segments in them take, and what is found
// where they are used up, promised twice, or smaller than their use.
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/machine.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"

enum { PAGE = 2 << 20, PAGES = 16, SEGMENTS = 4 };

static int ids[SEGMENTS];
static size_t n_ids;
static pid_t holders[SEGMENTS];

static int setup(void **state)
{
    (void)state;
    n_ids = 0;
    machine_set(POOL "nr_hugepages", PAGES);
    return machine_get(POOL "free_hugepages") == PAGES ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_ids; i++) {
        child_end(holders[i]);
        shmctl(ids[i], IPC_RMID, NULL);
    }
    machine_set(POOL "nr_hugepages", 0);
    return machine_get(POOL "nr_hugepages");
}

TEST_FIXTURE(setup, teardown)

// --- segments -------------------------------------------------------------------------------------

struct wanted {
    int pages, touched, flags;
    int *id; // shared with the maker
};

static void hold(void *arg, int ready)
{
    const struct wanted *w = arg;

    prctl(PR_SET_NAME, "holder");
    *w->id =
        shmget(IPC_PRIVATE, (size_t)w->pages * PAGE, SHM_HUGETLB | IPC_CREAT | 0600 | w->flags);
    char *at = shmat(*w->id, NULL, 0);
    if (at == (void *)-1)
        _exit(1);
    for (int i = 0; i < w->touched; i++)
        at[(size_t)i * PAGE] = 1;
    child_ready(ready);
    for (;;)
        pause();
}

// Made and held by a process of its own; its id.
static int segment(int pages, int touched, int flags)
{
    static int *shared;
    if (!shared)
        shared = machine_shared(sizeof *shared);
    struct wanted wanted = {pages, touched, flags, shared};
    pid_t pid = child_start(hold, &wanted);

    assert_true(pid > 0);
    holders[n_ids] = pid;
    ids[n_ids++] = *shared;
    return *shared;
}

static void abandon(size_t i)
{
    child_end(holders[i]);
    holders[i] = 0;
}

// --- what is said -----------------------------------------------------------------------------------

static const json_t *row(const json_t *root, const char *table, const char *column,
                         const char *text)
{
    const json_t *r;
    size_t i;

    json_array_foreach(json_object_get(root, table), i,
                       r) if (strcmp(json_string_value(json_object_get(r, column)), text) ==
                              0) return r;
    return NULL;
}

static void limit_is(const json_t *root, const char *name, long used, long limit)
{
    const json_t *r = row(root, "limits", "name", name);

    assert_non_null(r);
    assert_int_equal(json_integer_value(json_object_get(r, "used")), used);
    assert_int_equal(json_integer_value(json_object_get(r, "limit")), limit);
}

static void pool_is(long used, long reserved)
{
    json_t *root = program_document("--json limits -f name~huge", false);

    limit_is(root, "huge_2M", used, PAGES);
    limit_is(root, "huge_2M_reserved", reserved, PAGES);
    limit_is(root, "huge_2M_surplus", 0, 0);
    assert_int_equal(PAGES - machine_get(POOL "free_hugepages"), used);
    assert_int_equal(machine_get(POOL "resv_hugepages"), reserved);
    json_decref(root);
}

// Of huge pages, with that much in memory: or unknown, where the kernel's count may mean either size.
static void segment_is(int id, long rss)
{
    char arguments[64];

    snprintf(arguments, sizeof arguments, "--json -i %d segments holders", id);
    json_t *root = program_document(arguments, false);
    const json_t *r = json_array_get(json_object_get(root, "segments"), 0), *status, *memory;
    assert_non_null(r);
    status = json_object_get(r, "status");
    memory = json_object_get(r, "rss");
    assert_int_equal(json_array_size(status), 1);
    assert_string_equal(json_string_value(json_array_get(status, 0)), "hugetlb");
    if (!json_is_null(memory))
        assert_int_equal(json_integer_value(memory), rss);
    json_decref(root);
}

// A finding about the pool, or NULL: none. The caller drops *root.
static const json_t *finding(json_t **root)
{
    *root = program_document("--json findings", false);
    return row(*root, "findings", "rule", "huge-pages");
}

static void finds(const char *severity, const char *title)
{
    json_t *root;
    const json_t *f = finding(&root);

    if (!f)
        fail_msg("nothing is found: %s", title);
    assert_string_equal(json_string_value(json_object_get(f, "severity")), severity);
    assert_string_equal(json_string_value(json_object_get(f, "title")), title);
    json_decref(root);
}

static void finds_nothing(void)
{
    json_t *root;

    assert_null(finding(&root));
    json_decref(root);
}

// --- the pool ---------------------------------------------------------------------------------------

TEST(a_pool_is_counted_as_it_is_reserved_and_used)
{
    pool_is(0, 0);
    int id = segment(4, 0, 0);
    pool_is(0, 4);
    segment_is(id, 0);
    id = segment(3, 1, 0);
    pool_is(1, 6);
    segment_is(id, PAGE);
    id = segment(2, 2, 0);
    pool_is(3, 6);
    segment_is(id, 2 * PAGE);
    finds_nothing();
}

TEST(a_pool_used_up_by_those_who_use_it_is_a_notice)
{
    segment(4, 4, 0);
    segment(12, 0, 0); // reserved is gone as well
    pool_is(4, 12);
    assert_int_equal(shmget(IPC_PRIVATE, PAGE, SHM_HUGETLB | IPC_CREAT | 0600), -1);
    assert_int_equal(errno, ENOMEM);
    finds("notice", "huge pages of 2.0M used up");
    machine_set(POOL "nr_overcommit_hugepages", 4); // it may grow
    finds_nothing();
    machine_set(POOL "nr_overcommit_hugepages", 0);
}

// Unattached, such a segment is known by the kernel's wrong rss alone, on kernels that have it.
TEST(a_pool_used_up_by_an_orphan_is_a_warning)
{
    segment(4, 4, 0);
    segment(12, 12, 0);
    abandon(1);
    json_t *root = program_document("--json segments", false);
    const json_t *r;
    size_t i;
    bool known = false;

    json_array_foreach(json_object_get(root, "segments"), i,
                       r) if (json_integer_value(json_object_get(r, "shmid")) == ids[1])
    {
        assert_true(json_is_true(json_object_get(r, "orphan")));
        known = json_array_size(json_object_get(r, "status")) == 1;
        assert_true(json_is_null(json_object_get(r, "rss")) ||
                    json_integer_value(json_object_get(r, "rss")) == 12L * PAGE);
    }
    json_decref(root);
    finds(known ? "warning" : "notice", "huge pages of 2.0M used up");
    assert_int_equal(shmctl(ids[1], IPC_RMID, NULL), 0);
    pool_is(4, 0); // the advice helps
    finds_nothing();
}

TEST(more_promised_than_there_is)
{
    segment(2 * PAGES, 1, SHM_NORESERVE);
    pool_is(1, 0);
    finds("warning", "huge pages: 64.0M promised of 32.0M");
}

TEST(a_pool_lowered_below_its_use)
{
    segment(8, 8, 0);
    machine_set(POOL "nr_hugepages", 4);
    json_t *root = program_document("--json limits -f name~huge", false);
    limit_is(root, "huge_2M", 8, 8);
    limit_is(root, "huge_2M_surplus", 4, 0);
    json_decref(root);
    json_t *findings;
    assert_non_null(finding(&findings));
    json_decref(findings);
    machine_set(POOL "nr_hugepages", PAGES);
    finds_nothing();
}

int main(void)
{
    return machine_is_ours() ? tests_run() : 77;
}
