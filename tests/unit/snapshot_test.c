#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/snapshot.h"
#include "model/source.h"
#include "support/fake.h"
#include "support/test.h"

TEST(objects_are_found_by_id)
{
    static const int32_t ids[] = {0, 1, 7, 32768, INT32_MAX};
    struct snapshot *s = fake_snapshot();

    assert_null(snapshot_segment(s, 0)); // in an empty table
    for (int i = 4; i >= 0; i--) {
        fake_segment(s, ids[i], 1, 0, 4096, 0);
        fake_semset(s, ids[i], 0, 1);
        fake_queue(s, ids[i], 0, 0, 0);
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(snapshot_segment(s, ids[i])->o.id, ids[i]);
        assert_int_equal(snapshot_semset(s, ids[i])->o.id, ids[i]);
        assert_int_equal(snapshot_queue(s, ids[i])->o.id, ids[i]);
    }
    assert_null(snapshot_segment(s, -1));
    assert_null(snapshot_semset(s, 2));
    assert_null(snapshot_queue(s, INT32_MAX - 1));
    snapshot_unref(s);
}

TEST(names_are_found_by_id)
{
    struct snapshot *s = fake_snapshot();

    assert_null(snapshot_user(s, 0));
    fake_user(s, UINT32_MAX, "last");
    fake_user(s, 0, "root");
    fake_user(s, 54, ""); // asked for, without a name
    assert_string_equal(snapshot_user(s, 0), "root");
    assert_string_equal(snapshot_group(s, UINT32_MAX), "last");
    assert_null(snapshot_user(s, 54));
    assert_null(snapshot_user(s, 1));
    fake_process(s, 77, 0, "sh", NULL);
    assert_string_equal(snapshot_process(s, 77)->comm, "sh");
    assert_null(snapshot_process(s, 78));
    snapshot_unref(s);
}

TEST(pids_to_name_are_unique_and_positive)
{
    struct snapshot *s = fake_story();
    struct pid_vec pids = {0};

    vec_push(&pids, 4711);                   // replaced, not appended to
    fake_element(s, 32769, 4, 0)->pid = 666; // not known to be one
    snapshot_named_pids(s, &pids);
    static const int32_t expected[] = {17001, 18702, 18710, 18711, 18712, 18713, 18714, 18715,
                                       18716, 18717, 18718, 18719, 18720, 18721, 18722, 18723,
                                       18724, 18725, 18811, 18990, 20001, 20002, 21001, 21002};
    assert_int_equal(pids.n, sizeof expected / sizeof *expected);
    assert_memory_equal(pids.at, expected, sizeof expected);
    vec_free(&pids);
    snapshot_unref(s);
}

// What is owned by a picture goes with it: the leak checker of the sanitized run watches.
TEST(a_picture_owns_what_it_names)
{
    struct snapshot *s = fake_story();
    struct mapping map = {.shmid = -1, .path = mem_copy_string("/lib/x")};
    struct scan *scan = scan_ref(s->scan);

    vec_push(&s->focus_maps, map);
    map.path = mem_copy_string("/lib/y");
    vec_push(&s->scan->mappings, map);
    assert_ptr_equal(snapshot_ref(s), s);
    snapshot_unref(s);
    assert_int_equal(s->segments.n, 5); // still there for the other holder
    snapshot_unref(s);
    assert_int_equal(scan->accounts.n, 5); // outlives the picture
    scan_unref(scan);
    snapshot_unref(NULL);
    scan_unref(NULL);
}

static void *take_and_drop(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        snapshot_ref(arg);
        snapshot_unref(arg);
    }
    snapshot_unref(arg);
    return NULL;
}

TEST(references_are_counted_across_threads)
{
    struct snapshot *s = fake_story();
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_drop, snapshot_ref(s)), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(s->refs, 1);
    snapshot_unref(s);
}

TEST(answers_are_emptied)
{
    struct answer answer = {.error = -13, .exiting = true}, empty = {0};
    struct mapping map = {.path = mem_copy_string("/lib/x")};

    vec_push(&answer.mappings, map);
    vec_push(&answer.waiters, (struct waiter){.pid = 1});
    process_add_string(&answer.process, PROCESS_COMMAND, "sh -c x");
    answer_clear(&answer);
    assert_memory_equal(&answer, &empty, sizeof answer);
    answer_clear(&answer); // and again
}

TEST(the_same_row_survives_what_the_kernel_changes)
{
    struct identity a = {
        .kind = KIND_SEGMENT, .id = 42, .key = 0x1234, .cuid = 54, .cgid = 55, .ctime = 1000};
    struct identity b = a;

    assert_true(identity_same(&a, &b) && identity_exact(&a, &b));
    b.key = 0; // IPC_RMID
    assert_true(identity_same(&a, &b) && identity_same(&b, &a));
    assert_false(identity_exact(&a, &b));
    b = a, b.ctime = 2000; // IPC_SET
    assert_true(identity_same(&a, &b));
    assert_false(identity_exact(&a, &b));
    b = a, b.key = 0x9999; // another object
    assert_false(identity_same(&a, &b));
    b = a, b.id = 43;
    assert_false(identity_same(&a, &b));
    b = a, b.cuid = 0;
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
    b = a, b.cgid = 0;
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
    b = a, b.kind = KIND_QUEUE; // ids of different kinds coincide
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
}

TEST(a_recycled_pid_is_another_row)
{
    struct identity a = {.kind = KIND_HOLDER, .id = 42, .pid = 7, .start_ticks = 100}, b = a;

    assert_true(identity_same(&a, &b));
    b.start_ticks = 900;
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
    b = a, b.pid = 8;
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
    a.kind = b.kind = KIND_MAPPING, b.pid = 7, b.part = 0x7000;
    assert_false(identity_same(&a, &b) || identity_exact(&a, &b));
}
