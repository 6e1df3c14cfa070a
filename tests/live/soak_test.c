// Ten thousand refreshes while attachments come and go: descriptors, threads and memory stay.
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "engine/sampler.h"
#include "linux/holders/reverse_map.h"
#include "linux/source.h"
#include "support/actors.h"
#include "support/ns.h"
#include "support/test.h"

enum { SEGMENTS = 8 };
enum { PROBERS = 2, LEFT = 4 };
// As listed in /proc: with "." and "..", the main one, the sampler, and one of a sanitizer.
enum { THREADS = 2 + 1 + 1 + PROBERS + LEFT + 1 };
enum { GROWTH = 256 * 1024 }; // bytes in use may differ so much by what just happens

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizer keeps what is freed: memory cannot be compared, and the rest shows sooner.
enum { COUNTS_MEMORY = false, REFRESHES = 1000 };
#else
enum { COUNTS_MEMORY = true, REFRESHES = 10000 };
#endif
enum { WARM = REFRESHES / 2, SETTLING = 100 };

static int shmids[SEGMENTS];
static uint64_t seed = 0x2545f4914f6cdd1d;

static uint32_t dice(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

static size_t entries(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

struct use {
    size_t descriptors, threads, bytes, resident;
};

// Bytes in use by malloc(3). mallinfo(3): before glibc 2.33 as int.
static size_t allocated(void)
{
#ifndef __GLIBC__
    return 0; // musl does not say: resident memory alone is compared
#else
#if __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 all = mallinfo2();
#else
    const struct mallinfo all = mallinfo();
#endif
    return (size_t)all.uordblks + (size_t)all.hblkhd;
#endif
}

static struct use measure(void)
{
    struct use use = {entries("/proc/self/fd"), entries("/proc/self/task"), 0, 0};
    FILE *file = fopen("/proc/self/statm", "re");

    if (file && fscanf(file, "%*u %zu", &use.resident) != 1)
        use.resident = 0;
    if (file)
        fclose(file);
    use.resident *= (size_t)sysconf(_SC_PAGESIZE);
    use.bytes = allocated();
    return use;
}

static bool comes_to(void *arg)
{
    const struct use *warm = arg, now = measure();

    // Each prober keeps a descriptor; where the machine is slow one more may have come to help.
    size_t more = now.threads > warm->threads ? now.threads - warm->threads : 0;

    return now.descriptors <= warm->descriptors + more && now.threads <= THREADS;
}

// Somebody attaches, detaches, forks or ends; somebody always does.
static void churn(struct actors *a)
{
    static const enum actor_op ops[] = {OP_ATTACH, OP_ATTACH, OP_DETACH, OP_FORK,
                                        OP_EXIT,   OP_SPLIT,  OP_MOVE,   OP_EXEC};
    enum actor_op op = ops[dice(sizeof ops / sizeof *ops)];
    int slot = (int)dice(ACTORS), which = (int)dice(100);

    if (op == OP_ATTACH)
        which = shmids[dice(SEGMENTS)];
    if (op == OP_FORK)
        slot = actors_alive(a, slot) ? slot : 0;
    if (op == OP_FORK && (which = actors_free_slot(a)) < 0)
        return;
    if (slot == 0 && (op == OP_EXIT || op == OP_EXEC))
        return;
    actors_do(a, slot, op, which, 0);
}

static struct reverse_map *map;

// Every other time, where it is permitted: whether it is cheaper depends on what else the machine runs, and
// what it needs is loaded with the first.
static int walk_at_times(void *self, const struct segment_vec *segments, struct walked *out)
{
    static unsigned times;

    (void)self;
    return times++ % 2 ? -E2BIG : reverse_map_walk_anyway(map, segments, out);
}

TEST(nothing_grows)
{
    // Not what the kernel walks page tables for.
    const struct want want = {.need = ~UINT64_C(0) &
                                      ~(uint64_t)(NEED_ALL_MAPS | NEED_MAP_USE | NEED_SHARED_PSS)};
    const struct linux_source_options options = {.proc = "/proc"};
    struct actors *a = actors_new();
    assert_non_null(a);
    for (int i = 0; i < SEGMENTS; i++)
        shmids[i] = shmget(IPC_PRIVATE, ACTOR_PAGES * 4096, IPC_CREAT | 0600);
    int semid = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
    int msqid = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct linux_source *linux_source = linux_source_new(&options);
    struct source source = linux_source_seam(linux_source);
    map = reverse_map_new();
    source.walk = walk_at_times;
    struct sampler *s = sampler_new(
        &source, &(struct sampler_options){
                     .interval = 3600, .probers = PROBERS, .max_left = LEFT, .join_ms = 60000});
    struct use warm = {0}, end;
    for (int i = 0; i < REFRESHES; i++) {
        if (i % 4 == 0)
            churn(a);
        struct snapshot *p = sampler_collect(s, &want);
        assert_int_equal(p->segments.n, SEGMENTS);
        assert_true(p->has & NEED_HOLDERS);
        snapshot_unref(p);
        if (i == WARM)
            warm = measure();
        // A thread that has just come to help has not opened its descriptor yet.
        size_t descriptors = i > WARM && i <= WARM + SETTLING ? entries("/proc/self/fd") : 0;
        if (descriptors > warm.descriptors)
            warm.descriptors = descriptors;
    }
    bool came = await(comes_to, &warm, 60); // somebody who was slow may just be at it
    end = measure();
    if (!came)
        fail_msg("%zu descriptors, then %zu; %zu tasks, then %zu", warm.descriptors,
                 end.descriptors, warm.threads, end.threads);
    printf("in use: %zu, then %zu bytes; resident %zu KiB, then %zu KiB\n", warm.bytes, end.bytes,
           warm.resident / 1024, end.resident / 1024);
    if (COUNTS_MEMORY) {
        assert_true(end.bytes < warm.bytes + GROWTH);
        assert_true(end.resident < warm.resident + 1024 * 1024);
    }
    assert_int_equal(sampler_free(s), 0);
    linux_source_free(linux_source);
    reverse_map_free(map);
    actors_free(a);
    for (int i = 0; i < SEGMENTS; i++)
        shmctl(shmids[i], IPC_RMID, NULL);
    semctl(semid, 0, IPC_RMID);
    msgctl(msqid, IPC_RMID, NULL);
}

int main(void)
{
    return ns_run(tests_run);
}
