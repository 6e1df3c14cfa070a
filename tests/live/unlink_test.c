// Removing what POSIX names, on a /dev/shm and in an IPC namespace of the test's own: that very object
// and no other, whatever its name is and whoever changes it meanwhile.
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "linux/actions/unlink.h"
#include "model/consequence/outcomes.h"
#include "model/kinds/shared.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/shm_world.h"
#include "support/test.h"

TEST_FIXTURE(shm_world_begin, shm_world_end)

static void make(const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "/dev/shm/%s", name);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 4096), 0);
    close(fd);
}

static bool is_there(const char *name)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof path, "/dev/shm/%s", name);
    return lstat(path, &st) == 0;
}

static struct action action_of(const struct stat *st, enum shared_type type, const char *name)
{
    const struct shared_id id = {major(st->st_dev), minor(st->st_dev), st->st_ino};
    struct action action = {.verb = ACTION_REMOVE,
                            .target = shared_identity(&kind_shared, &id),
                            .was = {.uid = st->st_uid},
                            .shared = {.what = shared_type_title(type), .type = type}};

    snprintf(action.shared.name, sizeof action.shared.name, "%s", name);
    return action;
}

// As it is seen now: what happens before it is removed is the test's.
static struct action seen(const char *name, const char *shown)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof path, "/dev/shm/%s", name);
    assert_int_equal(lstat(path, &st), 0);
    return action_of(&st, SHARED_POSIX, shown);
}

static enum outcome_code remove_it(const struct action *action)
{
    struct outcome outcome;

    unlink_act("/proc", action, &outcome);
    outcome_say(&outcome);
    assert_true(outcome.text[0]);
    return outcome.code;
}

TEST(a_segment_nothing_uses_is_removed)
{
    make("one");
    make("other");
    const struct action action = seen("one", "one");
    assert_int_equal(remove_it(&action), OUTCOME_REMOVED);
    assert_false(is_there("one"));
    assert_true(is_there("other"));
    assert_int_equal(remove_it(&action), OUTCOME_GONE);
}

TEST(names_that_were_escaped_are_found_by_their_inodes)
{
    make("\33[31mred\n");
    make("\\e[31mred\\n"); // another one, whose name looks the same
    const struct action action = seen("\33[31mred\n", "\\e[31mred\\n");
    assert_int_equal(remove_it(&action), OUTCOME_REMOVED);
    assert_false(is_there("\33[31mred\n"));
    assert_true(is_there("\\e[31mred\\n"));
}

TEST(another_object_that_took_the_name_stays)
{
    make("name");
    const struct action action = seen("name", "name");
    assert_int_equal(rename("/dev/shm/name", "/dev/shm/moved"), 0);
    make("name");
    assert_int_equal(remove_it(&action), OUTCOME_REMOVED); // that object, by its name of now
    assert_true(is_there("name"));
    assert_false(is_there("moved"));
}

TEST(a_symbolic_link_in_its_place_leads_nowhere)
{
    make("victim");
    make("name");
    const struct action action = seen("name", "name");
    assert_int_equal(unlink("/dev/shm/name"), 0);
    assert_int_equal(symlink("/dev/shm/victim", "/dev/shm/name"), 0);
    assert_int_equal(remove_it(&action), OUTCOME_GONE);
    assert_true(is_there("victim"));
    assert_true(is_there("name"));
}

// A device whose opening does something could be there.
TEST(what_was_mounted_over_the_name_is_not_opened)
{
    char events[512];
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    assert_int_equal(mount("tmpfs", "/mnt", "tmpfs", 0, "size=1m"), 0);
    close(open("/mnt/other", O_CREAT | O_WRONLY, 0600));
    make("name");
    const struct action action = seen("name", "name");
    assert_int_equal(mount("/mnt/other", "/dev/shm/name", NULL, MS_BIND, NULL), 0);
    assert_true(inotify_add_watch(watch, "/mnt/other", IN_OPEN) >= 0);
    assert_int_equal(remove_it(&action), OUTCOME_GONE);
    assert_int_equal(read(watch, events, sizeof events), -1);
    close(open("/mnt/other", O_RDONLY));
    assert_true(read(watch, events, sizeof events) > 0); // it would have been seen
    umount2("/dev/shm/name", MNT_DETACH);
    assert_true(is_there("name"));
    umount2("/mnt", MNT_DETACH);
    close(watch);
}

TEST(of_two_names_of_one_object_the_shown_one_goes)
{
    make("first");
    assert_int_equal(link("/dev/shm/first", "/dev/shm/second"), 0);
    const struct action action = seen("first", "second");
    assert_int_equal(remove_it(&action), OUTCOME_NAME_REMOVED);
    assert_true(is_there("first"));
    assert_false(is_there("second"));
}

TEST(what_belongs_to_another_user_by_now_stays)
{
    if (!ns_was_root()) {
        printf("skip: needs root to give files away\n");
        skip();
    }
    make("given");
    const struct action action = seen("given", "given");
    assert_int_equal(chown("/dev/shm/given", 12345, 12345), 0);
    assert_int_equal(remove_it(&action), OUTCOME_OTHER_OWNER);
    assert_true(is_there("given"));
}

TEST(what_is_in_use_is_unlinked_or_left_alone)
{
    make("used");
    int fd = open("/dev/shm/used", O_RDWR);
    void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    struct action action = seen("used", "used");

    close(fd); // a mapping alone is use enough
    assert_ptr_not_equal(at, MAP_FAILED);
    action.unused_only = true;
    assert_int_equal(remove_it(&action), OUTCOME_NOW_USED);
    assert_true(is_there("used"));
    action.unused_only = false;
    assert_int_equal(remove_it(&action), OUTCOME_UNLINKED);
    assert_false(is_there("used"));
    munmap(at, 4096);
}

struct removal { // of a file that is given to an ordinary user, who removes it
    struct action action;
    enum outcome_code code;
};

static void remove_own(void *arg, int ready)
{
    const struct removal *removal = arg;
    struct outcome outcome;

    child_become_nobody();
    unlink_act("/proc", &removal->action, &outcome);
    if (outcome.code == removal->code)
        child_ready(ready);
    _exit(0);
}

// Its owner may not read it, so that it shows nothing of its use.
TEST(what_may_be_in_use_is_left_alone_where_only_the_unused_is_removed)
{
    struct removal removal;

    if (!ns_was_root()) {
        printf("skip: needs root to give files away\n");
        skip();
    }
    make("sem.shut");
    assert_int_equal(chmod("/dev/shm/sem.shut", 0), 0);
    assert_int_equal(chown("/dev/shm/sem.shut", 65534, 65534), 0);
    removal.action = seen("sem.shut", "sem.shut");
    removal.action.unused_only = true;
    removal.code = OUTCOME_USE_UNKNOWN;
    assert_true(child_start(remove_own, &removal) > 0);
    assert_true(is_there("sem.shut"));
    removal.action.unused_only = false;
    removal.code = OUTCOME_REMOVED;
    assert_true(child_start(remove_own, &removal) > 0);
    assert_false(is_there("sem.shut"));
}

static void remove_as_nobody(void *arg, int ready)
{
    const struct action *action = arg;
    struct outcome outcome;

    child_become_nobody();
    unlink_act("/proc", action, &outcome);
    outcome_say(&outcome);
    if (outcome.code == OUTCOME_NOT_PERMITTED && strstr(outcome.text, "CAP_FOWNER"))
        child_ready(ready);
    _exit(0);
}

TEST(an_ordinary_user_may_not)
{
    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    make("closed");
    struct action action = seen("closed", "closed");
    assert_true(child_start(remove_as_nobody, &action) > 0);
    assert_true(is_there("closed"));
}

// --- other mount namespaces ----------------------------------------------------------------------

static void be_elsewhere(void *arg, int ready)
{
    struct stat *made = arg;

    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") < 0)
        _exit(1);
    make("inside");
    if (stat("/dev/shm/inside", made) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_name_in_another_mount_namespace_is_removed_there)
{
    struct stat *made =
        mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char path[64];
    struct stat st;

    make("inside"); // ours, of the same name
    pid_t child = child_start(be_elsewhere, made);
    assert_true(child > 0);
    snprintf(path, sizeof path, "/proc/%d/root/dev/shm/inside", (int)child);
    struct action action = action_of(made, SHARED_POSIX, "inside");
    for (int known = 0; known < 2; known++) { // the process that leads there is known, or not
        action.shared.via = known ? child : 0;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(remove_it(&action), OUTCOME_REMOVED);
        assert_int_equal(stat(path, &st), -1);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        assert_int_equal(fstat(fd, &st), 0);
        close(fd);
        action = action_of(&st, SHARED_POSIX, "inside");
    }
    assert_true(is_there("inside"));
    child_end(child);
    assert_int_equal(remove_it(&action), OUTCOME_NO_WAY);
    munmap(made, sizeof *made);
}

// --- queues --------------------------------------------------------------------------------------

static struct action queue(mqd_t opened)
{
    struct stat st;

    assert_int_equal(fstat(opened, &st), 0);
    return action_of(&st, SHARED_MQUEUE, "test-queue");
}

static bool queue_is_there(void)
{
    mqd_t again = mq_open("/test-queue", O_RDONLY);

    if (again >= 0)
        mq_close(again);
    return again >= 0;
}

TEST(a_queue_is_removed_mounted_or_not)
{
    if (!ns_was_root()) {
        printf("skip: needs root to list queues that are not mounted\n");
        skip();
    }
    for (int mounted = 0; mounted < 2; mounted++) {
        mqd_t opened = mq_open("/test-queue", O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
        assert_true(opened >= 0);
        if (mounted)
            assert_true(shm_world_mount_queues());
        const struct action action = queue(opened);
        assert_int_equal(remove_it(&action), OUTCOME_REMOVED);
        assert_false(queue_is_there());
        if (mounted)
            shm_world_unmount_queues();
        mq_close(opened);
    }
}

// --- the whole program ----------------------------------------------------------------------------

static json_t *result_of(json_t *root, const char *name)
{
    json_t *row = row_by_text(json_object_get(root, "results"), "name", name);

    if (!row)
        fail_msg("no result for %s", name);
    return row;
}

static void hold_all(void *arg, int ready)
{
    (void)arg;
    int used = open("/dev/shm/used", O_RDWR), gone = open("/dev/shm/gone", O_RDWR | O_CREAT, 0600);

    if (used < 0 || gone < 0 || ftruncate(gone, 4096) < 0 || unlink("/dev/shm/gone") < 0 ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, gone, 0) == MAP_FAILED)
        _exit(1);
    close(gone);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(unattended_what_is_used_needs_force_and_what_has_no_name_is_refused)
{
    make("free");
    make("used");
    make("PostgreSQL.1"); // of a PID namespace of its own not all processes are seen
    pid_t child = child_start(hold_all, NULL);
    assert_true(child > 0);
    struct said none = program_run("--remove -f size>0 --yes", false);
    assert_int_equal(none.status, 2); // not without naming the table
    assert_true(is_there("free"));
    said_clear(&none);
    json_t *root = program_document("--json --remove -f kind=posix shared", false);
    assert_string_equal(member_text(result_of(root, "free"), "result"), "preview");
    assert_true(is_there("free"));
    json_decref(root);
    struct said refused = program_run("--json --remove -f kind=posix --yes shared", false);
    assert_int_equal(refused.status, 1);
    root = json_loads(refused.out, 0, NULL);
    said_clear(&refused);
    assert_non_null(root);
    assert_string_equal(member_text(result_of(root, "free"), "result"), "done");
    assert_string_equal(member_text(result_of(root, "used"), "result"), "refused");
    assert_non_null(strstr(member_text(result_of(root, "used"), "text"), "--force --attached"));
    assert_string_equal(member_text(result_of(root, "PostgreSQL.1"), "result"), "refused");
    assert_string_equal(member_text(result_of(root, "gone"), "result"), "refused");
    assert_non_null(strstr(member_text(result_of(root, "gone"), "text"), "its holders end"));
    assert_false(is_there("free"));
    assert_true(is_there("used") && is_there("PostgreSQL.1"));
    json_decref(root);
    struct said said = program_run("--remove -f kind=posix --yes --readonly shared", false);
    assert_int_equal(said.status, 2);
    said_clear(&said);
    root = program_document("--json --remove -f name=used --yes --force --attached shared", false);
    assert_non_null(strstr(member_text(result_of(root, "used"), "text"), "until the last process"));
    assert_false(is_there("used"));
    json_decref(root);
    child_end(child);
}

int main(void)
{
    return ns_run(tests_run);
}
