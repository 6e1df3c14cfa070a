// The command line and the JSON members, one by one as documented: what is promised to scripts. Real
// objects and processes in a private namespace, so that everything that can be known is.
// runs first: it takes longest but for the matrix
#include <dlfcn.h>
#include <jansson.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/program.h"
#include "support/shm_world.h"
#include "support/test.h"

#define COUNT(array) (sizeof array / sizeof array[0])

static struct {
    int held, large, set, queue; // `held` is attached twice
    pid_t holder, waiter, sender;
} world;

static void hold(void *arg, int ready)
{
    (void)arg;
    if ((intptr_t)shmat(world.held, NULL, 0) == -1 ||
        (intptr_t)shmat(world.held, NULL, SHM_RDONLY) == -1)
        _exit(1);
    child_ready(ready);
    pause();
}

static void wait_on_set(void *arg, int ready)
{
    struct sembuf down = {0, -1, 0};

    (void)arg;
    child_ready(ready);
    semop(world.set, &down, 1);
}

static void send_and_block(void *arg, int ready)
{
    struct {
        long type;
        char text[400];
    } message = {.type = 1};

    (void)arg;
    while (msgsnd(world.queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
        continue;
    child_ready(ready);
    msgsnd(world.queue, &message, sizeof message.text, 0);
}

static void make_and_leave(void *arg, int ready)
{
    (void)arg;
    if (shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | 0666) < 0)
        _exit(1);
    child_ready(ready);
}

static bool all_wait(void *arg)
{
    (void)arg;
    struct said said = program_run("--json waiters", false);
    bool both = strstr(said.out, "\"semaphore\"") && strstr(said.out, "\"queue\"");

    said_clear(&said);
    return both;
}

static int make_world(void **state)
{
    (void)state;
    world.held = shmget(0x1234, 8192, IPC_CREAT | 0640);
    world.large = shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0777);
    world.set = semget(0x77, 3, IPC_CREAT | 0660);
    world.queue = msgget(0x99, IPC_CREAT | 0600);
    if (world.held < 0 || world.large < 0 || world.set < 0 || world.queue < 0 ||
        msgget(0x9a, IPC_CREAT | 0600) < 0) // never used
        return -1;
    semop(world.set, &(struct sembuf){.sem_num = 2, .sem_op = 1}, 1);
    child_end(child_start(make_and_leave, NULL)); // an orphan
    world.holder = child_start(hold, NULL);
    world.waiter = child_start(wait_on_set, NULL);
    world.sender = child_start(send_and_block, NULL);
    return world.holder > 0 && world.waiter > 0 && world.sender > 0 && await(all_wait, NULL, 60)
               ? 0
               : -1;
}

static int end_world(void **state)
{
    (void)state;
    child_end(world.holder);
    child_end(world.waiter);
    child_end(world.sender);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

// --- every member -------------------------------------------------------------------------------

enum type { INTEGER, REAL, STRING, BOOL, KEY, PERMS, TIME, LIST };
enum { NULLABLE = 1, UNSEEN = 2 }; // may be null; and is in this world, or may be

struct member {
    const char *name;
    enum type type;
    unsigned flags;
    const char *values; // those it may have, between spaces; NULL: any
};

struct contract {
    const char *table;
    struct member members[32];
};

// clang-format off
#define OWNED(id)                                                                                  \
    {"key", KEY, 0, NULL}, {id, INTEGER, 0, NULL}, {"owner", STRING, 0, NULL},                     \
    {"uid", INTEGER, 0, NULL}, {"group", STRING, 0, NULL}, {"gid", INTEGER, 0, NULL},              \
    {"creator", STRING, 0, NULL}, {"cuid", INTEGER, 0, NULL}, {"cgid", INTEGER, 0, NULL},          \
    {"perms", PERMS, 0, NULL}
// clang-format on
#define STATES " alive gone reused outside "

// clang-format off
static const struct contract contracts[] = {
    {"segments", {OWNED("shmid"), {"size", INTEGER, 0, NULL}, {"rss", INTEGER, NULLABLE, NULL},
                  {"swap", INTEGER, NULLABLE, NULL}, {"nattch", INTEGER, 0, NULL},
                  {"found", INTEGER, 0, NULL}, {"holders", INTEGER, 0, NULL},
                  {"status", LIST, 0, " dest locked hugetlb "}, {"cpid", INTEGER, 0, NULL},
                  {"creator_state", STRING, 0, STATES}, {"lpid", INTEGER, NULLABLE, NULL},
                  {"atime", TIME, NULLABLE, NULL}, {"dtime", TIME, NULLABLE | UNSEEN, NULL},
                  {"ctime", TIME, 0, NULL}, {"app", STRING, NULLABLE, NULL},
                  {"original_key", KEY, 0, NULL}, {"orphan", BOOL, 0, NULL}}},
    {"holders", {{"shmid", INTEGER, 0, NULL}, {"pid", INTEGER, 0, NULL}, {"user", STRING, 0, NULL},
                 {"uid", INTEGER, 0, NULL}, {"state", STRING, 0, " R S D Z T t X I "},
                 {"attaches", INTEGER, 0, NULL}, {"access", STRING, 0, " rw r rwx none rx w wx x "},
                 {"comm", STRING, 0, NULL}, {"command", STRING, 0, NULL},
                 {"start_time", TIME, 0, NULL}, {"namespace_differs", BOOL, 0, NULL},
                 {"shares_memory_with", INTEGER, NULLABLE | UNSEEN, NULL}}},
    {"maps", {{"shmid", INTEGER, 0, NULL}, {"pid", INTEGER, 0, NULL}, {"start", INTEGER, 0, NULL},
              {"end", INTEGER, 0, NULL}, {"size", INTEGER, 0, NULL}, {"perms", STRING, 0, NULL},
              {"offset", INTEGER, 0, NULL}, {"dev", STRING, 0, NULL}, {"inode", INTEGER, 0, NULL},
              {"path", STRING, 0, NULL}}},
    {"semaphores", {OWNED("semid"), {"nsems", INTEGER, 0, NULL}, {"otime", TIME, NULLABLE, NULL},
                    {"ctime", TIME, 0, NULL}, {"waiters", INTEGER, 0, NULL},
                    {"app", STRING, NULLABLE, NULL}, {"orphan", BOOL, NULLABLE, NULL}}},
    {"elements", {{"semid", INTEGER, 0, NULL}, {"index", INTEGER, 0, NULL},
                  {"value", INTEGER, 0, NULL}, {"ncount", INTEGER, 0, NULL},
                  {"zcount", INTEGER, 0, NULL}, {"pid", INTEGER, NULLABLE, NULL},
                  {"pid_state", STRING, NULLABLE, STATES}}},
    {"queues", {OWNED("msqid"), {"bytes", INTEGER, 0, NULL}, {"max_bytes", INTEGER, 0, NULL},
                {"messages", INTEGER, 0, NULL}, {"lspid", INTEGER, NULLABLE, NULL},
                {"lrpid", INTEGER, NULLABLE | UNSEEN, NULL}, {"stime", TIME, NULLABLE, NULL},
                {"rtime", TIME, NULLABLE | UNSEEN, NULL}, {"ctime", TIME, 0, NULL},
                {"senders_waiting", INTEGER, 0, NULL}, {"receivers_waiting", INTEGER, 0, NULL},
                {"app", STRING, NULLABLE, NULL}}},
    {"waiters", {{"kind", STRING, 0, " semaphore queue "}, {"id", INTEGER, 0, NULL},
                 {"pid", INTEGER, 0, NULL}, {"tid", INTEGER, 0, NULL},
                 {"call", STRING, 0, " semop semtimedop msgsnd msgrcv "},
                 {"detail", STRING, NULLABLE, NULL}, {"user", STRING, 0, NULL},
                 {"comm", STRING, 0, NULL}}},
    {"limits", {{"name", STRING, 0, NULL}, {"used", INTEGER, NULLABLE, NULL},
                {"limit", INTEGER, 0, NULL}, {"percent", REAL, NULLABLE, NULL},
                {"top_user", STRING, NULLABLE, NULL}, {"path", STRING, 0, NULL}}},
    {"findings", {{"rule", STRING, 0, NULL}, {"severity", STRING, 0, " critical warning notice "},
                  {"kind", STRING, NULLABLE, " segment semaphore queue limit process "},
                  {"id", INTEGER, NULLABLE, NULL}, {"title", STRING, 0, NULL},
                  {"evidence", STRING, 0, NULL}, {"advice", STRING, 0, NULL}}},
};
// clang-format on

static bool one_of(const char *values, const char *value)
{
    char word[64];

    snprintf(word, sizeof word, " %s ", value);
    return !values || strstr(values, word);
}

static bool is_hex(const char *text, const char *prefix, size_t digits, const char *of)
{
    size_t n = strlen(prefix);

    return text && strncmp(text, prefix, n) == 0 && strlen(text) == n + digits &&
           strspn(text + n, of) == digits;
}

static bool list_fits(const json_t *value, const char *values)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(value))
        return false;
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item) || !one_of(values, json_string_value(item)))
            return false;
    }
    return true;
}

static bool fits(const struct member *m, const json_t *value)
{
    const char *text = json_string_value(value);

    switch (m->type) {
    case INTEGER: // of the limits read as reals: some are beyond what jansson holds
        return json_is_number(value) && json_number_value(value) >= 0;
    case REAL:
        return json_is_number(value);
    case STRING:
        return text && one_of(m->values, text);
    case BOOL:
        return json_is_boolean(value);
    case KEY:
        return is_hex(text, "0x", 8, "0123456789abcdef");
    case PERMS:
        return is_hex(text, "0", 3, "01234567");
    case TIME:
        return json_is_integer(value) && json_integer_value(value) > 1000000000;
    case LIST:
        return list_fits(value, m->values);
    }
    return false;
}

static json_t *document(const char *arguments)
{
    struct said said = program_run(arguments, false);
    size_t flags = strstr(arguments, "limits") ? JSON_DECODE_INT_AS_REAL : 0;
    json_t *root = json_loads(said.out, JSON_REJECT_DUPLICATES | flags, NULL);

    if (!root || said.status != 0 || said.err[0])
        fail_msg("'%s' ended with %d: %s%s", arguments, said.status, said.err, said.out);
    said_clear(&said);
    return root;
}

static void check_member(const char *table, const json_t *rows, const struct member *m)
{
    const json_t *row;
    bool seen = false;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const json_t *value = json_object_get(row, m->name);
        char *text = json_dumps(row, 0);
        if (!value || (json_is_null(value) && !(m->flags & NULLABLE)) ||
            (!json_is_null(value) && !fits(m, value)))
            fail_msg("%s: %s is not as promised in %s", table, m->name, text);
        seen |= !json_is_null(value);
        free(text);
    }
    if (!seen && !(m->flags & UNSEEN))
        fail_msg("%s: no row knows its %s", table, m->name);
}

TEST(every_member_is_as_promised)
{
    for (size_t t = 0; t < COUNT(contracts); t++) {
        const struct contract *c = &contracts[t];
        char arguments[64];
        snprintf(arguments, sizeof arguments, "--json %s", c->table);
        json_t *root = document(arguments), *rows = json_object_get(root, c->table);
        assert_int_equal(json_object_size(root), 2);
        assert_true(json_array_size(rows) > 0);
        for (size_t i = 0; c->members[i].name; i++)
            check_member(c->table, rows, &c->members[i]);
        json_decref(root);
    }
}

TEST(meta_is_as_promised)
{
    // clang-format off
    static const struct member meta[] = {
        {"program", STRING, 0, " ipctop "}, {"version", STRING, 0, NULL}, {"time", TIME, 0, NULL},
        {"hostname", STRING, 0, NULL}, {"ipc_namespace", INTEGER, 0, NULL},
        {"euid", INTEGER, 0, NULL}};
    static const struct member scan[] = {
        {"processes", INTEGER, 0, NULL}, {"unreadable", INTEGER, 0, NULL},
        {"stuck", INTEGER, 0, NULL}, {"method", STRING, 0, " procmap_query text reverse_map "},
        {"duration_us", INTEGER, 0, NULL}};
    json_t *root = document("--json holders"), *about = json_object_get(root, "meta");

    for (size_t i = 0; i < COUNT(meta); i++)
        assert_true(fits(&meta[i], json_object_get(about, meta[i].name)));
    about = json_object_get(about, "scan");
    for (size_t i = 0; i < COUNT(scan); i++)
        assert_true(fits(&scan[i], json_object_get(about, scan[i].name)));
    assert_true(json_integer_value(json_object_get(about, "processes")) > 0);
    json_decref(root);
}

// What --list-columns tells can be asked for, and every promised member is told.
TEST(the_list_of_columns_is_true)
{
    for (size_t t = 0; t < COUNT(contracts); t++) {
        const struct contract *c = &contracts[t];
        char arguments[1024], word[64];
        snprintf(arguments, sizeof arguments, "--list-columns %s", c->table);
        struct said said = program_run(arguments, false);
        assert_int_equal(said.status, 0);
        for (size_t i = 0; c->members[i].name; i++) {
            snprintf(word, sizeof word, "\n  %s ", c->members[i].name);
            if (!strstr(said.out, word))
                fail_msg("%s: %s is not listed", c->table, c->members[i].name);
        }
        int n = snprintf(arguments, sizeof arguments, "--json %s -o ", c->table);
        size_t columns = 0;
        for (char *line = strchr(said.out, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
            n += snprintf(arguments + n, sizeof arguments - (size_t)n, "%s%.*s",
                          columns++ ? "," : "", (int)strcspn(line + 3, " "), line + 3);
            assert_true(n < (int)sizeof arguments);
        }
        json_t *root = document(arguments);
        json_t *row = json_array_get(json_object_get(root, c->table), 0);
        assert_int_equal(json_object_size(row), columns);
        json_decref(root);
        said_clear(&said);
    }
}

// --- options ------------------------------------------------------------------------------------

TEST(values_have_their_ranges)
{
    program_says("--json -n 1 -d 0.1 queues", 0, "{", "");
    program_says("--json -n 1 --delay=3600 queues", 0, "{", "");
    program_says("--json -d 0.09 queues", 2, NULL, "--delay '0.09'");
    program_says("--json -d 3600.1 queues", 2, NULL, "--delay '3600.1'");
    program_says("--json -n -1 queues", 2, NULL, "--iterations '-1'"); // 0: without end
    program_says("--json --iterations x queues", 2, NULL, "--iterations 'x'");
    program_says("--json -i 2147483647 segments", 1, "\"id\":2147483647,\"id_exists\":false},\"segments\":[]",
         "there is no segment 2147483647");
    program_says("--batch -i 2147483647 waiters holders", 1, NULL,
         "there is no segment, semaphore set or queue 2147483647");
    program_says("--json -i 0 segments", 0, "\"id\":0,\"id_exists\":true}", "");
    program_says("--json -i 2147483648 segments", 2, NULL, "--id '2147483648'");
    program_says("--json -i -1 segments", 2, NULL, "--id '-1'");
    program_says("--json -u nobody-of-that-name segments", 2, NULL, "no such user");
    program_says("--json -u 4242 segments", 0, "\"segments\":[]", "");
    program_says("--json -u root segments", 0, "\"shmid\":0", "");
    program_says("--json -u 0 holders", 0, "\"shmid\":0", "");
    program_says("--json -R -C -M --ascii queues", 0, "{", ""); // of the screen; no mistake here
    program_says("--readonly --no-color --no-mouse --ascii --batch queues", 0, "MSQID", "");
}

TEST(mistakes_are_wrong_usage)
{
    program_says("", 2, NULL, "no terminal");
    program_says("segments", 2, NULL, "no terminal");
    program_says("--json --batch", 2, NULL, "only one of");
    program_says("--json --log /tmp/x", 2, NULL, "--log");
    program_says("--json segments events", 2, NULL, "events");
    program_says("--json --trace segments", 2, NULL, "--trace");
    program_says("--batch no-such-table", 2, NULL, "no table 'no-such-table'");
    program_says("--list-columns no-such-table", 2, NULL, "no table 'no-such-table'");
    program_says("--json -o shmid", 2, NULL, "exactly one table");
    program_says("--json -o shmid,colour segments", 2, NULL, "no column 'colour'");
    program_says("--json -s colour segments", 2, NULL, "no column 'colour'");
    program_says("--json -f size>many segments", 2, NULL, "'size' takes");
    program_says("--json --frobnicate", 2, NULL, "--frobnicate");
    program_says("--json -d", 2, NULL, "--delay needs a value");
}

TEST(help_and_version)
{
    static const char *const options[] = {
        "-d, --delay", "-n, --iterations", "-o, --columns", "-s, --sort", "-f, --filter",
        "-u, --user", "-i, --id", "-R, --readonly", "-C, --no-color", "-M, --no-mouse", "--ascii",
        "--log", "--strict", "--list-columns", "-h, --help", "-V, --version", "--json", "--batch"};

    for (size_t i = 0; i < COUNT(options); i++)
        program_says("--help", 0, options[i], "");
    program_says("-h", 0, "Exit status: 0 done, 1 failed, 2 wrong usage, 3 incomplete", "");
    program_says("--version", 0, "ipctop ", "");
    program_says("-V", 0, "ipctop ", "");
}

// The sizes of the segments, as they stand in the answer.
static size_t sizes(const char *arguments, long long *out, size_t cap)
{
    json_t *root = document(arguments), *row, *rows = json_object_get(root, "segments");
    size_t i, n = json_array_size(rows);

    assert_true(n <= cap);
    json_array_foreach(rows, i, row)
        out[i] = json_integer_value(json_object_get(row, "size"));
    json_decref(root);
    return n;
}

TEST(rows_are_sorted)
{
    long long up[8], down[8], own[8];
    size_t n = sizes("--json segments -s +size", up, COUNT(up));

    assert_true(n >= 3);
    assert_int_equal(sizes("--json segments -s -size", down, COUNT(down)), n);
    assert_int_equal(sizes("--json segments -s size", own, COUNT(own)), n);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || up[i - 1] <= up[i]);
        assert_true(down[i] == up[n - 1 - i] && own[i] == down[i]); // sizes: the largest first
    }
    // Unknown comes last both ways.
    for (int way = 0; way < 2; way++) {
        json_t *root = document(way ? "--json segments -s -atime" : "--json segments -s +atime");
        json_t *row, *rows = json_object_get(root, "segments");
        bool null = false;
        size_t i;
        json_array_foreach(rows, i, row) {
            bool is_null = json_is_null(json_object_get(row, "atime"));
            assert_true(is_null || !null || way == 0); // 0 is never, and the earliest
            null |= is_null;
        }
        assert_true(null);
        json_decref(root);
    }
}

TEST(columns_are_chosen)
{
    struct said plain = program_run("--json segments -i 0", false);
    struct said said = program_run("--json segments -i 0 -o +idle,age,size", false);

    assert_non_null(strstr(said.out, "\"idle\":"));
    char *idle = strstr(said.out, ",\"idle\":"), *age = strstr(said.out, ",\"age\":");
    assert_true(idle && age && idle < age); // behind the usual ones, in the order given
    char *rows = strstr(plain.out, "\"segments\":"), *same = strstr(said.out, "\"segments\":");
    assert_memory_equal(rows, same, (size_t)(idle - same)); // size is among those: not twice
    said_clear(&plain);
    said_clear(&said);
    program_says("--json segments -i 0 -o size,shmid", 0, "\"segments\":[{\"size\":8192,\"shmid\":0}]}", "");
    json_t *once = document("--json segments -i 0 -o +size,SIZE"); // duplicates are refused there
    json_decref(once);
    program_says("--json segments -i 0 -o SIZE", 0, "\"segments\":[{\"size\":8192}]}", "");
    program_says("--batch segments -i 0 -o shmid,size", 0, "SHMID SIZE\n    0 8.0K\n", "");
    program_says("--batch segments -i 0 -o status,size", 0, "STATUS SIZE\n-      8.0K\n", ""); // no empty field
}

TEST(rows_are_filtered)
{
    long long found[8];

    assert_int_equal(sizes("--json segments -f size>=1M", found, COUNT(found)), 2);
    assert_int_equal(sizes("--json segments -f !size>=1M", found, COUNT(found)), 1);
    assert_int_equal(sizes("--json segments -f orphan=true", found, COUNT(found)), 1);
    assert_int_equal(found[0], 2 << 20);
    assert_int_equal(sizes("--json segments -f key=0x1234", found, COUNT(found)), 1);
    assert_int_equal(sizes("--json segments -f perms=0777", found, COUNT(found)), 1);
    assert_int_equal(sizes("--json segments -f status=dest", found, COUNT(found)), 0);
}

// An id belongs to one object of each kind: what hangs on it, in every table.
TEST(one_id_and_what_hangs_on_it)
{
    static const char *const ids[][2] = {{"segments", "shmid"},   {"holders", "shmid"},
                                         {"maps", "shmid"},       {"semaphores", "semid"},
                                         {"elements", "semid"},   {"queues", "msqid"},
                                         {"waiters", "id"},       {"findings", "id"}};
    json_t *root = document("--json -i 0 segments holders maps semaphores elements queues waiters "
                            "findings");

    for (size_t t = 0; t < COUNT(ids); t++) {
        json_t *row, *rows = json_object_get(root, ids[t][0]);
        size_t i;
        assert_true(json_array_size(rows) > 0);
        json_array_foreach(rows, i, row)
            assert_int_equal(json_integer_value(json_object_get(row, ids[t][1])), 0);
    }
    json_decref(root);
}

static void must_name_library(const char *arguments)
{
    struct said said = program_run(arguments, false);

    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.err, SMARTCOLS_SONAME " is not installed"));
    said_clear(&said);
}

TEST(a_library_that_is_not_installed_is_named)
{
    char path[4096];
    struct link_map *map;
    void *library = dlopen(SMARTCOLS_SONAME, RTLD_LAZY);

    assert_non_null(library);
    assert_int_equal(dlinfo(library, RTLD_DI_LINKMAP, &map), 0);
    assert_in_range(snprintf(path, sizeof path, "%s", map->l_name), 1, sizeof path - 1);
    dlclose(library);
    assert_int_equal(mount("tmpfs", "/mnt", "tmpfs", 0, "size=1m"), 0);
    assert_int_equal(mount("/dev/null", path, NULL, MS_BIND, NULL), 0);
    must_name_library("--batch limits");
    must_name_library("--output /mnt/limits --batch limits");
    program_says("--json limits", 0, "\"limits\":[{", "");
    assert_int_equal(umount2(path, MNT_DETACH), 0);
    program_says("--output /mnt/limits --batch limits", 0, "", "");
    assert_int_equal(umount2("/mnt", MNT_DETACH), 0);
}

#define LIMITED "d=$(mktemp -d); ulimit -f 1; "
#define TIDY "; s=$?; ls -A $d >&2; rm -r $d; exit $s"

TEST(broken_outputs)
{
    static const struct {
        const char *command;
        int status;
        const char *err;
    } runs[] = {
        {"ipctop --json >/dev/full", 1, "ipctop: cannot write: No space left on device\n"},
        {"ipctop --batch >/dev/full", 1, "ipctop: cannot write: No space left on device\n"},
        {"ipctop --help >/dev/full", 1, "ipctop: cannot write: No space left on device\n"},
        {"ipctop --list-columns >/dev/full", 1, "ipctop: cannot write: No space left on device\n"},
        {"ipctop --json >&-", 1, "ipctop: cannot write: Bad file descriptor\n"},
        // setrlimit(2) RLIMIT_FSIZE: by its signal half a file would stay behind.
        {LIMITED "ipctop --json limits >$d/file" TIDY, 1, "ipctop: cannot write: File too large\nfile\n"},
        {LIMITED "ipctop --list-columns >$d/file" TIDY, 1, "ipctop: cannot write: File too large\nfile\n"},
        {LIMITED "ipctop --json limits --output $d/file 2>&1 | sed s,$d/,, >&2; false" TIDY, 1,
         "ipctop: --output 'file': File too large\n"},
        {"{ ipctop --json -n 50 -d 0.1; echo $? >&2; } | head -c 1", 0, "0\n"},
        {"{ ipctop --batch -n 50 -d 0.1; echo $? >&2; } | head -c 1", 0, "0\n"},
    };
    // clang-format on

    for (size_t i = 0; i < COUNT(runs); i++) {
        char command[512];
        snprintf(command, sizeof command, "PATH=" BUILD_DIR ":$PATH; %s", runs[i].command);
        struct said said = shell_run(command);
        assert_int_equal(said.status, runs[i].status);
        assert_string_equal(said.err, runs[i].err);
        said_clear(&said);
    }
}

// Incomplete is 3 with --strict, 0 without, and said either way.
TEST(an_incomplete_answer)
{
    program_says("--json --strict segments holders maps", 0, "{", "");
    program_says("--batch --strict", 0, "SHMID", "");
    if (geteuid() != 0 || !ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    static const struct {
        const char *arguments;
        int status;
        bool said;
    } runs[] = {{"--json segments", 0, false},
                {"--json --strict segments", 3, false},
                {"--batch segments", 0, true},
                {"--batch --strict segments", 3, true},
                {"--batch --strict limits", 0, false}}; // nothing of processes in it
    bool queues = shm_world_mount_queues();             // what there are counts there
    for (size_t i = 0; i < COUNT(runs); i++) {
        if (!queues && strstr(runs[i].arguments, "limits"))
            continue;
        struct said said = program_run(runs[i].arguments, true);
        assert_int_equal(said.status, runs[i].status);
        assert_int_equal(strstr(said.err, "ipctop: incomplete: ") == said.err, runs[i].said);
        said_clear(&said);
    }
}

int main(void)
{
    return ns_run(tests_run);
}
