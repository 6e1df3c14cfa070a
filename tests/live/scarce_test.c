// Where something is lacking: threads, descriptors, /proc itself, the right to see processes.
// Nothing is guessed then, and the reason is said.
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/sampler.h"
#include "linux/source.h"
#include "support/asuser.h"
#include "support/denial.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

static int shmid;

static void pause_body(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    for (;;)
        pause();
}

static void hold(void *arg, int ready)
{
    if (shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    pause_body(arg, ready);
}

static void limit(int resource, rlim_t value)
{
    const struct rlimit limits = {value, value};

    if (setrlimit(resource, &limits) < 0)
        _exit(9);
}

static void skip_unless_root(void)
{
    if (!ns_was_root()) {
        printf("skip: only root can become somebody else\n");
        skip();
    }
}

// --- no thread ----------------------------------------------------------------------------------

struct seen {
    bool table, user_told;
    uint32_t unasked, stuck, unreadable;
    uint16_t unseen;
    char line[256];
};

static void collect_without_threads(void *result)
{
    struct seen *seen = result;
    const struct want want = {.need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES};
    struct linux_source *real = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(real);

    limit(RLIMIT_NPROC, 1);
    struct sampler *sampler = sampler_new(&source, &(struct sampler_options){.one_shot = true});
    struct snapshot *p = sampler_collect(sampler, &want);
    const struct segment_account *account = scan_account(p->scan, shmid);
    char *line = scan_accounting_line(p->scan, shmid, "nobody");

    snprintf(seen->line, sizeof seen->line, "%s", line);
    seen->table = snapshot_segment(p, shmid) != NULL;
    seen->unasked = p->scan->unasked;
    seen->stuck = p->scan->stuck;
    seen->unreadable = p->scan->unreadable;
    seen->unseen = account->unseen;
    free(line);
    snapshot_unref(p);
    sampler_free(sampler);
    linux_source_free(real);
}

TEST(no_thread_is_to_be_had)
{
    struct seen seen = {0};

    skip_unless_root();
    pid_t holder = child_start(hold, NULL);
    assert_true(as_nobody(collect_without_threads, &seen, sizeof seen));
    assert_true(seen.table);
    assert_true(seen.unasked >= 3); // init, the test, the holder
    assert_int_equal(seen.stuck + seen.unreadable, 0);
    assert_int_equal(seen.unseen, UNSEEN_UNASKED);
    assert_non_null(
        strstr(seen.line, "processes not examined: out of threads or file descriptors"));
    child_end(holder);
}

// --- no descriptor ------------------------------------------------------------------------------

// What fails for lack of one works as soon as there is one: nothing broken is kept.
static int ask_without_descriptors(pid_t holder)
{
    struct linux_source *real = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(real);
    struct prober *prober = source.prober_new(source.self);
    struct answer answer = {0};
    const struct probe probe = {.what = PROBE_ATTACHMENTS, .id = holder};
    struct rlimit before;
    int result = 0;

    getrlimit(RLIMIT_NOFILE, &before);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, before.rlim_max});
    source.probe(source.self, prober, &probe, &answer);
    if (answer.error != -EMFILE)
        result = 1;
    answer_clear(&answer);
    setrlimit(RLIMIT_NOFILE, &before);
    source.probe(source.self, prober, &probe, &answer);
    if (answer.error || answer.mappings.n != 1)
        result = 2;
    answer_clear(&answer);
    source.prober_free(source.self, prober);
    linux_source_free(real);
    return result;
}

TEST(no_descriptor_is_to_be_had)
{
    int status;

    pid_t holder = child_start(hold, NULL), child = fork();
    if (child == 0)
        _exit(ask_without_descriptors(holder));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    child_end(holder);
}

// Whatever is missing for lack of descriptors, a number that is shown is right, and --strict says
// that something is missing.
enum { RECEIVERS = 16 };

static void receive(void *arg, int ready)
{
    char message[sizeof(long) + 8];

    child_ready(ready);
    msgrcv(*(int *)arg, message, 8, 0, 0);
    pause();
}

TEST(few_descriptors_make_nothing_empty)
{
    int msqid = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    pid_t receivers[RECEIVERS];
    bool blocked = false;
    int whole = 0;

    assert_true(msqid >= 0);
    for (int i = 0; i < RECEIVERS; i++)
        receivers[i] = child_start(receive, &msqid);
    for (int i = 0; i < 1000 && !blocked; i++) {
        struct said said = program_run("--json queues", false);
        blocked = strstr(said.out, "\"receivers_waiting\":16,") != NULL;
        said_clear(&said);
    }
    for (int descriptors = 5; descriptors <= 40; descriptors += descriptors < 16 ? 1 : 8) {
        char *command =
            mem_format("ulimit -n %d; " BUILD_DIR "/ipctop --json --strict queues", descriptors);
        struct said said = shell_run(command);
        const char *shown = strstr(said.out, "\"receivers_waiting\":");
        int number = -1;
        if (shown && sscanf(shown, "\"receivers_waiting\":%d", &number) == 1 && number != RECEIVERS)
            assert_int_equal(said.status, 3); // those that were seen, and that there may be more
        assert_true(number != 0);
        if (number != RECEIVERS)
            assert_int_not_equal(said.status, 0);
        whole += number == RECEIVERS && said.status == 0;
        said_clear(&said);
        free(command);
    }
    assert_true(whole > 0);
    for (int i = 0; i < RECEIVERS; i++)
        child_end(receivers[i]);
    assert_int_equal(msgctl(msqid, IPC_RMID, NULL), 0);
}

// --- no table -----------------------------------------------------------------------------------

// Something mounted over a table, or all of them, and calls that the kernel lacks.
struct lack {
    const char *from, *over, *type; // type NULL: bound
    const char *calls;              // of "shm", "sem", "msg"
};

// The status of the program, and the first line it says, there; -1 where that cannot be had here. In a
// mount namespace of its own, which nothing has to clean up.
static int run_with_lack(const struct lack *lack, const char *arguments, char *line, size_t cap)
{
    const struct denial calls[] = {{"shm", SYS_shmctl, 0, ENOSYS},
                                   {"sem", SYS_semctl, 0, ENOSYS},
                                   {"msg", SYS_msgctl, 0, ENOSYS}};
    FILE *err = tmpfile();
    int status;

    assert_non_null(err);
    fflush(NULL);
    pid_t pid = fork(); // the filter stays
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount(lack->from, lack->over, lack->type, lack->type ? 0 : MS_BIND, NULL) < 0)
            _exit(77);
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
            if (strstr(lack->calls, calls[i].what) && !deny(&calls[i], 1))
                _exit(77);
        struct said said = program_run(arguments, false);
        fputs(said.err, err);
        fflush(err);
        _exit(said.status);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind(err);
    if (!fgets(line, (int)cap, err))
        *line = '\0';
    fclose(err);
    return WIFEXITED(status) && WEXITSTATUS(status) != 77 ? WEXITSTATUS(status) : -1;
}

static void says_where(const struct lack *lack, const char *arguments, int status, const char *line)
{
    char said[256];
    int ended = run_with_lack(lack, arguments, said, sizeof said);

    if (ended < 0) {
        printf("skip: nothing may be mounted, or no seccomp filters here\n");
        skip();
    }
    assert_string_equal(said, line);
    assert_int_equal(ended, status);
}

TEST(a_kernel_without_system_v_ipc)
{
    static const struct lack all = {"none", "/proc/sysvipc", "tmpfs", "shm sem msg"};
    static const char *const asked[] = {"--batch", "--batch segments", "--json queues"};

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        says_where(&all, asked[i], 1,
                   "ipctop: nothing could be read: no System V IPC in this kernel\n");
}

TEST(one_table_that_makes_no_sense)
{
    static const struct lack file = {"/dev/null", "/proc/sysvipc/msg", NULL, ""};
    static const struct lack both = {"/dev/null", "/proc/sysvipc/msg", NULL, "msg"};

    says_where(&file, "--batch segments queues", 0, ""); // msgctl(2) knows them
    says_where(&both, "--batch segments queues", 0,
               "ipctop: incomplete: queues could not be read (/proc/sysvipc: Protocol error)\n");
}

// --- processes that are hidden ------------------------------------------------------------------

TEST(who_is_hidden_is_not_gone)
{
    char text[64];

    skip_unless_root();
    pid_t holder = child_start(hold, NULL); // becomes lpid
    if (mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=2") < 0) {
        child_end(holder);
        printf("skip: this kernel hides no processes\n");
        skip();
    }
    struct said said = program_run("--json segments", true);
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=0"), 0);
    assert_int_equal(said.status, 0);
    snprintf(text, sizeof text, "\"lpid\":%d", holder);
    assert_non_null(strstr(said.out, text));
    assert_non_null(strstr(said.out, "\"creator_state\":null")); // the test itself, which lives
    assert_non_null(strstr(said.out, "\"found\":null"));
    said_clear(&said);
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=2"), 0);
    said = program_run("--batch segments", true);
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=0"), 0);
    assert_string_equal(said.err, "ipctop: incomplete: 1 attachment unseen, processes hidden by "
                                  "hidepid\n");
    said_clear(&said);
    child_end(holder);
}

static int with_segment(void **state)
{
    (void)state;
    shmid = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    return shmid < 0 ? -1 : 0;
}

static int without_segment(void **state)
{
    (void)state;
    return shmctl(shmid, IPC_RMID, NULL);
}

TEST_FIXTURE(with_segment, without_segment)

int main(void)
{
    return ns_run(tests_run);
}
