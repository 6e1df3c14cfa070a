// Signals reach the process that was chosen, or nobody.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/actions/signal.h"
#include "linux/process/pidfd.h"
#include "linux/process/stat.h"
#include "model/consequence/outcomes.h"
#include "support/asuser.h"
#include "support/denial.h"
#include "support/ns.h"
#include "support/test.h"

static uint64_t start_of(pid_t pid)
{
    struct task_stat stat;
    char path[32];
    int dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    snprintf(path, sizeof path, "%d/stat", pid);
    int error = stat_read(dir, path, &stat);
    close(dir);
    return error ? 0 : stat.start_ticks;
}

static struct action signal_to(pid_t pid, int signal)
{
    return (struct action){
        .verb = ACTION_SIGNAL,
        .signal = signal,
        .target = {.kind = KIND_HOLDER, .pid = pid, .start_ticks = pid > 0 ? start_of(pid) : 1}};
}

static struct outcome act(struct action action)
{
    struct outcome outcome;

    memset(&outcome, 0x55, sizeof outcome);
    signal_act("/proc", &action, &outcome);
    outcome_say(&outcome);
    assert_true((outcome.state == OUTCOME_FAILED) == (outcome.error != 0));
    return outcome;
}

static void pause_body(void *arg, int ready)
{
    prctl(PR_SET_NAME, arg ? (const char *)arg : "pmon");
    child_ready(ready);
    pause();
}

static int end_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(the_chosen_process_gets_it)
{
    static const struct {
        int number;
        const char *name;
    } signals[] = {{SIGTERM, "SIGTERM"}, {SIGKILL, "SIGKILL"}, {SIGINT, "SIGINT"}};
    char text[128];

    for (size_t i = 0; i < 3; i++) {
        pid_t pid = child_start(pause_body, NULL);
        struct outcome o = act(signal_to(pid, signals[i].number));
        assert_int_equal(o.state, OUTCOME_DONE);
        snprintf(text, sizeof text, "%s sent to process %d pmon", signals[i].name, pid);
        assert_string_equal(o.text, text);
        assert_int_equal(end_of(pid), signals[i].number);
    }
}

TEST(its_name_is_harmless)
{
    char hostile[] = "\033[2J\n)";

    pid_t pid = child_start(pause_body, hostile);
    struct outcome o = act(signal_to(pid, SIGRTMIN));
    assert_int_equal(o.state, OUTCOME_DONE);
    assert_non_null(strstr(o.text, "\\e[2J\\n)"));
    assert_null(strchr(o.text, '\033'));
    assert_int_equal(end_of(pid), SIGRTMIN);
}

TEST(nobody_is_hit_by_a_pid_of_zero_or_less)
{
    static const int32_t pids[] = {0, -1, -2, INT32_MIN};

    for (size_t i = 0; i < 4; i++) {
        struct outcome o = act(signal_to(pids[i], SIGKILL)); // we are still here to see it
        assert_int_equal(o.state, OUTCOME_REFUSED);
    }
}

// By its own start time too: whoever lists it as a target made a mistake.
TEST(the_monitor_itself_is_not_hit)
{
    struct outcome o = act(signal_to(getpid(), SIGKILL));
    assert_int_equal(o.state, OUTCOME_REFUSED);
    assert_non_null(strstr(o.text, "is this monitor itself; nothing was sent"));
}

TEST(no_such_signal_and_no_such_process)
{
    pid_t pid = child_start(pause_body, NULL);
    assert_int_equal(act(signal_to(pid, 0)).state, OUTCOME_REFUSED);
    assert_int_equal(act(signal_to(pid, 65)).state, OUTCOME_REFUSED);
    assert_int_equal(act(signal_to(pid, -9)).state, OUTCOME_REFUSED);
    struct action unknown = signal_to(pid, SIGKILL);
    unknown.target.start_ticks = 0;
    assert_int_equal(act(unknown).state, OUTCOME_REFUSED);
    struct action late = signal_to(pid, SIGKILL);
    child_end(pid);
    struct outcome o = act(late);
    assert_int_equal(o.state, OUTCOME_REFUSED);
    assert_non_null(strstr(o.text, "is already gone"));
}

// The next child gets `pid`. Others may fork in between, so it is tried again.
static pid_t child_with_pid(pid_t wanted)
{
    for (int i = 0; i < 100; i++) {
        char text[16];
        int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
        int n = snprintf(text, sizeof text, "%d", wanted - 1);
        bool written = fd >= 0 && write(fd, text, (size_t)n) == n;
        if (fd >= 0)
            close(fd);
        if (!written)
            return -1;
        pid_t pid = child_start(pause_body, NULL);
        if (pid == wanted)
            return pid;
        child_end(pid);
    }
    return -1;
}

struct ticks {
    uint64_t than;
};

static bool a_tick_later(void *arg)
{
    uint64_t than = ((struct ticks *)arg)->than;
    pid_t pid = child_start(pause_body, NULL);
    uint64_t start = start_of(pid);

    child_end(pid);
    return start > than;
}

TEST(a_recycled_pid_is_not_hit)
{
    pid_t pid = child_start(pause_body, NULL);
    struct action action = signal_to(pid, SIGKILL);
    uint64_t instance = pidfd_instance_of(pid);
    child_end(pid);
    assert_true(await(a_tick_later, &(struct ticks){action.target.start_ticks}, 60));
    pid_t innocent = child_with_pid(pid);
    if (innocent < 0) {
        printf("skip: cannot choose a pid here: %s\n", strerror(errno));
        skip();
    }
    assert_int_equal(innocent, pid);
    struct outcome o = act(action);
    assert_int_equal(o.state, OUTCOME_REFUSED);
    assert_non_null(strstr(o.text, "belongs to another one"));
    if (instance) { // not even one that started within the same tick
        action = signal_to(innocent, SIGKILL);
        action.target.instance = instance;
        o = act(action);
        assert_int_equal(o.state, OUTCOME_REFUSED);
        assert_non_null(strstr(o.text, "belongs to another one"));
    }
    assert_int_equal(kill(innocent, 0), 0);
    assert_int_equal(waitpid(innocent, NULL, WNOHANG), 0);
    child_end(innocent);
}

static bool is_stopped(void *arg)
{
    struct task_stat stat;
    char path[32];

    snprintf(path, sizeof path, "/proc/%d/stat", *(pid_t *)arg);
    return stat_read(AT_FDCWD, path, &stat) == 0 && stat.state == 'T';
}

TEST(who_is_stopped_gets_it_later)
{
    pid_t pid = child_start(pause_body, NULL);
    assert_int_equal(act(signal_to(pid, SIGSTOP)).state, OUTCOME_DONE);
    assert_true(await(is_stopped, &pid, 60));
    struct outcome o = act(signal_to(pid, SIGTERM));
    assert_int_equal(o.state, OUTCOME_DONE);
    assert_non_null(strstr(o.text, "it is stopped"));
    o = act(signal_to(pid, SIGCONT));
    assert_int_equal(o.state, OUTCOME_DONE);
    assert_null(strstr(o.text, "it is stopped"));
    assert_int_equal(end_of(pid), SIGTERM);
}

struct as_user {
    struct action action;
    struct outcome outcome;
};

static void act_as_user(void *result)
{
    struct as_user *u = result;

    signal_act("/proc", &u->action, &u->outcome);
    outcome_say(&u->outcome);
}

static void other_body(void *arg, int ready)
{
    if (setresuid(1, 1, 1) < 0)
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 1); // as a program that was started by that user
    pause_body(arg, ready);
}

TEST(refusals_name_the_way_out)
{
    char text[128];

    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    pid_t pid = child_start(pause_body, NULL);
    struct as_user u = {.action = signal_to(pid, SIGKILL)};
    assert_true(as_nobody(act_as_user, &u, sizeof u));
    child_end(pid);
    assert_int_equal(u.outcome.state, OUTCOME_FAILED);
    assert_int_equal(u.outcome.error, EPERM);
    snprintf(text, sizeof text, "process %d pmon: not permitted: needs root or CAP_KILL", pid);
    assert_string_equal(u.outcome.text, text);

    pid = child_start(other_body, NULL);
    u = (struct as_user){.action = signal_to(pid, SIGKILL)};
    assert_true(as_nobody(act_as_user, &u, sizeof u));
    child_end(pid);
    assert_int_equal(u.outcome.state, OUTCOME_FAILED);
    snprintf(text, sizeof text, "process %d pmon: not permitted: needs root, daemon or CAP_KILL",
             pid);
    assert_string_equal(u.outcome.text, text);
}

// What the denials leave of sending SIGTERM: refused to another process with that pid, done to the
// right one.
static void sends_without(const struct denial *denials, size_t n)
{
    int status;

    pid_t pid = child_start(pause_body, NULL);
    struct action right = signal_to(pid, SIGTERM), wrong = right;
    wrong.target.start_ticks++;
    wrong.target.instance = wrong.target.instance ? wrong.target.instance + 1 : 0;
    pid_t child = fork(); // the filter stays with whoever installs it
    if (child == 0) {
        struct outcome o;
        if (!deny(denials, n))
            _exit(77);
        signal_act("/proc", &wrong, &o);
        if (o.state != OUTCOME_REFUSED)
            _exit(1);
        signal_act("/proc", &right, &o);
        _exit(o.state == OUTCOME_DONE ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        child_end(pid);
        printf("skip: no seccomp filters here\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_int_equal(end_of(pid), SIGTERM);
}

// Linux before 5.3 has no pidfd_open(2): the start time still decides.
TEST(kernels_without_pidfd)
{
    sends_without((struct denial[]){{"pidfd_open", CALL_PIDFD_OPEN, 0, ENOSYS}}, 1);
}

// A filter of the time before it was known denies the sending alone.
TEST(filters_without_pidfd_send_signal)
{
    sends_without((struct denial[]){{"pidfd_send_signal", CALL_PIDFD_SEND_SIGNAL, 0, ENOSYS}}, 1);
}

int main(void)
{
    return ns_run(tests_run);
}
