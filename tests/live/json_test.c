// The built program's JSON and tables, field by field against the kernel's own tables, ipcs and
// lsipc: real objects and processes in a private namespace.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/vector.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static struct {
    int keyed, private, held, leaked; // segments; `held` is marked for removal, a child holds it
    int set, queue;
    pid_t holder;
} world;

static void hold(void *arg, int ready)
{
    int id = *(int *)arg;
    char *first = shmat(id, NULL, 0);

    if (first == (void *)-1 || shmat(id, NULL, SHM_RDONLY) == (void *)-1)
        _exit(1);
    first[0] = 1; // one page resident
    child_ready(ready);
    for (;;)
        pause();
}

static void make_and_leave(void *arg, int ready)
{
    *(int *)arg = shmget(IPC_PRIVATE, 56, IPC_CREAT | 0666); // shared with the parent: see below
    child_ready(ready);
}

static int make_world(void **state)
{
    (void)state;
    struct {
        long type;
        char text[100];
    } message = {.type = 1};
    int *shared = shmat(shmget(IPC_PRIVATE, sizeof(int), IPC_CREAT | 0600), NULL, 0);

    world.keyed = shmget((key_t)0xdeadbeef, 1 << 20, IPC_CREAT | 0640);
    world.private = shmget(IPC_PRIVATE, 4097, IPC_CREAT | 0777);
    world.held = shmget(0x1234, 8192, IPC_CREAT | 0600);
    world.holder = child_start(hold, &world.held);
    shmctl(world.held, IPC_RMID, NULL);
    pid_t gone = child_start(make_and_leave, shared);
    child_end(gone);
    world.leaked = *shared;
    shmdt(shared);
    world.set = semget(0x77, 3, IPC_CREAT | 0660);
    semctl(world.set, 1, SETVAL, (union semun){.val = 5});
    semop(world.set, &(struct sembuf){.sem_num = 2, .sem_op = 1}, 1);
    world.queue = msgget(0x99, IPC_CREAT | 0600);
    if (msgsnd(world.queue, &message, 60, 0) < 0 || msgsnd(world.queue, &message, 40, 0) < 0)
        return -1;
    return world.keyed < 0 || world.holder < 0 || world.leaked < 0 || world.set < 0 ? -1 : 0;
}

static int end_world(void **state)
{
    (void)state;
    child_end(world.holder);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static json_t *document(const char *arguments)
{
    struct said said = program_run(arguments, false);
    json_error_t error;
    json_t *root = json_loads(said.out, JSON_REJECT_DUPLICATES, &error);

    if (!root || said.status != 0)
        fail_msg("'%s' ended with %d, %s: %s%s", arguments, said.status, error.text, said.err,
                 said.out);
    assert_string_equal(said.err, "");
    said_clear(&said);
    return root;
}

static json_t *find(json_t *root, const char *table, const char *name, long long id)
{
    json_t *row = row_by_number(json_object_get(root, table), name, id);

    if (!row)
        fail_msg("no %s with %s %lld", table, name, id);
    return row;
}

// A file of /proc/sysvipc, cell by cell.
struct kernel_table {
    char names[32][16];
    size_t n_names;
    struct {
        char at[32][24];
    } rows[64];
    size_t n;
};

static void read_kernel(struct kernel_table *t, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    *t = (struct kernel_table){0};
    for (bool first = true; fgets(line, sizeof line, file); first = false) {
        char *rest = NULL;
        size_t k = 0;
        for (char *w = strtok_r(line, " \n", &rest); w && k < 32;
             w = strtok_r(NULL, " \n", &rest), k++) {
            if (first)
                snprintf(t->names[t->n_names++], sizeof t->names[0], "%s", w);
            else
                snprintf(t->rows[t->n].at[k], sizeof t->rows[0].at[0], "%s", w);
        }
        t->n += !first;
    }
    fclose(file);
}

static const char *kernel_cell(const struct kernel_table *t, size_t row, const char *name)
{
    for (size_t k = 0; k < t->n_names; k++) {
        if (strcmp(t->names[k], name) == 0)
            return t->rows[row].at[k];
    }
    fail_msg("the kernel has no column %s", name);
    return NULL;
}

enum as { NUMBER, TIME, PID, KEY, PERMS };

struct field {
    const char *member, *kernel;
    enum as as;
};

static void compare_field(json_t *row, const struct field *f, const char *cell)
{
    json_t *value = json_object_get(row, f->member);
    long long number = strtoll(cell, NULL, 10);
    char text[16];

    assert_non_null(value);
    if ((f->as == TIME || f->as == PID) && number == 0) {
        assert_true(json_is_null(value)); // never; no process
        return;
    }
    if (f->as == KEY || f->as == PERMS) {
        if (f->as == KEY)
            snprintf(text, sizeof text, "0x%08x", (unsigned)number);
        else
            snprintf(text, sizeof text, "0%03llo", strtoll(cell, NULL, 8) & 0777);
        assert_string_equal(json_string_value(value), text);
        return;
    }
    if (!json_is_integer(value) || json_integer_value(value) != number)
        fail_msg("%s is %lld, the kernel says %s", f->member, (long long)json_integer_value(value),
                 cell);
}

static void compare_table(const char *table, const char *path, const char *id_member,
                          const char *id_kernel, const struct field *fields, size_t n)
{
    char arguments[64];
    struct kernel_table *kernel = malloc(sizeof *kernel);

    snprintf(arguments, sizeof arguments, "--json %s", table);
    read_kernel(kernel, path);
    json_t *root = document(arguments);
    assert_int_equal(json_array_size(json_object_get(root, table)), kernel->n);
    assert_true(kernel->n > 0);
    for (size_t i = 0; i < kernel->n; i++) {
        json_t *row =
            find(root, table, id_member, strtoll(kernel_cell(kernel, i, id_kernel), NULL, 10));
        for (size_t k = 0; k < n; k++)
            compare_field(row, &fields[k], kernel_cell(kernel, i, fields[k].kernel));
    }
    json_decref(root);
    free(kernel);
}
#define COUNT(array) (sizeof array / sizeof array[0])

TEST(segments_agree_with_the_kernel)
{
    // clang-format off
    static const struct field fields[] = {
        {"key", "key", KEY}, {"perms", "perms", PERMS}, {"size", "size", NUMBER},
        {"cpid", "cpid", PID}, {"lpid", "lpid", PID}, {"nattch", "nattch", NUMBER},
        {"uid", "uid", NUMBER}, {"gid", "gid", NUMBER}, {"cuid", "cuid", NUMBER},
        {"cgid", "cgid", NUMBER}, {"atime", "atime", TIME}, {"dtime", "dtime", TIME},
        {"ctime", "ctime", TIME}, {"rss", "rss", NUMBER}, {"swap", "swap", NUMBER},
    };
    // clang-format on
    compare_table("segments", "/proc/sysvipc/shm", "shmid", "shmid", fields, COUNT(fields));
}

TEST(sets_agree_with_the_kernel)
{
    // clang-format off
    static const struct field fields[] = {
        {"key", "key", KEY}, {"perms", "perms", PERMS}, {"nsems", "nsems", NUMBER},
        {"uid", "uid", NUMBER}, {"gid", "gid", NUMBER}, {"cuid", "cuid", NUMBER},
        {"cgid", "cgid", NUMBER}, {"otime", "otime", TIME}, {"ctime", "ctime", TIME},
    };
    // clang-format on
    compare_table("semaphores", "/proc/sysvipc/sem", "semid", "semid", fields, COUNT(fields));
}

TEST(queues_agree_with_the_kernel)
{
    // clang-format off
    static const struct field fields[] = {
        {"key", "key", KEY}, {"perms", "perms", PERMS}, {"bytes", "cbytes", NUMBER},
        {"messages", "qnum", NUMBER}, {"lspid", "lspid", PID}, {"lrpid", "lrpid", PID},
        {"uid", "uid", NUMBER}, {"gid", "gid", NUMBER}, {"cuid", "cuid", NUMBER},
        {"cgid", "cgid", NUMBER}, {"stime", "stime", TIME}, {"rtime", "rtime", TIME},
        {"ctime", "ctime", TIME},
    };
    // clang-format on
    struct msqid_ds ds;

    compare_table("queues", "/proc/sysvipc/msg", "msqid", "msqid", fields, COUNT(fields));
    json_t *root = document("--json queues");
    json_t *row = find(root, "queues", "msqid", world.queue);
    assert_int_equal(msgctl(world.queue, IPC_STAT, &ds), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "max_bytes")), ds.msg_qbytes);
    assert_int_equal(json_integer_value(json_object_get(row, "bytes")), 100);
    json_decref(root);
}

TEST(who_made_and_holds_it)
{
    json_t *root = document("--json segments");
    json_t *held = find(root, "segments", "shmid", world.held);
    json_t *leaked = find(root, "segments", "shmid", world.leaked);
    json_t *keyed = find(root, "segments", "shmid", world.keyed);

    assert_string_equal(json_string_value(json_array_get(json_object_get(held, "status"), 0)),
                        "dest");
    assert_int_equal(json_array_size(json_object_get(held, "status")), 1);
    assert_int_equal(json_integer_value(json_object_get(held, "found")), 2);
    assert_int_equal(json_integer_value(json_object_get(held, "holders")), 1);
    assert_string_equal(json_string_value(json_object_get(held, "key")), "0x00000000");
    assert_string_equal(json_string_value(json_object_get(held, "original_key")), "0x00001234");
    assert_true(json_is_false(json_object_get(held, "orphan")));
    assert_string_equal(json_string_value(json_object_get(leaked, "creator_state")), "gone");
    assert_true(json_is_true(json_object_get(leaked, "orphan")));
    assert_string_equal(json_string_value(json_object_get(keyed, "creator_state")), "alive");
    assert_true(json_is_false(json_object_get(keyed, "orphan")));
    assert_string_equal(json_string_value(json_object_get(keyed, "key")), "0xdeadbeef");
    json_decref(root);
}

TEST(only_an_object_and_what_hangs_on_it)
{
    char arguments[64];

    snprintf(arguments, sizeof arguments, "--json -i %d segments holders maps", world.held);
    json_t *root = document(arguments);
    assert_int_equal(json_array_size(json_object_get(root, "segments")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "holders")), 1);
    json_t *holder = json_array_get(json_object_get(root, "holders"), 0);
    assert_int_equal(json_integer_value(json_object_get(holder, "pid")), world.holder);
    assert_int_equal(json_integer_value(json_object_get(holder, "attaches")), 2);
    assert_string_equal(json_string_value(json_object_get(holder, "access")), "rw");
    assert_string_equal(json_string_value(json_object_get(holder, "comm")), "json_test");
    assert_true(json_is_false(json_object_get(holder, "namespace_differs")));
    assert_true(json_is_null(json_object_get(holder, "shares_memory_with")));
    json_decref(root);
}

// Each mapping is a line of the holder's maps, word for word.
TEST(mappings_are_lines_of_maps)
{
    char arguments[64], path[64], line[512];
    json_t *row;
    size_t i, matched = 0;

    snprintf(arguments, sizeof arguments, "--json -i %d maps", world.held);
    json_t *root = document(arguments);
    assert_int_equal(json_array_size(json_object_get(root, "maps")), 2);
    json_array_foreach(json_object_get(root, "maps"), i, row)
    {
        char expected[256];
        unsigned long long start =
            (unsigned long long)json_integer_value(json_object_get(row, "start"));
        unsigned long long end =
            (unsigned long long)json_integer_value(json_object_get(row, "end"));
        snprintf(expected, sizeof expected, "%08llx-%08llx %s %08llx %s %lld", start, end,
                 json_string_value(json_object_get(row, "perms")),
                 (unsigned long long)json_integer_value(json_object_get(row, "offset")),
                 json_string_value(json_object_get(row, "dev")),
                 (long long)json_integer_value(json_object_get(row, "inode")));
        assert_int_equal(json_integer_value(json_object_get(row, "size")), end - start);
        assert_int_equal(json_integer_value(json_object_get(row, "inode")), world.held);
        snprintf(path, sizeof path, "/proc/%d/maps", world.holder);
        FILE *maps = fopen(path, "r");
        while (maps && fgets(line, sizeof line, maps)) {
            const char *name = json_string_value(json_object_get(row, "path"));
            if (strncmp(line, expected, strlen(expected)) == 0 && strstr(line, name))
                matched++;
        }
        fclose(maps);
    }
    assert_int_equal(matched, 2);
    json_decref(root);
}

TEST(elements_agree_with_semctl)
{
    char arguments[64];

    snprintf(arguments, sizeof arguments, "--json -i %d elements", world.set);
    json_t *root = document(arguments);
    assert_int_equal(json_array_size(json_object_get(root, "elements")), 3);
    for (int i = 0; i < 3; i++) {
        json_t *row = json_array_get(json_object_get(root, "elements"), (size_t)i);
        int pid = semctl(world.set, i, GETPID);
        assert_int_equal(json_integer_value(json_object_get(row, "index")), i);
        assert_int_equal(json_integer_value(json_object_get(row, "value")),
                         semctl(world.set, i, GETVAL));
        assert_int_equal(json_integer_value(json_object_get(row, "ncount")), 0);
        if (pid > 0) {
            assert_int_equal(json_integer_value(json_object_get(row, "pid")), pid);
            assert_string_equal(json_string_value(json_object_get(row, "pid_state")), "alive");
        } else {
            assert_true(json_is_null(json_object_get(row, "pid")));
        }
    }
    json_decref(root);
}

TEST(limits_are_the_kernels)
{
    struct said said = program_run("--json limits", false);
    FILE *file = fopen("/proc/sys/kernel/shmmax", "r");
    char number[32] = "", expected[64];

    assert_int_equal(said.status, 0);
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%31s", number), 1);
    fclose(file);
    // As text: the default is beyond what jansson's integers hold.
    snprintf(expected, sizeof expected, "\"limit\":%s,", number);
    assert_non_null(strstr(said.out, "\"name\":\"shmmax\""));
    assert_non_null(strstr(said.out, expected));
    assert_non_null(strstr(said.out, "\"path\":\"/proc/sys/kernel/shmmni\""));
    said_clear(&said);
}

// The identifiers and attachments of `ipcs -m`, the set of `lsipc -m`.
TEST(ipcs_and_lsipc_see_the_same)
{
    struct said ipcs = shell_run("ipcs -m | awk '/^0x/ { print $1, $2, $5, $6 }' | sort");
    struct said ours = shell_run(
        BUILD_DIR "/ipctop --json segments -o key,shmid,size,nattch | "
                  "jq -r '.segments[] | \"\\(.key) \\(.shmid) \\(.size) \\(.nattch)\"' | sort");
    assert_int_equal(ours.status, 0);
    assert_string_equal(ours.err, "");
    assert_true(strlen(ipcs.out) > 0);
    assert_string_equal(ours.out, ipcs.out);
    said_clear(&ipcs);
    said_clear(&ours);
    ipcs = shell_run("lsipc -m -r --noheadings -o ID,CPID,LPID | sort");
    ours =
        shell_run(BUILD_DIR "/ipctop --json segments | "
                            "jq -r '.segments[] | \"\\(.shmid) \\(.cpid) \\(.lpid // 0)\"' | sort");
    assert_string_equal(ours.out, ipcs.out);
    said_clear(&ipcs);
    said_clear(&ours);
}

TEST(every_table_is_there)
{
    static const char *const tables[] = {"segments", "semaphores", "queues",
                                         "holders",  "maps",       "elements"};
    struct said said = program_run("--json", false);

    assert_int_equal(said.status, 0);
    assert_ptr_equal(strstr(said.out, "{\"meta\":{\"program\":\"ipctop\",\"version\":"), said.out);
    for (size_t i = 0; i < COUNT(tables); i++) {
        char member[32];
        snprintf(member, sizeof member, ",\"%s\":[{", tables[i]);
        assert_non_null(strstr(said.out, member));
    }
    assert_non_null(strstr(said.out, ",\"limits\":[{"));
    said_clear(&said);
}

TEST(ticks_repeat)
{
    struct said said = program_run("--json -n 3 -d 0.1 segments", false);
    char *line = said.out;
    long long last = 0;

    assert_int_equal(said.status, 0);
    for (int i = 0; i < 3; i++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        json_t *root = json_loadb(line, (size_t)(end - line), 0, NULL);
        assert_non_null(root);
        long long time = json_integer_value(json_object_get(json_object_get(root, "meta"), "time"));
        assert_true(time >= last);
        last = time;
        json_decref(root);
        line = end + 1;
    }
    assert_string_equal(line, "");
    said_clear(&said);
    said = program_run("--batch -n 2 -d 0.1 queues", false);
    assert_int_equal(said.status, 0);
    char *first = strstr(said.out, "MSQID");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "MSQID"));
    said_clear(&said);
}

// What an ordinary user cannot see is unknown, said, and with --strict a failure.
TEST(an_ordinary_user_is_told)
{
    if (geteuid() != 0 || !ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    struct said said = program_run("--json --strict segments", true);
    assert_int_equal(said.status, 3);
    json_t *root = json_loads(said.out, 0, NULL);
    assert_non_null(root);
    json_t *held = find(root, "segments", "shmid", world.held);
    assert_int_equal(json_integer_value(json_object_get(held, "nattch")), 2);
    assert_true(json_is_null(json_object_get(held, "found")));
    assert_true(json_is_null(json_object_get(held, "holders")));
    json_t *scan = json_object_get(json_object_get(root, "meta"), "scan");
    assert_true(json_integer_value(json_object_get(scan, "unreadable")) > 0);
    json_decref(root);
    said_clear(&said);
    said = program_run("--batch segments", true);
    assert_int_equal(said.status, 0);
    assert_memory_equal(said.err, "ipctop: incomplete: ", 20);
    assert_ptr_equal(strchr(said.err, '\n'), said.err + strlen(said.err) - 1);
    assert_non_null(strstr(said.out, "2 unseen"));
    said_clear(&said);
}

// Of a set whose values are not this user's to read all but the kernel's own line is null, and that is
// counted.
TEST(a_set_that_may_not_be_read_is_unknown_and_counted)
{
    if (geteuid() != 0 || !ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    int closed = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600),
        open = semget(IPC_PRIVATE, 2, IPC_CREAT | 0644);
    struct said said = program_run("--json --strict semaphores elements", true);
    semctl(closed, 0, IPC_RMID);
    semctl(open, 0, IPC_RMID);
    assert_int_equal(said.status, 3);
    json_t *root = json_loads(said.out, 0, NULL);
    assert_non_null(root);
    json_t *set = find(root, "semaphores", "semid", closed);
    assert_int_equal(json_integer_value(json_object_get(set, "nsems")), 2);
    assert_true(json_is_null(json_object_get(set, "waiters")));
    set = find(root, "semaphores", "semid", open);
    assert_int_equal(json_integer_value(json_object_get(set, "waiters")), 0);
    json_t *scan = json_object_get(json_object_get(root, "meta"), "scan");
    json_t *unread = json_object_get(scan, "sets_unreadable");
    assert_true(json_is_integer(unread) && json_integer_value(unread) >= 1);
    assert_int_equal(json_integer_value(json_object_get(scan, "sets_left_out")), 0);
    json_decref(root);
    said_clear(&said);
}

int main(void)
{
    return ns_run(tests_run);
}
