// Users who have no number in the user namespace of the program: the kernel shows them all as "nobody", and they
// are shown as what they are, unknown. user_namespaces(7)
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/process/mapped_ids.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/shm_world.h"
#include "support/test.h"

enum { STRANGER = 4242, NOBODY = 65534 };

static int ids[3]; // segments of root, of the stranger and of nobody
static const uid_t users[] = {0, STRANGER, NOBODY};

TEST_FIXTURE(shm_world_begin, shm_world_end)

static void need_root(void)
{
    if (geteuid() == 0 && ns_was_root())
        return;
    printf("skip: needs root to become another user\n");
    skip();
}

static int made_by(uid_t user)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (setgid(user) < 0 || setuid(user) < 0)
            _exit(255);
        int fd = user ? open("/dev/shm/strange", O_CREAT | O_RDWR | O_CLOEXEC, 0666) : -1;
        if (fd >= 0)
            close(fd);
        int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
        _exit(id < 0 || msgget(IPC_PRIVATE, IPC_CREAT | 0666) < 0 ? 255 : id);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 255);
    return WEXITSTATUS(status);
}

static struct said inside(const char *map, const char *arguments)
{
    char command[256];

    snprintf(command, sizeof command, "unshare --user %s " BUILD_DIR "/ipctop %s", map, arguments);
    struct said said = shell_run(command);
    if (strstr(said.err, "unshare:")) {
        printf("skip: %s", said.err);
        skip();
    }
    return said;
}

static const json_t *row_of(const json_t *rows, const char *name, int id)
{
    size_t i;
    const json_t *row;

    json_array_foreach(rows, i,
                       row) if (json_integer_value(json_object_get(row, name)) == id) return row;
    fail_msg("no row of %d", id);
    return NULL;
}

static void must_be_unknown(const json_t *row)
{
    static const char *const members[] = {"owner",   "uid",  "group", "gid",
                                          "creator", "cuid", "cgid"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_is_null(json_object_get(row, members[i])))
            fail_msg("%s is known", members[i]);
}

TEST(who_has_no_number_is_nobody_in_particular)
{
    need_root();
    for (size_t i = 0; i < 3; i++)
        ids[i] = made_by(users[i]);
    struct said said = inside("--map-root-user", "--json segments queues shared");
    json_t *all = json_loads(said.out, 0, NULL);
    assert_non_null(all);
    const json_t *segments = json_object_get(all, "segments"),
                 *queues = json_object_get(all, "queues");
    const json_t *ours = row_of(segments, "shmid", ids[0]);
    assert_string_equal(json_string_value(json_object_get(ours, "owner")), "root");
    assert_int_equal(json_integer_value(json_object_get(ours, "uid")), 0);
    for (int i = 1; i < 3; i++) {
        must_be_unknown(row_of(segments, "shmid", ids[i]));
        must_be_unknown(row_of(queues, "msqid", i));
    }
    const json_t *shared = json_array_get(json_object_get(all, "shared"), 0);
    assert_string_equal(json_string_value(json_object_get(shared, "name")), "strange");
    assert_true(json_is_null(json_object_get(shared, "owner")));
    json_decref(all);
    said_clear(&said);
    // Where everybody has a number "nobody" is a user as others.
    program_says("--batch -o owner,cuid -u nobody segments", 0, "nobody 65534\n", NULL);
}

// An ordinary user without any number: even what is theirs is nobody's to the kernel.
TEST(nobody_is_not_all_of_them)
{
    static const char *const maps[] = {"--map-root-user", ""};
    struct shmid_ds ds;

    need_root();
    for (size_t i = 0; i < 3; i++)
        ids[i] = made_by(users[i]);
    for (size_t i = 0; i < 2; i++) {
        struct said said = inside(maps[i], "--remove -u nobody --yes segments queues shared");
        assert_non_null(strstr(said.out, "nothing matches"));
        said_clear(&said);
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(shmctl(ids[i], IPC_STAT, &ds), 0);
    assert_int_equal(access("/dev/shm/strange", F_OK), 0);
}

TEST(a_map_is_read_by_its_lines)
{
    assert_true(mapped_ids_have("         0          0 4294967295\n", 65534));
    assert_false(mapped_ids_have("         0          0 4294967295\n", UINT32_MAX));
    assert_false(mapped_ids_have("0 1000 1\n", 65534));
    assert_false(mapped_ids_have("0 1000 1\n1 100000 65533\n", 65534));
    assert_true(mapped_ids_have("0 1000 1\n1 100000 65534\n", 65534));
    assert_true(mapped_ids_have("0 1000 1\n65534 5 1\n", 65534));
    assert_false(mapped_ids_have("65535 1000 100", 65534));
    assert_false(mapped_ids_have("", 65534));
    assert_false(mapped_ids_have("\n\n", 65534));
}

int main(void)
{
    return ns_run(tests_run);
}
