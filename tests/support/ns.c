#include "support/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool was_root;
void (*ns_in_init)(void);

bool ns_was_root(void)
{
    return was_root;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ok;
}

static bool map_root(uid_t uid, gid_t gid)
{
    char map[64];

    snprintf(map, sizeof map, "0 %u 1", uid);
    if (!write_file("/proc/self/uid_map", map))
        return false;
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", gid);
    return write_file("/proc/self/gid_map", map);
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// In a chroot(2) the root may be no mount point, and its propagation cannot be changed: it is mounted
// over itself, and ".." of it is the topmost mount there. path_resolution(7)
static bool make_private(void)
{
    const unsigned long private = MS_REC | MS_PRIVATE;

    if (mount("none", "/", NULL, private, NULL) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    char *here = getcwd(NULL, 0);
    bool done = here && mount("/", "/", NULL, MS_BIND | MS_REC, NULL) == 0 && chdir("/..") == 0 &&
                chroot(".") == 0 && chdir(here) == 0 &&
                mount("none", "/", NULL, private, NULL) == 0;
    free(here);
    return done;
}

// pid 1 of the new namespace: reaps whatever is left to it until the tests end.
static _Noreturn void init_main(int (*tests)(void))
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!make_private() ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) {
        printf("skip: cannot mount /proc in a namespace: %s\n", strerror(errno));
        fflush(stdout);
        _exit(77);
    }
    pid_t child = fork();
    if (child == 0) {
        int status = tests();
        fflush(NULL);
        exit(status); // with the sanitizers' checks at exit
    }
    if (ns_in_init)
        ns_in_init();
    for (;;) {
        int status;
        pid_t pid = wait(&status);
        if (pid == child)
            _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        if (pid < 0 && errno == ECHILD)
            _exit(1);
    }
}

int ns_run(int (*tests)(void))
{
    uid_t uid = geteuid();
    gid_t gid = getegid();

    was_root = uid == 0;
    fflush(NULL);
    pid_t outer = fork();
    if (outer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int flags = CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS;
        if (unshare(uid == 0 ? flags : flags | CLONE_NEWUSER) < 0 ||
            (uid != 0 && !map_root(uid, gid))) {
            printf("skip: no namespaces on this machine: %s\n", strerror(errno));
            fflush(stdout);
            _exit(77);
        }
        pid_t init = fork();
        if (init == 0)
            init_main(tests);
        _exit(wait_for(init));
    }
    return wait_for(outer);
}

pid_t child_start(void (*body)(void *arg, int ready), void *arg)
{
    int fds[2];
    char byte;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGSEGV, SIG_DFL); // cmocka would go on with the test in here
        signal(SIGBUS, SIG_DFL);
        close(fds[0]);
        body(arg, fds[1]);
        _exit(0);
    }
    close(fds[1]);
    ssize_t n;
    while ((n = read(fds[0], &byte, 1)) < 0 && errno == EINTR)
        continue;
    close(fds[0]);
    if (n != 1) {
        waitpid(pid, NULL, 0);
        return -1;
    }
    return pid;
}

void child_ready(int ready)
{
    if (write(ready, "", 1) != 1)
        _exit(1);
    close(ready);
}

void child_end(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    kill(pid, SIGCONT);
    waitpid(pid, NULL, 0);
}

void child_become_nobody(void)
{
    if (setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
        setresuid(65534, 65534, 65534) < 0)
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a change of uid cleared it
}

bool await(bool (*condition)(void *arg), void *arg, int seconds)
{
    struct timespec start, now, nap = {.tv_nsec = 2000000};

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        if (condition(arg))
            return true;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - start.tv_sec > seconds)
            return false;
        nanosleep(&nap, NULL);
    }
}
