#include "support/stall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/ns.h"

// FAIL_FIRST: read-ahead and the first try of a page fault, which waits without the map's lock.
enum { FILE_NODE = 2, BUFFER = 256 * 1024, HELD = 64, FAIL_FIRST = 2 };

struct stall_shared {
    _Atomic int hold, held;
    _Atomic int failed; // reads, since stall_hold
};

struct held { // a request that waits for its answer
    uint64_t unique;
    uint32_t opcode, size;
};

struct daemon {
    int fuse, bell;
    struct stall_shared *shared;
    struct held held[HELD];
    int n_held;
    alignas(struct fuse_in_header) char in[BUFFER];
    char zeros[BUFFER];
};

static void reply(struct daemon *d, uint64_t unique, int error, const void *data, size_t size)
{
    char out[BUFFER];
    struct fuse_out_header head = {
        .len = (uint32_t)(sizeof head + size), .error = error, .unique = unique};

    if (size > sizeof out - sizeof head)
        size = sizeof out - sizeof head;
    memcpy(out, &head, sizeof head);
    if (size)
        memcpy(out + sizeof head, data, size);
    if (write(d->fuse, out, sizeof head + size) < 0 && errno == ENODEV)
        _exit(0); // unmounted
}

static struct fuse_attr attributes(uint64_t node)
{
    bool file = node == FILE_NODE;

    return (struct fuse_attr){.ino = node,
                              .size = file ? STALL_SIZE : 0,
                              .nlink = 1,
                              .mode = file ? S_IFREG | 0666 : S_IFDIR | 0777,
                              .blksize = 4096};
}

static void lookup(struct daemon *d, const struct fuse_in_header *in, const char *name)
{
    struct fuse_entry_out out = {.nodeid = FILE_NODE,
                                 .entry_valid = 3600,
                                 .attr_valid = 3600,
                                 .attr = attributes(FILE_NODE)};

    if (strcmp(name, "data") != 0)
        reply(d, in->unique, -ENOENT, NULL, 0);
    else
        reply(d, in->unique, 0, &out, sizeof out);
}

static void initialise(struct daemon *d, const struct fuse_in_header *in)
{
    const struct fuse_init_in *want = (const struct fuse_init_in *)(in + 1);
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                .minor = FUSE_KERNEL_MINOR_VERSION,
                                .max_readahead = 4096,
                                .max_write = 128 * 1024,
                                .max_background = 16,
                                .congestion_threshold = 12};

    if (want->minor < out.minor)
        out.minor = want->minor;
    reply(d, in->unique, 0, &out, sizeof out);
}

static void transfer(struct daemon *d, const struct held *request)
{
    struct fuse_write_out written = {.size = request->size};

    if (request->opcode == FUSE_WRITE)
        reply(d, request->unique, 0, &written, sizeof written);
    else
        reply(d, request->unique, 0, d->zeros, request->size);
}

// Reads and writes: the requests that can be made to wait.
static void move(struct daemon *d, const struct fuse_in_header *in)
{
    bool writing = in->opcode == FUSE_WRITE;
    const void *body = in + 1;
    struct held request = {in->unique, in->opcode,
                           writing ? ((const struct fuse_write_in *)body)->size
                                   : ((const struct fuse_read_in *)body)->size};
    int hold = atomic_load(&d->shared->hold);

    if (!writing && hold & STALL_READS_FAIL_FIRST &&
        atomic_fetch_add(&d->shared->failed, 1) < FAIL_FIRST) {
        reply(d, in->unique, -EIO, NULL, 0);
    } else if (hold & (writing ? STALL_WRITES : STALL_READS) && d->n_held < HELD) {
        d->held[d->n_held++] = request;
        atomic_store(&d->shared->held, d->n_held);
    } else {
        transfer(d, &request);
    }
}

static void serve(struct daemon *d)
{
    const struct fuse_in_header *in = (const struct fuse_in_header *)d->in;
    struct fuse_attr_out attr = {.attr_valid = 3600, .attr = attributes(in->nodeid)};
    struct fuse_open_out open_out = {.open_flags = FOPEN_KEEP_CACHE};
    ssize_t n = read(d->fuse, d->in, sizeof d->in);

    if (n < 0 && errno == ENODEV)
        _exit(0);
    if (n < (ssize_t)sizeof *in)
        return;
    attr.attr = attributes(in->nodeid);
    switch (in->opcode) {
    case FUSE_INIT:
        initialise(d, in);
        break;
    case FUSE_LOOKUP:
        lookup(d, in, (const char *)(in + 1));
        break;
    case FUSE_GETATTR:
    case FUSE_SETATTR:
        reply(d, in->unique, 0, &attr, sizeof attr);
        break;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        reply(d, in->unique, 0, &open_out, sizeof open_out);
        break;
    case FUSE_READ:
    case FUSE_WRITE:
        move(d, in);
        break;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        reply(d, in->unique, 0, NULL, 0);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break; // have no answer
    default:
        reply(d, in->unique, -ENOSYS, NULL, 0);
    }
}

// Answers what waits and may go on now.
static void let_go(struct daemon *d)
{
    int hold = atomic_load(&d->shared->hold), kept = 0;

    for (int i = 0; i < d->n_held; i++)
        if (hold & (d->held[i].opcode == FUSE_WRITE ? STALL_WRITES : STALL_READS))
            d->held[kept++] = d->held[i];
        else
            transfer(d, &d->held[i]);
    d->n_held = kept;
    atomic_store(&d->shared->held, kept);
}

static void daemon_main(void *arg, int ready)
{
    struct stall *stall = arg;
    struct daemon *d = calloc(1, sizeof *d);
    char options[96];
    uint64_t count;

    if (!d)
        _exit(1);
    d->bell = stall->bell;
    d->shared = stall->shared;
    d->fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (d->fuse < 0)
        _exit(1);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", d->fuse);
    if (mount("stall", stall->dir, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
        _exit(1);
    child_ready(ready);
    for (;;) {
        struct pollfd fds[] = {{.fd = d->fuse, .events = POLLIN},
                               {.fd = d->bell, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            _exit(1);
        if (fds[0].revents)
            serve(d);
        if (fds[1].revents && read(d->bell, &count, sizeof count) > 0)
            let_go(d);
    }
}

int stall_start(struct stall *stall)
{
    if (access("/dev/fuse", R_OK | W_OK) < 0)
        return -errno;
    snprintf(stall->dir, sizeof stall->dir, "/tmp/stall.XXXXXX");
    if (!mkdtemp(stall->dir))
        return -errno;
    snprintf(stall->file, sizeof stall->file, "%s/data", stall->dir);
    stall->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    stall->shared = mmap(NULL, sizeof *stall->shared, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stall->bell < 0 || stall->shared == MAP_FAILED)
        return -ENOMEM;
    stall->daemon = child_start(daemon_main, stall);
    if (stall->daemon > 0)
        return 0;
    rmdir(stall->dir);
    return -EPERM;
}

void stall_hold(struct stall *stall, int kinds)
{
    uint64_t one = 1;

    atomic_store(&stall->shared->failed, 0);
    atomic_store(&stall->shared->hold, kinds);
    if (write(stall->bell, &one, sizeof one) < 0)
        abort();
}

int stall_held(const struct stall *stall)
{
    return atomic_load(&stall->shared->held);
}

void stall_end(struct stall *stall)
{
    child_end(stall->daemon); // the kernel fails everything that waits
    umount2(stall->dir, MNT_DETACH);
    rmdir(stall->dir);
    close(stall->bell);
    munmap(stall->shared, sizeof *stall->shared);
}
