// An application died and left its semaphore sets; those of another are to stay. By the menu of owners:
// choose one, tag all that are shown, remove them in one action, and see that the rest is there.
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#include "support/asuser.h"
#include "support/logfile.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/test.h"

#define IPCTOP BUILD_DIR "/ipctop"

// The leak is daemon's, who comes before nobody in the menu.
enum { DAEMON = 1, LEAKED = 60, KEPT = 5 };

static struct logfile logged;

static int setup(void **state)
{
    (void)state;
    logfile_make(&logged);
    return 0;
}

static int teardown(void **state)
{
    tty_teardown(state);
    scene_clean();
    logfile_remove(&logged);
    return 0;
}

TEST_FIXTURE(setup, teardown)

// --- the objects ----------------------------------------------------------------------------------

struct made {
    int ids[LEAKED + KEPT];
};

// Each element is operated once: a set that nobody used yet is no orphan.
static void make_sets(void *arg)
{
    enum { MOST = 3 };
    struct made *made = arg;

    for (int i = 0; i < LEAKED + KEPT; i++) {
        struct sembuf up[MOST] = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}};
        const int elements = 1 + i % MOST;
        made->ids[i] = semget(IPC_PRIVATE, elements, IPC_CREAT | 0600);
        if (semop(made->ids[i], up, (size_t)elements) < 0)
            made->ids[i] = -1;
    }
}

static bool owner_of(int id, uid_t *uid)
{
    struct semid_ds ds;

    if (semctl(id, 0, IPC_STAT, &ds) < 0)
        return false;
    *uid = ds.sem_perm.uid;
    return true;
}

static void give_to_daemon(int id)
{
    struct semid_ds ds;

    assert_int_equal(semctl(id, 0, IPC_STAT, &ds), 0);
    ds.sem_perm.uid = DAEMON;
    assert_int_equal(semctl(id, 0, IPC_SET, &ds), 0);
}

// By a process that is gone. Those that are kept lie among those that leaked.
static void make_leak(int leaked[LEAKED], int kept[KEPT])
{
    struct made made;
    int l = 0, k = 0;

    assert_true(as_nobody(make_sets, &made, sizeof made));
    for (int i = 0; i < LEAKED + KEPT; i++) {
        assert_true(made.ids[i] >= 0);
        if (i % 13 == 6) {
            kept[k++] = made.ids[i];
        } else {
            give_to_daemon(made.ids[i]);
            leaked[l++] = made.ids[i];
        }
    }
    assert_int_equal(k, KEPT);
}

static int sets_left(const int *ids, int n)
{
    int left = 0;
    uid_t uid = DAEMON;

    for (int i = 0; i < n; i++)
        left += owner_of(ids[i], &uid);
    return left;
}

// --- the story ------------------------------------------------------------------------------------

static void choose_owner(struct tty *t)
{
    tty_send(t, "u");
    tty_must_show(t, "Semaphores of");
    tty_must_show(t, "everybody              65");
    tty_must_show(t, "daemon                 60");
    tty_must_show(t, "nobody                  5");
    tty_key(t, "cud1"); // the arrow down
    tty_send(t, "\r");
    tty_must_show(t, "row 1 of 60");
    tty_must_show(t, "owner daemon");
    tty_must_not_show(t, "nobody rw-");
}

static void see_what_would_go(struct tty *t, const int leaked[LEAKED])
{
    tty_send(t, "*");
    tty_must_show(t, "tagged 60");
    tty_key(t, "f8");
    tty_must_show(t, "Remove 60 semaphore sets of daemon?");
    tty_must_show(t, "60 semaphore sets of daemon: ");
    assert_int_equal(sets_left(leaked, LEAKED), LEAKED); // nothing yet
    tty_send(t, "\r");
    tty_must_show(t, "type remove:");
    tty_must_show(t, "Remove 60 semaphore sets of daemon?");
    tty_send(t, "\r"); // Enter alone means no
    tty_must_show(t, "type remove:");
    assert_int_equal(sets_left(leaked, LEAKED), LEAKED);
}

static void remove_them(struct tty *t, const int leaked[LEAKED], const int kept[KEPT])
{
    char command[32];
    uid_t uid = DAEMON;

    tty_send(t, "remove\r");
    tty_must_show(t, "60 done, 0 refused, 0 failed");
    assert_int_equal(sets_left(leaked, LEAKED), 0);
    for (int i = 0; i < KEPT; i++)
        assert_true(owner_of(kept[i], &uid) && uid != DAEMON);
    MUST_LOG(t, &logged, LEAKED, "verb=remove result=done");
    for (int i = 0; i < LEAKED; i++) {
        snprintf(command, sizeof command, "command=\"ipcrm -s %d\"", leaked[i]);
        assert_int_equal(LOGGED(&logged, "result=done", command), 1);
    }
    tty_send(t, "\033");
    tty_must_not_show(t, "60 done, 0 refused, 0 failed ");
}

// The owner is still chosen, and the empty view says which key lifts that.
static void the_rest_is_there(struct tty *t)
{
    tty_must_show(t, "no semaphore set matches: owner (u); Esc lifts it");
    tty_must_show(t, "owner daemon");
    tty_send(t, "\033");
    tty_must_show(t, "objects of all owners");
    tty_must_show(t, " of 5");
    tty_must_show(t, "nobody rw-");
    tty_must_not_show(t, "tagged");
}

static void it_is_one_event(struct tty *t)
{
    tty_send(t, "6\\what=action\r");
    tty_must_show(t, "60 semaphore sets removed");
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "row 1 of 60");
}

TEST(the_sets_of_one_owner_go_and_those_of_another_stay)
{
    int leaked[LEAKED], kept[KEPT];

    if (!ns_was_root()) {
        printf("skip: needs a second user\n");
        skip();
    }
    make_leak(leaked, kept);
    struct tty *t =
        tty_start(&(struct tty_options){.w = 110, .h = 36},
                  (const char *const[]){IPCTOP, "-d", "0.3", "--log", logged.path, NULL});

    tty_must_show(t, "60 orphaned semaphore sets of daemon"); // on the first screen
    tty_send(t, "2");
    tty_must_show(t, "row 1 of 65");
    tty_must_show(t, "daemon rw-"); // the name is known
    choose_owner(t);
    see_what_would_go(t, leaked);
    remove_them(t, leaked, kept);
    the_rest_is_there(t);
    it_is_one_event(t);
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
