// What the user does to tens of thousands of rows costs a little for each: four times as many rows
// take about four times the steps, where work that is quadratic would take sixteen times as many.
//
// A step is a basic block of the session and of the model below it, which the Makefile compiles for
// this test with -fsanitize-coverage=trace-pc: the same on every machine, however busy.
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../src/engine/shared/sharing.h"
#include "controller/controller.h"
#include "linux/holders/maps.h"
#include "linux/shared/names.h"
#include "model/kinds/shared.h"
#include "session/actions/preview.h"
#include "session/actions/targets.h"
#include "session/current.h"
#include "support/fake.h"
#include "support/test.h"
#include "support/tree.h"
#include "support/user.h"

// Pids beyond those there are: none is our own. PID_MAX_LIMIT, include/linux/threads.h.
enum { FIRST = 5000000, SHMID = 5, MANY = 20000, QUARTER = MANY / 4 };

static __thread uint64_t steps;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

// One segment held by n processes, every third of which shares its memory with the one before.
static struct snapshot *crowd(int n)
{
    struct snapshot *s = fake_snapshot();

    fake_segment(s, SHMID, 1, 0, 4096, (uint64_t)n);
    for (int i = 0; i < n; i++) {
        fake_process(s, FIRST + i, 0, "worker", NULL);
        fake_hold(s, SHMID, FIRST + i, 1, MAP_R);
        if (i % 3 == 2)
            s->scan->holders.at[i].shares_memory_with = FIRST + i - 1;
    }
    fake_account(s, SHMID, 0);
    return s;
}

static void must_grow_evenly(uint64_t few, uint64_t many)
{
    assert_true(few > QUARTER);
    if (many > few * 6)
        fail_msg("%llu steps of %d, %llu of %d", (unsigned long long)few, QUARTER,
                 (unsigned long long)many, MANY);
}

// --- choosing the processes ---------------------------------------------------------------------

static uint64_t choosing(int n)
{
    struct snapshot *s = crowd(n);
    struct identity_vec rows = {0}, targets = {0}, without = {0};
    struct menu_vec labels = {0};

    for (int i = 0; i < n; i++) // each of them twice
        for (int twice = 0; twice < 2; twice++)
            vec_push(&rows, (struct identity){.kind = KIND_HOLDER,
                                              .id = SHMID,
                                              .pid = FIRST + i,
                                              .start_ticks = (uint64_t)(FIRST + i) * 10});
    steps = 0;
    targets_signal(s, rows.at, rows.n, &targets, &labels, &without);
    uint64_t took = steps;
    assert_int_equal(targets.n, n);
    assert_int_equal(labels.n, n);
    assert_int_equal(without.n, 0);
    vec_free(&rows);
    vec_free(&targets);
    vec_free(&labels);
    snapshot_unref(s);
    return took;
}

TEST(processes_of_many_rows_are_chosen)
{
    must_grow_evenly(choosing(QUARTER), choosing(MANY));
}

// --- at the keys ----------------------------------------------------------------------------------

// Tags all holders of the segment and asks for a signal to them: steps up to the list to read.
static uint64_t signalling(int n)
{
    struct user *u = user_new(crowd(n));

    user_press(u, K_ENTER);
    assert_int_equal(session_view(&u->s)->rows.n, n);
    steps = 0;
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, n);
    user_press(u, 'k');
    assert_int_equal(u->s.prompt.type, PROMPT_MENU);
    user_press(u, K_ENTER);
    uint64_t took = steps;
    assert_int_equal(u->s.prompt.type, PROMPT_TEXT);
    assert_int_equal(u->s.prompt.actions.n, n);
    assert_true(u->s.prompt.consequence.impact.let_go.n == 1); // all together let go of it
    user_free(u);
    return took;
}

TEST(thousands_of_holders_are_asked_about)
{
    must_grow_evenly(signalling(QUARTER), signalling(MANY));
}

// Removes segments, each with holders of its own.
static uint64_t removing(int n)
{
    struct snapshot *s = fake_snapshot();

    for (int i = 0; i < n; i++) {
        fake_segment(s, i, (uint32_t)i + 1, 0, 4096, 1);
        fake_process(s, FIRST + i, 0, "worker", NULL);
        fake_hold(s, i, FIRST + i, 1, MAP_R);
        fake_account(s, i, 0);
    }
    struct user *u = user_new(s);
    steps = 0;
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, n);
    user_press(u, 'x');
    uint64_t took = steps;
    assert_int_equal(u->s.prompt.type, PROMPT_TEXT);
    assert_int_equal(u->s.prompt.consequence.impact.later.n, n);
    user_free(u);
    return took;
}

TEST(thousands_of_segments_are_asked_about)
{
    must_grow_evenly(removing(QUARTER), removing(MANY));
}

// --- shared memory --------------------------------------------------------------------------------

// Objects with a name here, and as many of another /dev/shm.
static uint64_t of_two_places(int n)
{
    struct sharing sharing = {0};
    struct snapshot *s = snapshot_new();
    struct shared_vec named = {0};
    size_t elsewhere = 0;

    for (int i = 0; i < n; i++) {
        vec_push(&named, (struct shared){.id = {0, 20, (uint64_t)i}});
        vec_push(&sharing.objects, (struct shared){.id = {0, 30, (uint64_t)i}, .found = true});
    }
    struct table *table = &s->tables[kind_shared.id];
    *table = (struct table){.at = named.at, .n = named.n, .size = sizeof *named.at};
    steps = 0;
    rows_fill(&sharing, s);
    uint64_t took = steps;
    assert_int_equal(table->n, 2 * n);
    for (size_t i = 0; i < table->n; i++)
        elsewhere += (((struct shared *)table->at)[i].status & SHARED_ELSEWHERE) != 0;
    assert_int_equal(elsewhere, n);
    snapshot_unref(s);
    sharing_free(&sharing);
    return took;
}

TEST(thousands_of_names_of_two_places_are_rows)
{
    must_grow_evenly(of_two_places(QUARTER), of_two_places(MANY));
}

// Names in /dev/shm, where everybody makes as many as memory allows, each mapped by a process.
static struct snapshot *names(int n)
{
    struct snapshot *s = fake_snapshot();
    struct shared_vec rows = {0};
    struct shared_holder_vec holders = {0};

    for (int i = 0; i < n; i++) {
        struct shared row = {.id = {0, 20, (uint64_t)i + 1},
                             .type = SHARED_POSIX,
                             .known =
                                 SHARED_KNOWS_OWNER | SHARED_KNOWS_SIZE | SHARED_KNOWS_ATTACHED,
                             .size = 4096,
                             .attached = 1,
                             .links = 1};
        snprintf(row.name, sizeof row.name, "name%d", i);
        vec_push(&rows, row);
        fake_process(s, FIRST + i, 0, "worker", NULL);
        vec_push(&holders, ((struct shared_holder){.pid = FIRST + i,
                                                   .id = row.id,
                                                   .attaches = 1,
                                                   .start_ticks = (uint64_t)(FIRST + i) * 10}));
    }
    s->tables[KIND_SHARED] = (struct table){rows.at, rows.n, sizeof *rows.at};
    s->tables[KIND_SHARED_HOLDER] = (struct table){holders.at, holders.n, sizeof *holders.at};
    return s;
}

static uint64_t naming(int n, int32_t key)
{
    struct user *u = user_new(names(n));

    user_press(u, '9');
    assert_int_equal(session_view(&u->s)->rows.n, n);
    steps = 0;
    user_press(u, '*');
    assert_int_equal(u->s.tags.n, n);
    user_press(u, key);
    uint64_t took = steps;
    assert_int_equal(u->s.prompt.type, key == 'x' ? PROMPT_TEXT : PROMPT_MENU);
    user_free(u);
    return took;
}

TEST(thousands_of_names_are_asked_about)
{
    must_grow_evenly(naming(QUARTER, 'x'), naming(MANY, 'x'));
    must_grow_evenly(naming(QUARTER, 'k'), naming(MANY, 'k'));
}

// A directory with that many names, each looked for as it is about to be unlinked.
static uint64_t unlinking(int n)
{
    char *root = tree_new(), name[NAME_MAX + 1], found[NAME_MAX + 1];
    int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;

    assert_true(dir >= 0);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "name%d", i);
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    steps = 0;
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "name%d", i);
        assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
        const struct shared_id id = {major(st.st_dev), minor(st.st_dev), st.st_ino};
        assert_int_equal(names_find(dir, &id, name, found), 0);
        assert_string_equal(found, name);
    }
    uint64_t took = steps;
    close(dir);
    tree_free(root);
    return took;
}

TEST(thousands_of_names_are_found)
{
    must_grow_evenly(unlinking(QUARTER), unlinking(MANY));
}

// A process that maps each of its objects twice, one after the other and all once more.
static uint64_t mapping(int n)
{
    static const struct maps_devices devices = {.n = 1, .at = {{0, 1, false}}};
    struct shared_mappings found = {0};
    struct sharing sharing = {0};
    int fd = memfd_create("maps", MFD_CLOEXEC);
    char line[96];

    assert_true(fd >= 0);
    for (int i = 0; i < 2 * n; i++) {
        int length = snprintf(line, sizeof line, "%x000-%x000 rw-s %08x 00:01 %d /memfd:m\n", 2 * i,
                              2 * i + 1, i < n ? 0 : 0x1000, 1 + i % n);
        assert_int_equal(write(fd, line, (size_t)length), length);
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    steps = 0;
    assert_int_equal(maps_read_shared(fd, true, &devices, NULL, &found), 0);
    struct answer answer = {.shared = found.objects, .shared_maps = found.mappings};
    sharing_take(&sharing, &(struct probe){.id = FIRST}, &answer);
    sharing_settle(&sharing);
    uint64_t took = steps;
    close(fd);
    assert_int_equal(sharing.objects.n, n);
    assert_int_equal(sharing.holders.n, n);
    for (size_t i = 0; i < sharing.objects.n; i++) {
        assert_int_equal(sharing.objects.at[i].size, 0x2000); // as far as the further one reaches
        assert_int_equal(sharing.holders.at[i].attaches, 2);
    }
    vec_free(&found.objects);
    vec_free(&found.mappings);
    sharing_free(&sharing);
    return took;
}

TEST(thousands_of_mappings_of_one_process_are_read)
{
    must_grow_evenly(mapping(QUARTER), mapping(MANY));
}
