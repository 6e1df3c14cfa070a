// Who is new in /proc, held against the list of all.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/process/list.h"
#include "linux/process/new_processes.h"
#include "support/ns.h"
#include "support/test.h"
#include "support/tree.h"

enum { CHILDREN = 5 };

static void sleeper(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    for (;;)
        pause();
}

static const struct pid_entry *find(const struct pid_entry_vec *list, int32_t pid)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].pid == pid)
            return &list->at[i];
    return NULL;
}

// What is told of `pids` is what the list of all tells, ascending, and nobody who is not there.
static void check(const struct pid_entry_vec *recent, const pid_t *pids, size_t n)
{
    struct pid_entry_vec all = {0};

    assert_int_equal(process_list_read("/proc", &all), 0);
    for (size_t i = 0; i < n; i++) {
        const struct pid_entry *entry = find(recent, pids[i]);
        assert_non_null(entry);
        assert_int_equal(entry->instance, find(&all, pids[i])->instance);
    }
    for (size_t i = 0; i < recent->n; i++) {
        assert_non_null(find(&all, recent->at[i].pid));
        assert_true(i == 0 || recent->at[i - 1].pid < recent->at[i].pid);
    }
    vec_free(&all);
}

static void make_children(pid_t *pids)
{
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = child_start(sleeper, NULL);
        assert_true(pids[i] > 0);
    }
}

static void end_children(const pid_t *pids)
{
    for (int i = 0; i < CHILDREN; i++)
        child_end(pids[i]);
}

TEST(the_new_are_told)
{
    struct new_processes *procs = new_processes_new("/proc", true);
    struct pid_mark mark = {0};
    struct pid_entry_vec recent = {0};
    pid_t old[CHILDREN], pids[CHILDREN];

    make_children(old);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    assert_int_equal(recent.n, 0); // it was only set
    assert_true(mark.forks > 0);
    make_children(pids);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    check(&recent, pids, CHILDREN);
    for (int i = 0; i < CHILDREN; i++)
        assert_null(find(&recent, old[i]));
    // Once more those of the last time, in case one was not to be seen yet; then no more.
    vec_clear(&recent);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    check(&recent, pids, CHILDREN);
    vec_clear(&recent);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    assert_int_equal(recent.n, 0);
    end_children(old);
    end_children(pids);
    vec_free(&recent);
    new_processes_free(procs);
}

static void *wait_for_end(void *arg)
{
    char byte;

    return read(*(int *)arg, &byte, 1) < 0 ? NULL : arg;
}

TEST(threads_are_no_processes)
{
    struct new_processes *procs = new_processes_new("/proc", true);
    struct pid_mark mark = {0};
    struct pid_entry_vec recent = {0};
    pthread_t thread;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_end, &fds[0]), 0);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    assert_int_equal(recent.n, 0);
    close(fds[1]);
    pthread_join(thread, NULL);
    close(fds[0]);
    vec_free(&recent);
    new_processes_free(procs);
}

static bool set_last_pid(int pid)
{
    char text[16];
    int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    int n = snprintf(text, sizeof text, "%d", pid);
    bool done = write(fd, text, (size_t)n) == n;
    close(fd);
    return done;
}

// Pids come around to the lowest free ones.
TEST(pids_come_around)
{
    struct new_processes *procs = new_processes_new("/proc", true);
    struct pid_mark mark = {0};
    struct pid_entry_vec recent = {0};
    pid_t pids[CHILDREN];
    int most = 0;

    FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &most), 1);
    fclose(file);
    if (!set_last_pid(most - 3)) {
        printf("skip: the last pid cannot be set: %s\n", strerror(errno));
        new_processes_free(procs);
        skip();
    }
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    make_children(pids);
    assert_true(pids[0] > pids[CHILDREN - 1]);
    assert_int_equal(new_processes_since(procs, &mark, &recent), 0);
    check(&recent, pids, CHILDREN);
    end_children(pids);
    vec_free(&recent);
    new_processes_free(procs);
}

TEST(nothing_is_told_of_another_proc)
{
    char *root = tree_new();
    struct new_processes *procs = new_processes_new(root, false);
    struct pid_mark mark = {0};
    struct pid_entry_vec recent = {0};

    tree_write(root, "loadavg", "0.0 0.0 0.0 1/2 3\n");
    tree_write(root, "stat", "processes 7\n");
    assert_int_equal(new_processes_since(procs, &mark, &recent), -ENOTSUP);
    new_processes_free(procs);
    vec_free(&recent);
    tree_free(root);
}

int main(void)
{
    return ns_run(tests_run);
}
