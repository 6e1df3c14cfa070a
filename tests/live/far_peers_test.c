// The other end of a TCP connection in another network namespace, over a veth(4) as a container has it.
#include <arpa/inet.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { CLIENTS = 2, PATIENCE = 60 };

static struct {
    in_port_t port;
    int accepted;
} * shared; // with the server

static pid_t server = -1, client = -1;
static bool impossible; // no ip(8), nsenter(1) or veth(4)

// It listens for IPv6, and its clients come by IPv4.
static void serve(void *arg, int ready)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6};
    socklen_t n = sizeof name;

    (void)arg;
    if (unshare(CLONE_NEWNET) < 0)
        _exit(1);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (void *)&name, sizeof name) < 0 || listen(fd, CLIENTS) < 0 ||
        getsockname(fd, (void *)&name, &n) < 0)
        _exit(1);
    prctl(PR_SET_NAME, "far server");
    shared->port = name.sin6_port;
    child_ready(ready);
    for (;;)
        if (accept(fd, NULL, NULL) >= 0)
            shared->accepted++;
}

static void be_client(void *arg, int ready)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = shared->port};

    (void)arg;
    prctl(PR_SET_NAME, "near client");
    inet_pton(AF_INET, "10.77.0.2", &to.sin_addr);
    for (int i = 0; i < CLIENTS; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (void *)&to, sizeof to) < 0)
            _exit(1);
    }
    child_ready(ready);
    for (;;)
        pause();
}

static bool are_accepted(void *arg)
{
    (void)arg;
    return shared->accepted == CLIENTS;
}

static bool run(const char *format, pid_t pid)
{
    char *command = mem_format(format, pid);
    struct said said = shell_run(command);
    bool done = said.status == 0;

    said_clear(&said);
    free(command);
    return done;
}

static bool link_namespaces(void)
{
    return run("ip link add near type veth peer name far netns %d 2>&1", server) &&
           run("ip addr add 10.77.0.1/24 dev near 2>&1 && ip link set near up 2>&1 # %d", 0) &&
           run("nsenter -t %d -n sh -c 'ip addr add 10.77.0.2/24 dev far && ip link set far up' "
               "2>&1",
               server);
}

static int end_world(void **state)
{
    (void)state;
    if (client > 0)
        child_end(client);
    if (server > 0)
        child_end(server);
    return 0;
}

static int make_world(void **state)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || unshare(CLONE_NEWNET) < 0)
        return -1;
    server = child_start(serve, NULL);
    if (server < 0)
        return -1;
    if (!link_namespaces()) {
        printf("skip: no ip(8), nsenter(1) or veth(4) here\n");
        impossible = true;
        return 0;
    }
    client = child_start(be_client, NULL);
    if (client > 0 && await(are_accepted, NULL, PATIENCE))
        return 0;
    end_world(state);
    return -1;
}

TEST_GROUP_FIXTURE(make_world, end_world)

// How many of its connections have that peer, as root or as a user who may read neither.
static size_t with_peer(pid_t pid, pid_t peer, bool nobody)
{
    char *arguments = mem_format("--json files -f pid=%d -o fd,protocol,state,peer", pid);
    json_t *root = program_document(arguments, nobody), *row;
    size_t i, n = 0;

    json_array_foreach(json_object_get(root, "files"), i, row)
    {
        n += strcmp(member_text(row, "state"), "ESTABLISHED") == 0 &&
             json_integer_value(json_object_get(row, "peer")) == peer;
    }
    json_decref(root);
    free(arguments);
    return n;
}

TEST(both_ends_name_the_other)
{
    if (impossible)
        skip();
    assert_int_equal(with_peer(server, client, false), CLIENTS);
    assert_int_equal(with_peer(client, server, false), CLIENTS);
    assert_int_equal(with_peer(client, server, true), 0);
}

TEST(a_person_sees_its_name)
{
    if (impossible)
        skip();
    char *arguments = mem_format("--batch files -f pid=%d -o fd,state,peer", server);
    char *name = mem_format("%d near client", client);

    struct said said = program_run(arguments, false);
    assert_non_null(strstr(said.out, name));
    said_clear(&said);
    free(arguments);
    free(name);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
