// What the demo's processes do, each a few lines of ordinary System V IPC.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "demo/actor.h"
#include "demo/stories.h"

enum { PAGE = 4096, MESSAGE_MAX = 2048 };

static _Noreturn void rest(void)
{
    for (;;)
        pause();
}

static void nap(int milliseconds)
{
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    nanosleep(&t, NULL);
}

static int between(int low, int high)
{
    return low + (int)(random() % (high - low + 1));
}

static void attach(int shmid, int flags)
{
    if ((intptr_t)shmat(shmid, NULL, flags) == -1)
        actor_fail("shmat");
}

// { key, bytes, bytes to touch, mode }: makes a segment, stays attached.
static void play_make_segment(const int v[4])
{
    int id = shmget((key_t)v[0], (size_t)v[1],
                    IPC_CREAT | (v[0] != IPC_PRIVATE ? IPC_EXCL : 0) | SHM_NORESERVE | v[3]);
    if (id < 0)
        actor_fail("shmget");
    volatile char *at = shmat(id, NULL, 0);
    if ((intptr_t)at == -1)
        actor_fail("shmat");
    for (int i = 0; i < v[2]; i += PAGE)
        at[i] = 1;
    actor_ready(id);
    rest();
}

// On the loopback of the demo's own network namespace; -1 where it has none.
static int listen_at(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 16) < 0)
        return -1;
    return fd;
}

// { shmid, port }: holds a segment and serves a port.
static void play_serve(const int v[4])
{
    int fd = listen_at(v[1]);

    attach(v[0], 0);
    actor_ready(0);
    while (fd >= 0 && (accept(fd, NULL, NULL) >= 0 || errno == EINTR))
        continue; // each stays connected
    rest();
}

// { port }
static void play_client(const int v[4])
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)v[0])};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0)
        (void)!connect(fd, (const struct sockaddr *)&to, sizeof to);
    actor_ready(0);
    rest();
}

// { shmid, times read-write, times read-only }
static void play_attach(const int v[4])
{
    for (int i = 0; i < v[1]; i++)
        attach(v[0], 0);
    for (int i = 0; i < v[2]; i++)
        attach(v[0], SHM_RDONLY);
    actor_ready(0);
    rest();
}

// { shmid, semid, element }: a server process, idle as such are: it waits to be posted, and looks
// around every few seconds.
static void play_server(const int v[4])
{
    struct sembuf down = {.sem_num = (unsigned short)v[2], .sem_op = -1};
    struct timespec patience = {.tv_sec = between(3, 6)};

    attach(v[0], 0);
    actor_ready(0);
    while (semtimedop(v[1], &down, 1, &patience) == 0 || errno == EAGAIN || errno == EINTR)
        continue;
    rest();
}

// { semid, elements }: posts idle servers now and then.
static void play_poster(const int v[4])
{
    actor_ready(0);
    for (;;) {
        struct sembuf up = {.sem_num = (unsigned short)between(0, v[1] - 1), .sem_op = 1};
        nap(between(400, 1600));
        if (semop(v[0], &up, 1) < 0)
            rest();
    }
}

// { shmid, port }: a listener whose sessions come and go.
static void play_listener(const int v[4])
{
    const struct actor session = {.role = "session",
                                  .comm = "oracle_session",
                                  .argv = {"oracleORCL", "(LOCAL=NO)"},
                                  .values = {v[0]}};

    int fd = listen_at(v[1]);

    signal(SIGCHLD, SIG_IGN);
    actor_ready(0);
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, between(1500, 4000)) > 0)
            accept(fd, NULL, NULL); // stays connected
        else
            actor_start(&session, NULL);
    }
}

static void play_session(const int v[4])
{
    attach(v[0], 0);
    actor_ready(0);
    nap(between(3000, 9000));
}

// { bytes, mode }: makes a segment, works on it for a while, removes it, again and again.
static void play_sorter(const int v[4])
{
    actor_ready(0);
    for (;;) {
        nap(between(4000, 9000));
        int id = shmget(IPC_PRIVATE, (size_t)v[0], IPC_CREAT | SHM_NORESERVE | v[1]);
        if (id < 0)
            continue;
        volatile char *at = shmat(id, NULL, 0);
        for (int i = 0; (intptr_t)at != -1 && i < v[0] / 4; i += PAGE)
            at[i] = 1;
        nap(between(4000, 7000));
        if ((intptr_t)at != -1)
            shmdt((const void *)at);
        shmctl(id, IPC_RMID, NULL);
    }
}

// { key, semaphores, value of each, mode }
static void share(const char *name, int bytes)
{
    int fd = shm_open(name, O_CREAT | O_RDWR, 0600);

    if (fd < 0 || posix_fallocate(fd, 0, bytes) != 0 ||
        mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
        actor_fail("shm_open");
    close(fd);
}

// { bytes of anonymous shared memory, bytes touched, bytes of a POSIX segment }: as a database has them.
static void play_share(const int v[4])
{
    char *at = mmap(NULL, (size_t)v[0], PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at == MAP_FAILED)
        actor_fail("mmap");
    memset(at, 1, (size_t)v[1]);
    share("/PostgreSQL.2113847630", v[2]);
    actor_ready(0);
    rest();
}

// In a child, which ends: nobody is left who would remove it.
static void leak_segment(int bytes)
{
    pid_t pid = fork();

    if (pid == 0) {
        char *at = shmat(shmget(IPC_PRIVATE, (size_t)bytes, IPC_CREAT | 0600), NULL, 0);
        if ((intptr_t)at != -1)
            memset(at, 1, PAGE);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

// { bytes leaked, times, MiB of its /dev/shm, user }: a container with IPC and mounts of its own. Where
// that is not permitted it only lives.
static void play_container(const int v[4])
{
    char size[32];

    snprintf(size, sizeof size, "mode=1777,size=%dm", v[2]);
    bool apart = unshare(CLONE_NEWIPC | CLONE_NEWNS) == 0 &&
                 mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                 mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, size) == 0;
    if (geteuid() == 0 && setresuid((uid_t)v[3], (uid_t)v[3], (uid_t)v[3]) < 0)
        actor_fail("setuid");
    if (apart) {
        for (int i = 0; i < v[1]; i++)
            leak_segment(v[0]);
        share("/PostgreSQL.1804289383", (v[2] << 20) - (1 << 19));
    }
    actor_ready(0);
    rest();
}

static void play_make_set(const int v[4])
{
    int id = semget((key_t)v[0], v[1], IPC_CREAT | v[3]);

    if (id < 0)
        actor_fail("semget");
    for (int i = 0; i < v[1]; i++)
        if (semctl(id, i, SETVAL, v[2]) < 0)
            actor_fail("semctl");
    actor_ready(id);
    rest();
}

// { semid, element }: takes it and never gives it back. Without SEM_UNDO, as in the incidents.
static void play_take(const int v[4])
{
    struct sembuf down = {.sem_num = (unsigned short)v[1], .sem_op = -1};

    if (semop(v[0], &down, 1) < 0)
        actor_fail("semop");
    actor_ready(0);
    rest();
}

// { semid, element }: waits for it. Says it is ready just before.
static void play_wait(const int v[4])
{
    struct sembuf down = {.sem_num = (unsigned short)v[1], .sem_op = -1};

    actor_ready(0);
    while (semop(v[0], &down, 1) < 0 && errno == EINTR)
        continue;
    rest();
}

// { semid, element }: takes it, works, gives it back.
static void play_worker(const int v[4])
{
    struct sembuf down = {.sem_num = (unsigned short)v[1], .sem_op = -1, .sem_flg = SEM_UNDO};
    struct sembuf up = {.sem_num = (unsigned short)v[1], .sem_op = 1, .sem_flg = SEM_UNDO};

    actor_ready(0);
    while (semop(v[0], &down, 1) == 0) {
        nap(between(100, 700));
        if (semop(v[0], &up, 1) < 0)
            break;
        nap(between(50, 900));
    }
    rest();
}

static void play_make_queue(const int v[4]) // { key, mode }
{
    int id = msgget((key_t)v[0], IPC_CREAT | v[1]);

    if (id < 0)
        actor_fail("msgget");
    actor_ready(id);
    rest();
}

struct message {
    long type;
    char text[MESSAGE_MAX];
};

// { msqid, bytes of a message }: sends until the queue is full, then waits in msgsnd.
static void play_send(const int v[4])
{
    struct message message = {.type = 1};

    while (msgsnd(v[0], &message, (size_t)v[1], IPC_NOWAIT) == 0)
        continue;
    actor_ready(0);
    while (msgsnd(v[0], &message, (size_t)v[1], 0) < 0 && errno == EINTR)
        continue;
    rest();
}

static void play_producer(const int v[4]) // { msqid }
{
    struct message message = {.type = 1};

    actor_ready(0);
    for (;;) {
        message.type = between(1, 3);
        if (msgsnd(v[0], &message, (size_t)between(100, 600), 0) < 0)
            rest();
        nap(between(100, 900));
    }
}

static void play_consumer(const int v[4]) // { msqid }: in bursts
{
    struct message message;

    actor_ready(0);
    for (;;) {
        if (msgrcv(v[0], &message, sizeof message.text, 0, 0) < 0)
            rest();
        nap(random() % 8 == 0 ? between(2000, 5000) : between(50, 400));
    }
}

// clang-format off
const struct role roles[] = {
    {"make_segment", play_make_segment}, {"attach", play_attach},
    {"server", play_server},             {"poster", play_poster},
    {"serve", play_serve},
    {"client", play_client},
    {"listener", play_listener},         {"session", play_session},
    {"sorter", play_sorter},             {"make_set", play_make_set},
    {"take", play_take},                 {"wait", play_wait},
    {"worker", play_worker},             {"make_queue", play_make_queue},
    {"share", play_share}, {"container", play_container},
    {"send", play_send},                 {"producer", play_producer},
    {"consumer", play_consumer},
};
// clang-format on
const size_t n_roles = sizeof roles / sizeof roles[0];
