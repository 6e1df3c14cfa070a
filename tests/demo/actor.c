#include "demo/actor.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// How a role travels through exec: "role ready_fd v0 v1 v2 v3 comm".
#define ROLE_VARIABLE "IPCTOP_DEMO_ROLE"
enum { READY_SECONDS = 20, ROLE_TEXT = 160 };

static int ready_fd = -1;

void actor_ready(int tell)
{
    if (write(ready_fd, &tell, sizeof tell) != sizeof tell)
        _exit(1);
    close(ready_fd);
    dup2(STDOUT_FILENO, STDERR_FILENO); // from here on the terminal is the monitor's
}

void actor_fail(const char *what)
{
    fprintf(stderr, "demo: %s: %s\n", what, strerror(errno));
    _exit(1);
}

const char *actor_program = "/proc/self/exe";

static _Noreturn void become(const struct actor *actor, int fd)
{
    char role[ROLE_TEXT];
    char *environment[] = {role, NULL};

    snprintf(role, sizeof role, ROLE_VARIABLE "=%s %d %d %d %d %d %s", actor->role, fd,
             actor->values[0], actor->values[1], actor->values[2], actor->values[3], actor->comm);
    setsid();
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        if (null > STDERR_FILENO)
            close(null);
    }
    // Everybody is one user where we are not root, or root of a user namespace with one user alone.
    if (actor->uid != 0 && setgroups(0, NULL) == 0 &&
        setresgid(actor->gid, actor->gid, actor->gid) == 0 &&
        setresuid(actor->uid, actor->uid, actor->uid) < 0)
        actor_fail("setuid");
    if (chdir("/") < 0)
        actor_fail("chdir");
    // Executing also makes the process readable for its new user again (PR_SET_DUMPABLE).
    execve(actor_program, (char *const *)actor->argv, environment);
    actor_fail("exec");
}

pid_t actor_start(const struct actor *actor, int *told)
{
    int fds[2], tell = 0;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        int fd = dup(fds[1]); // without O_CLOEXEC
        become(actor, fd);
    }
    close(fds[1]);
    struct pollfd wait = {.fd = fds[0], .events = POLLIN};
    bool ok = pid > 0 && poll(&wait, 1, READY_SECONDS * 1000) == 1 &&
              read(fds[0], &tell, sizeof tell) == sizeof tell;
    close(fds[0]);
    if (!ok) {
        fprintf(stderr, "demo: %s did not come up\n", actor->comm);
        actor_end(pid);
        return -1;
    }
    if (told)
        *told = tell;
    return pid;
}

void actor_end(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void actor_main(void)
{
    const char *text = getenv(ROLE_VARIABLE);
    char name[32], comm[32];
    int values[4];

    if (!text)
        return;
    if (sscanf(text, "%31s %d %d %d %d %d %31s", name, &ready_fd, &values[0], &values[1],
               &values[2], &values[3], comm) != 7)
        _exit(1);
    fcntl(ready_fd, F_SETFD, FD_CLOEXEC);
    unsetenv(ROLE_VARIABLE);
    prctl(PR_SET_NAME, comm);
    for (size_t i = 0; i < n_roles; i++)
        if (strcmp(roles[i].name, name) == 0)
            roles[i].play(values);
    _exit(0);
}
