// Holders by the reverse map and by asking every process: the same, column for column, through the
// built program and below it.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/holders/reverse_map.h"
#include "linux/source.h"
#include "support/bpf.h"
#include "support/ns.h"
#include "support/test.h"

enum { PAGE = 4096, SIZE = 8 * PAGE, HOLDERS = 40 };

static struct reverse_map *map;
static struct linux_source *real;
static struct source source;
static struct prober *prober;
static pid_t pids[HOLDERS];
static int shmid = -1;

static int setup(void **state)
{
    (void)state;
    map = reverse_map_new();
    real = linux_source_new(
        &(struct linux_source_options){.proc = "/proc", .no_walk = true, .read_only = true});
    source = linux_source_seam(real);
    prober = source.prober_new(source.self);
    shmid = shmget(0x00a72921, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    return shmid < 0 ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < HOLDERS; i++) {
        child_end(pids[i]);
        pids[i] = 0;
    }
    shmctl(shmid, IPC_RMID, NULL);
    source.prober_free(source.self, prober);
    linux_source_free(real);
    reverse_map_free(map);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void hold(void *arg, int ready)
{
    unsigned number = (unsigned)(uintptr_t)arg;
    char *at = shmat(shmid, NULL, number % 3 == 1 ? SHM_RDONLY : 0);

    if (at == (void *)-1 || (number % 4 == 2 && shmat(shmid, NULL, SHM_EXEC) == (void *)-1) ||
        (number % 5 == 3 && mprotect(at + PAGE, PAGE, PROT_NONE) < 0))
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static bool sleeps(void *arg)
{
    const struct probe probe = {
        .what = PROBE_PROCESS, .id = *(const pid_t *)arg, .facts = NEED_PROCESSES};
    struct answer answer = {0};

    source.probe(source.self, prober, &probe, &answer);
    bool asleep = !answer.error && answer.process.state == 'S';
    answer_clear(&answer);
    return asleep;
}

static void start_holders(void)
{
    for (int i = 0; i < HOLDERS; i++)
        assert_true((pids[i] = child_start(hold, (void *)(uintptr_t)i)) > 0);
    for (int i = 0; i < HOLDERS; i++)
        assert_true(await(sleeps, &pids[i], 60));
}

static struct snapshot *tables(void)
{
    static const struct want want = {.need = NEED_SEGMENTS | NEED_SYSTEM};
    struct snapshot *s = snapshot_new();

    assert_int_equal(source.read(source.self, &want, s), 0);
    return s;
}

static void assert_process(const struct process *walked)
{
    const struct probe probe = {.what = PROBE_PROCESS, .id = walked->pid, .facts = NEED_PROCESSES};
    struct answer answer = {0};

    source.probe(source.self, prober, &probe, &answer);
    assert_int_equal(answer.error, 0);
    assert_string_equal(walked->comm, answer.process.comm);
    assert_int_equal(walked->uid, answer.process.uid);
    assert_int_equal(walked->state, answer.process.state);
    assert_int_equal(walked->start_ticks, answer.process.start_ticks);
    assert_in_range(walked->start_time - answer.process.start_time + 1, 0, 2);
    // Nothing is decided by who started a holder where the kernel shows all of them.
    assert_int_equal(walked->known, answer.process.known & ~(PROC_KNOWS_PARENT | PROC_KNOWS_STAT));
    answer_clear(&answer);
}

// What is added to a process of the walk is what it shows when it is asked for everything.
static void assert_further(const struct process *walked)
{
    const uint64_t facts = NEED_COMMANDS | NEED_RSS | NEED_CGROUP;
    const struct probe all = {.what = PROBE_PROCESS, .id = walked->pid, .facts = facts};
    const struct probe further = {.what = PROBE_FURTHER, .id = walked->pid, .facts = facts};
    struct answer answer = {0}, added = {.process = *walked};
    const uint16_t without = PROC_KNOWS_PARENT | PROC_KNOWS_STAT;

    source.probe(source.self, prober, &all, &answer);
    source.probe(source.self, prober, &further, &added);
    assert_int_equal(added.error, 0);
    assert_int_equal(added.process.known, answer.process.known & ~without);
    assert_int_equal(added.process.start_ticks, answer.process.start_ticks);
    assert_non_null(process_string(&added.process, PROCESS_COMMAND));
    assert_string_equal(process_string(&added.process, PROCESS_COMMAND),
                        process_string(&answer.process, PROCESS_COMMAND));
    answer_clear(&answer);
    answer_clear(&added);
}

TEST(further_facts_of_a_process_that_ended)
{
    const pid_t pid = child_start(hold, NULL);
    struct answer answer = {.process = {.pid = pid, .known = PROC_READABLE}};

    child_end(pid);
    source.probe(source.self, prober,
                 &(struct probe){.what = PROBE_FURTHER, .id = pid, .facts = NEED_COMMANDS},
                 &answer);
    assert_true(answer.error == -ENOENT || answer.error == -ESRCH);
    assert_int_equal(answer.process.known, PROC_READABLE);
    answer_clear(&answer);
}

TEST(mappings_and_processes_are_those_that_the_processes_show)
{
    struct snapshot *s = tables();
    struct walked walked = {0};
    size_t at = 0;

    snapshot_unref(s);
    start_holders();
    s = tables();
    assert_int_equal(reverse_map_walk_anyway(map, &s->segments, &walked), 0);
    assert_int_equal(walked.processes.n, HOLDERS);
    assert_int_equal(walked.elsewhere.n, 0);
    assert_int_equal(walked.outside, 0);
    for (size_t i = 0; i < walked.processes.n; i++) {
        const struct probe probe = {.what = PROBE_ATTACHMENTS, .id = walked.processes.at[i].pid};
        struct answer answer = {0};
        assert_int_equal(walked.processes.at[i].pid, pids[i]);
        assert_process(&walked.processes.at[i]);
        assert_further(&walked.processes.at[i]);
        source.probe(source.self, prober, &probe, &answer);
        assert_true(answer.mappings.n > 0);
        for (size_t m = 0; m < answer.mappings.n; m++, at++) {
            const struct mapping *a = &answer.mappings.at[m], *b = &walked.mappings.at[at];
            assert_true(at < walked.mappings.n);
            assert_int_equal(b->pid, pids[i]);
            assert_int_equal(a->shmid, b->shmid);
            assert_int_equal(a->key, b->key);
            assert_int_equal(a->dev_major, b->dev_major);
            assert_int_equal(a->dev_minor, b->dev_minor);
            assert_int_equal(a->start, b->start);
            assert_int_equal(a->end, b->end);
            assert_int_equal(a->offset, b->offset);
            assert_int_equal(a->inode, b->inode);
            assert_int_equal(a->perms, b->perms);
        }
        answer_clear(&answer);
    }
    assert_int_equal(at, walked.mappings.n);
    walked_free(&walked);
    snapshot_unref(s);
}

TEST(the_key_is_known_after_the_removal)
{
    struct walked walked = {0};
    struct snapshot *s;

    pids[0] = child_start(hold, NULL);
    assert_int_equal(shmctl(shmid, IPC_RMID, NULL), 0);
    s = tables();
    assert_int_equal(s->segments.at[0].o.key, 0);
    assert_int_equal(reverse_map_walk_anyway(map, &s->segments, &walked), 0);
    assert_int_equal(walked.mappings.at[0].key, 0x00a72921);
    walked_free(&walked);
    snapshot_unref(s);
}

static void hold_with_a_vfork_child(void *arg, int ready)
{
    (void)arg;
    if (shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    pid_t pid = vfork();
    if (pid == 0) { // its parent waits
        child_ready(ready);
        for (;;)
            syscall(SYS_pause);
    }
    _exit(0);
}

TEST(where_memory_is_shared_the_processes_are_asked)
{
    struct walked walked = {0};
    struct snapshot *s;

    pids[0] = child_start(hold_with_a_vfork_child, NULL);
    assert_true(pids[0] > 0);
    s = tables();
    assert_int_equal(reverse_map_walk_anyway(map, &s->segments, &walked), -EAGAIN);
    walked_free(&walked);
    snapshot_unref(s);
}

TEST(where_asking_is_cheaper_it_says_so)
{
    struct snapshot *s = snapshot_new();
    struct walked walked = {0};
    struct segment many = {.o = {.id = shmid}, .nattch = UINT32_MAX};

    vec_push(&s->segments, many);
    assert_int_equal(reverse_map_walk(map, &s->segments, &walked), -E2BIG);
    walked_free(&walked);
    snapshot_unref(s);
}

static void without_rights(void *arg, int ready)
{
    struct snapshot *s = arg;
    struct walked walked = {0};

    child_become_nobody();
    if (reverse_map_walk_anyway(map, &s->segments, &walked) == 0)
        _exit(1);
    child_ready(ready);
}

TEST(without_rights_it_is_not_possible)
{
    struct snapshot *s = tables();
    pid_t pid = child_start(without_rights, s);

    assert_true(pid > 0);
    child_end(pid);
    snapshot_unref(s);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return bpf_run(tests);
}
