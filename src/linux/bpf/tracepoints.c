#include "linux/bpf/tracepoints.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/errors.h"

#define TRACING "/sys/kernel/tracing"

static int mount_detached(void)
{
    int context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), fd;

    if (context < 0)
        return -errno;
    if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
        (fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0)) < 0)
        fd = -errno;
    close(context);
    return fd;
}

// The directory of events is opened to see that it is tracefs, not an empty mount point.
int tracefs_open(struct reason *reason)
{
    int events = open(TRACING "/events", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd =
        events < 0 ? mount_detached() : error_or(open(TRACING, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

    if (events >= 0)
        close(events);
    if (fd < 0)
        reason_set(reason, "tracefs is not available: %s", strerror(-fd));
    return fd;
}

int tracepoint_id(int tracefs, const char *group, const char *name, struct reason *reason)
{
    char path[96], text[16];

    snprintf(path, sizeof path, "events/%s/%s/id", group, name);
    int fd = openat(tracefs, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n <= 0) {
        error = n < 0 ? error : EIO;
        reason_set(reason,
                   error == ENOENT ? "this kernel has no tracepoint %s (CONFIG_FTRACE_SYSCALLS)"
                                   : "the tracepoint %s cannot be read",
                   name);
        return -error;
    }
    text[n] = '\0';
    return atoi(text);
}

// One event on one processor runs the program on all: kernel/trace/bpf_trace.c attaches it to the
// tracepoint, not to the event.
int tracepoint_attach(int id, int program)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof attr,
        .config = (uint64_t)id,
        .sample_period = 1,
    };
    int cpu = sched_getcpu();
    int fd =
        (int)syscall(SYS_perf_event_open, &attr, -1, cpu < 0 ? 0 : cpu, -1, PERF_FLAG_FD_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) < 0 || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}
