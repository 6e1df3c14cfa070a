// The page of a process in words, and what its end means to those it serves.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/consequence/consequence.h"
#include "model/kinds/parts/process_notes.h"
#include "model/kinds/registry.h"
#include "support/fake.h"
#include "support/test.h"

enum { SERVER = 4711, CHILD = 4712 };

static void add_file(struct snapshot *s, struct open_file file, const char *local,
                     const char *remote)
{
    file.pid = SERVER;
    file.fd = (int32_t)s->files.n;
    file.inode = file.inode ? file.inode : 1000 + s->files.n; // of an inherited one it is the same
    file.kind = FILE_SOCKET;
    file.protocol = PROTOCOL_TCP;
    file.local = local ? mem_copy_string(local) : NULL;
    file.remote = remote ? mem_copy_string(remote) : NULL;
    vec_push(&s->files, file);
}

// Holds a segment with its child, listens on two ports, and has three connections.
static struct snapshot *server(void)
{
    struct snapshot *s = fake_snapshot();
    const struct open_file connected = {.state = SOCKET_ESTABLISHED};

    fake_segment(s, 7, 0, 26, 1 << 20, 2);
    fake_process(s, SERVER, 26, "oracle", "oracle");
    fake_process(s, CHILD, 26, "oracle", "oracle");
    struct process *child = (struct process *)snapshot_process(s, CHILD);
    child->parent = SERVER;
    child->known |= PROC_KNOWS_PARENT;
    process_add_string((struct process *)snapshot_process(s, SERVER), PROCESS_UNIT,
                       "oracle.service");
    fake_hold(s, 7, SERVER, 1, MAP_R | MAP_W);
    fake_hold(s, 7, CHILD, 1, MAP_R | MAP_W);
    fake_account(s, 7, 0);
    add_file(s,
             (struct open_file){
                 .state = SOCKET_LISTEN, .port = 1521, .clients = 14, .known = FILE_KNOWS_CLIENTS},
             "0.0.0.0:1521", NULL);
    add_file(s, (struct open_file){.state = SOCKET_LISTEN, .port = 80, .known = FILE_KNOWS_CLIENTS},
             "[::1]:80", NULL);
    add_file(s, connected, "10.0.0.1:1521", "10.0.0.5:40000");
    add_file(s, connected, "10.0.0.1:1521", "10.0.0.5:40001");
    add_file(s, connected, "[::1]:80", "[fe80::1]:9");
    vec_push(&s->file_answers,
             (struct process_files){.pid = SERVER, .n = (uint32_t)s->files.n, .left_out = 2});
    return s;
}

static char *page_of(const struct snapshot *s, int32_t pid)
{
    struct note_vec notes = {0};
    char *all = mem_copy_string("");

    process_notes(s, pid, &notes);
    for (size_t i = 0; i < notes.n; i++) {
        char *more = mem_format("%s%s\n", all, notes.at[i].text);
        free(all);
        free(notes.at[i].text);
        all = more;
    }
    vec_free(&notes);
    return all;
}

TEST(what_it_holds_serves_and_has_open)
{
    struct snapshot *s = server();
    char *page = page_of(s, SERVER);

    assert_string_equal(page, "Holds      7 1.0M rw\n"
                              "Listens on tcp 0.0.0.0:1521 (14 clients), tcp [::1]:80\n"
                              "Connected  10.0.0.5 ×2 · [fe80::1]\n"
                              "Open       7 files · 5 sockets · 2 not listed: too many\n");
    free(page);
    snapshot_unref(s);
}

TEST(what_could_not_be_read_is_said)
{
    static const struct {
        enum files_outcome outcome;
        const char *said;
    } cases[] = {
        {FILES_REFUSED, "not readable by this user"},
        {FILES_STUCK, "could not be read in time"},
        {FILES_UNASKED, "out of threads or file descriptors"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = server();
        s->file_answers.at[0] =
            (struct process_files){.pid = SERVER, .outcome = (uint8_t)cases[i].outcome};
        s->page = (struct process_page){.pid = SERVER, .outcome = PAGE_STUCK};
        char *page = page_of(s, SERVER);
        assert_non_null(strstr(page, cases[i].said));
        assert_non_null(strstr(page, "did not answer in time"));
        assert_null(strstr(page, "Listens"));
        free(page);
        s->page.outcome = PAGE_READ;
        page = page_of(s, SERVER);
        assert_non_null(strstr(page, "without libproc2"));
        free(page);
        snapshot_unref(s);
    }
}

TEST(peers_on_this_machine_are_counted_by_program)
{
    struct snapshot *s = server();
    const struct open_file local = {.state = SOCKET_CONNECTED, .protocol = PROTOCOL_UNIX};

    for (int i = 0; i < 12; i++) {
        struct open_file file = local;
        file.peer_pid = i < 3 ? SERVER : 100 + i;
        snprintf(file.peer_comm, sizeof file.peer_comm, "%s%d", i < 6 ? "psql" : "other",
                 i < 6 ? 0 : i);
        add_file(s, file, NULL, NULL);
        s->files.at[s->files.n - 1].protocol = PROTOCOL_UNIX;
    }
    add_file(s, local, NULL, "/run/bus");
    s->files.at[s->files.n - 1].protocol = PROTOCOL_UNIX;
    s->file_answers.at[0].n = (uint32_t)s->files.n;
    char *page = page_of(s, SERVER);
    assert_non_null(strstr(page, "\nConnected  10.0.0.5 ×2 · [fe80::1]\n"));
    assert_non_null(strstr(page, "\nPeers here psql0 ×3 · other6 · other7 · other8 · other9 · "
                                 "other10 · 2 more connections\n"));
    free(page);
    snapshot_unref(s);
}

// Those of a server are connected to its children, who accept them or are handed them.
TEST(connections_that_the_peer_closed_are_counted_apart)
{
    struct snapshot *s = server();

    s->files.at[2].state = SOCKET_CLOSE_WAIT;
    char *page = page_of(s, SERVER);
    assert_non_null(strstr(page, "\nConnected  10.0.0.5 · [fe80::1] · 1 closed by the peer\n"));
    free(page);
    s->files.at[3].state = s->files.at[4].state = SOCKET_CLOSE_WAIT;
    page = page_of(s, SERVER);
    assert_non_null(strstr(page, "\nConnected  3 closed by the peer\n"));
    free(page);
    snapshot_unref(s);
}

TEST(clients_of_children_are_the_servers_clients)
{
    struct snapshot *s = server();
    const size_t first = s->files.n;

    for (int i = 0; i < 3; i++) {
        struct open_file file = {.state = SOCKET_ESTABLISHED, .peer_pid = 100 + i};
        snprintf(file.peer_comm, sizeof file.peer_comm, "psql");
        add_file(s, file, "10.0.0.1:1521", i ? "10.0.0.1:4000" : "10.0.0.9:4000");
        s->files.at[s->files.n - 1].pid = CHILD;
    }
    vec_push(&s->file_answers,
             ((struct process_files){.pid = CHILD, .first = (uint32_t)first, .n = 3}));
    char *page = page_of(s, SERVER);
    assert_non_null(strstr(page, "\nChildren   connected to 10.0.0.9 · 10.0.0.1 ×2\n"));
    assert_non_null(strstr(page, "\nTheir peers here psql ×3\n"));
    free(page);
    page = page_of(s, CHILD);
    assert_null(strstr(page, "Children"));
    free(page);
    snapshot_unref(s);
}

// What it listens on is then not known, which is not the same as nothing.
TEST(sockets_that_could_not_be_read_leave_ports_unknown)
{
    struct snapshot *s = server();
    const struct process_totals row = {.pid = SERVER};
    const struct column *ports = kind_column(&kind_processes, "ports");
    struct cell cell;

    column_get(ports, s, &row, &cell);
    assert_false(cell.known); // two files are not listed: they may be sockets
    assert_int_equal(files_look(&s->files, &s->file_answers).left_out, 2);
    s->file_answers.at[0].left_out = 0;
    column_get(ports, s, &row, &cell);
    assert_true(cell.known);
    assert_int_equal(files_look(&s->files, &s->file_answers).sockets_unread, 0);
    s->file_answers.at[0].sockets_unread = true;
    column_get(ports, s, &row, &cell);
    assert_false(cell.known);
    assert_int_equal(files_look(&s->files, &s->file_answers).sockets_unread, 5);
    char *page = page_of(s, SERVER);
    assert_non_null(strstr(page, "what its sockets are could not be read"));
    free(page);
    s->page = (struct process_page){.pid = SERVER,
                                    .known = PAGE_LIBRARY | PAGE_REFUSED | PAGE_KNOWS_MACHINE,
                                    .machine = {16ull << 30, 3ull << 29, 2 << 20, 1024, 12}};
    page = page_of(s, SERVER);
    assert_non_null(strstr(page, "not readable by this user; try sudo"));
    assert_non_null(strstr(page, "\nMachine    16.0G of memory · 1.5G of it shared · huge pages of "
                                 "2.0M: 12 of 1024 free\n"));
    free(page);
    snapshot_unref(s);
}

TEST(what_limits_it_is_said)
{
    struct snapshot *s = server();

    s->page = (struct process_page){.pid = SERVER,
                                    .limits = {[PAGE_MAX_LOCKED] = 8 << 20,
                                               [PAGE_MAX_MEMORY] = UINT64_MAX,
                                               [PAGE_MAX_PROCESSES] = 95000},
                                    .limits_known = 1 << PAGE_MAX_LOCKED | 1 << PAGE_MAX_MEMORY |
                                                    1 << PAGE_MAX_PROCESSES};
    char *page = page_of(s, SERVER);
    assert_non_null(strstr(page, "\nLimits     locked memory 8.0M · address space unlimited · "
                                 "processes of its user 95000\n"));
    free(page);
    snapshot_unref(s);
}

static struct consequence signalled(const struct snapshot *s, int signal)
{
    const struct process *p = snapshot_process(s, SERVER);
    const struct action action = {
        .verb = ACTION_SIGNAL,
        .signal = signal,
        .target = {
            .kind = KIND_PROCESS, .pid = SERVER, .start_ticks = p->start_ticks, .instance = 1}};
    struct consequence out;

    consequence_of(s, &action, &out);
    return out;
}

TEST(its_end_is_the_end_of_what_it_serves)
{
    struct snapshot *s = server();
    struct consequence out = signalled(s, SIGTERM);

    assert_false(out.impossible);
    assert_true(out.grave);
    assert_non_null(
        strstr(out.effect, "It listens on tcp 0.0.0.0:1521 (14 clients), tcp [::1]:80"));
    assert_non_null(strstr(out.effect, "It belongs to oracle.service: systemd may start it again"));
    assert_non_null(strstr(out.effect, "1 child holds what it holds, too"));
    out = signalled(s, SIGCONT); // ends nothing
    assert_null(strstr(out.effect, "listens"));
    assert_false(out.grave);
    snapshot_unref(s);
}

TEST(systemd_starts_it_again_as_its_unit_says)
{
    static const struct {
        enum service_restart restart;
        int signal;
        bool varies;
        const char *said;
    } cases[] = {
        {RESTART_ALWAYS, SIGTERM, false, "systemd will start it again (Restart=always)"},
        {RESTART_ALWAYS, SIGKILL, true, "systemd may start it again (Restart=always)"},
        {RESTART_NO, SIGKILL, false, "systemd does not start it again (Restart=no)"},
        {RESTART_ON_FAILURE, SIGKILL, false, "systemd will start it again (Restart=on-failure)"},
        {RESTART_ON_FAILURE, SIGTERM, false,
         "systemd will start it again only if it ends with an error (Restart=on-failure)"},
        {RESTART_ON_FAILURE, SIGUSR1, false, "systemd may start it again (Restart=on-failure)"},
        {RESTART_ON_ABNORMAL, SIGTERM, false, "systemd does not start it again"},
        {RESTART_ON_SUCCESS, SIGKILL, false, "systemd does not start it again"},
    };
    struct snapshot *s = server();
    struct process *p = (struct process *)snapshot_process(s, SERVER);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        p->restart = (uint8_t)cases[i].restart;
        p->known |= PROC_KNOWS_RESTART;
        p->known &= (uint16_t)~PROC_RESTART_VARIES;
        p->known |= cases[i].varies ? PROC_RESTART_VARIES : 0;
        char *said = mem_format("It is the main process of oracle.service: %s", cases[i].said);
        assert_non_null(strstr(signalled(s, cases[i].signal).effect, said));
        free(said);
    }
    char *page = page_of(s, SERVER);
    assert_non_null(
        strstr(page, "\nService    oracle.service, its main process (Restart=on-success)\n"));
    free(page);
    snapshot_unref(s);
}

// Those that its children have taken over are its clients, too; each is named once.
TEST(its_clients_are_named_before_it_ends)
{
    struct snapshot *s = server();
    const size_t first = s->files.n;

    for (size_t i = 2; i < 4; i++) { // one client twice
        s->files.at[i].port = 1521;
        s->files.at[i].peer_pid = 900;
        snprintf(s->files.at[i].peer_comm, sizeof s->files.at[i].peer_comm, "psql");
    }
    s->files.at[4].port = 80;
    for (int i = 0; i < 4; i++) {
        add_file(s, (struct open_file){.state = SOCKET_ESTABLISHED, .port = i ? 1521 : 5432},
                 "10.0.0.1:1521",
                 i < 2 ? "10.0.0.8:5" : "10.0.0.9:5"); // of another port: not its client
        s->files.at[s->files.n - 1].pid = CHILD;
    }
    struct open_file inherited = s->files.at[s->files.n - 1]; // it is no further one
    add_file(s, inherited, "10.0.0.1:1521", "10.0.0.9:5");
    add_file(s, (struct open_file){.state = SOCKET_CLOSE_WAIT, .port = 1521}, "10.0.0.1:1521",
             "10.0.0.7:5"); // nor is one that has closed
    for (size_t i = first + 4; i < s->files.n; i++)
        s->files.at[i].pid = CHILD;
    vec_push(&s->file_answers,
             ((struct process_files){.pid = CHILD, .first = (uint32_t)first, .n = 6}));
    const struct consequence out = signalled(s, SIGTERM);
    assert_non_null(strstr(out.effect, "Its clients: 900 psql, [fe80::1], 10.0.0.8 and 2 more."));
    snapshot_unref(s);
}

// Enter on a socket goes to the process at its other end; where there is none, the reason is known.
TEST(a_socket_leads_to_its_peer)
{
    struct snapshot *s = server();
    struct identity process;
    char name[96];

    s->has |= NEED_PEERS;
    assert_false(kind_files.leads_to(s, &s->files.at[0], &process, name, sizeof name));
    assert_string_equal(name, "it listens: its connections are sockets of their own");
    assert_false(kind_files.leads_to(s, &s->files.at[2], &process, name, sizeof name));
    assert_string_equal(name, "no process of this machine was seen at its other end");
    s->files.at[2].peer_pid = 900;
    snprintf(s->files.at[2].peer_comm, sizeof s->files.at[2].peer_comm, "psql");
    assert_true(kind_files.leads_to(s, &s->files.at[2], &process, name, sizeof name));
    assert_string_equal(name, "psql 900");
    assert_int_equal(process.pid, 900);
    assert_int_equal(process.kind, KIND_PROCESS);
    s->files.at[2].peer_pid = SERVER;
    assert_false(kind_files.leads_to(s, &s->files.at[2], &process, name, sizeof name));
    s->files.at[3].kind = FILE_REGULAR;
    assert_false(kind_files.leads_to(s, &s->files.at[3], &process, name, sizeof name));
    assert_string_equal(name, "");
    snapshot_unref(s);
}

TEST(nothing_is_said_of_files_nobody_read)
{
    struct snapshot *s = server();

    vec_clear(&s->file_answers);
    assert_null(strstr(signalled(s, SIGTERM).effect, "listens"));
    snapshot_unref(s);
}

int main(void)
{
    return tests_run();
}
