#include "support/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/vector.h"
#include "support/ns.h"
#include "support/test.h"

enum { READY_SECONDS = 60 };

VEC(pids, pid_t);
static struct pids started;

static _Noreturn void become(const struct scene_actor *actor, int ready)
{
    const char *argv[5] = {actor->comm};
    char role[256], *environment[] = {role, NULL};
    int fd = open(BUILD_DIR "/demo", O_RDONLY | O_CLOEXEC), null = open("/dev/null", O_RDWR);

    for (size_t i = 0; i < 4 && actor->argv[i]; i++)
        argv[i] = actor->argv[i];
    snprintf(role, sizeof role, "IPCTOP_DEMO_ROLE=%s %d %d %d %d %d %s", actor->role, dup(ready),
             actor->values[0], actor->values[1], actor->values[2], actor->values[3], actor->comm);
    setsid();
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (actor->nobody)
        child_become_nobody();
    fexecve(fd, (char *const *)argv, environment);
    _exit(126);
}

pid_t scene_start(const struct scene_actor *actor, int *told)
{
    int fds[2], tell = 0;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        become(actor, fds[1]);
    close(fds[1]);
    struct pollfd wait = {.fd = fds[0], .events = POLLIN};
    bool ok = pid > 0 && poll(&wait, 1, READY_SECONDS * 1000) == 1 &&
              read(fds[0], &tell, sizeof tell) == sizeof tell;
    close(fds[0]);
    if (pid > 0)
        vec_push(&started, pid);
    if (!ok)
        fail_msg("%s did not come up", actor->role);
    if (told)
        *told = tell;
    return pid;
}

void scene_end(pid_t pid)
{
    for (size_t i = 0; i < started.n; i++)
        if (started.at[i] == pid)
            started.at[i] = 0;
    child_end(pid);
}

int scene_segment(size_t bytes, int mode, int key)
{
    int id = shmget(key, bytes, IPC_CREAT | SHM_NORESERVE | mode);

    if (id < 0)
        fail_msg("shmget: %s", strerror(errno));
    return id;
}

bool scene_has_segment(int id)
{
    struct shmid_ds ds;

    return shmctl(id, IPC_STAT, &ds) == 0;
}

int scene_stray(size_t bytes, const struct scene_actor *holder, pid_t *pid)
{
    const struct scene_actor maker = {.role = "make_segment",
                                      .comm = "ora_pmon",
                                      .values = {0x0beb94e3, (int)bytes, 1 << 20, 0666}};
    struct scene_actor stray = *holder;
    int id;
    pid_t made = scene_start(&maker, &id);

    stray.values[0] = id;
    *pid = scene_start(&stray, NULL);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    scene_end(made);
    return id;
}

bool scene_alive(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void scene_clean(void)
{
    struct shm_info shm;
    struct seminfo sem;
    struct msginfo msg;
    struct shmid_ds shm_ds;
    struct semid_ds sem_ds;
    struct msqid_ds msg_ds;

    for (size_t i = 0; i < started.n; i++)
        child_end(started.at[i]);
    vec_free(&started);
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&shm);
    for (int i = 0; i <= last; i++)
        shmctl(shmctl(i, SHM_STAT, &shm_ds), IPC_RMID, NULL);
    last = semctl(0, 0, SEM_INFO, &sem);
    for (int i = 0; i <= last; i++)
        semctl(semctl(i, 0, SEM_STAT, &sem_ds), 0, IPC_RMID);
    last = msgctl(0, MSG_INFO, (struct msqid_ds *)&msg);
    for (int i = 0; i <= last; i++)
        msgctl(msgctl(i, MSG_STAT, &msg_ds), IPC_RMID, NULL);
}
