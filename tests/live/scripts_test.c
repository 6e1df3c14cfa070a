// What scripts get of the command line: forms of the tables, empty answers, endless ticks, the status of
// a monitoring plugin, and the way from the options of ipcs(1). In a private namespace.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/held.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

static struct held held;

static int make_world(void **state)
{
    (void)state;
    return held_make(&held, 0x1234, 3 << 20, 0640) ? 0 : -1;
}

static int end_world(void **state)
{
    (void)state;
    held_end(&held);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

TEST(cells_without_blanks)
{
    char row[80];

    snprintf(row, sizeof row, "shmid size cpid holders\n%d 3.0M %d 1\n", held.id, getpid());
    program_says_all("--raw -o shmid,size,cpid,holders segments", 0, row, "");
    program_says_all("--batch --raw -o shmid,size,cpid,holders segments", 0, row, "");
    snprintf(row, sizeof row, "%d 3145728\n", held.id);
    program_says_all("--raw --no-headings --bytes -o shmid,size segments", 0, row, "");
    // As many words in each line as the first names, whatever the cells hold.
    struct said said =
        shell_run("PATH=" BUILD_DIR ":$PATH; for t in segments holders maps limits findings; "
                  "do ipctop --raw $t | awk -v t=$t 'NR == 1 { n = NF } NF != n { "
                  "print t \": \" $0 } END { if (NR < 1) print t }'; done");
    assert_string_equal(said.out, "");
    assert_string_equal(said.err, "");
    said_clear(&said);
}

// The tables that are read where none is named have other columns each.
TEST(a_column_of_one_table_names_it)
{
    program_says_all(
        "--batch -f nattch=1", 2, "",
        "ipctop: --filter 'nattch=1': at character 1: no column 'nattch' in semaphores; "
        "name a table that has it: segments\n");
    program_says_all("--batch -s -nattch", 2, "",
                     "ipctop: --sort: no column 'nattch' in semaphores; name a table that has it: "
                     "segments\n");
    program_says_all("--batch -f nattch=1 semaphores", 2, "",
                     "ipctop: --filter 'nattch=1': at character 1: no column 'nattch' in "
                     "semaphores\n");
}

TEST(an_owner_is_that_of_the_object)
{
    program_says_all("--batch -u daemon -o pid holders", 0,
                     "PID\nno process matches: --user names the owner of segments\n", "");
}

TEST(sizes_in_bytes)
{
    program_says_all("--batch --bytes -o size segments", 0, "   SIZE\n3145728\n", "");
    program_says_all("--batch --no-headings -o size segments", 0, "3.0M\n", "");
    program_says_all("--batch --bytes --no-headings -o size segments", 0, "3145728\n", "");
    program_says_all("--json --bytes segments", 2, "", "ipctop: --bytes is of --batch and --raw\n");
    program_says_all("--json --no-headings segments", 2, "",
                     "ipctop: --no-headings is of --batch and its forms\n");
}

TEST(comma_separated)
{
    program_says_all("--csv -o key,size segments", 0, "key,size\r\n0x00001234,3145728\r\n", "");
    program_says_all("--csv --batch --no-headings -o key,size segments", 0,
                     "0x00001234,3145728\r\n", "");
    program_says_all("--csv -n 2 -d 0.1 -o key segments", 0, "key\r\n0x00001234\r\n0x00001234\r\n",
                     "");
    program_says_all(
        "--csv --raw segments", 2, "",
        "ipctop: only one of --json, --batch, --csv, --raw, --check, --openmetrics, --report, "
        "--record and "
        "--list-columns\n");
}

TEST(an_empty_table_says_so_below_its_headings)
{
    program_says_all("--batch -o key,msqid queues", 0, "KEY MSQID\nno queue\n", "");
    program_says_all("--batch -o key,shmid -f size=1 segments", 0,
                     "KEY SHMID\nno segment matches: size=1 is true of no row\n", "");
    program_says_all("--batch --no-headings queues", 0, "", "");
    program_says_all("--raw -o key,msqid queues", 0, "key msqid\n", "");
    program_says_all("--csv -o key,msqid queues", 0, "key,msqid\r\n", "");
    program_says_all("--batch -i 99 -o key,shmid segments", 1, "KEY SHMID\nno segment matches\n",
                     "ipctop: --id: there is no segment 99\n");
}

TEST(ticks_go_on_until_the_reader_has_seen_enough)
{
    struct said said =
        shell_run("PATH=" BUILD_DIR ":$PATH; ipctop --batch -d 0.1 -o key segments | "
                  "head -n 8 | grep -c 0x00001234; "
                  "ipctop --raw -d 0.1 -o key segments | head -n 4 | sort -u; "
                  "ipctop --json -d 0.1 -n 0 segments | head -n 3 | grep -c '\"meta\"'; "
                  "ipctop --json -d 0.1 segments | grep -c '\"meta\"'");

    assert_string_equal(said.out, "2\n0x00001234\nkey\n3\n1\n");
    assert_string_equal(said.err, "");
    said_clear(&said);
}

static void die(void *arg, int ready)
{
    (void)arg;
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if ((intptr_t)shmat(id, NULL, 0) == -1 || shmctl(id, IPC_RMID, NULL))
        _exit(1);
    child_ready(ready);
    pause();
}

static void status_is(const char *arguments, int status, const char *begin)
{
    struct said said = program_run(arguments, false);

    if (said.status != status || strncmp(said.out, begin, strlen(begin)) != 0 ||
        strchr(said.out, '\n') != said.out + strlen(said.out) - 1)
        fail_msg("'%s' ended with %d: %s%s", arguments, said.status, said.err, said.out);
    said_clear(&said);
}

TEST(the_status_of_a_monitoring_plugin)
{
    status_is("--check", 0, "IPCTOP OK - nothing is wrong | critical=0;;1 warning=0;1 notice=0\n");
    // Wrong usage is unknown: 2 would be read as critical.
    status_is("--no-such --check", 3, "IPCTOP UNKNOWN - wrong usage");
    status_is("--check no_such_table", 3, "IPCTOP UNKNOWN - wrong usage");
    pid_t pid = child_start(die, NULL); // marked for removal, still held
    assert_true(pid > 0);
    struct said json = program_run("--json findings", false);
    bool warned = strstr(json.out, "\"severity\":\"warning\"") != NULL;
    said_clear(&json);
    status_is("--check", warned, warned ? "IPCTOP WARNING - 1 warning; " : "IPCTOP OK - ");
    status_is("--check -f rule=none-such", 0, "IPCTOP OK - nothing is wrong | ");
    status_is("--check -i 123456", 3, "IPCTOP UNKNOWN - there is no ");
    child_end(pid);
    program_says_all("--check segments", 3,
                     "IPCTOP UNKNOWN - wrong usage, see the standard error\n",
                     "ipctop: --check does not read segments: name no table\n");
}

TEST(a_report_has_everything)
{
    static const char *const parts[] = {
        "System V IPC of ", "\nTriage\n------\n\nnothing is wrong.\n",
        "\nSegments (1)\n", "0x00001234",
        "\nHolders (1)\n",  "\nQueues\n------\n\nno queue.\n",
        "\nWaiters\n",      "\nLimits ("};
    struct said said = program_run("--report", false);

    assert_int_equal(said.status, 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(said.out, parts[i]))
            fail_msg("no '%s' in %s", parts[i], said.out);
    said_clear(&said);
}

// One application by its program: memory of three kinds, in two processes.
static void share(void *arg, int ready)
{
    int id = shmget(IPC_PRIVATE, 65536, IPC_CREAT | 0600), memory = memfd_create("sum", 0);

    (void)arg;
    prctl(PR_SET_NAME, "summed");
    if ((intptr_t)shmat(id, NULL, 0) == -1 || shmctl(id, IPC_RMID, NULL) < 0 || memory < 0 ||
        ftruncate(memory, 8192) < 0 ||
        mmap(NULL, 8192, PROT_READ, MAP_SHARED, memory, 0) == MAP_FAILED ||
        mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        _exit(1);
    pid_t other = fork();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (other)
        child_ready(ready);
    for (;;)
        pause();
}

static bool is_summed(void *arg)
{
    struct said said = program_run("--report", false);
    bool summed =
        strstr(said.out, "\nsummed: 1.0M anonymous, 8.0K memfd, 64.0K System V, 2 processes\n");

    (void)arg;
    assert_int_equal(said.status, 0);
    said_clear(&said);
    return summed;
}

TEST(a_report_adds_up_each_application_over_all_kinds)
{
    pid_t pid = child_start(share, NULL);

    assert_true(pid > 0);
    assert_true(await(is_summed, NULL, 60)); // the second process is on its way
    child_end(pid);
}

TEST(options_of_ipcs_name_the_call)
{
    program_says_all("-m", 2, "", "ipctop: no option -m; for ipcs -m: ipctop --batch segments\n");
    program_says_all("-q", 2, "", "ipctop: no option -q; for ipcs -q: ipctop --batch queues\n");
    program_says_all("-s", 2, "",
                     "ipctop: --sort needs a value: COL; for ipcs -s: ipctop --batch semaphores\n");
    program_says_all("-z", 2, "", "ipctop: no option -z; see --help\n");
    // The calls named are right.
    for (const char *letter = "mqsaclptubegrJ"; *letter; letter++) {
        char option[8];
        snprintf(option, sizeof option, "-%c", *letter);
        struct said said = program_run(option, false);
        char *call = strstr(said.err, ": ipctop ");
        assert_non_null(call);
        call[strcspn(call, "\n")] = '\0';
        struct said done = program_run(call + strlen(": ipctop "), false);
        if (done.status != 0)
            fail_msg("%s: '%s' ended with %d: %s", option, call, done.status, done.err);
        said_clear(&done);
        said_clear(&said);
    }
}

int main(void)
{
    return ns_run(tests_run);
}
