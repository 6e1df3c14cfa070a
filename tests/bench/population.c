#include "population.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/ns.h"

enum { EXTRA_MAPPINGS = 90, SEGMENT_BYTES = 1 << 20 }; // with libraries about 120 in all

// Neighbours differ in protection, so that the kernel cannot merge them.
static void fill_address_space(void)
{
    for (int i = 0; i < EXTRA_MAPPINGS; i++)
        mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
}

static void fork_sleepers(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
        if (pid < 0)
            _exit(1);
    }
}

struct order {
    size_t processes, holders;
    struct population *p;
};

static void forker(void *arg, int ready)
{
    struct order *order = arg;

    setpgid(0, 0);
    prctl(PR_SET_NAME, "benchproc");
    fill_address_space();
    fork_sleepers(order->processes - order->holders);
    if (shmat(order->p->target, NULL, 0) == (void *)-1)
        _exit(1);
    fork_sleepers(order->holders ? order->holders - 1 : 0); // the forker is one itself
    child_ready(ready);
    for (;;)
        pause();
}

bool population_start(struct population *p, size_t processes, size_t holders)
{
    struct order order = {.processes = processes, .holders = holders, .p = p};

    p->target = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | 0600);
    for (int i = 0; i < 4; i++)
        p->others[i] = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | 0600);
    p->forker = p->target < 0 ? -1 : child_start(forker, &order);
    return p->forker > 0;
}

static bool group_gone(void *arg)
{
    return kill(-*(pid_t *)arg, 0) < 0 && errno == ESRCH;
}

void population_end(struct population *p)
{
    if (p->forker <= 0)
        return;
    kill(-p->forker, SIGKILL);
    waitpid(p->forker, NULL, 0);
    await(group_gone, &p->forker, 60);
    shmctl(p->target, IPC_RMID, NULL);
    for (int i = 0; i < 4; i++)
        shmctl(p->others[i], IPC_RMID, NULL);
}

static void set_limit(const char *name, const char *text)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
    FILE *f = fopen(path, "we");
    if (!f)
        return;
    fputs(text, f);
    fclose(f);
}

static bool make_three(int semaphores)
{
    return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0 &&
           semget(IPC_PRIVATE, semaphores, IPC_CREAT | 0600) >= 0 &&
           msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0;
}

bool objects_make(size_t n)
{
    set_limit("shmmni", "32768");
    set_limit("msgmni", "32768");
    set_limit("sem", "32000 1024000000 500 32768");
    for (size_t i = 0; i < n; i++)
        if (!make_three(1))
            return false;
    return true;
}

bool objects_leave(size_t n)
{
    int status;

    for (size_t i = 0; i < n; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(make_three(4) ? 0 : 1);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            return false;
    }
    return true;
}

void objects_remove(void)
{
    struct shmid_ds shm;
    struct seminfo sem;
    struct semid_ds set;
    struct msqid_ds queue;
    int top = shmctl(0, SHM_INFO, &shm);

    for (int i = 0; i <= top; i++) {
        int id = shmctl(i, SHM_STAT, &shm);
        if (id >= 0)
            shmctl(id, IPC_RMID, NULL);
    }
    top = semctl(0, 0, SEM_INFO, &sem);
    for (int i = 0; i <= top; i++) {
        int id = semctl(i, 0, SEM_STAT, &set);
        if (id >= 0)
            semctl(id, 0, IPC_RMID);
    }
    top = msgctl(0, MSG_INFO, &queue);
    for (int i = 0; i <= top; i++) {
        int id = msgctl(i, MSG_STAT, &queue);
        if (id >= 0)
            msgctl(id, IPC_RMID, NULL);
    }
}

struct churn {
    int shmid, per_second;
};

static void churn(void *arg, int ready)
{
    struct churn *order = arg;
    struct timespec next, live = {.tv_nsec = 20000000};

    signal(SIGCHLD, SIG_IGN);
    child_ready(ready);
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (;;) {
        if (fork() == 0) {
            shmat(order->shmid, NULL, 0);
            nanosleep(&live, NULL);
            _exit(0);
        }
        next.tv_nsec += 1000000000 / order->per_second;
        if (next.tv_nsec >= 1000000000) {
            next.tv_nsec -= 1000000000;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}

pid_t churn_start(int shmid, int per_second)
{
    struct churn order = {.shmid = shmid, .per_second = per_second};

    return child_start(churn, &order);
}
