// Who has the other ends of sockets: unix sockets by sock_diag(7), also of another network namespace, and
// TCP connections within one, socket by socket against ss(8).
#include <arpa/inet.h>
#include <jansson.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { CLIENTS = 3, PENDING = 2 };

struct place { // a server and its clients in one network namespace
    char path[80];
    int pair[2]; // of the server, across processes: the client has the other end
    in_port_t port;
    pid_t server, client;
};

static struct {
    char dir[64];
    struct place *places; // shared with the processes: here, and in another namespace
} world;

static void lo_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        _exit(1);
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        _exit(1);
    close(fd);
}

static int unix_socket(const struct place *place, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(name->sun_path, sizeof name->sun_path, "%s", place->path);
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

// Connects three times each way, and twice without ever being accepted.
static void be_client(const struct place *place)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = place->port};
    struct sockaddr_un name;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "a client)\n");
    close(place->pair[0]);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < CLIENTS + PENDING; i++) {
        int fd = unix_socket(place, &name);
        if (fd < 0 || connect(fd, (void *)&name, sizeof name) < 0)
            _exit(1);
    }
    for (int i = 0; i < CLIENTS; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (void *)&v4, sizeof v4) < 0)
            _exit(1);
    }
    for (;;)
        pause();
}

// One that had the name before, and a client: they are not this server's.
static void was_there_before(const struct place *place)
{
    struct sockaddr_un name;
    int listener = unix_socket(place, &name), client = unix_socket(place, &name);

    if (bind(listener, (void *)&name, sizeof name) < 0 || listen(listener, 1) < 0 ||
        connect(client, (void *)&name, sizeof name) < 0 || accept(listener, NULL, NULL) < 0 ||
        unlink(place->path) < 0)
        _exit(1);
    close(listener);
}

// It listens for IPv6, and its clients come by IPv4.
static void serve(void *arg, int ready)
{
    struct place *place = arg;
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    struct sockaddr_un name;
    socklen_t n = sizeof any;
    int local = unix_socket(place, &name), tcp = socket(AF_INET6, SOCK_STREAM, 0);

    if (place != world.places) {
        if (unshare(CLONE_NEWNET) < 0)
            _exit(1);
        lo_up();
        close(local);
        close(tcp);
        local = unix_socket(place, &name);
        tcp = socket(AF_INET6, SOCK_STREAM, 0);
    }
    was_there_before(place);
    if (bind(local, (void *)&name, sizeof name) < 0 || listen(local, 16) < 0 ||
        bind(tcp, (void *)&any, sizeof any) < 0 || listen(tcp, 16) < 0 ||
        getsockname(tcp, (void *)&any, &n) < 0 ||
        socketpair(AF_UNIX, SOCK_DGRAM, 0, place->pair) < 0)
        _exit(1);
    place->port = any.sin6_port;
    pid_t client = fork();
    if (client == 0)
        be_client(place);
    place->client = client;
    close(place->pair[1]);
    for (int i = 0; i < CLIENTS; i++)
        if (accept(local, NULL, NULL) < 0 || accept(tcp, NULL, NULL) < 0)
            _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static int end_world(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        if (world.places[i].server > 0)
            child_end(world.places[i].server);
        unlink(world.places[i].path);
    }
    return rmdir(world.dir);
}

static int make_world(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) < 0)
        return -1;
    lo_up();
    strcpy(world.dir, "/tmp/ipctop-peers-XXXXXX");
    world.places = mmap(NULL, 2 * sizeof *world.places, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world.places == MAP_FAILED || !mkdtemp(world.dir))
        return -1;
    for (int i = 0; i < 2; i++) {
        struct place *place = &world.places[i];
        snprintf(place->path, sizeof place->path, "%s/s%d", world.dir, i);
        place->server = child_start(serve, place);
        if (place->server < 0)
            return end_world(state), -1;
    }
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static json_t *files_of(pid_t pid)
{
    char *arguments =
        mem_format("--json files -f pid=%d -o fd,protocol,local,remote,state,clients,peer", pid);
    json_t *root = program_document(arguments, false);
    json_t *rows = json_incref(json_object_get(root, "files"));

    json_decref(root);
    free(arguments);
    return rows;
}

static json_int_t number(json_t *row, const char *name)
{
    return json_integer_value(json_object_get(row, name));
}

static json_int_t listeners_clients(json_t *rows, const char *protocol)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        if (strcmp(member_text(row, "protocol"), protocol) == 0 &&
            strcmp(member_text(row, "state"), "LISTEN") == 0)
            return number(row, "clients");
    }
    return -1;
}

static size_t with_peer(json_t *rows, const char *protocol, pid_t pid)
{
    size_t i, n = 0;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        n += strcmp(member_text(row, "protocol"), protocol) == 0 && number(row, "peer") == pid;
    }
    return n;
}

static void check_place(const struct place *place)
{
    json_t *servers = files_of(place->server), *clients = files_of(place->client), *row;
    size_t i, named = 0;

    assert_int_equal(listeners_clients(servers, "unix"), CLIENTS + PENDING);
    assert_int_equal(listeners_clients(servers, "tcp"), CLIENTS);
    assert_int_equal(with_peer(servers, "unix", place->client), CLIENTS + 1); // and the pair
    assert_int_equal(with_peer(servers, "tcp", place->client), CLIENTS);
    assert_int_equal(with_peer(clients, "tcp", place->server), CLIENTS);
    // The client has inherited both ends of the connection from before.
    assert_int_equal(with_peer(clients, "unix", place->server), CLIENTS + 1 + 2);
    json_array_foreach(clients, i, row)
    {
        named += strcmp(member_text(row, "remote"), place->path) == 0;
    }
    // What waits to be accepted has no descriptor yet, and thereby no number to find it by.
    assert_int_equal(named, CLIENTS + 1);
    json_decref(servers);
    json_decref(clients);
}

TEST(peers_are_found_from_both_ends)
{
    check_place(&world.places[0]);
}

TEST(peers_are_found_in_another_network_namespace)
{
    check_place(&world.places[1]);
}

// --- several that listen ------------------------------------------------------------------------

static int listener(in_addr_t address, in_port_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = port};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    name.sin_addr.s_addr = htonl(address);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
        bind(fd, (void *)&name, sizeof name) < 0 || listen(fd, 16) < 0)
        _exit(1);
    return fd;
}

static void come(in_addr_t from, in_port_t from_port, in_addr_t to, in_port_t port)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = from_port};
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = port};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    own.sin_addr.s_addr = htonl(from);
    name.sin_addr.s_addr = htonl(to);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
        bind(fd, (void *)&own, sizeof own) < 0 || connect(fd, (void *)&name, sizeof name) < 0)
        _exit(1);
}

static int abstract(const char *name, size_t n, bool listens)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = (socklen_t)(sizeof address.sun_family + n);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, name, n);
    if (fd < 0 || (listens ? bind : connect)(fd, (void *)&address, length) < 0 ||
        (listens && listen(fd, 16) < 0))
        _exit(1);
    return fd;
}

enum { HOME = 0x7f000001, SECOND, THIRD, FOURTH };
static const char names[][4] = {{0, 'a', 0, 'b'}, {0, 'a', '@', 'b'}}; // shown alike

// The first three have descriptors 3 to 5 on one port, two with abstract names 6 and 7.
static void serve_several(void *arg, int ready)
{
    in_port_t *port = arg;
    struct sockaddr_in name;
    socklen_t n = sizeof name;

    for (int fd = 3; fd < 64; fd++)
        if (fd != ready)
            close(fd);
    dup2(ready, 63);
    close(ready);
    int home = listener(HOME, 0);
    getsockname(home, (void *)&name, &n);
    *port = name.sin_port;
    if (home != 3 || listener(SECOND, *port) != 4 || listener(INADDR_ANY, *port) != 5 ||
        abstract(names[0], sizeof names[0], true) != 6 ||
        abstract(names[1], sizeof names[1], true) != 7)
        _exit(1);
    come(HOME, 0, HOME, *port);
    for (int i = 0; i < 2; i++)
        come(HOME, 0, SECOND, *port);
    for (int i = 0; i < 3; i++)
        come(HOME, 0, THIRD, *port);
    accept(3, NULL, NULL);
    accept(5, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        abstract(names[i == 0], sizeof names[0], false);
        accept(i == 0 ? 7 : 6, NULL, NULL);
    }
    int vanished = abstract(names[0], sizeof names[0], false); // it is no client any longer
    if (accept(6, NULL, NULL) < 0 || close(vanished) < 0)
        _exit(1);
    child_ready(63);
    for (;;)
        pause();
}

static json_int_t clients_at(json_t *rows, int fd)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        if (number(row, "fd") == fd)
            return number(row, "clients");
    }
    return -1;
}

TEST(each_that_listens_has_its_own_clients)
{
    in_port_t *port =
        mmap(NULL, sizeof *port, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(port != MAP_FAILED);
    pid_t pid = child_start(serve_several, port);
    assert_true(pid > 0);
    json_t *rows = files_of(pid);
    json_int_t clients[5];

    for (int i = 0; i < 5; i++)
        clients[i] = clients_at(rows, 3 + i);
    child_end(pid);
    json_decref(rows);
    munmap(port, sizeof *port);
    assert_int_equal(clients[0], 1);
    assert_int_equal(clients[1], 2);
    assert_int_equal(clients[2], 3);
    assert_int_equal(clients[3], 2);
    assert_int_equal(clients[4], 1);
}

// An outgoing connection from the port where another socket listens is none of its clients.
static void serve_and_go_out(void *arg, int ready)
{
    struct sockaddr_in name;
    socklen_t n = sizeof name;
    int home, other;

    (void)arg;
    for (int fd = 3; fd < 64; fd++)
        if (fd != ready)
            close(fd);
    dup2(ready, 63);
    close(ready);
    home = listener(HOME, 0);
    other = listener(HOME, 0);
    getsockname(home, (void *)&name, &n);
    in_port_t port = name.sin_port;
    getsockname(other, (void *)&name, &n);
    come(FOURTH, port, HOME, name.sin_port);
    child_ready(63);
    for (;;)
        pause();
}

TEST(a_connection_out_of_the_port_is_no_client)
{
    pid_t pid = child_start(serve_and_go_out, NULL);
    assert_true(pid > 0);
    json_t *rows = files_of(pid);
    json_int_t home = clients_at(rows, 3), other = clients_at(rows, 4);

    child_end(pid);
    json_decref(rows);
    assert_int_equal(home, 0);
    assert_int_equal(other, 1);
}

// --- against ss --------------------------------------------------------------------------------

struct line { // of ss: its own inode, the peer's, and one process that has it
    unsigned long inode, peer;
    int pid, fd;
};

static size_t parse(char *out, struct line *lines, size_t cap)
{
    char *rest = NULL;
    size_t n = 0;

    for (char *at = strtok_r(out, "\n", &rest); at && n < cap; at = strtok_r(NULL, "\n", &rest)) {
        char *users = strstr(at, "users:(("), *pid = users ? strstr(users, ",pid=") : NULL;
        struct line line = {0};
        if (pid && sscanf(pid, ",pid=%d,fd=%d", &line.pid, &line.fd) == 2 &&
            sscanf(at, "%*s %*s %*s %*s %*s %lu %*s %lu", &line.inode, &line.peer) == 2)
            lines[n++] = line;
    }
    return n;
}

TEST(unix_peers_as_ss_says)
{
    static struct line lines[256];
    const struct place *place = &world.places[0];
    size_t compared = 0;

    if (system("ss -V >/dev/null 2>&1") != 0)
        skip();
    struct said said = shell_run("ss -xapnH 2>/dev/null");
    size_t n = parse(said.out, lines, 256);
    json_t *rows = files_of(place->server), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        for (size_t k = 0; k < n; k++) {
            if (lines[k].pid != place->server || lines[k].fd != number(row, "fd") || !lines[k].peer)
                continue;
            for (size_t m = 0; m < n; m++) {
                if (lines[m].inode != lines[k].peer)
                    continue;
                assert_int_equal(number(row, "peer"), lines[m].pid);
                compared++;
            }
        }
    }
    assert_int_equal(compared, CLIENTS + 1);
    json_decref(rows);
    said_clear(&said);
}

// --- against lsof ------------------------------------------------------------------------------

// Pairs from descriptor 3 on.
static void hold_each_type(void *arg, int ready)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    int pair[2];

    (void)arg;
    dup2(ready, 63);
    for (int fd = 3; fd < 63; fd++)
        close(fd);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (socketpair(AF_UNIX, types[i], 0, pair) < 0)
            _exit(1);
    child_ready(63);
    for (;;)
        pause();
}

TEST(unix_types_as_lsof_says)
{
    if (system("lsof -v >/dev/null 2>&1") != 0)
        skip();
    pid_t pid = child_start(hold_each_type, NULL);
    assert_true(pid > 0);
    char *ours = mem_format("--json files -f pid=%d -o fd,type", pid);
    char *theirs = mem_format("lsof -nP -a -U -p %d -F fn 2>/dev/null", pid), *rest = NULL;
    json_t *root = program_document(ours, false), *rows = json_object_get(root, "files");
    struct said said = shell_run(theirs);
    size_t compared = 0;
    int fd = -1;

    child_end(pid);
    for (char *line = strtok_r(said.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *type = strstr(line, "type=");
        if (line[0] == 'f')
            fd = atoi(line + 1);
        if (line[0] != 'n')
            continue;
        json_t *row = row_by_number(rows, "fd", fd);
        assert_non_null(row);
        assert_non_null(type);
        size_t n = strcspn(type + 5, " ");
        assert_int_equal(n, strlen(member_text(row, "type")));
        assert_memory_equal(type + 5, member_text(row, "type"), n);
        compared++;
    }
    assert_int_equal(compared, 6);
    said_clear(&said);
    json_decref(root);
    free(ours);
    free(theirs);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
