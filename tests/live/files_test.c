// Open files and sockets of real servers on the loopback of a private network namespace, descriptor by
// descriptor against lsof(8) and ss(8).
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/denial.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { CLIENTS = 3, MANY = 300 };

static struct {
    char dir[64];
    int shmid;
    pid_t server, other, crowd;
} world;

static int bound(int family, int type, const char *address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    int fd = socket(family, type, 0);

    inet_pton(family, address, family == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr);
    if (fd < 0 || bind(fd, family == AF_INET ? (void *)&v4 : (void *)&v6,
                       family == AF_INET ? sizeof v4 : sizeof v6) < 0)
        _exit(1);
    if (type == SOCK_STREAM && listen(fd, 16) < 0)
        _exit(1);
    return fd;
}

static int connected(int listener)
{
    struct sockaddr_storage name;
    socklen_t n = sizeof name;

    getsockname(listener, (void *)&name, &n);
    int fd = socket(name.ss_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (void *)&name, n) < 0)
        _exit(1);
    return fd;
}

static void unix_sockets(void)
{
    struct sockaddr_un path = {.sun_family = AF_UNIX}, abstract = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), hostile = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(path.sun_path, sizeof path.sun_path, "%s/a socket", world.dir);
    memcpy(abstract.sun_path + 1, "evil\n\033[31m x", 13);
    if (bind(fd, (void *)&path, sizeof path) < 0 || listen(fd, 1) < 0 ||
        bind(hostile, (void *)&abstract, sizeof(sa_family_t) + 14) < 0)
        _exit(1);
}

static void plain_files(void)
{
    char name[128];
    static const char *const names[] = {"new\nline", "\033[31mred", "kept (deleted)", "gone"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "%s/%s", world.dir, names[i]);
        if (open(name, O_CREAT | (i == 0 ? O_RDONLY : i == 1 ? O_WRONLY : O_RDWR), 0600) < 0)
            _exit(1);
    }
    unlink(name);
    int ends[2];
    if (pipe(ends) < 0 || eventfd(0, 0) < 0 || memfd_create("mem", 0) < 0)
        _exit(1);
}

static void serve(void *arg, int ready)
{
    (void)arg;
    if (shmat(world.shmid, NULL, 0) == (void *)-1)
        _exit(1);
    int v4 = bound(AF_INET, SOCK_STREAM, "127.0.0.1"), v6 = bound(AF_INET6, SOCK_STREAM, "::1");
    int any = bound(AF_INET6, SOCK_STREAM, "::");
    bound(AF_INET, SOCK_DGRAM, "0.0.0.0");
    for (int i = 0; i < CLIENTS; i++)
        if (connected(v4) < 0 || accept(v4, NULL, NULL) < 0)
            _exit(1);
    connected(v6);
    close(connected(any)); // a peer that vanished before it was accepted
    int left = connected(v6), there = accept(v6, NULL, NULL);
    close(left); // and one that vanished after: CLOSE_WAIT here
    if (there < 0)
        _exit(1);
    unix_sockets();
    plain_files();
    child_ready(ready);
    for (;;)
        pause();
}

// Its sockets are of another network namespace.
static void serve_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWNET) < 0 || shmat(world.shmid, NULL, 0) == (void *)-1)
        _exit(1);
    bound(AF_INET, SOCK_STREAM, "0.0.0.0");
    child_ready(ready);
    for (;;)
        pause();
}

static void open_many(void *arg, int ready)
{
    (void)arg;
    for (int i = 0; i < MANY; i++)
        if (eventfd(0, 0) < 0)
            _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static bool lo_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return false;
    request.ifr_flags |= IFF_UP;
    bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
    return up;
}

static int make_world(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) < 0 || !lo_up())
        return -1;
    strcpy(world.dir, "/tmp/ipctop-files-XXXXXX");
    if (!mkdtemp(world.dir))
        return -1;
    world.shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    world.server = child_start(serve, NULL);
    world.other = child_start(serve_elsewhere, NULL);
    world.crowd = child_start(open_many, NULL);
    return world.server < 0 || world.other < 0 || world.crowd < 0 ? -1 : 0;
}

static int end_world(void **state)
{
    char command[96];

    (void)state;
    child_end(world.server);
    child_end(world.other);
    child_end(world.crowd);
    snprintf(command, sizeof command, "rm -rf %s", world.dir);
    return system(command) == 0 ? 0 : -1;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static json_t *rows_of(const char *table, const char *arguments, bool nobody)
{
    char *all = mem_format("--json %s %s", table, arguments);
    struct said said = program_run(all, nobody);
    json_error_t error;
    json_t *root = json_loads(said.out, JSON_REJECT_DUPLICATES, &error);

    if (!root || said.status != 0)
        fail_msg("'%s' ended with %d, %s: %s%s", all, said.status, error.text, said.err, said.out);
    json_t *rows = json_incref(json_object_get(root, table));
    json_decref(root);
    said_clear(&said);
    free(all);
    return rows;
}

static json_t *files_of(pid_t pid)
{
    char filter[32];

    snprintf(filter, sizeof filter, "-f pid=%d", pid);
    return rows_of("files", filter, false);
}

static json_t *with_fd(json_t *rows, int fd)
{
    json_t *row = row_by_number(rows, "fd", fd);

    if (!row)
        fail_msg("no descriptor %d", fd);
    return row;
}

// --- against lsof ------------------------------------------------------------------------------

struct theirs { // one file, as lsof -F has it
    int fd;
    char access[8], type[16], protocol[16], name[160], state[24];
};

// A line begins with the letter of its field; "f" begins the next file.
static size_t parse_lsof(char *out, struct theirs *files, size_t cap)
{
    size_t n = 0;
    char *rest = NULL;

    for (char *line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct theirs *file = n ? &files[n - 1] : NULL;
        if (line[0] == 'f' && line[1] >= '0' && line[1] <= '9' && n < cap)
            files[n++] = (struct theirs){.fd = atoi(line + 1)};
        else if (line[0] == 'a' && file)
            snprintf(file->access, sizeof file->access, "%s", line + 1);
        else if (line[0] == 't' && file)
            snprintf(file->type, sizeof file->type, "%s", line + 1);
        else if (line[0] == 'P' && file)
            snprintf(file->protocol, sizeof file->protocol, "%s", line + 1);
        else if (line[0] == 'n' && file)
            snprintf(file->name, sizeof file->name, "%s", line + 1);
        else if (strncmp(line, "TST=", 4) == 0 && file)
            snprintf(file->state, sizeof file->state, "%s", line + 4);
    }
    return n;
}

static void append_address(char *dst, size_t cap, const char *address)
{
    const char *port = strrchr(address, ':');
    bool any = strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;
    size_t n = strlen(dst);

    snprintf(dst + n, cap - n, "%s", any ? "*" : address);
    if (any)
        snprintf(dst + n + 1, cap - n - 1, "%s", port);
}

static void same_as_lsof(json_t *rows, const struct theirs *file)
{
    json_t *row = with_fd(rows, file->fd);
    char name[256] = "", protocol[16] = "";

    append_address(name, sizeof name, member_text(row, "local"));
    if (*member_text(row, "remote")) {
        snprintf(name + strlen(name), sizeof name - strlen(name), "->");
        append_address(name, sizeof name, member_text(row, "remote"));
    }
    for (size_t i = 0; member_text(row, "protocol")[i] && i < sizeof protocol - 1; i++)
        protocol[i] = (char)(member_text(row, "protocol")[i] - 'a' + 'A');
    assert_string_equal(member_text(row, "kind"), "socket");
    assert_string_equal(name, file->name);
    assert_string_equal(protocol, file->protocol);
    assert_string_equal(member_text(row, "state"), file->state);
    assert_string_equal(member_text(row, "mode"),
                        strcmp(file->access, "u") == 0 ? "rw" : file->access);
}

TEST(sockets_as_lsof_says)
{
    struct theirs files[64];
    char command[96];
    json_t *rows = files_of(world.server);

    if (system("lsof -v >/dev/null 2>&1") != 0)
        skip();
    snprintf(command, sizeof command, "lsof -nP -i -a -p %d -F fatPnT 2>/dev/null", world.server);
    struct said said = shell_run(command);
    size_t n = parse_lsof(said.out, files, 64);
    assert_int_equal(n, 4 + 2 * CLIENTS + 2); // one more was closed, one is in CLOSE_WAIT
    for (size_t i = 0; i < n; i++)
        same_as_lsof(rows, &files[i]);
    size_t ours = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *protocol = member_text(json_array_get(rows, i), "protocol");
        ours += strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0;
    }
    assert_int_equal(ours, n);
    said_clear(&said);
    json_decref(rows);
}

// --- against ss --------------------------------------------------------------------------------

static void same_as_ss(json_t *rows, const char *state, const char *local, const char *remote,
                       int fd)
{
    static const char *const states[][2] = {
        {"LISTEN", "LISTEN"}, {"ESTAB", "ESTABLISHED"}, {"CLOSE-WAIT", "CLOSE_WAIT"}};
    json_t *row = with_fd(rows, fd);

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i][0], state) == 0)
            assert_string_equal(member_text(row, "state"), states[i][1]);
    const char *ours = member_text(row, "local");
    if (local[0] == '*') // [::], of both families
        assert_string_equal(strrchr(ours, ':'), strrchr(local, ':'));
    else
        assert_string_equal(ours, local);
    if (strcmp(strrchr(remote, ':'), ":*") == 0)
        assert_string_equal(member_text(row, "remote"), "");
    else
        assert_string_equal(member_text(row, "remote"), remote);
}

TEST(sockets_as_ss_says)
{
    char mark[32], *rest = NULL;
    size_t seen = 0;

    if (system("ss -V >/dev/null 2>&1") != 0)
        skip();
    json_t *rows = files_of(world.server);
    struct said said = shell_run("ss -Htanp");
    snprintf(mark, sizeof mark, "pid=%d,fd=", world.server);
    for (char *line = strtok_r(said.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char condition[32], local[64], remote[64];
        const char *at = strstr(line, mark);
        if (!at || sscanf(line, "%31s %*s %*s %63s %63s", condition, local, remote) != 3)
            continue;
        same_as_ss(rows, condition, local, remote, atoi(at + strlen(mark)));
        seen++;
    }
    assert_int_equal(seen, 3 + 2 * CLIENTS + 2);
    said_clear(&said);
    json_decref(rows);
}

// -------------------------------------------------------------------------------------------------

static json_t *with(json_t *rows, const char *name, const char *value)
{
    json_t *row = row_by_text(rows, name, value);

    if (!row)
        fail_msg("no file with the %s '%s'", name, value);
    return row;
}

static json_t *in_dir(json_t *rows, const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", world.dir, name);
    return with(rows, "path", path);
}

TEST(files_with_hostile_names)
{
    json_t *rows = files_of(world.server), *row;

    row = in_dir(rows, "new\\nline");
    assert_string_equal(member_text(row, "mode"), "r");
    assert_string_equal(member_text(row, "kind"), "file");
    assert_true(json_is_false(json_object_get(row, "deleted")));
    row = in_dir(rows, "\\e[31mred");
    assert_string_equal(member_text(row, "mode"), "w");
    // Its name ends so; it is not.
    row = in_dir(rows, "kept (deleted)");
    assert_true(json_is_false(json_object_get(row, "deleted")));
    row = in_dir(rows, "gone");
    assert_string_equal(member_text(row, "mode"), "rw");
    assert_true(json_is_true(json_object_get(row, "deleted")));
    json_decref(rows);
}

TEST(other_kinds_of_files)
{
    json_t *rows = files_of(world.server);
    char path[128];

    assert_string_equal(member_text(with(rows, "path", "/memfd:mem"), "kind"), "memfd");
    size_t pipes[2] = {0}, events = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *pipe = json_array_get(rows, i);
        if (strcmp(member_text(pipe, "kind"), "pipe") == 0)
            pipes[strcmp(member_text(pipe, "mode"), "w") == 0]++;
        events += strcmp(member_text(pipe, "kind"), "anon") == 0 &&
                  strncmp(member_text(pipe, "path"), "[eventfd", 8) == 0;
    }
    assert_true(pipes[0] >= 1 && pipes[1] >= 1);
    assert_int_equal(events, 1);
    snprintf(path, sizeof path, "%s/a socket", world.dir);
    json_t *row = with(rows, "local", path);
    assert_string_equal(member_text(row, "protocol"), "unix");
    assert_string_equal(member_text(row, "state"), "LISTEN");
    // A name with a newline: whatever is shown of it harms nobody, and is not another's.
    size_t unix_sockets = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        row = json_array_get(rows, i);
        unix_sockets += strcmp(member_text(row, "protocol"), "unix") == 0;
        assert_null(strpbrk(member_text(row, "local"), "\n\033"));
    }
    assert_int_equal(unix_sockets, 2);
    json_decref(rows);
}

// --- ports -------------------------------------------------------------------------------------

TEST(ports_of_each_process_in_its_own_network_namespace)
{
    json_t *rows = rows_of("processes", "-o pid,ports", false), *row;
    json_t *files = files_of(world.server);
    size_t i, checked = 0;

    json_array_foreach(rows, i, row)
    {
        pid_t pid = (pid_t)json_integer_value(json_object_get(row, "pid"));
        json_t *ports = json_object_get(row, "ports");
        if (pid == world.server) {
            assert_int_equal(json_array_size(ports), 4); // three of TCP, one of UDP
            for (size_t k = 0; k + 1 < json_array_size(ports); k++)
                assert_true(json_integer_value(json_array_get(ports, k)) <
                            json_integer_value(json_array_get(ports, k + 1)));
            checked++;
        } else if (pid == world.other) {
            assert_int_equal(json_array_size(ports), 1);
            checked++;
        }
    }
    assert_int_equal(checked, 2);
    json_decref(files);
    json_decref(rows);
}

TEST(processes_are_found_by_their_port)
{
    json_t *files = files_of(world.server), *listener = with(files, "state", "LISTEN");
    char filter[64];

    snprintf(filter, sizeof filter, "-f port=%s", strrchr(member_text(listener, "local"), ':') + 1);
    json_t *rows = rows_of("processes", filter, false);
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0), "pid")),
                     world.server);
    json_decref(rows);
    json_decref(files);
}

TEST(clients_are_counted_whether_accepted_or_not)
{
    char filter[48];

    snprintf(filter, sizeof filter, "-f pid=%d -o local,state,clients", world.server);
    json_t *rows = rows_of("files", filter, false), *row;
    size_t i, with_three = 0;

    json_array_foreach(rows, i, row)
    {
        if (strcmp(member_text(row, "state"), "LISTEN") == 0 &&
            strncmp(member_text(row, "local"), "127", 3) == 0)
            with_three += json_integer_value(json_object_get(row, "clients")) == CLIENTS;
    }
    assert_int_equal(with_three, 1);
    json_decref(rows);
}

TEST(files_of_all_processes_of_the_table)
{
    json_t *rows = rows_of("files", "-o pid,fd", false), *row;
    bool server = false, other = false;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        pid_t pid = (pid_t)json_integer_value(json_object_get(row, "pid"));
        server |= pid == world.server;
        other |= pid == world.other;
        assert_true(pid != world.crowd); // has nothing to do with any object
    }
    assert_true(server && other);
    json_decref(rows);
}

TEST(many_files_and_none)
{
    json_t *rows = files_of(world.crowd);

    assert_true(json_array_size(rows) >= MANY);
    json_decref(rows);
    rows = files_of(0x3fffff); // no such process
    assert_int_equal(json_array_size(rows), 0);
    json_decref(rows);
}

TEST(an_ordinary_user_sees_none_of_other_users_files)
{
    char filter[64];

    if (!ns_was_root())
        skip();
    snprintf(filter, sizeof filter, "-f pid=%d", world.server);
    json_t *rows = rows_of("files", filter, true);
    assert_int_equal(json_array_size(rows), 0);
    json_decref(rows);
    snprintf(filter, sizeof filter, "--json files -f pid=%d --strict", world.server);
    struct said said = program_run(filter, true);
    assert_int_equal(said.status, 3);
    assert_non_null(strstr(said.out, "\"files_unreadable\":1"));
    said_clear(&said);
    snprintf(filter, sizeof filter, "--batch files -f pid=%d", world.server);
    said = program_run(filter, true);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.err, "incomplete: 1 process whose files are not readable by this "
                                     "user; try sudo"));
    said_clear(&said);
    snprintf(filter, sizeof filter, "-f pid=%d -o pid,ports", world.server);
    rows = rows_of("processes", filter, true);
    assert_int_equal(json_array_size(rows), 1);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "ports")));
    json_decref(rows);
}

// As where the kernel has no memory, or the process became another user's meanwhile.
static void refused_links(void *arg, int ready)
{
    static const struct denial denial = {.call = SYS_readlinkat, .error = EIO};
    const char *command = arg;

    if (!deny(&denial, 1))
        _exit(77);
    child_ready(ready);
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(1);
}

TEST(a_descriptor_that_cannot_be_looked_at_is_counted)
{
    struct said said;
    char command[256];
    json_error_t error;

    snprintf(command, sizeof command,
             BUILD_DIR "/ipctop --json files -f pid=%d --strict >%s/out; echo $? >%s/status",
             world.server, world.dir, world.dir);
    pid_t pid = child_start(refused_links, command);
    if (pid < 0)
        skip(); // no seccomp filters here
    waitpid(pid, NULL, 0);
    snprintf(command, sizeof command, "cat %s/status", world.dir);
    said = shell_run(command);
    assert_int_equal(atoi(said.out), 3);
    said_clear(&said);
    snprintf(command, sizeof command, "%s/out", world.dir);
    json_t *root = json_load_file(command, 0, &error);
    json_t *scan = json_object_get(json_object_get(root, "meta"), "scan");
    assert_true(json_integer_value(json_object_get(scan, "files_unread")) > 10);
    assert_int_equal(json_integer_value(json_object_get(scan, "files_unreadable")), 0);
    json_decref(root);
}

TEST(a_whole_answer_is_strictly_one)
{
    char arguments[64];

    snprintf(arguments, sizeof arguments, "--json files -f pid=%d --strict", world.server);
    struct said said = program_run(arguments, false);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "\"files_processes\":1,\"files_unreadable\":0"));
    assert_non_null(strstr(said.out, "\"sockets_unread\":0"));
    said_clear(&said);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
