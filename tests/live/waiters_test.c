// Real tasks blocked on real semaphore sets and queues: who, in which call, for what.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/waiters/waiters.h"
#include "support/ns.h"
#include "support/test.h"

static int semid = -1, msqid = -1;

static int make_objects(void **state)
{
    (void)state;
    semid = semget(IPC_PRIVATE, 8, IPC_CREAT | 0666); // all values 0
    msqid = msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    return semid < 0 || msqid < 0 ? -1 : 0;
}

static int remove_objects(void **state)
{
    (void)state;
    semctl(semid, 0, IPC_RMID);
    msgctl(msqid, IPC_RMID, NULL);
    return 0;
}

TEST_GROUP_FIXTURE(make_objects, remove_objects)

struct seen {
    pid_t pid;
    size_t want;
    struct answer answer;
};

static bool has_waiters(void *arg)
{
    struct seen *seen = arg;

    answer_clear(&seen->answer);
    waiters_probe("/proc", seen->pid, &seen->answer);
    return seen->answer.error == 0 && seen->answer.waiters.n == seen->want;
}

static bool has_waiters_or_ended(void *arg)
{
    siginfo_t info = {0};

    return has_waiters(arg) || (waitid(P_PID, (id_t)((struct seen *)arg)->pid, &info,
                                       WEXITED | WNOHANG | WNOWAIT) == 0 &&
                                info.si_pid != 0);
}

// The only waiter of a process, once it is there.
static struct waiter waiter_of(pid_t pid)
{
    struct seen seen = {.pid = pid, .want = 1};

    assert_true(pid > 0);
    assert_true(await(has_waiters, &seen, 60));
    struct waiter waiter = seen.answer.waiters.at[0];
    answer_clear(&seen.answer);
    assert_int_equal(waiter.pid, pid);
    return waiter;
}

static void in_semop(void *arg, int ready)
{
    (void)arg;
    struct sembuf ops[] = {{3, -1, 0}, {4, 0, 0}};
    prctl(PR_SET_NAME, "sem\033[31m)\n");
    child_ready(ready);
    semop(semid, ops, 2);
}

static void in_semtimedop(void *arg, int ready)
{
    (void)arg;
    struct sembuf op = {7, -32000, 0};
    struct timespec hour = {.tv_sec = 3600};
    child_ready(ready);
    semtimedop(semid, &op, 1, &hour);
}

TEST(semaphore_waiters)
{
    pid_t child = child_start(in_semop, NULL);
    struct waiter waiter = waiter_of(child);

    assert_int_equal(waiter.kind, KIND_SEMSET);
    assert_int_equal(waiter.id, semid);
    assert_int_equal(waiter.tid, child);
    assert_int_equal(waiter.uid, geteuid());
    assert_int_equal(waiter.call, WAIT_SEMOP);
    assert_string_equal(waiter.detail, "element 3 -1, element 4 0");
    assert_string_equal(waiter.comm, "sem\\e[31m)\\n");
    // The kernel counts it where it is blocked: on the first operation that cannot be done.
    assert_int_equal(semctl(semid, 3, GETNCNT), 1);
    child_end(child);

    child = child_start(in_semtimedop, NULL);
    waiter = waiter_of(child);
    assert_int_equal(waiter.call, WAIT_SEMTIMEDOP);
    assert_string_equal(waiter.detail, "element 7 -32000");
    child_end(child);
}

struct receive {
    long type;
    int flags;
};

static void in_msgrcv(void *arg, int ready)
{
    const struct receive *receive = arg;
    struct {
        long type;
        char text[400];
    } message;
    child_ready(ready);
    msgrcv(msqid, &message, sizeof message.text, receive->type, receive->flags);
}

TEST(receivers)
{
    static const struct {
        struct receive receive;
        const char *detail;
        // clang-format off
    } cases[] = {
        {{0, 0}, "any type"}, {{5, 0}, "type 5"}, {{-3, 0}, "type ≤ 3"}, {{5, MSG_EXCEPT}, "not type 5"}};

    for (size_t i = 0; i < 4; i++) {
        pid_t child = child_start(in_msgrcv, (void *)&cases[i].receive);
        struct waiter waiter = waiter_of(child);
        assert_int_equal(waiter.kind, KIND_QUEUE);
        assert_int_equal(waiter.id, msqid);
        assert_int_equal(waiter.call, WAIT_MSGRCV);
        assert_string_equal(waiter.detail, cases[i].detail);
        child_end(child);
    }
}

static void in_msgsnd(void *arg, int ready)
{
    (void)arg;
    struct {
        long type;
        char text[400];
    } message = {.type = 17};
    child_ready(ready);
    for (;;)
        if (msgsnd(msqid, &message, sizeof message.text, 0) < 0)
            _exit(0);
}

TEST(senders_of_a_full_queue)
{
    pid_t child = child_start(in_msgsnd, NULL);
    struct seen seen = {.pid = child, .want = 1};
    struct msqid_ds before, after;

    // Blocked, not just sending: nothing moves although the call is seen.
    do {
        assert_int_equal(msgctl(msqid, IPC_STAT, &before), 0);
        assert_true(await(has_waiters, &seen, 60));
        assert_int_equal(msgctl(msqid, IPC_STAT, &after), 0);
    } while (before.msg_qnum != after.msg_qnum || before.msg_cbytes + 400 <= before.msg_qbytes);
    struct waiter waiter = seen.answer.waiters.at[0];
    assert_int_equal(waiter.call, WAIT_MSGSND);
    assert_int_equal(waiter.id, msqid);
    assert_string_equal(waiter.detail, "type 17, 400 bytes");
    answer_clear(&seen.answer);
    child_end(child);
}

static void *wait_in_thread(void *arg)
{
    struct sembuf op = {(unsigned short)(uintptr_t)arg, -1, 0};
    semop(semid, &op, 1);
    return NULL;
}

static void in_threads(void *arg, int ready)
{
    bool leave = arg != NULL;
    for (uintptr_t i = 0; i < 5; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, wait_in_thread, (void *)i))
            _exit(1);
    }
    child_ready(ready);
    if (leave)
        pthread_exit(NULL); // the leader becomes a zombie, its threads go on waiting
    pause();
}

TEST(every_thread_is_asked)
{
    for (int leave = 0; leave < 2; leave++) {
        pid_t child = child_start(in_threads, leave ? &semid : NULL);
        struct seen seen = {.pid = child, .want = 5};
        bool elements[5] = {false};
        assert_true(await(has_waiters, &seen, 60));
        for (size_t i = 0; i < 5; i++) {
            struct waiter *w = &seen.answer.waiters.at[i];
            unsigned element;
            assert_true(w->tid != child);
            assert_int_equal(sscanf(w->detail, "element %u -1", &element), 1);
            assert_in_range(element, 0, 4);
            elements[element] = true;
        }
        for (int i = 0; i < 5; i++)
            assert_true(elements[i]);
        answer_clear(&seen.answer);
        child_end(child);
    }
}

static bool is_marked_stopped(void *arg)
{
    struct seen *seen = arg;
    return has_waiters(seen) && strstr(seen->answer.waiters.at[0].detail, "stopped");
}

// A stopped waiter still shows its call: it will wait again, but the kernel does not count it.
TEST(stopped_waiters_are_told_apart)
{
    pid_t child = child_start(in_semop, NULL);
    struct seen seen = {.pid = child, .want = 1};

    waiter_of(child);
    assert_int_equal(kill(child, SIGSTOP), 0);
    assert_true(await(is_marked_stopped, &seen, 60));
    assert_string_equal(seen.answer.waiters.at[0].detail, "element 3 -1, element 4 0, stopped");
    assert_int_equal(semctl(semid, 3, GETNCNT), 0);
    answer_clear(&seen.answer);
    child_end(child);
}

static void in_another_namespace(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    int id;
    do // until the id is that of the outer set
        id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    while (id >= 0 && id != semid && semctl(id, 0, IPC_RMID) == 0);
    struct sembuf op = {0, -1, 0};
    if (id != semid)
        _exit(1);
    child_ready(ready);
    semop(id, &op, 1);
}

static bool sleeps_in_semop(void *arg)
{
    char path[64], line[64] = "";
    snprintf(path, sizeof path, "/proc/%d/syscall", *(pid_t *)arg);
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    long number = strtol(line, NULL, 10);
    return read && (number == SYS_semtimedop || number == SYS_semop);
}

TEST(waiters_of_another_namespace_are_not_ours)
{
    struct answer answer = {0};
    pid_t child = child_start(in_another_namespace, NULL);

    assert_true(child > 0);
    assert_true(await(sleeps_in_semop, &child, 60));
    waiters_probe("/proc", child, &answer);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.waiters.n, 0);
    answer_clear(&answer);
    child_end(child);
}

TEST(unreadable_and_gone)
{
    struct answer answer = {0};
    int status;

    pid_t waiting = child_start(in_semop, NULL);
    waiter_of(waiting);
    pid_t reader = ns_was_root() ? fork() : 0;
    if (reader == 0 && ns_was_root()) {
        child_become_nobody();
        waiters_probe("/proc", waiting, &answer);
        _exit(answer.error == -EACCES || answer.error == -EPERM ? 0 : 1);
    }
    if (reader > 0) {
        assert_int_equal(waitpid(reader, &status, 0), reader);
        assert_int_equal(status, 0);
    }
    child_end(waiting);
    waiters_probe("/proc", waiting, &answer);
    assert_int_equal(answer.error, -ENOENT);
    answer_clear(&answer);
    waiters_probe("/proc", 0, &answer);
    assert_int_equal(answer.error, -ESRCH);
    answer_clear(&answer);
    waiters_probe("/proc", getpid(), &answer); // running, waits for nothing
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.waiters.n, 0);
    answer_clear(&answer);
}

#if defined __x86_64__
// The old gate of 32-bit programs, which 64-bit ones may use too: ipc(SEMTIMEDOP, id, 1, 0, ops,
// 0).
static void in_ipc_call(void *arg, int ready)
{
    (void)arg;
    struct sembuf *op = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (op == MAP_FAILED)
        _exit(1);
    *op = (struct sembuf){2, -1, 0};
    child_ready(ready);
    long result;
    __asm__ volatile("push %%rbp; xor %%ebp, %%ebp; int $0x80; pop %%rbp"
                     : "=a"(result)
                     : "a"(117L), "b"(4L), "c"((long)semid), "d"(1L), "S"(0L), "D"(op)
                     : "memory", "r8", "r9", "r10", "r11");
    _exit(result == 0 ? 0 : 7); // 7: this kernel runs no 32-bit programs
}
#endif

TEST(waiters_of_32_bits)
{
#if defined __x86_64__
    pid_t child = child_start(in_ipc_call, NULL);
    struct seen seen = {.pid = child, .want = 1};
    assert_true(child > 0);
    assert_true(await(has_waiters_or_ended, &seen, 60));
    if (seen.answer.waiters.n == 0) {
        answer_clear(&seen.answer);
        int status = 0;
        pid_t ended = waitpid(child, &status, WNOHANG);
        assert_int_equal(ended, child);
        printf("skip: this kernel runs no 32-bit programs\n");
        skip();
    }
    struct waiter waiter = seen.answer.waiters.at[0];
    assert_int_equal(waiter.id, semid);
    assert_int_equal(waiter.call, WAIT_SEMOP);
    assert_string_equal(waiter.detail, "element 2 -1");
    answer_clear(&seen.answer);
    child_end(child);
#else
    printf("skip: the 32-bit gate tested is that of x86\n");
    skip();
#endif
}

int main(void)
{
    return ns_run(tests_run);
}

// clang-format on