// Descriptors without an address: sockets that no table of the kernel has, and those that are no files at
// all, one by one against lsof(8).
#include <arpa/inet.h>
#include <jansson.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { READY = 90, FIRST = 100, MOST = 32 };

static pid_t holder = -1;
static int next = FIRST;

// In order from FIRST on; what this kernel does not have or permit leaves a gap.
static void keep(int fd)
{
    if (fd >= 0 && dup2(fd, next) == next)
        close(fd);
    next++;
}

static int netlink(int protocol, bool is_bound)
{
    const struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    int fd = socket(AF_NETLINK, SOCK_RAW, protocol);

    if (fd >= 0 && is_bound && bind(fd, (const void *)&name, sizeof name) < 0)
        return -1;
    return fd;
}

static void hold(void *arg, int ready)
{
    (void)arg;
    if (dup2(ready, READY) != READY)
        _exit(1);
    keep(socket(AF_INET, SOCK_STREAM, 0));
    keep(socket(AF_INET6, SOCK_STREAM, 0));
    keep(socket(AF_INET, SOCK_DGRAM, 0));
    keep(socket(AF_INET6, SOCK_DGRAM, 0));
    keep(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE));
    keep(socket(AF_VSOCK, SOCK_STREAM, 0));
    keep(netlink(NETLINK_ROUTE, true));
    keep(netlink(NETLINK_GENERIC, true));
    keep(netlink(NETLINK_KOBJECT_UEVENT, false));
    keep(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
    keep(eventfd(0, 0));
    keep((int)syscall(SYS_pidfd_open, getpid(), 0));
    keep(epoll_create1(0));
    keep(timerfd_create(CLOCK_MONOTONIC, 0));
    keep(inotify_init());
    keep(memfd_create("a memory", 0));
    child_ready(READY);
    for (;;)
        pause();
}

static int make_world(void **state)
{
    (void)state;
    holder = child_start(hold, NULL);
    return holder > 0 ? 0 : -1;
}

static int end_world(void **state)
{
    (void)state;
    child_end(holder);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static json_t *rows_of_holder(void)
{
    char *arguments = mem_format("--json files -f pid=%d", holder);
    json_t *root = program_document(arguments, false);
    json_t *rows = json_incref(json_object_get(root, "files"));

    json_decref(root);
    free(arguments);
    return rows;
}

// What lsof would say in its column NAME.
static char *name_of(json_t *row)
{
    const char *protocol = member_text(row, "protocol"), *local = member_text(row, "local");
    const char *path = member_text(row, "path");

    if (!*protocol)
        return mem_format("%s%s", path,
                          json_is_true(json_object_get(row, "deleted")) ? " (deleted)" : "");
    if (strcmp(protocol, "packet") == 0)
        return mem_copy_string(strcmp(local, "*:*") == 0 ? "type=SOCK_RAW" : local);
    if (*local)
        return mem_format("%.*s", (int)strcspn(local, ":"), local);
    return mem_format("protocol: %s", protocol);
}

// "protocol: UDP-LITE" of what we call udplite, "AF_VSOCK" of vsock; a "6" or "v6" at the end.
static bool is_same(const char *ours, const char *theirs)
{
    char plain[160];
    size_t n = 0;

    for (const char *at = theirs; *at && n < sizeof plain - 1; at++)
        if (*at != '-')
            plain[n++] = *at;
    plain[n] = '\0';
    size_t kind =
        strcspn(theirs, "]"); // "[eventfd]", "[pidfd]": before lsof 4.95 they have no number
    if (theirs[0] == '[' && !strchr(theirs, ':') && ours[kind] == ':')
        return strncmp(ours, theirs, kind) == 0;
    if (strncmp(theirs, "protocol: ", 10) != 0)
        return strcmp(ours, theirs) == 0;
    if (n > 2 && strcmp(plain + n - 2, "v6") == 0)
        plain[n - 2] = '\0';
    const char *name = strncmp(plain + 10, "AF_", 3) == 0 ? plain + 13 : plain + 10;
    return strncmp(ours, plain, 10) == 0 && strcasecmp(ours + 10, name) == 0;
}

TEST(named_as_lsof_does)
{
    json_t *rows = rows_of_holder();
    char *command =
        mem_format("lsof -nP -a -p %d -d %d-%d -F fn 2>/dev/null", holder, FIRST, FIRST + MOST);
    char *rest = NULL;
    int fd = -1;
    size_t compared = 0;

    if (system("lsof -v >/dev/null 2>&1") != 0)
        skip();
    struct said said = shell_run(command);
    for (char *line = strtok_r(said.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == 'f')
            fd = atoi(line + 1);
        if (line[0] != 'n')
            continue;
        json_t *row = row_by_number(rows, "fd", fd);
        assert_non_null(row);
        char *ours = name_of(row);
        if (!is_same(ours, line + 1))
            fail_msg("descriptor %d: '%s', lsof has '%s'", fd, ours, line + 1);
        free(ours);
        compared++;
    }
    assert_in_range(compared, 8, MOST); // the rest this kernel may lack
    said_clear(&said);
    free(command);
    json_decref(rows);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
