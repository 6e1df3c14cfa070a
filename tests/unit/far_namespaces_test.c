// Peers in other network namespaces: which processes are asked, and for what.
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ask/process_list.h"
#include "engine/files/peers.h"
#include "support/test.h"

// A client is connected to a server in each of so many namespaces, of two processes each, among others.
enum {
    HOME = 1,
    FAR = 100, // the first of their namespaces
    NAMESPACES = 70,
    CLIENT = 10,
    OTHERS = 20, // and as many, of its namespace
    SERVERS = 1000,
    SOCKETS = 5000,
    UNIX = 9999
};

static struct {
    bool all_gone; // no process of them lives to be asked for its tables
    atomic_int namespaces, descriptors, at_home, tables;
} machine;

static int list_processes(void *self, struct pid_entry_vec *out)
{
    (void)self;
    vec_push(out, (struct pid_entry){CLIENT, 1});
    for (int i = 0; i < OTHERS; i++)
        vec_push(out, (struct pid_entry){OTHERS + i, 1});
    for (int i = 0; i < 2 * NAMESPACES; i++)
        vec_push(out, (struct pid_entry){SERVERS + i, 1});
    return 0;
}

static int count_forks(void *self, uint64_t *forks)
{
    (void)self;
    *forks = 1;
    return 0;
}

static struct prober *prober_new(void *self)
{
    (void)self;
    return mem_alloc(1);
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self;
    free(prober);
}

static void list_files(int32_t pid, uint64_t facts, struct answer *answer)
{
    bool far = pid >= SERVERS;
    int at = (pid - SERVERS) / 2;

    answer->net_namespace = far ? (uint64_t)(FAR + at) : HOME;
    if (facts & PROBE_NET_ONLY) {
        machine.namespaces++;
        return;
    }
    machine.descriptors++;
    machine.at_home += !far;
    if (far)
        vec_push(
            &answer->files,
            (struct open_file){.pid = pid, .kind = FILE_SOCKET, .inode = (uint64_t)(SOCKETS + at)});
    else if (pid == OTHERS)
        vec_push(&answer->files,
                 (struct open_file){.pid = pid, .kind = FILE_SOCKET, .inode = UNIX});
}

// The first of each two has ended meanwhile.
static void list_sockets(int32_t pid, struct answer *answer)
{
    int at = (pid - SERVERS) / 2;

    machine.tables++;
    machine.at_home += pid < SERVERS;
    if (pid % 2 == 0 || machine.all_gone) {
        answer->error = -ESRCH;
        return;
    }
    vec_push(&answer->sockets, (struct socket_entry){.inode = (uint64_t)(SOCKETS + at),
                                                     .protocol = PROTOCOL_TCP,
                                                     .local = mem_format("10.0.1.%d:80", at),
                                                     .remote = mem_format("10.0.0.1:%d", at + 1)});
}

static void probe(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer)
{
    int32_t pid = (int32_t)probe->id;

    (void)self, (void)prober;
    if (probe->what == PROBE_FILES)
        list_files(pid, probe->facts, answer);
    else if (probe->what == PROBE_SOCKETS)
        list_sockets(pid, answer);
    else
        answer->process = (struct process){.pid = pid, .known = PROC_KNOWS_COMM, .comm = "other"};
}

static void connect_all(struct file_vec *files)
{
    for (int i = 0; i < NAMESPACES; i++)
        vec_push(files, (struct open_file){.pid = CLIENT,
                                           .kind = FILE_SOCKET,
                                           .protocol = PROTOCOL_TCP,
                                           .state = SOCKET_ESTABLISHED,
                                           .inode = (uint64_t)i + 1,
                                           .local = mem_format("10.0.0.1:%d", i + 1),
                                           .remote = mem_format("10.0.1.%d:80", i)});
}

static void find(struct file_vec *files)
{
    const struct source source = {.processes = list_processes,
                                  .forks = count_forks,
                                  .prober_new = prober_new,
                                  .prober_free = prober_free,
                                  .probe = probe};
    struct process_list processes = {0};
    struct process_files_vec answers = {0};
    struct round round = {.source = &source, .processes = &processes};

    vec_push(&answers,
             (struct process_files){.pid = CLIENT, .n = (uint32_t)files->n, .net_namespace = HOME});
    round.pool = prober_pool_new(
        &source,
        &(struct prober_pool_options){.threads = 2, .deadline_ms = 60000, .join_ms = 60000});
    machine.namespaces = machine.descriptors = machine.at_home = machine.tables = 0;
    peers_find(&round, files, &answers);
    assert_int_equal(prober_pool_free(round.pool), 0);
    process_list_free(&processes);
    vec_free(&answers);
}

static void end(struct file_vec *files)
{
    files_clear(files);
    vec_free(files);
}

TEST(each_of_many_namespaces_is_asked)
{
    struct file_vec files = {0};

    machine.all_gone = false;
    connect_all(&files);
    find(&files);
    for (int i = 0; i < NAMESPACES; i++) {
        assert_int_equal(files.at[i].peer, SOCKETS + i);
        assert_int_equal(files.at[i].peer_pid, SERVERS + 2 * i); // the lowest that has it
        assert_string_equal(files.at[i].peer_comm, "other");
    }
    assert_int_equal(machine.tables, 2 * NAMESPACES); // also one that lives
    end(&files);
}

TEST(those_of_its_own_namespace_are_asked_for_nothing_more)
{
    struct file_vec files = {0};

    connect_all(&files);
    find(&files);
    assert_int_equal(machine.namespaces, OTHERS + 2 * NAMESPACES);
    assert_int_equal(machine.descriptors, 2 * NAMESPACES);
    assert_int_equal(machine.at_home, 0);
    end(&files);
}

TEST(what_may_be_any_process_is_asked_of_all)
{
    struct file_vec files = {0};

    connect_all(&files);
    files.at[0].peer = UNIX; // known, as it is of its own namespace
    find(&files);
    assert_int_equal(files.at[0].peer_pid, OTHERS);
    assert_int_equal(files.at[1].peer_pid, SERVERS + 2);
    assert_int_equal(machine.namespaces, 0);
    assert_int_equal(machine.descriptors, OTHERS + 2 * NAMESPACES);
    end(&files);
}

TEST(without_an_answer_there_is_no_peer)
{
    struct file_vec files = {0};

    machine.all_gone = true;
    connect_all(&files);
    find(&files);
    for (int i = 0; i < NAMESPACES; i++)
        assert_int_equal(files.at[i].peer_pid, 0);
    end(&files);
    machine.all_gone = false;
}

TEST(connections_of_the_loopback_device_lead_nowhere_else)
{
    struct file_vec files = {0};

    connect_all(&files);
    for (int i = 0; i < NAMESPACES; i++) {
        free(files.at[i].remote);
        files.at[i].remote = mem_copy_string(i % 2 ? "127.0.0.1:80" : "[::1]:80");
    }
    find(&files);
    assert_int_equal(machine.namespaces + machine.descriptors + machine.tables, 0);
    end(&files);
}

int main(void)
{
    return tests_run();
}
