// Cleaning up after others: a hundred objects at once, with what must fail; stopping in the middle.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/asuser.h"
#include "support/gate.h"
#include "support/logfile.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"

#define IPCTOP BUILD_DIR "/ipctop"
#define ARGV(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        IPCTOP, "-d", "0.3", ##__VA_ARGS__, NULL                                                   \
    }

enum { NOBODY = 65534, DAEMON = 1, HUNDRED = 100, BYTES = 64 << 10 };

static struct logfile logged;
static struct gate *gate;

static int setup(void **state)
{
    (void)state;
    logfile_make(&logged);
    return 0;
}

static int teardown(void **state)
{
    tty_teardown(state);
    if (gate)
        gate_end(gate);
    gate = NULL;
    scene_clean();
    logfile_remove(&logged);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void must_end(struct tty *t)
{
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

static void filter(struct tty *t, const char *expression)
{
    tty_send(t, "\\\025");
    tty_send(t, expression);
    tty_send(t, "\r");
    tty_must_not_show(t, "Filter:");
}

static void must_show(struct tty *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void must_show(struct tty *t, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tty_must_show(t, text);
}

// --- the objects ----------------------------------------------------------------------------------

struct made {
    int n, ids[HUNDRED];
};

static void make_segments(void *arg)
{
    struct made *made = arg;

    for (int i = 0; i < made->n; i++)
        made->ids[i] = shmget(IPC_PRIVATE, BYTES, IPC_CREAT | 0600);
}

static void make_sets(void *arg)
{
    struct made *made = arg;

    for (int i = 0; i < made->n; i++)
        made->ids[i] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0666);
}

static void make_queues(void *arg)
{
    struct made *made = arg;
    const struct {
        long type;
        char text[100];
    } message = {.type = 1};

    for (int i = 0; i < made->n; i++) {
        made->ids[i] = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        for (int k = 0; k < 2 && i < 3; k++)
            msgsnd(made->ids[i], &message, sizeof message.text, 0);
    }
}

// By a process that is gone: nobody's, in both senses.
static struct made made_by_nobody(void (*make)(void *arg), int n)
{
    struct made made = {.n = n};

    assert_true(as_nobody(make, &made, sizeof made));
    for (int i = 0; i < n; i++)
        assert_true(made.ids[i] >= 0);
    return made;
}

static void give_to(int id, uid_t uid)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    ds.shm_perm.uid = uid;
    assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
}

// Another segment by the id of one that is removed: what a counter that wrapped, or a container
// that was restored, may bring about.
static bool replace(int id)
{
    FILE *f = fopen("/proc/sys/kernel/shm_next_id", "w");

    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    if (!f)
        return false;
    fprintf(f, "%d", id);
    return fclose(f) == 0 && shmget(IPC_PRIVATE, BYTES, IPC_CREAT | 0600) == id;
}

static size_t lines_of(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t n = 0;

    assert_non_null(f);
    for (int c; (c = getc(f)) != EOF;)
        n += c == '\n';
    fclose(f);
    return n - 1; // the heading
}

static bool is_marked(int id)
{
    struct shmid_ds ds;

    return shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_perm.mode & SHM_DEST;
}

// --- a hundred ------------------------------------------------------------------------------------

struct hundred {
    struct made made; // the first half belongs to daemon, the second to nobody
    int foreign, replaced, vanished, held[2];
    int keep[3]; // not tagged
};

static void make_hundred(struct hundred *h)
{
    struct scene_actor holder = {
        .role = "attach", .comm = "worker", .values = {0, 1, 0}, .nobody = true};

    for (int i = 0; i < 3; i++)
        h->keep[i] = scene_segment(4096, 0600, 0x4000 + i);
    h->made = made_by_nobody(make_segments, HUNDRED);
    h->foreign = h->made.ids[7]; // made by root: nobody is neither its owner nor its creator
    assert_true(replace(h->foreign));
    for (int i = 0; i < HUNDRED / 2; i++)
        give_to(h->made.ids[i], DAEMON);
    h->replaced = h->made.ids[60];
    h->vanished = h->made.ids[70];
    for (int i = 0; i < 2; i++) {
        h->held[i] = h->made.ids[80 + i];
        holder.values[0] = h->held[i];
        scene_start(&holder, NULL);
    }
}

static void tag_hundred(struct tty *t)
{
    must_show(t, " of %d", HUNDRED + 3);
    filter(t, "owner=daemon");
    tty_must_show(t, " of 50");
    tty_send(t, "*");
    tty_must_show(t, "tagged 50");
    filter(t, "owner=nobody");
    tty_must_show(t, "tagged 50 (50 hidden)");
    tty_must_show(t, " of 50"); // of nobody, whose name may be known later
    tty_send(t, "*");
    tty_must_show(t, "tagged 100 (50 hidden)");
    filter(t, "");
    must_show(t, " of %d", HUNDRED + 3);
    tty_must_show(t, "tagged 100");
    tty_must_not_show(t, "hidden)");
}

static void preview_hundred(struct tty *t)
{
    tty_key(t, "f8");
    tty_must_show(t, "What would be done");
    tty_must_show(t, "Remove 100 segments of daemon and nobody?");
    tty_must_show(t, "6.1M in 98 segments");
    tty_must_show(t, "128K in 2 segments");
    tty_must_show(t, "3 of them, by cleanup_test, worker");
    tty_must_show(t, "made with     one in use: "); // the two held ones' neighbours
    tty_must_show(t, "may fail      1 ");
    tty_must_show(t, "! Remove segment"); // comes first
}

TEST(a_hundred_with_three_that_must_fail)
{
    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    struct hundred h;
    char command[32];
    make_hundred(&h);
    struct tty *t = tty_start(
        &(struct tty_options){.w = 140, .h = 40, .nobody = true, .env = {"SUDO_USER=alice"}},
        ARGV("--log", logged.path));

    tag_hundred(t);
    preview_hundred(t);
    assert_true(replace(h.replaced)); // behind the preview
    assert_int_equal(shmctl(h.vanished, IPC_RMID, NULL), 0);
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    tty_must_show(t, "Remove 100 segments of daemon and nobody?");
    tty_send(t, "remove\r");

    tty_must_show(t, "97 done, 2 refused, 1 failed");
    must_show(t, "failed     segment %d: not permitted: needs root, daemon or CAP_SYS_ADMIN",
              h.foreign);
    must_show(t,
              "refused    segment %d is another one now (creator 0, was 65534); nothing was done",
              h.replaced);
    must_show(t, "refused    segment %d is already gone", h.vanished);
    tty_send(t, "G");
    tty_must_show(t, "marked for removal; 1 still attached");

    // The kernel's own table: three that were not tagged, two refused, two marked.
    assert_int_equal(lines_of("/proc/sysvipc/shm"), 3 + 2 + 2);
    for (int i = 0; i < 3; i++)
        assert_true(scene_has_segment(h.keep[i]));
    assert_true(scene_has_segment(h.foreign) && scene_has_segment(h.replaced));
    assert_true(is_marked(h.held[0]) && is_marked(h.held[1]));

    static const char who[] = "action uid=65534 user=\"nobody\" sudo_user=\"alice\" verb=remove";
    MUST_LOG(t, &logged, 97, who, "result=done");
    MUST_LOG(t, &logged, 2, who, "result=refused");
    MUST_LOG(t, &logged, 1, who, "result=failed errno=1");
    for (int i = 0; i < HUNDRED; i++) {
        snprintf(command, sizeof command, "command=\"ipcrm -m %d\"", h.made.ids[i]);
        assert_int_equal(LOGGED(&logged, who, command), 1);
    }
    tty_send(t, "\033");
    tty_must_show(t, "tagged 1"); // the foreign one: still there, and not done
    tty_send(t, "6");
    filter(t, "what=action");
    tty_must_show(t, "97 of 100 segments removed; 2 refused, 1 failed");
    tty_must_show(t, "row 1 of 1"); // the command, not each of its targets
    filter(t, "");
    tty_send(t, "/100 segments\r\r");
    tty_must_show(t, "row 1 of 100");
    snprintf(command, sizeof command, "[ipcrm -m %d]", h.vanished);
    filter(t, command);
    must_show(t, "refused: segment %d is already gone [ipcrm -m %d]", h.vanished, h.vanished);
    must_end(t);
}

// --- sets and queues ------------------------------------------------------------------------------

TEST(sets_and_queues_with_who_waits)
{
    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    struct made sets = made_by_nobody(make_sets, 12);
    const struct scene_actor waiter = {
        .role = "wait", .comm = "waiter", .values = {sets.ids[5], 0}};
    made_by_nobody(make_queues, 12);
    scene_start(&waiter, NULL);
    scene_start(&waiter, NULL);
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40}, ARGV("--log", logged.path));

    tty_send(t, "2");
    tty_must_show(t, "row 1 of 12");
    tty_must_show(t, "2 waiting");
    tty_must_show(t, "nobody rw-");
    tty_send(t, "*x");
    tty_must_show(t, "Remove 12 semaphore sets of nobody?");
    tty_must_show(t, "woken         2 waiting tasks get EIDRM");
    tty_must_show(t, "in use        1 of them: marked ! in the list");
    tty_must_show(t, "made with     one in use: 11 of them");
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    tty_send(t, "remove\r");
    tty_must_show(t, "12 done, 0 refused, 0 failed");
    assert_int_equal(lines_of("/proc/sysvipc/sem"), 0);
    tty_send(t, "\0333");
    tty_must_show(t, "row 1 of 12");
    tty_send(t, "*x");
    tty_must_show(t, "Remove 12 queues of nobody?");
    tty_must_show(t, "lost          6 messages of 600");
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    tty_send(t, "remove\r");
    tty_must_show(t, "12 done, 0 refused, 0 failed");
    assert_int_equal(lines_of("/proc/sysvipc/msg"), 0);
    MUST_LOG(t, &logged, 12, "verb=remove result=done", "command=\"ipcrm -s ");
    MUST_LOG(t, &logged, 12, "verb=remove result=done", "command=\"ipcrm -q ");
    tty_send(t, "\033");
    must_end(t);
}

// --- changing and signalling many -----------------------------------------------------------------

TEST(many_are_changed_and_locked)
{
    struct shmid_ds ds;
    int ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = scene_segment(BYTES, 0600, 0x7000 + i);
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40}, ARGV("--log", logged.path));

    tty_must_show(t, "0x00007002");
    tty_must_show(t, "root   rw-"); // the name is known, as in the question
    tty_send(t, "*e");
    tty_must_show(t, "What is left empty stays as it is");
    tty_send(t, "\t\t640\r");
    tty_must_show(t, "Change 3 segments of root: mode 0640?");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_show(t, "3 done, 0 refused, 0 failed");
    MUST_LOG(t, &logged, 3, "verb=set result=done", "changed: mode 0640");
    tty_send(t, "\033");
    tty_must_not_show(t, "3 done, 0 refused, 0 failed ");
    tty_send(t, "*l");
    tty_must_show(t, "Lock 3 segments of root?");
    tty_must_show(t, "in memory     192K can no longer be swapped out");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_show(t, "locked in memory");
    MUST_LOG(t, &logged, 3, "verb=lock result=done", "locked in memory");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(shmctl(ids[i], IPC_STAT, &ds), 0);
        assert_int_equal(ds.shm_perm.mode & 07777, 0640 | SHM_LOCKED);
    }
    tty_send(t, "\033");
    must_end(t);
}

static bool all_dead(struct tty *t, void *arg)
{
    const pid_t *pids = arg;

    (void)t;
    return !scene_alive(pids[0]) && !scene_alive(pids[1]) && !scene_alive(pids[2]);
}

// Two hold a segment that is marked, one another; a third segment nobody holds.
TEST(many_are_signalled)
{
    struct scene_actor holder = {.role = "attach", .comm = "holder", .values = {0, 1, 0}};
    int marked = scene_segment(BYTES, 0600, 0x7000), other = scene_segment(BYTES, 0600, 0x7001);
    pid_t pids[3];
    scene_segment(BYTES, 0600, 0x7002);
    for (int i = 0; i < 3; i++) {
        holder.values[0] = i < 2 ? marked : other;
        pids[i] = scene_start(&holder, NULL);
    }
    assert_int_equal(shmctl(marked, IPC_RMID, NULL), 0);
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40}, ARGV("--log", logged.path));

    tty_must_show(t, "0x00007002");
    tty_must_show(t, "holder\u00d72");
    tty_send(t, "*k");
    tty_must_show(t, "Send signal to 3 processes");
    tty_send(t, "9\r");
    tty_must_show(t, "Send signal 9 SIGKILL to 3 processes?");
    tty_must_show(
        t, "freed later   64.0K in 1 segment marked for removal, when all of them have ended");
    tty_must_show(t,
                  "let go        1 segment: nobody holds it any more, but it stays until removed");
    tty_must_show(t, "left out      1 that cannot be done");
    tty_must_show(t, "no process to signal: nothing is attached to segment");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "all are killed", all_dead, pids);
    tty_must_show(t, "3 done, 1 refused, 0 failed");
    MUST_LOG(t, &logged, 3, "verb=signal result=done", "command=\"kill -KILL ");
    MUST_LOG(t, &logged, 1, "verb=signal result=refused", "nothing is attached to segment");
    assert_false(scene_has_segment(marked));
    assert_true(scene_has_segment(other));
    tty_send(t, "\033");
    tty_must_show(t, "ended"); // is told afterwards
    must_end(t);
}

// --- stopping in the middle -----------------------------------------------------------------------

enum { LET_GO = 37 };

static bool thirty_seven_went(struct tty *t, void *arg)
{
    (void)t;
    (void)arg;
    return gate_passed(gate) == LET_GO && gate_waiting(gate) > 0;
}

// More than 37 where the 38th was waited for longer than the patience of a second.
static bool says_how_far(struct tty *t, void *arg)
{
    int y = tty_find(t, "; Esc stops");
    size_t n;

    (void)arg;
    return y >= 0 && sscanf(tty_row(t, y), " removing: %zu of 100", &n) == 1 && n >= LET_GO;
}

// A hundred are being removed; 37 are, and what is under way stays so.
static struct tty *in_the_middle(void)
{
    struct made made = {.n = HUNDRED};

    make_segments(&made);
    gate = gate_start(&(struct tty_options){.w = 140, .h = 40}, ARGV("--log", logged.path));
    if (!gate) {
        printf("skip: no seccomp notification: %s\n", strerror(errno));
        skip();
    }
    struct tty *t = gate_tty(gate);
    tty_must_show(t, "row 1 of 100");
    tty_must_show(t, "root   rw-");
    tty_send(t, "*x");
    tty_must_show(t, "Remove 100 segments of root?");
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    gate_pass(gate, LET_GO);
    tty_send(t, "remove\r");
    tty_must(t, "37 are removed", thirty_seven_went, NULL);
    tty_must(t, "it says how far it is", says_how_far, NULL);
    return t;
}

TEST(escape_stops_and_says_how_far_it_went)
{
    struct tty *t = in_the_middle();
    size_t done, refused, failed, rest;

    tty_send(t, "\033");
    tty_must_show(t, "stopping: what is under way is finished, nothing more begun");
    gate_fail(gate, EIO);
    tty_must_show(t, "not tried: cancelled");
    const char *title = strstr(tty_row(t, 0), "37 done");
    assert_non_null(title);
    assert_int_equal(sscanf(title, "%zu done, %zu refused, %zu failed, %zu not tried: cancelled",
                            &done, &refused, &failed, &rest),
                     4);
    // One was under way; more only where that patience was at an end.
    assert_true(failed >= 1 && refused == 0);
    assert_int_equal(done + failed + rest, HUNDRED);
    assert_int_equal(lines_of("/proc/sysvipc/shm"), HUNDRED - LET_GO);
    tty_must_show(t, "cancelled before its turn");
    MUST_LOG(t, &logged, LET_GO, "verb=remove result=done");
    MUST_LOG(t, &logged, rest, "verb=remove result=cancelled", "command=\"ipcrm -m ");
    tty_send(t, "\0336");
    must_show(t, "37 of 100 segments removed; %zu failed, %zu cancelled", failed, rest);
    filter(t, "what=action");
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "row 1 of 100");
    filter(t, "cancelled:");
    must_show(t, "row 1 of %zu", rest);
    must_end(t);
}

// Whoever quits in the middle leaves a log that tells of all hundred.
TEST(quitting_leaves_no_gap_in_the_log)
{
    struct tty *t = in_the_middle();

    must_end(t);
    assert_int_equal(lines_of("/proc/sysvipc/shm"), HUNDRED - LET_GO);
    assert_int_equal(LOGGED(&logged, "result=done"), LET_GO);
    size_t failed = LOGGED(&logged, "result=failed errno=110");
    assert_true(failed >= 1);
    assert_int_equal(LOGGED(&logged, "result=cancelled", "the monitor ended before its turn"),
                     HUNDRED - LET_GO - failed);
}

// --- tagged, but not seen -------------------------------------------------------------------------

// Ways to hide the tagged ones of nobody's, and to have them back.
static const struct {
    const char *hide, *show, *told;
    // clang-format off
} ways[] = {
    {"\\owner=daemon\r", "\\\025\r", "owner=daemon"},
    {"udaemon\r", "ueverybody\r", "daemon"},
};
// clang-format on

TEST(what_is_hidden_is_counted_and_left_alone)
{
    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    struct made made = made_by_nobody(make_segments, 8);
    for (int i = 0; i < 4; i++)
        give_to(made.ids[i], DAEMON);
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40}, ARGV());

    tty_must_show(t, " of 8");
    tty_must_show(t, "daemon rw-");
    tty_send(t, "*");
    tty_must_show(t, "tagged 8");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        tty_send(t, ways[i].hide);
        tty_must_show(t, "tagged 8 (4 hidden)");
        tty_send(t, "x");
        tty_must_show(t, "Remove 4 segments of daemon?");
        tty_must_show(t, "left alone    4 tagged that are hidden here");
        tty_send(t, "\033");
        tty_must_show(t, "nothing done");
        tty_send(t, ways[i].show);
        tty_must_show(t, " of 8");
        tty_must_not_show(t, "hidden)");
    }
    // All of them hidden: the row that is selected is not taken for them.
    int other = scene_segment(4096, 0600, 0x5555);
    filter(t, "key=0x00005555");
    tty_must_show(t, "(8 hidden)");
    tty_send(t, "x");
    tty_must_show(t, "nothing done: all 8 tagged are hidden here; show them, or U untags");
    filter(t, "owner=daemon");
    tty_must_show(t, "(4 hidden)");
    tty_send(t, "x");
    tty_must_show(t, "Remove 4 segments of daemon?");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_must_show(t, "4 tagged that are hidden here"); // in the question too
    tty_send(t, "y");
    tty_must_show(t, "4 done, 0 refused, 0 failed");
    tty_send(t, "\033");
    filter(t, "");
    tty_must_show(t, "tagged 4");
    assert_int_equal(lines_of("/proc/sysvipc/shm"), 5);
    assert_true(scene_has_segment(other));
    must_end(t);
}

static bool no_nobody(struct tty *t, void *arg)
{
    (void)arg;
    return tty_find(t, "owned") < 0;
}

// Orphans alone: what somebody holds is hidden by it.
TEST(orphans_hide_too)
{
    const struct scene_actor holder = {
        .role = "make_segment", .comm = "owned", .values = {0x6666, BYTES, 0, 0600}};
    const struct scene_actor leaker = {
        .role = "make_segment", .comm = "leaker", .values = {0x7777, BYTES, 0, 0600}};
    int id;
    scene_start(&holder, NULL);
    scene_end(scene_start(&leaker, &id));
    struct tty *t = tty_start(&(struct tty_options){.w = 140, .h = 40}, ARGV());

    tty_must_show(t, "0x00006666");
    tty_must_show(t, "0x00007777");
    tty_send(t, "*o");
    tty_must(t, "only the orphan", no_nobody, NULL);
    tty_must_show(t, "tagged 2 (1 hidden)");
    tty_send(t, "x");
    tty_must_show(t, "y yes");
    tty_must_show(t, "1 tagged is hidden here and left alone");
    tty_send(t, "y");
    tty_must_show(t, "removed");
    assert_false(scene_has_segment(id));
    tty_must_show(t, "tagged 1 (1 hidden)");
    tty_resize(t, 50, 20);
    tty_must_show(t, " +1(1)");
    tty_resize(t, 140, 40);
    tty_send(t, "2");
    tty_must_show(t, "tagged 1 elsewhere");
    must_end(t);
}

int main(void)
{
    return ns_run(tests_run);
}
