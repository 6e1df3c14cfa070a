#include "linux/bpf/load.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/memory.h"

enum { LOG = 256 * 1024 };

void reason_set(struct reason *reason, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason->text, sizeof reason->text, format, args);
    va_end(args);
}

static int bpf(int command, union bpf_attr *attr)
{
    return error_or((int)syscall(SYS_bpf, command, attr, sizeof *attr));
}

static void refused(struct reason *reason, int error)
{
    if (error == -EPERM || error == -EACCES)
        reason_set(reason, "not permitted: it takes root, or CAP_BPF and CAP_PERFMON");
    else if (error == -ENOSYS)
        reason_set(reason, "this kernel has no bpf(2) (CONFIG_BPF_SYSCALL)");
    else
        reason_set(reason, "the kernel refused: %s", strerror(-error));
}

int map_create(uint32_t type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags,
               struct reason *reason)
{
    union bpf_attr attr = {.map_type = type};

    attr.key_size = key;
    attr.value_size = value;
    attr.max_entries = entries;
    attr.map_flags = flags;
    memcpy(attr.map_name, "ipctop", sizeof "ipctop");
    int fd = bpf(BPF_MAP_CREATE, &attr);
    if (fd == -EPERM) { // before Linux 5.11 maps count as locked memory
        const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
        if (setrlimit(RLIMIT_MEMLOCK, &all) == 0)
            fd = bpf(BPF_MAP_CREATE, &attr);
    }
    if (fd < 0)
        refused(reason, fd);
    return fd;
}

int map_get(int fd, const void *key, void *value)
{
    union bpf_attr attr = {.map_fd = (uint32_t)fd};

    attr.key = (uintptr_t)key;
    attr.value = (uintptr_t)value;
    return bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

int map_put(int fd, const void *key, const void *value)
{
    union bpf_attr attr = {.map_fd = (uint32_t)fd};

    attr.key = (uintptr_t)key;
    attr.value = (uintptr_t)value;
    attr.flags = BPF_ANY;
    return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

void verifier_objection(const char *log, char *line, size_t cap)
{
    const char *best = "";
    size_t best_len = 0;

    while (*log) {
        size_t len = strcspn(log, "\n");
        if (len && strncmp(log, "processed ", 10) != 0 &&
            strncmp(log, "verification time", 17) != 0 && strncmp(log, "stack depth", 11) != 0) {
            best = log;
            best_len = len;
        }
        log += len + (log[len] == '\n');
    }
    snprintf(line, cap, "%.*s", (int)(best_len < cap ? best_len : cap - 1), best);
}

// A second attempt, with a log, says why the first failed.
static void ask_verifier(union bpf_attr *attr, const char *name, int error, struct reason *reason)
{
    char *log = mem_zero(1, LOG), line[120];

    attr->log_level = 1;
    attr->log_buf = (uintptr_t)log;
    attr->log_size = LOG;
    int fd = bpf(BPF_PROG_LOAD, attr);
    if (fd >= 0)
        close(fd);
    verifier_objection(log, line, sizeof line);
    free(log);
    if (*line)
        reason_set(reason, "the kernel's verifier refused program %s: %s", name, line);
    else
        refused(reason, error);
}

int bpf_program_load(struct assembler *a, uint32_t type, uint32_t flags, const char *name,
                     struct reason *reason)
{
    union bpf_attr attr = {.prog_type = type};
    int error = assemble(a), fd;

    if (error) {
        reason_set(reason, "program %s cannot be assembled: %s", name, strerror(-error));
        return error;
    }
    attr.prog_flags = flags;
    attr.insns = (uintptr_t)a->code;
    attr.insn_cnt = a->n;
    attr.license = (uintptr_t) "GPL";
    snprintf(attr.prog_name, sizeof attr.prog_name, "ipctop_%s", name);
    do
        fd = bpf(BPF_PROG_LOAD, &attr);
    while (fd == -EAGAIN); // a signal came while it was verified
    if (fd < 0)
        ask_verifier(&attr, name, fd, reason);
    return fd;
}

int bpf_program_run(int fd, void *context, uint32_t size)
{
    union bpf_attr attr = {0};

    attr.test.prog_fd = (uint32_t)fd;
    attr.test.ctx_in = (uintptr_t)context;
    attr.test.ctx_size_in = size;
    int error = bpf(BPF_PROG_TEST_RUN, &attr);
    return error < 0 ? error : 0;
}

int bpf_program_attach_raw(int fd, const char *tracepoint)
{
    union bpf_attr attr = {0};

    attr.raw_tracepoint.name = (uintptr_t)tracepoint;
    attr.raw_tracepoint.prog_fd = (uint32_t)fd;
    return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

// bpf_prog_info of Linux 5.12 and later: the headers we build with may be older.
enum { INFO_SIZE = 216, MISSES_AT = 208 };

uint64_t bpf_program_misses(int fd)
{
    uint8_t info[INFO_SIZE] = {0};
    union bpf_attr attr = {.info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof info}};
    uint64_t misses = 0;

    attr.info.info = (uintptr_t)info;
    if (fd >= 0 && bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0)
        memcpy(&misses, info + MISSES_AT, sizeof misses);
    return misses;
}
