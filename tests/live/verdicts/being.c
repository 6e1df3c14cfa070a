// What the process of the actor is, and does beside System V IPC.
#include "actor.h"

#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_named(const struct step *step)
{
    prctl(PR_SET_NAME, word(step, 0));
}

static void become(const struct step *step) // user:UID
{
    unsigned id = (unsigned)number(step, 0, 0);

    if (setgroups(0, NULL) < 0 || setgid(id) < 0 || setuid(id) < 0)
        fail("user %u", id);
    prctl(PR_SET_DUMPABLE, 1);
}

static void leave_parent(const struct step *step) // background: what starts it may go on
{
    pid_t child = fork();

    (void)step;
    if (child < 0)
        fail("fork");
    if (child > 0)
        _exit(0);
}

static void lead_session(const struct step *step) // session: as daemon(3) does
{
    (void)step;
    if (setsid() < 0)
        fail("session");
}

static void make_workers(const struct step *step) // workers:COUNT: they have its attachments
{
    for (long i = 0; i < number(step, 0, 1); i++) {
        pid_t child = fork();

        if (child < 0)
            fail("fork");
        while (child == 0)
            pause();
    }
}

static void *stay(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static void end_leader(const struct step *step) // its main thread ends, another goes on
{
    pthread_t thread;

    (void)step;
    if (pthread_create(&thread, NULL, stay, NULL) != 0)
        fail("thread");
    pthread_exit(NULL);
}

static void note_ids(const struct step *step) // ids:FILE
{
    FILE *file = fopen(word(step, 0), "w");

    for (int i = 0; file && i < n_objects; i++)
        fprintf(file, "%d\n", objects[i].id);
    if (!file || fclose(file) != 0)
        fail("%s", word(step, 0));
}

static void note_done(const struct step *step) // did:FILE: what came before is done
{
    FILE *file = fopen(word(step, 0), "w");

    if (!file || fprintf(file, "%d\n", (int)getpid()) < 0 || fclose(file) != 0)
        fail("%s", word(step, 0));
}

static void wait_for(const struct step *step) // until:FILE: exists
{
    struct stat st;

    while (stat(word(step, 0), &st) < 0)
        wait_a_little(PAUSE_MS);
}

static void sleep_for(const struct step *step) // sleep:MS
{
    wait_a_little((long)number(step, 0, 1000));
}

static void hold(const struct step *step)
{
    (void)step;
    for (;;)
        pause();
}

static void end_by(const struct step *step) // raise:SIGNAL
{
    raise((int)number(step, 0, SIGKILL));
}

static void become_other(const struct step *step) // exec: sleep(1), for ever
{
    (void)step;
    execlp("sleep", "sleep", "infinity", NULL);
    fail("exec");
}

static void leave_ipc(const struct step *step) // leave-ipc: into a namespace of its own
{
    (void)step;
    if (unshare(CLONE_NEWIPC) < 0)
        fail("leave");
}

static void
leave_child(const struct step *step) // zombie: a child that ended, and is not waited for
{
    pid_t child = fork();

    (void)step;
    if (child < 0)
        fail("fork");
    if (child == 0)
        _exit(0);
    waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT);
}

static int pause_always(void *arg)
{
    for (;;)
        pause();
    (void)arg;
    return 0;
}

static void share_memory(const struct step *step) // share: a child on the same memory
{
    static char stack[65536] __attribute__((aligned(16)));

    (void)step;
    if (clone(pause_always, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL) < 0)
        fail("share");
}

static void
lend_memory(const struct step *step) // vfork: a child that goes on; this process waits for it
{
    static char stack[65536] __attribute__((aligned(16)));

    (void)step;
    if (clone(pause_always, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL) < 0)
        fail("vfork");
}

static void trace(const struct step *step) // trace:PID: and stop it
{
    pid_t pid = (pid_t)number(step, 0, 0);
    int status;

    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ||
        ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) != pid)
        fail("trace %d", (int)pid);
}

const struct verb being_verbs[] = {
    {"name", be_named},
    {"user", become},
    {"background", leave_parent},
    {"workers", make_workers},
    {"end-leader", end_leader},
    {"ids", note_ids},
    {"did", note_done},
    {"until", wait_for},
    {"hold", hold},
    {"raise", end_by},
    {"exec", become_other},
    {"leave-ipc", leave_ipc},
    {"zombie", leave_child},
    {"share", share_memory},
    {"vfork", lend_memory},
    {"trace", trace},
    {"session", lead_session},
    {"sleep", sleep_for},
    {0},
};
