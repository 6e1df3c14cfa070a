// Whose segment a mapping is, where equal ids of several IPC namespaces meet.
#include "model/holders/accounting.h"
#include "model/holders/address_spaces.h"
#include "support/test.h"

struct world {
    struct holding_vec holdings;
    struct mapping_vec mappings;
    struct segment_vec segments;
    struct segment_handle_vec handles;
    uint16_t unseen; // of the last scan
};

enum { ID = 7, KEY = 0x5e6 };

static int setup(void **state)
{
    struct world *w = mem_zero(1, sizeof *w);

    vec_push(&w->segments,
             (struct segment){.o = {.kind = KIND_SEGMENT, .id = ID, .key = KEY}, .size = 65536});
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    vec_free(&w->holdings);
    vec_free(&w->mappings);
    vec_free(&w->segments);
    vec_free(&w->handles);
    free(w);
    return 0;
}

TEST_FIXTURE(setup, teardown)

enum where { HOME, AWAY };

// A process with `n` mappings of the file `handle` (0: it does not tell).
static void process(struct world *w, int32_t pid, enum where where, uint32_t n, uint64_t handle)
{
    vec_push(&w->holdings, (struct holding){.pid = pid,
                                            .first = (uint32_t)w->mappings.n,
                                            .n = n,
                                            .namespace_differs = where == AWAY});
    for (uint32_t i = 0; i < n; i++)
        vec_push(&w->mappings, (struct mapping){.pid = pid,
                                                .shmid = ID,
                                                .key = KEY,
                                                .start = i * 0x10000u,
                                                .end = i * 0x10000u + 4096,
                                                .perms = MAP_R | MAP_SHARED_BIT,
                                                .handle = handle,
                                                .known = handle ? MAP_KNOWS_HANDLE : 0});
}

static bool by_tens(void *self, int32_t a, int32_t b, int *order)
{
    (void)self;
    *order = (a / 10 > b / 10) - (a / 10 < b / 10); // 10 n … 10 n + 9 share their memory
    return true;
}

static bool same_memory(void *self, const int32_t *tasks, size_t n, uint32_t *same)
{
    address_spaces_join(by_tens, self, tasks, n, same);
    return true;
}

// How many are found, of `nattch`; and the sum of their holders' pids.
static uint64_t found(struct world *w, uint64_t nattch, int32_t *pids)
{
    const struct scan_input in = {
        .holdings = &w->holdings,
        .mappings = &w->mappings,
        .before = &w->segments,
        .handles = &w->handles,
        .same_memory = same_memory,
        .first_pid_namespace = true,
    };

    w->segments.at[0].nattch = nattch;
    struct scan *scan = scan_build(&in);
    uint64_t result = scan_account(scan, ID)->found;
    w->unseen = scan_account(scan, ID)->unseen;
    *pids = 0;
    for (size_t i = 0; i < scan->holders.n; i++)
        *pids += scan->holders.at[i].pid;
    scan_unref(scan);
    return result;
}

// Why the last found() did not come out.
static uint16_t reasons(const struct world *w)
{
    return w->unseen;
}

static void assert_found(struct world *w, uint64_t nattch, uint64_t number, int32_t pids)
{
    int32_t sum;

    assert_int_equal(found(w, nattch, &sum), number);
    assert_int_equal(sum, pids);
}

TEST(another_key_is_another_segment)
{
    struct world *w = *state;

    process(w, 10, HOME, 2, 0);
    assert_found(w, 2, 2, 10);
    w->mappings.at[0].key++;
    assert_found(w, 1, 1, 10);
    w->segments.at[0].flags = SEG_DEST; // the table has forgotten the key: any may be it
    w->segments.at[0].o.key = 0;
    assert_found(w, 2, 2, 10);
}

// mremap(2) to twice the size, then munmap(2) of the first half: it is attached all the same.
TEST(a_mapping_moved_beyond_the_end_counts)
{
    struct world *w = *state;

    process(w, 10, HOME, 2, 0);
    w->mappings.at[1].offset = 65536;
    assert_found(w, 2, 2, 10);
}

// All holders have left: that as many are seen elsewhere as are missing here proves nothing.
TEST(the_missing_number_proves_nothing)
{
    struct world *w = *state;

    process(w, 20, AWAY, 1, 0xa);
    process(w, 30, AWAY, 1, 0xa);
    assert_found(w, 2, 0, 0);
    assert_int_equal(reasons(w), UNSEEN_ALIKE);
    vec_push(&w->handles, (struct segment_handle){ID, 0xa}); // a holder showed it before
    assert_found(w, 2, 2, 50);
    assert_int_equal(reasons(w), 0);
    process(w, 40, AWAY, 1, 0xb);
    assert_found(w, 3, 2, 50); // that is surely another file: no reason known
    assert_int_equal(reasons(w), 0);
}

// A hidden mapping of the attacker's makes the sum too small by as many as an innocent container
// holds of its own segment, with the same id, key and size.
TEST(an_innocent_elsewhere_is_not_blamed)
{
    struct world *w = *state;

    process(w, 10, HOME, 1, 0);
    process(w, 70, AWAY, 2, 0xdb);
    assert_found(w, 3, 1, 10);
    assert_int_equal(reasons(w), UNSEEN_ALIKE);
}

// A shared address space counts once here too, and both pids are holders.
TEST(who_left_may_share_memory)
{
    struct world *w = *state;

    vec_push(&w->handles, (struct segment_handle){ID, 0xa});
    process(w, 20, AWAY, 1, 0xa);
    process(w, 21, AWAY, 1, 0xa);
    assert_found(w, 1, 1, 41);
}

TEST(without_handles_strangers_are_left_out)
{
    struct world *w = *state;

    process(w, 10, HOME, 1, 0);
    process(w, 20, AWAY, 1, 0);
    assert_found(w, 1, 1, 10);
    assert_found(w, 2, 1, 10); // it might be it: nobody is blamed on a guess
    assert_int_equal(reasons(w), UNSEEN_ALIKE);
}

// One that attached elsewhere and then came in: the sum is too large, and only a handle that is
// known to be ours tells which file is meant. The number of mappings of each does not.
TEST(who_came_in_is_not_told_apart_by_numbers)
{
    struct world *w = *state;

    process(w, 10, HOME, 2, 0);
    process(w, 20, HOME, 1, 0);
    assert_found(w, 2, 3, 30);
    assert_int_equal(reasons(w), UNSEEN_CHANGED); // nothing shows another file
    for (size_t i = 0; i < w->mappings.n; i++) {
        w->mappings.at[i].handle = i < 2 ? 0xa : 0xb;
        w->mappings.at[i].known = MAP_KNOWS_HANDLE;
    }
    assert_found(w, 2, 3, 30);
    assert_int_equal(reasons(w), UNSEEN_ALIKE);
    vec_push(&w->handles, (struct segment_handle){ID, 0xa}); // known which
    assert_found(w, 2, 2, 10);
    assert_int_equal(reasons(w), 0);
}
