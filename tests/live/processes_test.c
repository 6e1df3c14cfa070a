// What the probes say of real processes with hostile names, of dead ones, and of none.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<libproc2/pids.h>) // procps 4; before it there was another library
#include <libproc2/pids.h>
#define HAVE_LIBPROC2
enum { HAS_LIBRARY = 1 };
#else
enum { HAS_LIBRARY = 0 };
#endif

#include "linux/process/process.h"
#include "linux/process/process_page.h"
#include "linux/source.h"
#include "support/asuser.h"
#include "support/ns.h"
#include "support/test.h"

static void probe(int32_t pid, unsigned facts, struct answer *answer)
{
    struct prober *procs = process_reader_new(
        "/proc", &(struct process_reader_options){.is_procfs = true, .same_pid_namespace = true});

    *answer = (struct answer){0};
    process_reader_probe(procs, pid, facts, answer);
    process_reader_free(procs);
}

static const char *comm_wanted;

static void named_body(void *arg, int ready)
{
    (void)arg;
    prctl(PR_SET_NAME, comm_wanted);
    child_ready(ready);
    pause();
}

TEST(hostile_names)
{
    static const struct {
        const char *comm, *escaped;
        // clang-format off
    } names[] = {
        {"a) R 1 2 3", "a) R 1 2 3"}, {"\033[31mred", "\\e[31mred"}, {"x\ny\tz", "x\\ny\\tz"},
        {"\xff\xc3(", "\\xff\\xc3("}, {"Tgid:\t9\nx", "Tgid:\\t9\\nx"}, {"a b \\", "a b \\"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct answer a;
        comm_wanted = names[i].comm;
        pid_t pid = child_start(named_body, NULL);
        probe(pid, NEED_PROCESSES | NEED_RSS, &a);
        child_end(pid);
        assert_int_equal(a.error, 0);
        assert_string_equal(a.process.comm, names[i].escaped);
        assert_int_equal(a.process.known, PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE |
                                              PROC_KNOWS_RSS | PROC_KNOWS_COMM | PROC_KNOWS_PARENT |
                                              PROC_KNOWS_STAT | PROC_READABLE);
        assert_int_equal(a.process.parent, getpid());
        assert_int_equal(a.process.uid, geteuid());
        assert_non_null(strchr("RS", a.process.state)); // it may not have come to rest yet
        answer_clear(&a);
    }
}

static bool is_at_rest(void *arg)
{
    struct answer a;

    probe(*(pid_t *)arg, NEED_PROCESSES | NEED_RSS, &a);
    bool yes = a.process.state == 'S';
    answer_clear(&a);
    return yes;
}

// The numbers as a library has them that reads them in a way of its own.
TEST(as_libproc2_says)
{
#ifdef HAVE_LIBPROC2
    enum { TGID, EUID, STATE, START, RSS, ITEMS };
    // clang-format off
    enum pids_item items[ITEMS] = {
        [TGID] = PIDS_ID_TGID,      [EUID] = PIDS_ID_EUID, [STATE] = PIDS_STATE,
        [START] = PIDS_TICS_BEGAN, [RSS] = PIDS_VM_RSS,
    };
    // clang-format on
    struct pids_info *info = NULL;
    struct answer a;

    comm_wanted = "x";
    pid_t pid = child_start(named_body, NULL);
    unsigned one = (unsigned)pid;
    assert_true(await(is_at_rest, &pid, 60)); // its memory grows no more
    probe(pid, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(procps_pids_new(&info, items, ITEMS), 0);
    struct pids_fetch *fetch = procps_pids_select(info, &one, 1, PIDS_SELECT_PID);
    assert_non_null(fetch);
    assert_int_equal(fetch->counts->total, 1);
    // Not by PIDS_VAL: its arguments differ between the releases of libproc2.
    const struct pids_result *fact = fetch->stacks[0]->head;
    assert_int_equal(fact[TGID].result.s_int, a.process.pid);
    assert_int_equal(fact[EUID].result.u_int, a.process.uid);
    assert_non_null(strchr("RS", fact[STATE].result.s_ch));
    assert_true(fact[START].result.ull_int == a.process.start_ticks);
    // Counters of pages are summed up lazily: they may differ a little.
    int64_t apart = (int64_t)fact[RSS].result.ul_int * 1024 - (int64_t)a.process.rss;
    assert_true(llabs(apart) <= 512 * 1024);
    procps_pids_unref(&info);
    child_end(pid);
    answer_clear(&a);
#else
    (void)state;
    printf("skipped: no libproc2 here (it came with procps 4)\n");
    skip();
#endif
}

// In the middle of execve(2) it has its name already, but no arguments yet: it is asked as it reads.
static bool is_reading_shell(void *arg)
{
    struct answer a;

    probe(*(pid_t *)arg, NEED_PROCESSES | NEED_RSS, &a);
    bool yes = strcmp(a.process.comm, "sh") == 0 && a.process.state == 'S';
    answer_clear(&a);
    return yes;
}

TEST(arguments_are_joined_and_harmless)
{
    struct answer a;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fds[0], STDIN_FILENO); // which never ends
        execl("/bin/sh", "", "-c", "read x", "a\nb", "\033[1m\xff", "", "c d", NULL);
        _exit(1);
    }
    assert_true(await(is_reading_shell, &pid, 60));
    probe(pid, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_int_equal(a.error, 0);
    assert_non_null(process_string(&a.process, PROCESS_COMMAND));
    assert_string_equal(process_string(&a.process, PROCESS_COMMAND),
                        " -c read x a\\nb \\e[1m\\xff  c d");
    answer_clear(&a);
    child_end(pid);
    close(fds[0]);
    close(fds[1]);
}

TEST(start_times_are_of_the_epoch)
{
    struct answer a;
    time_t before = time(NULL);

    comm_wanted = "x";
    pid_t pid = child_start(named_body, NULL);
    time_t after = time(NULL);
    probe(pid, NEED_PROCESSES | NEED_RSS, &a);
    child_end(pid);
    assert_true(a.process.start_time >= before - 2 && a.process.start_time <= after + 2);
    answer_clear(&a);
}

TEST(the_dead_the_gone_and_threads)
{
    struct answer a;
    siginfo_t info;

    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    probe(pid, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_int_equal(a.error, -ESRCH); // a zombie without threads only waits to be reaped
    assert_true(a.process.gone);
    assert_false(a.process.known & PROC_KNOWS_RSS);
    assert_null(process_string(&a.process, PROCESS_COMMAND));
    answer_clear(&a);
    waitpid(pid, NULL, 0);
    probe(pid, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_int_equal(a.error, -ESRCH);
    assert_true(a.process.gone);
    answer_clear(&a);
}

static void *thread_body(void *arg)
{
    *(pid_t *)arg = (pid_t)syscall(SYS_gettid);
    return NULL;
}

static void *wait_thread(void *arg)
{
    int *fds = arg;
    pid_t tid;
    char byte;

    thread_body(&tid);
    if (write(fds[1], &tid, sizeof tid) != sizeof tid || read(fds[2], &byte, 1) < 0)
        return arg;
    return NULL;
}

TEST(the_id_of_a_thread_is_no_process)
{
    struct answer a;
    int fds[4];
    pthread_t thread;
    pid_t tid = 0;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(pipe(fds + 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_thread, fds), 0);
    assert_int_equal(read(fds[0], &tid, sizeof tid), sizeof tid);
    const unsigned asked[] = {NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, 0};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        probe(tid, asked[i], &a);
        assert_int_equal(a.error, -ESRCH);
        assert_true(a.process.gone);
        answer_clear(&a);
    }
    close(fds[3]);
    pthread_join(thread, NULL);
    close(fds[0]);
    close(fds[1]);
    close(fds[2]);
}

// What a process stuck in exec still answers says the same as the rest, but no start.
TEST(by_status_alone)
{
    comm_wanted = "State:\tX)\n(";
    pid_t pid = child_start(named_body, NULL), other = child_start(named_body, NULL);
    struct answer all, some, another;

    assert_true(await(is_at_rest, &pid, 60));
    probe(pid, NEED_PROCESSES, &all);
    probe(pid, 0, &some);
    probe(other, 0, &another);
    assert_int_equal(some.error, 0);
    assert_string_equal(some.process.comm, all.process.comm);
    assert_string_equal(some.process.comm, "State:\\tX)\\n(");
    assert_int_equal(some.process.uid, all.process.uid);
    assert_int_equal(some.process.state, 'S');
    assert_int_equal(some.process.start_ticks, 0);
    assert_int_equal(some.process.known, PROC_KNOWS_UID | PROC_KNOWS_COMM | PROC_KNOWS_STATE);
    assert_int_equal(some.process.instance, all.process.instance);
    if (some.process.instance)
        assert_int_not_equal(some.process.instance, another.process.instance);
    child_end(pid);
    probe(pid, 0, &some);
    assert_int_equal(some.error, -ESRCH);
    assert_int_equal(some.process.instance, 0);
    child_end(other);
}

static void probe_init(void *result)
{
    struct answer a;

    probe(1, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    *(struct process *)result = a.process;
    ((struct process *)result)->strings = NULL;
    if (a.error)
        ((struct process *)result)->pid = a.error;
    answer_clear(&a);
}

TEST(another_users_process)
{
    struct process process = {0};

    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    assert_true(as_nobody(probe_init, &process, sizeof process));
    assert_int_equal(process.pid, 1);
    assert_int_equal(process.uid, 0);
    assert_true(process.known & PROC_KNOWS_START);
    assert_true(process.known & PROC_KNOWS_COMM);

    // hidepid hides it: that is not its end.
    assert_int_equal(mount("proc", "/proc", "proc", MS_REMOUNT, "hidepid=2"), 0);
    process = (struct process){0};
    bool done = as_nobody(probe_init, &process, sizeof process);
    mount("proc", "/proc", "proc", MS_REMOUNT, "hidepid=0");
    assert_true(done);
    assert_int_equal(process.pid, -EACCES);
    assert_false(process.gone);
    assert_int_equal(process.known, 0);
}

// Every probe goes through the seam, also several probers at once.
static void *probing_thread(void *arg)
{
    struct source *source = arg;
    struct prober *prober = source->prober_new(source->self);
    size_t wrong = 0;

    for (int i = 0; i < 200; i++) {
        struct answer a = {0};
        source->probe(source->self, prober,
                      &(struct probe){.what = PROBE_PROCESS,
                                      .id = getpid(),
                                      .facts = i & 1 ? NEED_PROCESSES : NEED_COMMANDS},
                      &a);
        wrong += a.error || a.process.uid != geteuid() || !a.process.start_ticks;
        answer_clear(&a);
    }
    source->prober_free(source->self, prober);
    return (void *)wrong;
}

TEST(probers_side_by_side)
{
    struct linux_source *self = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(self);
    pthread_t threads[4];
    void *wrong;

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, probing_thread, &source), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    struct prober *prober = source.prober_new(source.self);
    struct answer a = {0};
    source.probe(source.self, prober, &(struct probe){.what = PROBE_USER, .id = 0}, &a);
    assert_string_equal(a.named.name, "root");
    answer_clear(&a);
    source.probe(source.self, prober, &(struct probe){.what = PROBE_GROUP, .id = 0}, &a);
    assert_string_equal(a.named.name, "root");
    answer_clear(&a);
    source.probe(source.self, prober, &(struct probe){.what = PROBE_ATTACHMENTS, .id = getpid()},
                 &a);
    assert_int_equal(a.error, 0);
    assert_int_equal(a.mappings.n, 0);
    answer_clear(&a);
    source.probe(source.self, prober, &(struct probe){.what = PROBE_ALL_MAPS, .id = getpid()}, &a);
    assert_int_equal(a.error, 0);
    assert_true(a.mappings.n > 5);
    answer_clear(&a);
    source.probe(source.self, prober, &(struct probe){.what = PROBE_WAITERS, .id = getpid()}, &a);
    assert_int_equal(a.error, 0);
    assert_int_equal(a.waiters.n, 0);
    answer_clear(&a);
    source.prober_free(source.self, prober);
    linux_source_free(self);
}

static const char *name_in(const struct named_vec *names, uint32_t id)
{
    const char *found = NULL;

    for (size_t i = 0; i < names->n; i++) {
        if (names->at[i].id != id)
            continue;
        assert_null(found); // each once
        found = names->at[i].name;
    }
    return found;
}

// What the files name is what the service answers; the rest is left to it.
TEST(local_names)
{
    enum { IDS = 300 };
    struct linux_source *self = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(self);
    struct named_vec users = {0}, groups = {0};
    uint32_t ids[IDS];

    for (uint32_t i = 0; i < IDS; i++)
        ids[i] = i < IDS - 1 ? i : 65534;
    source.local_names(source.self, PROBE_USER, ids, IDS, &users);
    source.local_names(source.self, PROBE_GROUP, ids, IDS, &groups);
    for (size_t i = 0; i < IDS; i++) {
        const struct passwd *user = getpwuid(ids[i]);
        const struct group *group = getgrgid(ids[i]);
        const char *name = name_in(&users, ids[i]);
        if (name)
            assert_string_equal(name, user ? user->pw_name : "none");
        name = name_in(&groups, ids[i]);
        if (name)
            assert_string_equal(name, group ? group->gr_name : "none");
    }
    if (system("grep -q '^passwd:[[:space:]]*files' /etc/nsswitch.conf") == 0)
        assert_string_equal(name_in(&users, 0), "root");
    source.local_names(source.self, PROBE_USER, ids, 0, &users);
    vec_free(&users);
    vec_free(&groups);
    linux_source_free(self);
}

TEST(an_ended_process_shows_without_asking)
{
    struct linux_source *self = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(self);
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_false(source.ended(source.self, pid)); // not reaped yet
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(source.ended(source.self, pid));
    assert_false(source.ended(source.self, getpid()));
    assert_false(source.ended(source.self, 0));
    assert_false(source.ended(source.self, -1));
    linux_source_free(self);
}

// --- the page of one process --------------------------------------------------------------------

static long long first_number(const char *path, const char *name)
{
    char line[256];
    long long number = -1;
    FILE *in = fopen(path, "r");

    assert_non_null(in);
    while (number < 0 && fgets(line, sizeof line, in))
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoll(line + strlen(name), NULL, 10);
    fclose(in);
    return number;
}

static void assert_limits(pid_t pid, const struct process_page *page)
{
    static const int resources[PAGE_LIMITS] = {
        [PAGE_MAX_FILES] = RLIMIT_NOFILE,    [PAGE_MAX_LOCKED] = RLIMIT_MEMLOCK,
        [PAGE_MAX_QUEUES] = RLIMIT_MSGQUEUE, [PAGE_MAX_MEMORY] = RLIMIT_AS,
        [PAGE_MAX_CORE] = RLIMIT_CORE,       [PAGE_MAX_PROCESSES] = RLIMIT_NPROC,
    };

    assert_int_equal(page->limits_known, (1 << PAGE_LIMITS) - 1);
    for (size_t i = 0; i < PAGE_LIMITS; i++) {
        struct rlimit limit;
        assert_int_equal(prlimit(pid, resources[i], NULL, &limit), 0);
        assert_true(page->limits[i] ==
                    (limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur));
    }
}

TEST(the_page_as_its_files_say)
{
    struct answer a = {0};
    char path[64], cwd[4096];

    comm_wanted = "page";
    pid_t pid = child_start(named_body, NULL);
    assert_true(await(is_at_rest, &pid, 60)); // its memory grows no more
    page_probe("/proc", pid, true, &a);
    assert_int_equal(a.error, 0);
    assert_string_equal(a.page.cwd, getcwd(cwd, sizeof cwd));
    assert_non_null(strstr(a.page.exe, "processes_test"));
    assert_limits(pid, &a.page);
    assert_int_equal((a.page.known & PAGE_LIBRARY) != 0, HAS_LIBRARY);
    if (HAS_LIBRARY) {
        snprintf(path, sizeof path, "/proc/%d/oom_score", pid);
        assert_int_equal(a.page.oom_score, first_number(path, ""));
        snprintf(path, sizeof path, "/proc/%d/status", pid);
        assert_int_equal(a.page.rss_anon, first_number(path, "RssAnon:") * 1024);
        assert_int_equal(a.page.rss_file, first_number(path, "RssFile:") * 1024);
        assert_int_equal(a.page.rss_shared, first_number(path, "RssShmem:") * 1024);
    }
    answer_clear(&a);
    page_probe("/proc", pid, false, &a); // as where there is no library
    assert_int_equal(a.page.known & (PAGE_LIBRARY | PAGE_KNOWS_MEMORY | PAGE_KNOWS_OOM), 0);
    assert_non_null(a.page.exe);
    answer_clear(&a);
    child_end(pid);
    page_probe("/proc", pid, true, &a);
    assert_true(answer_is_gone(&a));
    answer_clear(&a);
}

int main(void)
{
    return ns_run(tests_run);
}
