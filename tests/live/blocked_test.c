// 32 threads of 8 processes blocked on one set and two queues: what the program says of them, task
// by task, against a plain reading of /proc and the kernel's own counts.
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/sampler.h"
#include "linux/source.h"
#include "model/kinds/registry.h"
#include "model/text/words.h"
#include "model/triage/triage.h"
#include "support/ns.h"
#include "support/test.h"

enum { PROCESSES = 8, THREADS = 4, TASKS = PROCESSES * THREADS, ELEMENTS = 4, TEXT = 400 };

static int set, full, empty;
static pid_t people[PROCESSES]; // every second one an ordinary user's

struct message {
    long type;
    char text[TEXT];
};

struct task {
    unsigned process, thread;
};

// Of each process one thread in every call there is: by number, to have semop itself, too.
static void *block(void *arg)
{
    struct task *task = arg;
    unsigned short element = (unsigned short)(task->process % (ELEMENTS - 1));
    struct sembuf take = {element, -1, 0}, zero = {ELEMENTS - 1, 0, 0};
    struct timespec hour = {.tv_sec = 3600};
    struct message message = {.type = 1 + task->process};

    for (;;) // signal(7): a stop and going on again ends these calls with EINTR
        switch (task->thread) {
        case 0:
            syscall(SYS_semop, set, &take, 1);
            break;
        case 1:
            semtimedop(set, &zero, 1, &hour);
            break;
        case 2:
            msgsnd(full, &message, TEXT, 0);
            break;
        default:
            msgrcv(empty, &message, TEXT, 1 + task->process, 0);
            break;
        }
    return NULL;
}

static void wait_in_threads(void *arg, int ready)
{
    struct task tasks[THREADS];
    unsigned process = (unsigned)(uintptr_t)arg;

    prctl(PR_SET_NAME, "blocked");
    if (process % 2 && ns_was_root())
        child_become_nobody();
    prctl(PR_SET_DUMPABLE, 1); // else nobody but root may read it
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_t thread;
        tasks[i] = (struct task){process, i};
        if (pthread_create(&thread, NULL, block, &tasks[i]))
            _exit(1);
    }
    child_ready(ready);
    pause();
    _exit(tasks[0].thread); // they live as long as this
}

// --- the independent reading --------------------------------------------------------------------

struct truth {
    struct found {
        int32_t pid, tid, id;
        long call;
    } tasks[2 * TASKS];
    size_t n;
};

static void read_task(struct truth *truth, pid_t pid, const char *tid)
{
    char path[64], line[256] = "";
    unsigned long id;
    long call;

    snprintf(path, sizeof path, "/proc/%d/task/%s/syscall", pid, tid);
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    if (!read || sscanf(line, "%ld 0x%lx", &call, &id) != 2 || truth->n == 2 * TASKS)
        return;
    if (call == SYS_semop || call == SYS_semtimedop || call == SYS_msgsnd || call == SYS_msgrcv)
        truth->tasks[truth->n++] =
            (struct found){pid, (int32_t)strtol(tid, NULL, 10), (int32_t)id, call};
}

static void read_truth(struct truth *truth)
{
    truth->n = 0;
    for (size_t i = 0; i < PROCESSES; i++) {
        char path[32];
        struct dirent *entry;
        snprintf(path, sizeof path, "/proc/%d/task", people[i]);
        DIR *dir = opendir(path);
        while (dir && (entry = readdir(dir)) != NULL)
            if (entry->d_name[0] != '.')
                read_task(truth, people[i], entry->d_name);
        if (dir)
            closedir(dir);
    }
}

static int counted(int command)
{
    int sum = 0;

    for (int i = 0; i < ELEMENTS; i++)
        sum += semctl(set, i, command);
    return sum;
}

static bool all_wait(void *arg)
{
    struct truth *truth = arg;

    read_truth(truth);
    return truth->n == TASKS && counted(GETNCNT) == PROCESSES && counted(GETZCNT) == PROCESSES;
}

static bool is_stopped(pid_t pid, const char *tid)
{
    char path[320], line[256] = "";

    snprintf(path, sizeof path, "/proc/%d/task/%s/stat", pid, tid);
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    const char *end = read ? strrchr(line, ')') : NULL;
    return end && end[1] == ' ' && end[2] == 'T';
}

// Its threads stop one after the other.
static bool one_is_not_counted(void *arg)
{
    const pid_t *pid = arg;
    char path[32];
    struct dirent *entry;
    bool all = true;

    snprintf(path, sizeof path, "/proc/%d/task", *pid);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL)
        all &= entry->d_name[0] == '.' || is_stopped(*pid, entry->d_name);
    if (dir)
        closedir(dir);
    return dir && all && counted(GETNCNT) == PROCESSES - 1 && counted(GETZCNT) == PROCESSES - 1;
}

// --- what the program says ----------------------------------------------------------------------

static struct snapshot *collect(void)
{
    const struct linux_source_options options = {.proc = "/proc"};
    struct linux_source *linux_source = linux_source_new(&options);
    struct source source = linux_source_seam(linux_source);
    const struct sampler_options how = {.interval = 3600, .one_shot = true};
    struct sampler *sampler = sampler_new(&source, &how);
    const struct want want = {.need = triage_need()};
    struct snapshot *s = sampler_collect(sampler, &want);

    if (sampler_free(sampler) == 0)
        linux_source_free(linux_source);
    return s;
}

static long number_of(enum wait_call call)
{
    switch (call) {
    case WAIT_SEMOP:
        return SYS_semop;
    case WAIT_SEMTIMEDOP:
        return SYS_semtimedop;
    case WAIT_MSGSND:
        return SYS_msgsnd;
    case WAIT_MSGRCV:
        return SYS_msgrcv;
    }
    return -1;
}

static bool in_truth(const struct truth *truth, const struct waiter *w)
{
    for (size_t i = 0; i < truth->n; i++) {
        const struct found *f = &truth->tasks[i];
        if (f->tid == w->tid)
            return f->pid == w->pid && f->id == w->id && f->call == number_of(w->call) &&
                   w->kind ==
                       (f->id == set && w->call <= WAIT_SEMTIMEDOP ? KIND_SEMSET : KIND_QUEUE);
    }
    return false;
}

static void expect_line(const struct snapshot *s, enum kind_id kind, int32_t id, const char *text)
{
    char said[256];
    struct line line = line_start(said, sizeof said);

    words_waiting(&line, s, kind, id);
    assert_string_equal(said, text);
}

static uint64_t column(const struct snapshot *s, const struct kind *kind, const char *name,
                       const void *row)
{
    struct cell cell;

    column_get(kind_column(kind, name), s, row, &cell);
    assert_true(cell.known);
    return cell.count;
}

// An ordinary user sees his own processes wait, the kernel's counts, and how much he does not see. The child
// starts threads: it is forked before any other test has started some (ThreadSanitizer follows no other).
static int look_as_nobody(void)
{
    char said[256], wanted[64];
    struct line line = line_start(said, sizeof said);

    child_become_nobody();
    prctl(PR_SET_DUMPABLE, 1);
    struct snapshot *s = collect();
    words_waiting(&line, s, KIND_SEMSET, set);
    snprintf(wanted, sizeof wanted, "16 waiting: 8 found, 8 unseen (%u processes not readable",
             s->waiters_unseen);
    if (strncmp(said, wanted, strlen(wanted)) != 0 || !strstr(said, "; try sudo)")) {
        print_message("'%s' is not '%s…'\n", said, wanted);
        return 2;
    }
    if (s->waiters.n != TASKS / 2 || s->waiters_unseen < PROCESSES / 2)
        return 3;
    for (size_t i = 0; i < s->waiters.n; i++)
        for (size_t k = 0; k < PROCESSES; k += 2)
            if (s->waiters.at[i].pid == people[k])
                return 4;
    line = line_start(said, sizeof said);
    words_waiting(&line, s, KIND_QUEUE, full);
    if (strncmp(said, "4 senders blocked (", 19) != 0)
        return 5;
    snapshot_unref(s);
    return 0;
}

TEST(an_ordinary_user_is_told_what_he_does_not_see)
{
    int status;

    if (!ns_was_root()) {
        printf("skip: one user alone is at hand here\n");
        skip();
    }
    pid_t child = fork();
    if (child == 0)
        _exit(look_as_nobody());
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

TEST(every_task_is_told)
{
    struct truth truth;
    struct snapshot *s = collect();

    read_truth(&truth);
    assert_int_equal(truth.n, TASKS);
    assert_int_equal(s->waiters.n, TASKS);
    for (size_t i = 0; i < s->waiters.n; i++) {
        const struct waiter *w = &s->waiters.at[i];
        assert_true(in_truth(&truth, w));
        assert_true(i == 0 || w->tid != w[-1].tid);
        assert_string_equal(w->comm, "blocked");
        assert_false(w->stopped);
        assert_true(w->detail[0]);
    }
    assert_int_equal(s->waiters_unseen, 0);
    const struct semset *row = snapshot_semset(s, set);
    assert_int_equal(column(s, &kind_semsets, "waiters", row), 2 * PROCESSES);
    for (uint32_t i = 0; i < ELEMENTS; i++) {
        const struct element *e = &s->elements.at[row->first_element + i];
        assert_int_equal(e->ncount, semctl(set, (int)i, GETNCNT));
        assert_int_equal(e->zcount, semctl(set, (int)i, GETZCNT));
        assert_int_equal(e->value, semctl(set, (int)i, GETVAL));
    }
    const struct queue *queue = snapshot_queue(s, full);
    assert_int_equal(column(s, &kind_queues, "senders_waiting", queue), PROCESSES);
    assert_int_equal(column(s, &kind_queues, "receivers_waiting", queue), 0);
    queue = snapshot_queue(s, empty);
    assert_int_equal(column(s, &kind_queues, "senders_waiting", queue), 0);
    assert_int_equal(column(s, &kind_queues, "receivers_waiting", queue), PROCESSES);
    expect_line(s, KIND_SEMSET, set, "16 waiting: 16 found");
    expect_line(s, KIND_QUEUE, full, "8 senders blocked");
    expect_line(s, KIND_QUEUE, empty, "8 receivers waiting");
    snapshot_unref(s);
}

TEST(findings_name_the_blocked)
{
    struct snapshot *s = collect();
    size_t told = 0;

    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *f = &s->findings.at[i];
        if (strcmp(f->rule, "queue-blocked") != 0) {
            // Its maker lives: the set strands nobody, waiting receivers are no fault.
            assert_string_not_equal(f->rule, "set-stranded");
            assert_string_not_equal(f->rule, "queue-unread");
            continue;
        }
        told++;
        assert_int_equal(f->about.id, full);
        assert_int_equal(f->weight, PROCESSES);
        assert_non_null(strstr(f->title, "blocks 8 senders"));
        assert_non_null(strstr(f->evidence, " and 4 more"));
    }
    assert_int_equal(told, 1);
    snapshot_unref(s);
}

TEST(a_stopped_process_is_not_counted)
{
    struct truth truth;

    assert_int_equal(kill(people[2], SIGSTOP), 0);
    assert_true(await(one_is_not_counted, &people[2], 60));
    struct snapshot *s = collect();
    size_t stopped = 0;
    assert_int_equal(s->waiters.n, TASKS);
    for (size_t i = 0; i < s->waiters.n; i++) {
        assert_int_equal(s->waiters.at[i].stopped, s->waiters.at[i].pid == people[2]);
        stopped += s->waiters.at[i].stopped;
    }
    assert_int_equal(stopped, THREADS);
    expect_line(s, KIND_SEMSET, set, "14 waiting: 14 found, and 2 stopped");
    snapshot_unref(s);
    assert_int_equal(kill(people[2], SIGCONT), 0);
    assert_true(await(all_wait, &truth, 60));
}

// --- waiting over time, in a live screen --------------------------------------------------------

struct film {
    struct sampler *sampler;
    struct snapshot *last;
};

static bool waiting_is_timed(void *arg)
{
    struct film *film = arg;
    struct snapshot *next = sampler_take(film->sampler);

    if (next) {
        snapshot_unref(film->last);
        film->last = next;
    }
    const struct semset *row = film->last ? snapshot_semset(film->last, set) : NULL;
    if (!row || row->n_elements != ELEMENTS)
        return false;
    return film->last->elements.at[row->first_element + ELEMENTS - 1].waited > 0;
}

TEST(a_live_screen_times_the_waiting)
{
    const struct linux_source_options options = {.proc = "/proc"};
    struct linux_source *linux_source = linux_source_new(&options);
    struct source source = linux_source_seam(linux_source);
    const struct sampler_options how = {.interval = 0.1};
    struct film film = {.sampler = sampler_new(&source, &how)};
    const struct want want = {.need = triage_need()};

    sampler_want(film.sampler, &want);
    assert_true(await(waiting_is_timed, &film, 60));
    snapshot_unref(film.last);
    if (sampler_free(film.sampler) == 0)
        linux_source_free(linux_source);
}

// --- the scene ----------------------------------------------------------------------------------

static int set_up(void **state)
{
    (void)state;
    struct message message = {.type = 1};
    struct truth truth;

    set = semget(IPC_PRIVATE, ELEMENTS, IPC_CREAT | 0666);
    full = msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    empty = msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    if (set < 0 || full < 0 || empty < 0 || semctl(set, ELEMENTS - 1, SETVAL, 1) < 0)
        return -1;
    while (msgsnd(full, &message, TEXT, IPC_NOWAIT) == 0)
        ;
    for (uintptr_t i = 0; i < PROCESSES; i++)
        if ((people[i] = child_start(wait_in_threads, (void *)i)) < 0)
            return -1;
    return await(all_wait, &truth, 60) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROCESSES; i++)
        child_end(people[i]);
    semctl(set, 0, IPC_RMID);
    msgctl(full, IPC_RMID, NULL);
    msgctl(empty, IPC_RMID, NULL);
    return 0;
}

TEST_GROUP_FIXTURE(set_up, tear_down)

int main(void)
{
    return ns_run(tests_run);
}
