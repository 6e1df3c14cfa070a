// A process that follows a script of System V IPC calls: actor STEP…, where STEP is verb[:argument…].
// The rows of the verdict matrix make their populations with it.
//
// A step works on the objects made or named so far (of the kind it fits); `forget` empties the list.
// A step that fails ends the process with a message and status 1, an unknown one with status 2.
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OBJECTS_MAX = 8192, ARGS_MAX = 4, TEXT_MAX = 8192, PAUSE_MS = 10 };

struct object {
    char kind; // m, s, q: as ipcrm names them
    int id;
    void *address; // NULL: not attached
    size_t size;
};
static struct object objects[OBJECTS_MAX];
static int n_objects;

struct step {
    char *args[ARGS_MAX];
    int n;
};

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
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

static long long number(const struct step *step, int i, long long otherwise)
{
    return i < step->n && step->args[i][0] ? strtoll(step->args[i], NULL, 0) : otherwise;
}

static const char *word(const struct step *step, int i)
{
    return i < step->n ? step->args[i] : "";
}

static void add(char kind, int id, size_t size)
{
    if (id < 0)
        fail("no object of kind %c", kind);
    if (n_objects == OBJECTS_MAX)
        fail("too many objects");
    objects[n_objects++] = (struct object){.kind = kind, .id = id, .size = size};
}

static void wait_a_little(long ms)
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
        add('m', shmget(key_of(step, i), size, mode_of(step)), size);
}

static void
make_huge(const struct step *step) // huge:KEY:SIZE: in huge pages, none of them reserved
{
    size_t size = (size_t)number(step, 1, 4096);

    add('m', shmget(key_of(step, 0), size, IPC_CREAT | 0600 | SHM_HUGETLB | SHM_NORESERVE), size);
}

static void make_sets(const struct step *step) // sem:KEY:SEMAPHORES[:COUNT[:MODE]]
{
    for (int i = 0; i < number(step, 2, 1); i++)
        add('s', semget(key_of(step, i), (int)number(step, 1, 1), mode_of(step)),
            (size_t)number(step, 1, 1));
}

static void make_queues(const struct step *step) // msg:KEY[:COUNT]
{
    for (int i = 0; i < number(step, 1, 1); i++)
        add('q', msgget(key_of(step, i), IPC_CREAT | 0600), 0);
}

static void take_over(const struct step *step) // use:KIND:ID
{
    struct shmid_ds ds = {0};
    int id = (int)number(step, 1, -1);

    if (word(step, 0)[0] == 'm' && shmctl(id, IPC_STAT, &ds) < 0)
        fail("segment %d", id);
    add(word(step, 0)[0], id, ds.shm_segsz);
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

static void receive(const struct step *step) // receive[:TYPE]
{
    for (int i = 0; i < n_objects; i++)
        if (objects[i].kind == 'q' &&
            msgrcv(objects[i].id, &message, TEXT_MAX, number(step, 0, 0), 0) < 0)
            fail("receive from %d", objects[i].id);
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

// --- being ----------------------------------------------------------------------------------------

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

static const struct {
    const char *verb;
    void (*run)(const struct step *step);
    // clang-format off
} verbs[] = {
    {"shm", make_segments},
    {"huge", make_huge},
    {"sem", make_sets},
    {"msg", make_queues},
    {"use", take_over},
    {"forget", forget},
    {"attach", attach},
    {"detach", detach},
    {"touch", touch},
    {"remove", remove_all},
    {"value", set_value},
    {"values", set_values},
    {"op", operate},
    {"send", send_messages},
    {"receive", receive},
    {"leak", leak},
    {"churn", churn},
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
};
// clang-format on

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct step step = {0};
        char *rest = argv[i], *verb = strsep(&rest, ":");
        size_t v = 0;

        while (rest && step.n < ARGS_MAX)
            step.args[step.n++] = strsep(&rest, ":");
        while (v < sizeof verbs / sizeof *verbs && strcmp(verb, verbs[v].verb) != 0)
            v++;
        if (v == sizeof verbs / sizeof *verbs) {
            fprintf(stderr, "actor: no verb '%s'\n", verb);
            return 2;
        }
        verbs[v].run(&step);
    }
    return 0;
}
