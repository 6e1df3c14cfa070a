// What a process maps of which segment, read by both engines: every line of the kernel's rules
// about nattch with the real situation. Every check runs PROCMAP_QUERY and text and compares them.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/holders/maps.h"
#include "support/ns.h"
#include "support/test.h"

enum { PAGE = 4096, SIZE = 8 * PAGE };

static struct maps_devices devices;
static int shmid = -1;
static uint32_t key;

static int with_segment(void **state)
{
    static uint32_t keys = 0x00a72900;

    (void)state;
    key = keys++;
    shmid = shmget((key_t)key, SIZE, IPC_CREAT | IPC_EXCL | 0640);
    return shmid < 0 ? -1 : 0;
}

static int without_segment(void **state)
{
    (void)state;
    return shmctl(shmid, IPC_RMID, NULL);
}

static uint64_t nattch(void)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(shmid, IPC_STAT, &ds), 0);
    return ds.shm_nattch;
}

static void *attach(int flags)
{
    void *at = shmat(shmid, NULL, flags);

    assert_true(at != (void *)-1);
    return at;
}

static void assert_same(const struct mapping_vec *a, const struct mapping_vec *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct mapping *x = &a->at[i], *y = &b->at[i];
        assert_int_equal(x->pid, y->pid);
        assert_int_equal(x->shmid, y->shmid);
        assert_int_equal(x->key, y->key);
        assert_int_equal(x->dev_major, y->dev_major);
        assert_int_equal(x->dev_minor, y->dev_minor);
        assert_int_equal(x->start, y->start);
        assert_int_equal(x->end, y->end);
        assert_int_equal(x->offset, y->offset);
        assert_int_equal(x->inode, y->inode);
        assert_int_equal(x->perms, y->perms);
        assert_int_equal(x->known, y->known);
        assert_null(x->path);
        assert_null(y->path);
    }
}

static int read_by(const struct maps_engine *engine, int dir, const char *path,
                   struct mapping_vec *out)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    int error = engine->read(fd, &devices, out);
    close(fd);
    return error;
}

static int read_use(bool sysv_only, struct mapping_vec *out)
{
    int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    int error = maps_read_use(fd, &devices, sysv_only, out);
    close(fd);
    return error;
}

// Our own mappings of SysV segments by both engines, which must agree; free with vec_free.
static struct mapping_vec read_ours(void)
{
    struct mapping_vec query = {0}, text = {0};

    assert_int_equal(read_by(&maps_by_text, AT_FDCWD, "/proc/self/maps", &text), 0);
    int error = read_by(&maps_by_query, AT_FDCWD, "/proc/self/maps", &query);
    if (error == -ENOTTY) {
        printf("skip: this kernel has no PROCMAP_QUERY, text alone is tested\n");
    } else {
        assert_int_equal(error, 0);
        assert_same(&query, &text);
    }
    vec_free(&query);
    return text;
}

static void assert_mapping(const struct mapping *m, void *at, size_t size, uint64_t offset,
                           uint8_t perms)
{
    assert_int_equal(m->start, (uintptr_t)at);
    assert_int_equal(m->end, (uintptr_t)at + size);
    assert_int_equal(m->offset, offset);
    assert_int_equal(m->shmid, shmid);
    assert_int_equal(m->inode, shmid);
    assert_int_equal(m->key, key);
    assert_int_equal(m->perms, perms | MAP_SHARED_BIT | MAP_DELETED);
}

TEST(one_attachment, .setup = with_segment, .teardown = without_segment)
{
    void *at = attach(0);
    struct mapping_vec maps = read_ours();

    assert_int_equal(maps.n, 1);
    assert_mapping(&maps.at[0], at, SIZE, 0, MAP_R | MAP_W);
    assert_int_equal(maps.n, nattch());
    shmdt(at);
    vec_free(&maps);
    maps = read_ours();
    assert_int_equal(maps.n, 0);
    vec_free(&maps);
}

TEST(attached_twice_is_two, .setup = with_segment, .teardown = without_segment)
{
    void *a = attach(0), *b = attach(0);
    struct mapping_vec maps = read_ours();

    assert_int_equal(maps.n, 2);
    assert_int_equal(nattch(), 2);
    assert_mapping(&maps.at[0], a < b ? a : b, SIZE, 0, MAP_R | MAP_W);
    assert_mapping(&maps.at[1], a < b ? b : a, SIZE, 0, MAP_R | MAP_W);
    vec_free(&maps);
    shmdt(a);
    shmdt(b);
}

TEST(access_is_seen, .setup = with_segment, .teardown = without_segment)
{
    static const struct {
        int flags;
        uint8_t perms;
    } cases[] = {{0, MAP_R | MAP_W}, {SHM_RDONLY, MAP_R}, {SHM_EXEC, MAP_R | MAP_W | MAP_X}};

    for (size_t i = 0; i < 3; i++) {
        void *at = attach(cases[i].flags);
        struct mapping_vec maps = read_ours();
        assert_int_equal(maps.n, 1);
        assert_mapping(&maps.at[0], at, SIZE, 0, cases[i].perms);
        vec_free(&maps);
        // Without any access it is still attached.
        assert_int_equal(mprotect(at, SIZE, PROT_NONE), 0);
        maps = read_ours();
        assert_int_equal(maps.n, 1);
        assert_mapping(&maps.at[0], at, SIZE, 0, 0);
        vec_free(&maps);
        shmdt(at);
    }
}

TEST(mprotect_in_the_middle_makes_three, .setup = with_segment, .teardown = without_segment)
{
    char *at = attach(0);

    assert_int_equal(mprotect(at + 2 * PAGE, PAGE, PROT_READ), 0);
    struct mapping_vec maps = read_ours();
    assert_int_equal(maps.n, 3);
    assert_int_equal(nattch(), 3);
    assert_mapping(&maps.at[0], at, 2 * PAGE, 0, MAP_R | MAP_W);
    assert_mapping(&maps.at[1], at + 2 * PAGE, PAGE, 2 * PAGE, MAP_R);
    assert_mapping(&maps.at[2], at + 3 * PAGE, SIZE - 3 * PAGE, 3 * PAGE, MAP_R | MAP_W);
    vec_free(&maps);
    shmdt(at);
    assert_int_equal(nattch(), 0);
}

TEST(munmap_in_the_middle_makes_two, .setup = with_segment, .teardown = without_segment)
{
    char *at = attach(0);

    assert_int_equal(munmap(at + 2 * PAGE, PAGE), 0);
    struct mapping_vec maps = read_ours();
    assert_int_equal(maps.n, 2);
    assert_int_equal(nattch(), 2);
    assert_mapping(&maps.at[0], at, 2 * PAGE, 0, MAP_R | MAP_W);
    assert_mapping(&maps.at[1], at + 3 * PAGE, SIZE - 3 * PAGE, 3 * PAGE, MAP_R | MAP_W);
    vec_free(&maps);
    // The head goes: one mapping less, and the rest still knows where it belongs.
    assert_int_equal(munmap(at, 2 * PAGE), 0);
    maps = read_ours();
    assert_int_equal(maps.n, 1);
    assert_int_equal(nattch(), 1);
    assert_mapping(&maps.at[0], at + 3 * PAGE, SIZE - 3 * PAGE, 3 * PAGE, MAP_R | MAP_W);
    vec_free(&maps);
    munmap(at + 3 * PAGE, SIZE - 3 * PAGE);
}

TEST(mremap_moves_or_duplicates, .setup = with_segment, .teardown = without_segment)
{
    char *at = attach(0);
    char *room = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *moved = mremap(at, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, room);

    assert_ptr_equal(moved, room);
    struct mapping_vec maps = read_ours();
    assert_int_equal(maps.n, 1);
    assert_int_equal(nattch(), 1);
    assert_mapping(&maps.at[0], moved, SIZE, 0, MAP_R | MAP_W);
    vec_free(&maps);

    char *copy = mremap(moved, 0, SIZE, MREMAP_MAYMOVE); // old size 0: a second one
    assert_true(copy != MAP_FAILED);
    maps = read_ours();
    assert_int_equal(maps.n, 2);
    assert_int_equal(nattch(), 2);
    assert_mapping(&maps.at[0], copy < moved ? copy : moved, SIZE, 0, MAP_R | MAP_W);
    assert_mapping(&maps.at[1], copy < moved ? moved : copy, SIZE, 0, MAP_R | MAP_W);
    vec_free(&maps);
    munmap(copy, SIZE);
    munmap(moved, SIZE);
}

TEST(the_key_survives_removal, .setup = with_segment, .teardown = without_segment)
{
    void *at = attach(0);
    struct shmid_ds ds;

    assert_int_equal(shmctl(shmid, IPC_RMID, NULL), 0);
    assert_int_equal(shmctl(shmid, IPC_STAT, &ds), 0);
    assert_int_equal(ds.shm_perm.__key, 0); // the table has forgotten it
    struct mapping_vec maps = read_ours();
    assert_int_equal(maps.n, 1);
    assert_mapping(&maps.at[0], at, SIZE, 0, MAP_R | MAP_W);
    vec_free(&maps);
    assert_int_equal(shmctl(shmid, IPC_RMID, NULL), 0);
    shmdt(at);
    shmid = shmget(IPC_PRIVATE, SIZE, 0600); // for without_segment
}

TEST(keys_look_as_the_kernel_prints_them)
{
    static const uint32_t keys[] = {0xffffffff, 0x80000000, 0x00000001, 0xdeadbeef};

    for (size_t i = 0; i < 4; i++) {
        int id = shmget((key_t)keys[i], PAGE, IPC_CREAT | IPC_EXCL | 0600);
        assert_true(id >= 0);
        void *at = shmat(id, NULL, 0);
        struct mapping_vec maps = read_ours();
        assert_int_equal(maps.n, 1);
        assert_int_equal(maps.at[0].key, keys[i]);
        assert_int_equal(maps.at[0].shmid, id);
        vec_free(&maps);
        shmdt(at);
        shmctl(id, IPC_RMID, NULL);
    }
}

// A file of any name on the same device, other devices with the right name, private mappings.
TEST(decoys_are_not_attachments, .setup = with_segment, .teardown = without_segment)
{
    char name[32], path[64];
    enum { N = 5 };
    void *decoys[N];
    struct mapping_vec maps;

    snprintf(name, sizeof name, "SYSV%08x", key);
    int memory = memfd_create(name, 0); // "/memfd:SYSV… (deleted)", same device
    snprintf(path, sizeof path, "/dev/shm/%s", name);
    mkdir("/dev/shm", 01777);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600); // another file system
    snprintf(path, sizeof path, "/tmp/%s", name);
    int removed = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    unlink(path); // "/tmp/SYSV… (deleted)"
    assert_true(memory >= 0 && file >= 0 && removed >= 0);
    assert_int_equal(ftruncate(memory, PAGE) | ftruncate(file, PAGE) | ftruncate(removed, PAGE), 0);
    decoys[0] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, memory, 0);
    decoys[1] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
    decoys[2] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, removed, 0);
    decoys[3] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    decoys[4] = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, memory, 0);
    for (int i = 0; i < N; i++)
        assert_true(decoys[i] != MAP_FAILED);
    maps = read_ours();
    assert_int_equal(maps.n, 0);
    vec_free(&maps);
    // Between decoys the real one is still found.
    void *at = attach(0);
    maps = read_ours();
    assert_int_equal(maps.n, 1);
    assert_mapping(&maps.at[0], at, SIZE, 0, MAP_R | MAP_W);
    vec_free(&maps);
    shmdt(at);
    for (int i = 0; i < N; i++)
        munmap(decoys[i], PAGE);
    snprintf(path, sizeof path, "/dev/shm/%s", name);
    unlink(path);
    close(memory);
    close(file);
    close(removed);
}

// The very name a segment has, on a device of somebody's own: seen from that root only, so a child
// makes and reads it, through a directory opened before.
TEST(the_name_alone_is_no_segment)
{
    int status;

    pid_t child = fork();
    if (child == 0) {
        struct mapping_vec maps = {0};
        int proc = open("/proc", O_PATH | O_DIRECTORY);
        if (mount("none", "/tmp", "tmpfs", 0, NULL) < 0 || chroot("/tmp") < 0)
            _exit(2);
        int fd = open("/SYSV00000001", O_RDWR | O_CREAT, 0600);
        if (fd < 0 || ftruncate(fd, PAGE) < 0 ||
            mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
            _exit(3);
        for (int deleted = 0; deleted < 2; deleted++) {
            if (read_by(&maps_by_text, proc, "self/maps", &maps) < 0 || maps.n != 0)
                _exit(4);
            int error = read_by(&maps_by_query, proc, "self/maps", &maps);
            if ((error && error != -ENOTTY) || maps.n != 0)
                _exit(5);
            unlink("/SYSV00000001");
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

// More mappings than fit one read(), and names that look like more than one line.
TEST(many_mappings_and_strange_names, .setup = with_segment, .teardown = without_segment)
{
    enum { N = 400 };
    static void *at[N], *between[N];
    char path[] = "/tmp/a name\n7f0000000000-7f0000001000 rw-s 00000000 00:01 0  "; // and no slash
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, PAGE), 0);
    for (int i = 0; i < N; i++) {
        at[i] = attach(i % 3 ? 0 : SHM_RDONLY);
        between[i] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
        assert_true(between[i] != MAP_FAILED);
    }
    struct mapping_vec maps = read_ours();
    assert_int_equal(maps.n, N);
    assert_int_equal(nattch(), N);
    vec_free(&maps);
    for (int i = 0; i < N; i++) {
        shmdt(at[i]);
        munmap(between[i], PAGE);
    }
    unlink(path);
    close(fd);
}

TEST(no_address_space_and_no_process)
{
    struct mapping_vec maps = {0};
    const struct maps_engine *engines[] = {&maps_by_query, &maps_by_text};

    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/maps", child);
    for (size_t i = 0; i < 2; i++) {
        int error = read_by(engines[i], AT_FDCWD, path, &maps);
        if (error != -ENOTTY)
            assert_int_equal(error, -ESRCH); // a zombie
    }
    waitpid(child, NULL, 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(read_by(engines[i], AT_FDCWD, path, &maps), -ENOENT);
    assert_int_equal(maps.n, 0);
    vec_free(&maps);
}

// --- huge pages ----------------------------------------------------------------------------------

static const char pool[] = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";

static long pool_size(void)
{
    FILE *file = fopen(pool, "re");
    long n = -1;

    if (file && fscanf(file, "%ld", &n) != 1)
        n = -1;
    if (file)
        fclose(file);
    return n;
}

static bool set_pool_size(long n)
{
    FILE *file = fopen(pool, "we");

    if (!file)
        return false;
    fprintf(file, "%ld\n", n);
    return fclose(file) == 0 && pool_size() >= n;
}

TEST(hugetlb_segments_lie_on_a_device_of_their_own)
{
    enum { HUGE = 2 << 20 };
    long before = pool_size();
    bool raised = false;
    uint32_t huge_key = 0x51515151;
    int flags = SHM_HUGETLB | IPC_CREAT | IPC_EXCL | 0600;

    int id = before < 0 ? -1 : shmget((key_t)huge_key, HUGE, flags);
    if (id < 0 && before >= 0) {
        raised = set_pool_size(before + 1);
        id = raised ? shmget((key_t)huge_key, HUGE, flags) : -1;
    }
    if (id < 0) {
        printf("skip: no huge pages of 2 MiB, and none may be reserved\n");
        if (raised)
            set_pool_size(before);
        skip();
    }
    char *at = shmat(id, NULL, 0);
    void *decoy = mmap(NULL, HUGE, PROT_NONE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE, -1, 0);
    struct mapping_vec maps = read_ours(), use = {0};
    shmctl(id, IPC_RMID, NULL);
    bool touched = at != (void *)-1;
    if (touched)
        *at = 1;
    int error = read_use(true, &use);
    if (touched)
        shmdt(at);
    if (raised)
        set_pool_size(before); // before anything may fail
    assert_true(touched && decoy != MAP_FAILED);
    assert_int_equal(maps.n, 1);
    assert_int_equal(maps.at[0].shmid, id);
    assert_int_equal(maps.at[0].key, huge_key);
    assert_int_equal(maps.at[0].end - maps.at[0].start, HUGE);
    bool huge = false;
    for (size_t i = 0; i < devices.n; i++)
        if (devices.at[i].major == maps.at[0].dev_major &&
            devices.at[i].minor == maps.at[0].dev_minor)
            huge = devices.at[i].hugetlb;
    assert_true(huge);
    assert_int_equal(maps.at[0].perms, MAP_R | MAP_W | MAP_SHARED_BIT | MAP_DELETED | MAP_HUGE);
    assert_int_equal(error, 0);
    assert_int_equal(use.n, 1);
    assert_int_equal(use.at[0].rss, HUGE);
    munmap(decoy, HUGE);
    vec_free(&maps);
    vec_free(&use);
}

// --- smaps ---------------------------------------------------------------------------------------

TEST(use_of_each_mapping, .setup = with_segment, .teardown = without_segment)
{
    char *at = attach(0);
    struct mapping_vec use = {0};

    memset(at, 1, 3 * PAGE);
    // Splits the first page off. (The sanitizers make mlock() do nothing.)
    bool locked = syscall(SYS_mlock, at, PAGE) == 0;
    assert_int_equal(read_use(true, &use), 0);
    assert_int_equal(use.n, locked ? 2 : 1);
    uint64_t rss = 0, pss = 0;
    for (size_t i = 0; i < use.n; i++) {
        assert_int_equal(use.at[i].shmid, shmid);
        assert_true(use.at[i].known & MAP_KNOWS_USE);
        assert_int_equal(use.at[i].swap, 0);
        assert_null(use.at[i].path);
        rss += use.at[i].rss;
        pss += use.at[i].pss;
    }
    assert_int_equal(rss, 3 * PAGE);
    assert_int_equal(pss, 3 * PAGE); // nobody else maps it
    if (locked)
        assert_int_equal(use.at[0].locked, PAGE);
    vec_free(&use);
    shmdt(at);
}

TEST(all_mappings_have_harmless_paths, .setup = with_segment, .teardown = without_segment)
{
    char *at = attach(0);
    struct mapping_vec use = {0};
    bool found_segment = false, found_file = false, found_stack = false;
    const char *path = "/tmp/bad\033]0;name \xff";
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, PAGE), 0);
    void *file = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_int_equal(read_use(false, &use), 0);
    for (size_t i = 0; i < use.n; i++) {
        struct mapping *m = &use.at[i];
        assert_true(m->known & MAP_KNOWS_USE);
        if (m->start == (uintptr_t)at) {
            found_segment = true;
            assert_int_equal(m->shmid, shmid);
            assert_null(m->path);
            continue;
        }
        assert_int_equal(m->shmid, -1);
        assert_non_null(m->path);
        if (m->start == (uintptr_t)file) {
            found_file = true;
            assert_string_equal(m->path, "/tmp/bad\\e]0;name \\xff");
        }
        if (strcmp(m->path, "[stack]") == 0)
            found_stack = true;
        free(m->path);
    }
    assert_true(found_segment && found_file && found_stack);
    vec_free(&use);
    munmap(file, PAGE);
    unlink(path);
    close(fd);
    shmdt(at);
}

static int tests(void)
{
    if (maps_learn_devices(&devices) < 0)
        return 1;
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
