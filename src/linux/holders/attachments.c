#include "linux/holders/attachments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/errors.h"
#include "linux/holders/descriptors.h"
#include "linux/process/namespace.h"
#include "linux/process/proc_file.h"
#include "linux/process/start_times.h"
#include "linux/process/stat.h"

struct attachments {
    int proc; // O_PATH
    struct maps_devices devices;
    const struct maps_engine *engine;
    uint64_t own_namespace;     // 0: unknown
    struct start_times *starts; // NULL where inode numbers do not identify: no proc of a kernel
    bool read_only;
};

enum { PATH_CAP = 96, HOME_CAP = 48 };

static const struct maps_engine *choose_engine(int proc, const struct maps_devices *devices)
{
    struct mapping_vec ours = {0};
    int fd = openat(proc, "self/maps", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int error = fd < 0 ? -errno : maps_by_query.read(fd, devices, &ours);

    vec_free(&ours);
    if (fd >= 0)
        close(fd);
    return error == -ENOTTY ? &maps_by_text : &maps_by_query;
}

struct attachments *attachments_new(const char *proc, bool text_only, bool read_only)
{
    struct attachments *self = mem_zero(1, sizeof *self);
    struct statfs fs;

    self->proc = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = self->proc < 0 ? -errno : maps_learn_devices(&self->devices);
    if (error) {
        attachments_free(self);
        errno = -error;
        return NULL;
    }
    self->engine = text_only ? &maps_by_text : choose_engine(self->proc, &self->devices);
    self->own_namespace = namespace_of(self->proc, "self", "ipc");
    self->read_only = read_only;
    if (!read_only && fstatfs(self->proc, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
        self->starts = start_times_new();
    return self;
}

void attachments_free(struct attachments *self)
{
    if (!self)
        return;
    if (self->proc >= 0)
        close(self->proc);
    start_times_free(self->starts);
    free(self);
}

// --- reading a process, whichever of its threads still has the address space --------------------

struct refresh {
    struct attachments *self;
    enum probe_what what;
    bool shared;      // other shared memory is looked for
    const char *file; // "maps" or "smaps"
    struct answer *answer;
    char home[HOME_CAP]; // which task's files answered
    uint64_t instance;   // inode number of the file that did
};

static void know_instance(struct refresh *r, int fd)
{
    const struct answer *answer = r->answer;
    struct stat status;

    if (r->self->starts && (answer->mappings.n || answer->shared.n) && fstat(fd, &status) == 0)
        r->instance = status.st_ino;
}

static int read_shared(struct refresh *r, int fd)
{
    struct answer *answer = r->answer;
    struct shared_mappings found = {.objects = answer->shared, .mappings = answer->shared_maps};
    int error = maps_read_shared(fd, r->self->engine == &maps_by_text, &r->self->devices,
                                 r->what == PROBE_ATTACHMENTS ? &answer->mappings : NULL, &found);

    answer->shared = found.objects;
    answer->shared_maps = found.mappings;
    answer->shared_left_out = found.left_out;
    answer->method = found.method;
    return error;
}

static int read_open(struct refresh *r, int fd)
{
    struct attachments *self = r->self;
    struct answer *answer = r->answer;
    const struct maps_engine *engine = self->engine;

    if (r->shared) {
        int result = read_shared(r, fd);
        know_instance(r, fd);
        return result;
    }
    if (r->what == PROBE_MAP_USE || r->what == PROBE_ALL_MAPS) {
        answer->method = SCAN_TEXT;
        return maps_read_use(fd, &self->devices, r->what == PROBE_MAP_USE, &answer->mappings);
    }
    int error = engine->read(fd, &self->devices, &answer->mappings);
    if (error == -ENOTTY && engine != &maps_by_text) {
        engine = &maps_by_text; // this proc is no kernel's: a fixture, an emulation
        error = engine->read(fd, &self->devices, &answer->mappings);
    }
    answer->method = engine->method;
    know_instance(r, fd);
    return error;
}

// A descriptor kept open would pin the old address space over exec: each reading opens it again.
static int open_file(const struct refresh *r)
{
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%s/%s", r->home, r->file);
    return error_or(openat(r->self->proc, path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

static int read_task(struct refresh *r)
{
    int fd = open_file(r);

    if (fd < 0)
        return fd;
    int error = read_open(r, fd);
    close(fd);
    return error;
}

// The leader has no address space any more: does one of the other threads, which share it?
static int read_other_threads(struct refresh *r, int32_t pid)
{
    char path[PATH_CAP];
    struct dirent *entry;
    int result = 0;

    snprintf(path, sizeof path, "%" PRId32 "/task", pid);
    DIR *dir = proc_file_entries(r->self->proc, path);
    if (!dir)
        return -errno;
    while ((entry = readdir(dir)) != NULL) {
        int tid = atoi(entry->d_name);
        if (tid <= 0 || tid == pid)
            continue;
        snprintf(r->home, sizeof r->home, "%" PRId32 "/task/%d", pid, tid);
        int error = read_task(r);
        if (error == 0 || error == -EACCES || error == -EPERM) {
            result = error;
            r->answer->exiting = false;
            r->answer->task = tid;
            break;
        }
        if (error != -ESRCH && error != -ENOENT)
            result = error; // too many open files, perhaps: unless another thread shows it
        struct task_stat stat;
        snprintf(path, sizeof path, "%s/stat", r->home);
        if (stat_read(r->self->proc, path, &stat) == 0 && !stat_is_dead(&stat))
            r->answer->exiting = true;
    }
    closedir(dir);
    return result;
}

// No address space: a kernel thread never had one, a zombie has given it back, a process on its way
// out may still be giving it back (mm/mmap.c exit_mmap), and counts as attached until it has.
static int read_without_memory(struct refresh *r, int32_t pid)
{
    struct task_stat stat;
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%" PRId32 "/stat", pid);
    int error = stat_read(r->self->proc, path, &stat);
    if (error)
        return error;
    if (stat_is_kernel(&stat))
        return 0;
    r->answer->exiting = !stat_is_dead(&stat);
    return stat.threads > 1 ? read_other_threads(r, pid) : 0;
}

static void read_process(struct refresh *r, int32_t pid)
{
    struct answer *answer = r->answer;

    if (pid <= 0) {
        answer->error = -ESRCH;
        return;
    }
    snprintf(r->home, sizeof r->home, "%" PRId32, pid);
    answer->error = read_task(r);
    if (answer->error == -ESRCH)
        answer->error = read_without_memory(r, pid);
    for (size_t i = 0; i < answer->mappings.n; i++)
        answer->mappings.at[i].pid = pid;
}

// --- whose segment it is -------------------------------------------------------------------------

// Inode number and generation of the file behind a mapping: unique for each segment, also where
// namespaces repeat the inode number. mm/shmem.c shmem_encode_fh(). Follows a link of proc to the
// kernel's internal tmpfs alone: no file system of anybody else is asked. Not on hugetlb.
static bool file_handle(int proc, const char *home, struct mapping *mapping)
{
    enum { SHMEM_WORDS = 3 };
    struct {
        struct file_handle head;
        uint32_t words[32];
    } handle = {.head.handle_bytes = sizeof handle.words};
    char path[PATH_CAP + 48];
    uint32_t words[SHMEM_WORDS];
    const char *task = strrchr(home, '/');
    int mount;

    // A thread's directory has no map_files, but /proc/TID is there, if not listed. fs/proc/base.c
    snprintf(path, sizeof path, "%s/map_files/%" PRIx64 "-%" PRIx64, task ? task + 1 : home,
             mapping->start, mapping->end);
    if (name_to_handle_at(proc, path, &handle.head, &mount, AT_SYMLINK_FOLLOW) < 0 ||
        handle.head.handle_bytes != sizeof words)
        return false;
    memcpy(words, handle.head.f_handle, sizeof words);
    mapping->handle = (uint64_t)words[0] << 32 | words[1];
    mapping->known |= MAP_KNOWS_HANDLE;
    return true;
}

static void identify(struct refresh *r)
{
    struct answer *answer = r->answer;
    uint64_t namespace = namespace_of(r->self->proc, r->home, "ipc");
    uint64_t asked = answer->ipc_namespace ? answer->ipc_namespace : r->self->own_namespace;

    answer->namespace_differs = namespace && asked && namespace != asked;
    if (r->what != PROBE_EXACT && !answer->namespace_differs)
        return;
    bool any = false;
    for (size_t i = 0; i < answer->mappings.n; i++) {
        struct mapping *mapping = &answer->mappings.at[i];
        if (mapping->shmid >= 0 && file_handle(r->self->proc, r->home, mapping))
            any = true;
    }
    answer->foreign = answer->namespace_differs && !any;
}

// Whether the file that answered is still there: a new process by that pid has another inode.
static bool is_still(const struct refresh *r)
{
    struct stat status;
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%s/%s", r->home, r->file);
    return fstatat(r->self->proc, path, &status, 0) == 0 && status.st_ino == r->instance;
}

static void know_start(struct refresh *r, int32_t pid)
{
    struct process *process = &r->answer->process;
    struct task_stat stat;
    char path[PATH_CAP];

    bool remembers = r->self->starts && r->instance;

    if (r->self->read_only)
        return;
    if (!remembers || !start_times_find(r->self->starts, pid, r->instance, &process->start_ticks)) {
        snprintf(path, sizeof path, "%" PRId32 "/stat", pid);
        if (stat_read(r->self->proc, path, &stat) < 0)
            return;
        if (remembers && !is_still(r))
            return; // that was the start of another one with its pid
        process->start_ticks = stat.start_ticks;
        if (remembers)
            start_times_keep(r->self->starts, pid, r->instance, stat.start_ticks);
    }
    process->pid = pid;
    process->known |= PROC_KNOWS_START;
}

// What the answer holds from before stands as it did. Leaving the IPC namespace does not change
// whose segments are mapped.
static bool holds_still(struct refresh *r, int32_t pid)
{
    const struct maps_engine *engine = r->self->engine;
    struct answer *answer = r->answer;
    if (!answer->mappings.n || !engine->still)
        return false;
    snprintf(r->home, sizeof r->home, "%" PRId32, pid);
    int fd = open_file(r);
    if (fd < 0)
        return false;
    bool still = engine->still(fd, &answer->mappings);
    if (still)
        know_instance(r, fd);
    close(fd);
    if (!still)
        return false;
    answer->method = engine->method;
    know_start(r, pid);
    return true;
}

void attachments_probe(struct attachments *self, enum probe_what what, int32_t pid, uint64_t facts,
                       struct answer *answer)
{
    bool attached = what == PROBE_ATTACHMENTS, with_shared = attached && facts & PROBE_WITH_SHARED;
    bool use = what == PROBE_MAP_USE || what == PROBE_ALL_MAPS;
    struct refresh r = {.self = self,
                        .what = what,
                        .shared = with_shared || what == PROBE_SHARED,
                        .file = use ? "smaps" : "maps",
                        .answer = answer};

    if (what == PROBE_SHARED_FILE && answer->shared_maps.n)
        answer->error =
            descriptors_map_file(self->proc, pid, &answer->shared_maps.at[0], &answer->shared);
    if (what == PROBE_SHARED_FILE || (attached && !with_shared && holds_still(&r, pid)))
        return;
    if (attached) {
        vec_clear(&answer->mappings);
        answer->namespace_differs = false;
    }
    read_process(&r, pid);
    if (!answer->error && what == PROBE_SHARED && facts & PROBE_OPEN)
        answer->error =
            descriptors_of_shared(self->proc, pid, &answer->shared, &answer->shared_unread);
    if (!answer->error && (answer->mappings.n || answer->shared.n))
        know_start(&r, pid);
    if (!answer->error && answer->mappings.n)
        identify(&r);
}
