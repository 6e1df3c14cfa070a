// A process that follows a script of System V IPC calls: actor STEP…, where STEP is verb[:argument…].
// The rows of the verdict matrix make their populations with it.
//
// A step works on the objects made or named so far (of the kind it fits); `forget` empties the list.
// A step that fails ends the process with a message and status 1, an unknown one with status 2.
#include "actor.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 8192 };

struct object objects[OBJECTS_MAX];
int n_objects;

void fail(const char *format, ...)
{
    va_list arguments;
    int error = errno;

    va_start(arguments, format);
    fputs("actor: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, ": %s\n", strerror(error));
    exit(1);
}

long long number(const struct step *step, int i, long long otherwise)
{
    return i < step->n && step->args[i][0] ? strtoll(step->args[i], NULL, 0) : otherwise;
}

const char *word(const struct step *step, int i)
{
    return i < step->n ? step->args[i] : "";
}

void add_object(char kind, int id, size_t size)
{
    if (id < 0)
        fail("no object of kind %c", kind);
    if (n_objects == OBJECTS_MAX)
        fail("too many objects");
    objects[n_objects++] = (struct object){.kind = kind, .id = id, .size = size};
}

void wait_a_little(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

// --- making, KEY 0 is private, several have KEY, KEY + 1, … ---------------------------------------

static key_t key_of(const struct step *step, int i)
{
    uint32_t key = (uint32_t)number(step, 0, 0);

    return key ? (key_t)(key + (uint32_t)i) : IPC_PRIVATE;
}

static int mode_of(const struct step *step)
{
    return IPC_CREAT | (int)strtol(step->n > 3 ? step->args[3] : "600", NULL, 8);
}

static void make_segments(const struct step *step) // shm:KEY:SIZE[:COUNT[:MODE]]
{
    size_t size = (size_t)number(step, 1, 4096);

    for (int i = 0; i < number(step, 2, 1); i++)
        add_object('m', shmget(key_of(step, i), size, mode_of(step)), size);
}

static void
make_huge(const struct step *step) // huge:KEY:SIZE: in huge pages, none of them reserved
{
    size_t size = (size_t)number(step, 1, 4096);

    add_object('m', shmget(key_of(step, 0), size, IPC_CREAT | 0600 | SHM_HUGETLB | SHM_NORESERVE),
               size);
}

static void make_sets(const struct step *step) // sem:KEY:SEMAPHORES[:COUNT[:MODE]]
{
    for (int i = 0; i < number(step, 2, 1); i++)
        add_object('s', semget(key_of(step, i), (int)number(step, 1, 1), mode_of(step)),
                   (size_t)number(step, 1, 1));
}

static void make_queues(const struct step *step) // msg:KEY[:COUNT[:MODE]]
{
    const struct step mode = {.args = {NULL, NULL, NULL, step->args[2]}, .n = step->n > 2 ? 4 : 0};

    for (int i = 0; i < number(step, 1, 1); i++)
        add_object('q', msgget(key_of(step, i), mode_of(&mode)), 0);
}

static void take_over(const struct step *step) // use:KIND:ID
{
    struct shmid_ds ds = {0};
    int id = (int)number(step, 1, -1);

    if (word(step, 0)[0] == 'm' && shmctl(id, IPC_STAT, &ds) < 0)
        fail("segment %d", id);
    add_object(word(step, 0)[0], id, ds.shm_segsz);
}

static void forget(const struct step *step)
{
    (void)step;
    n_objects = 0;
}

// --- using ----------------------------------------------------------------------------------------

static void attach(const struct step *step) // attach[:ro]
{
    for (int i = 0; i < n_objects; i++) {
        if (objects[i].kind != 'm' || objects[i].address)
            continue;
        objects[i].address = shmat(objects[i].id, NULL, word(step, 0)[0] == 'r' ? SHM_RDONLY : 0);
        if (objects[i].address == (void *)-1)
            fail("attach %d", objects[i].id);
    }
}

static void detach(const struct step *step)
{
    (void)step;
    for (int i = 0; i < n_objects; i++)
        if (objects[i].address) {
            shmdt(objects[i].address);
            objects[i].address = NULL;
        }
}

static void touch(const struct step *step)
{
    (void)step;
    for (int i = 0; i < n_objects; i++)
        if (objects[i].address)
            memset(objects[i].address, 1, objects[i].size);
}

static void remove_all(const struct step *step)
{
    (void)step;
    for (int i = 0; i < n_objects; i++) {
        int id = objects[i].id;
        int status = objects[i].kind == 'm'   ? shmctl(id, IPC_RMID, NULL)
                     : objects[i].kind == 's' ? semctl(id, 0, IPC_RMID)
                                              : msgctl(id, IPC_RMID, NULL);
        if (status < 0)
            fail("remove %c %d", objects[i].kind, id);
    }
    n_objects = 0;
}

static void set_value(const struct step *step) // value:SEMAPHORE:VALUE
{
    for (int i = 0; i < n_objects; i++)
        if (objects[i].kind == 's' &&
            semctl(objects[i].id, (int)number(step, 0, 0), SETVAL, (int)number(step, 1, 0)) < 0)
            fail("set %d", objects[i].id);
}

static void set_values(const struct step *step) // values[:VALUE]: SETALL
{
    unsigned short values[TEXT_MAX];

    for (size_t i = 0; i < TEXT_MAX; i++)
        values[i] = (unsigned short)number(step, 0, 0);
    for (int i = 0; i < n_objects; i++)
        if (objects[i].kind == 's' && semctl(objects[i].id, 0, SETALL, values) < 0)
            fail("set %d", objects[i].id);
}

static void operate(const struct step *step) // op:SEMAPHORE:N[:undo]
{
    struct sembuf op = {(unsigned short)number(step, 0, 0), (short)number(step, 1, 0),
                        word(step, 2)[0] == 'u' ? SEM_UNDO : 0};

    for (int i = 0; i < n_objects; i++)
        if (objects[i].kind == 's' && semop(objects[i].id, &op, 1) < 0)
            fail("operate %d", objects[i].id);
}

static struct {
    long type;
    char text[TEXT_MAX];
} message = {.type = 1};

static void send_messages(const struct step *step) // send:BYTES[:COUNT[:full]]: until full, in vain
{
    bool full = word(step, 2)[0] == 'f';

    for (int i = 0; i < n_objects; i++)
        for (long n = 0; objects[i].kind == 'q' && n < number(step, 1, 1); n++)
            if (msgsnd(objects[i].id, &message, (size_t)number(step, 0, 1), full ? IPC_NOWAIT : 0) <
                0) {
                if (full && errno == EAGAIN)
                    break;
                fail("send to %d", objects[i].id);
            }
}

static void receive(const struct step *step) // receive[:TYPE[:stay]]: and what received it stays
{
    for (int i = 0; i < n_objects; i++)
        if (objects[i].kind == 'q' &&
            msgrcv(objects[i].id, &message, TEXT_MAX, number(step, 0, 0), 0) < 0)
            fail("receive from %d", objects[i].id);
    while (word(step, 1)[0] == 's')
        pause();
}

static void watch_values(const struct step *step) // watch: GETVAL, for ever
{
    (void)step;
    for (;; wait_a_little(PAUSE_MS))
        for (int i = 0; i < n_objects; i++)
            if (objects[i].kind == 's' && semctl(objects[i].id, 0, GETVAL) < 0)
                fail("value of %d", objects[i].id);
}

static void give(const struct step *step) // give:UID
{
    uid_t uid = (uid_t)number(step, 0, 0);

    for (int i = 0; i < n_objects; i++) {
        struct shmid_ds segment;
        struct semid_ds set;
        struct msqid_ds queue;
        int id = objects[i].id, status = -1;

        if (objects[i].kind == 'm' && (status = shmctl(id, IPC_STAT, &segment)) == 0) {
            segment.shm_perm.uid = uid;
            status = shmctl(id, IPC_SET, &segment);
        } else if (objects[i].kind == 's' && (status = semctl(id, 0, IPC_STAT, &set)) == 0) {
            set.sem_perm.uid = uid;
            status = semctl(id, 0, IPC_SET, &set);
        } else if (objects[i].kind == 'q' && (status = msgctl(id, IPC_STAT, &queue)) == 0) {
            queue.msg_perm.uid = uid;
            status = msgctl(id, IPC_SET, &queue);
        }
        if (status < 0)
            fail("give %d", id);
    }
}

static void leak(const struct step *step) // leak:MS: a set every so often, for ever
{
    for (;; wait_a_little((long)number(step, 0, 1000)))
        if (semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) < 0)
            fail("leak");
}

static void churn(const struct step *step) // churn:MS:COUNT: so many sets come and go each time
{
    int ids[OBJECTS_MAX], n = (int)number(step, 1, 1);

    for (;;) {
        for (int i = 0; i < n && i < OBJECTS_MAX; i++)
            if ((ids[i] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) < 0)
                fail("churn");
        wait_a_little((long)number(step, 0, 1000));
        for (int i = 0; i < n && i < OBJECTS_MAX; i++)
            semctl(ids[i], 0, IPC_RMID);
    }
}

static const struct verb verbs[] = {
    {"shm", make_segments}, {"huge", make_huge},     {"sem", make_sets},   {"msg", make_queues},
    {"use", take_over},     {"forget", forget},      {"attach", attach},   {"detach", detach},
    {"touch", touch},       {"remove", remove_all},  {"value", set_value}, {"values", set_values},
    {"op", operate},        {"send", send_messages}, {"receive", receive}, {"watch", watch_values},
    {"give", give},         {"leak", leak},          {"churn", churn},     {0},
};

static const struct verb *find(const struct verb *all, const char *name)
{
    while (all->name && strcmp(all->name, name) != 0)
        all++;
    return all->name ? all : NULL;
}

static void *run(void *text) // verb:arguments
{
    struct step step = {0};
    char *rest = text, *name = strsep(&rest, ":");

    while (rest && step.n < ARGS_MAX)
        step.args[step.n++] = strsep(&rest, ":");
    const struct verb *verb = find(verbs, name);
    if (!verb)
        verb = find(being_verbs, name);
    if (!verb) {
        fprintf(stderr, "actor: no verb '%s'\n", name);
        exit(2);
    }
    verb->run(&step);
    return NULL;
}

static void run_in_child(char *text)
{
    pid_t child = fork();

    if (child < 0)
        fail("fork");
    if (child == 0) {
        run(text);
        _exit(0);
    }
    if (waitpid(child, NULL, 0) != child)
        fail("wait");
}

// thread STEP: by a thread of its own, which ends with it; and what comes next goes on at once.
// child STEP: by a child, which ends with it and is waited for.
int main(int argc, char **argv)
{
    pthread_t thread;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "child") == 0 && i + 1 < argc)
            run_in_child(argv[++i]);
        else if (strcmp(argv[i], "thread") != 0 || i + 1 == argc)
            run(argv[i]);
        else if (pthread_create(&thread, NULL, run, argv[++i]) != 0)
            fail("thread");
    return 0;
}
