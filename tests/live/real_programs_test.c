// Six real programs, each with something that the others lack, and what is said of them: field by field
// against ps(1).
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "linux/process/process_page.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { NOBODY = 65534, NICE = 7, PROGRAMS = 6 };

struct program {
    const char *comm, *argv[8];
    const char *state; // that it rests in
    bool terminal, stopped,
        switched; // has one of its own; by SIGSTOP; real and effective user differ
    uid_t uid;
    int nice;
    pid_t pid;
};

static char wait_on_set[96];

static struct program programs[PROGRAMS] = {
    {.comm = "bash", .argv = {"bash", "--norc", "-i"}, .state = "S", .terminal = true},
    {.comm = "sleep", .argv = {"sleep", "86400"}, .state = "T", .stopped = true, .uid = NOBODY},
    {.comm = "perl", .argv = {"perl", "-e", wait_on_set}, .state = "S"},
    {.comm = "python3",
     .argv = {"python3", "-c",
              "import threading, time; "
              "[threading.Thread(target=time.sleep, args=(86400,)).start() for i in range(3)]"},
     .state = "S"},
    {.comm = "jq", .argv = {"jq", "."}, .state = "S", .switched = true, .nice = NICE},
    {.comm = "top", .argv = {"top", "-b", "-d", "86400"}, .state = "S", .uid = NOBODY},
};

// --- the programs -----------------------------------------------------------------------------------

static int never_written; // the end of a pipe at which jq reads
static int set;

// What exec(2) leaves of it is the process: the maker of the segment, so that it is listed.
static _Noreturn void become(const struct program *p, int input)
{
    int null = open("/dev/null", O_WRONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpriority(PRIO_PROCESS, 0, p->nice);
    if (!p->terminal) {
        dup2(input, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    if (shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0)
        _exit(1);
    if (ns_was_root() && p->uid && (setgroups(0, NULL) < 0 || setuid(p->uid) < 0))
        _exit(1);
    if (ns_was_root() && p->switched && setreuid(NOBODY, (uid_t)-1) < 0)
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // again: a change of user takes it away
    setenv("TERM", "dumb", 1);
    execvp(p->comm == programs[3].comm && access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3"
                                                                                : p->argv[0],
           (char *const *)p->argv);
    _exit(127);
}

static int start_programs(void **state)
{
    int fds[2], terminal;

    (void)state;
    set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    snprintf(wait_on_set, sizeof wait_on_set, "semop(%d, pack('s3', 0, -1, 0)) or die", set);
    if (set < 0 || pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    never_written = fds[1];
    fflush(NULL);
    for (struct program *p = programs; p < programs + PROGRAMS; p++) {
        p->pid = p->terminal ? forkpty(&terminal, NULL, NULL, NULL) : fork();
        if (p->pid == 0)
            become(p, fds[0]);
        if (p->pid < 0)
            return -1;
        if (p->terminal)
            fcntl(terminal, F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

static int end_programs(void **state)
{
    (void)state;
    for (struct program *p = programs; p < programs + PROGRAMS; p++)
        if (p->pid > 0)
            child_end(p->pid);
    close(never_written);
    return 0;
}

TEST_GROUP_FIXTURE(start_programs, end_programs)

// --- what ps says -------------------------------------------------------------------------------------

// Those without a blank first.
static const char format[] =
    "ps -ww -o pid=,ppid=,euid=,ruid=,euser:32=,s=,tty:32=,nlwp=,rss=,sid=,ni=,cputimes=,"
    "unit:64=,cgroup:512=,comm:32=,lstart:32=,args= -p ";

struct line { // of one process
    int pid, ppid, euid, ruid, nlwp, sid, nice;
    long long rss, cpu, start;
    char user[64], state[4], tty[64], unit[128], cgroup[1024], comm[64], args[256];
};

static struct said ask_ps(void)
{
    char command[512];
    size_t n = (size_t)snprintf(command, sizeof command, "LC_ALL=C %s", format);

    for (size_t i = 0; i < PROGRAMS; i++)
        n += (size_t)snprintf(command + n, sizeof command - n, "%s%d", i ? "," : "",
                              programs[i].pid);
    return shell_run(command);
}

static bool parse(const char *text, struct line *out)
{
    char month[8];
    struct tm tm = {.tm_isdst = -1};
    int end = 0;

    if (sscanf(text,
               "%d %d %d %d %63s %3s %63s %d %lld %d %d %lld %127s %1023s %63s %*s %7s %d "
               "%d:%d:%d %d %n",
               &out->pid, &out->ppid, &out->euid, &out->ruid, out->user, out->state, out->tty,
               &out->nlwp, &out->rss, &out->sid, &out->nice, &out->cpu, out->unit, out->cgroup,
               out->comm, month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &tm.tm_year,
               &end) != 21 ||
        !end)
        return false;
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    tm.tm_mon = (int)(strstr(months, month) - months) / 3;
    tm.tm_year -= 1900;
    out->start = mktime(&tm);
    snprintf(out->args, sizeof out->args, "%s", text + end);
    return true;
}

// In the order of the programs. False: not all are there yet, or another line is among them.
static bool parse_all(const char *text, struct line *lines)
{
    size_t found = 0;
    struct line line;

    for (; parse(text, &line); text = strchr(text, '\n') + 1) {
        line.args[strcspn(line.args, "\n")] = '\0';
        for (size_t i = 0; i < PROGRAMS; i++)
            if (programs[i].pid == line.pid) {
                lines[i] = line;
                found++;
            }
        if (!strchr(text, '\n'))
            break;
    }
    return found == PROGRAMS;
}

// --- the comparison -----------------------------------------------------------------------------------

static struct {
    struct line lines[PROGRAMS];
    json_t *root;
    struct answer pages[PROGRAMS];
} seen;

static bool all_rest(const struct line *lines)
{
    bool rest = semctl(set, 0, GETNCNT) == 1;

    for (size_t i = 0; i < PROGRAMS; i++)
        rest = rest && strcmp(lines[i].comm, programs[i].comm) == 0 &&
               strcmp(lines[i].state, programs[i].state) == 0;
    return rest && lines[3].nlwp == 4;
}

static void stop_those(void)
{
    for (size_t i = 0; i < PROGRAMS; i++)
        if (programs[i].stopped)
            kill(programs[i].pid, SIGSTOP);
}

// Whether all rest, and ps said the same before and after: then what was read in between is compared.
static bool look(void *arg)
{
    (void)arg;
    stop_those();
    struct said before = ask_ps(), after;
    bool same = parse_all(before.out, seen.lines) && all_rest(seen.lines);
    if (same) {
        json_decref(seen.root);
        seen.root = program_document("--json processes -o pid,ppid,user,uid,state,comm,tty,threads,"
                                     "rss,start_time,session,cpu_time,unit,command",
                                     false);
        for (size_t i = 0; i < PROGRAMS; i++) {
            answer_clear(&seen.pages[i]);
            seen.pages[i] = (struct answer){0};
            page_probe("/proc", programs[i].pid, true, &seen.pages[i]);
        }
        after = ask_ps();
        same = strcmp(before.out, after.out) == 0;
        said_clear(&after);
    }
    said_clear(&before);
    return same;
}

static void same_text(json_t *row, const char *name, const char *theirs)
{
    const char *ours = json_string_value(json_object_get(row, name));

    // An absent one is "-", or "?" of a terminal.
    if (strcmp(ours ? ours : "",
               strcmp(theirs, "-") == 0 || strcmp(theirs, "?") == 0 ? "" : theirs))
        fail_msg("%s of %s: %s, of ps: %s", name, member_text(row, "comm"), ours, theirs);
}

static void same_number(json_t *row, const char *name, long long theirs)
{
    if (member_number(row, name) != theirs)
        fail_msg("%s of %s: %lld, of ps: %lld", name, member_text(row, "comm"),
                 member_number(row, name), theirs);
}

static void compare(json_t *row, const struct line *line)
{
    json_t *cpu = json_object_get(row, "cpu_time");

    same_number(row, "ppid", line->ppid);
    same_number(row, "uid", line->euid);
    same_text(row, "user", line->user);
    same_text(row, "state", line->state);
    same_text(row, "comm", line->comm);
    same_text(row, "tty", line->tty);
    same_text(row, "unit", line->unit);
    same_text(row, "command", line->args);
    same_number(row, "threads", line->nlwp);
    same_number(row, "rss", line->rss * 1024);
    if (line->sid)
        same_number(row, "session", line->sid);
    else // its leader is outside this PID namespace
        assert_true(json_is_null(json_object_get(row, "session")));
    assert_int_equal((long long)json_number_value(cpu), line->cpu);
    // Both add clock ticks to the time of the boot, which each rounds.
    long long start = member_number(row, "start_time");
    if (start < line->start - 1 || start > line->start + 1)
        fail_msg("start_time of %s: %lld, of ps: %lld", line->comm, start, line->start);
}

static void compare_page(const struct process_page *page, const struct line *line)
{
    if (page->known & PAGE_LIBRARY) // a test of its own requires it
        assert_int_equal(page->nice, line->nice);
    if (page->cgroup && !strstr(line->cgroup, page->cgroup))
        fail_msg("cgroup of %s: %s, of ps: %s", line->comm, page->cgroup, line->cgroup);
}

static bool all_are_installed(void)
{
    char command[64];

    for (size_t i = 0; i < PROGRAMS; i++) {
        snprintf(command, sizeof command, "command -v %s >/dev/null", programs[i].argv[0]);
        if (system(command) != 0) {
            printf("skip: no %s\n", programs[i].argv[0]);
            return false;
        }
    }
    return true;
}

TEST(six_real_programs_as_ps_says)
{
    if (!all_are_installed())
        skip();
    if (system("ps -o nlwp= -p 1 >/dev/null 2>&1") != 0) {
        printf("skip: the ps of busybox\n");
        skip();
    }
    if (!await(look, NULL, 60)) {
        struct said said = ask_ps();
        fail_msg("they do not rest: %s%s", said.out, said.err);
    }
    for (size_t i = 0; i < PROGRAMS; i++) {
        json_t *row =
            row_by_number(json_object_get(seen.root, "processes"), "pid", programs[i].pid);
        assert_non_null(row);
        compare(row, &seen.lines[i]);
        assert_int_equal(seen.pages[i].error, 0);
        compare_page(&seen.pages[i].page, &seen.lines[i]);
        answer_clear(&seen.pages[i]);
    }
    json_decref(seen.root);
    // They are what they were made for.
    assert_int_equal(strncmp(seen.lines[0].tty, "pts/", 4), 0);
    assert_int_equal(seen.lines[0].sid, programs[0].pid);
    assert_int_equal(seen.lines[4].nice, NICE);
    if (ns_was_root()) {
        assert_int_equal(seen.lines[1].euid, NOBODY);
        assert_int_equal(seen.lines[4].ruid, NOBODY);
        assert_int_equal(seen.lines[4].euid, 0);
    }
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
