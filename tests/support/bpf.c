#include "support/bpf.h"

#include <dirent.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/bpf/self.h"
#include "linux/bpf/tracepoints.h"
#include "support/ns.h"
#include "support/test.h"

int bpf_run(int (*tests)(void))
{
    struct reason reason = {"no reason"};
    struct bpf_self self;
    int error;
    const struct layout *k = layout_needed(&reason, &error);

    if (k && bpf_self_read(k, &self, &reason) == 0) {
        int tracefs = tracefs_open(&reason);
        int id = tracefs < 0 ? -1 : tracepoint_id(tracefs, "syscalls", "sys_enter_shmget", &reason);
        if (tracefs >= 0)
            close(tracefs);
        if (id >= 0)
            return ns_run(tests);
    }
    printf("skip: no tracing on this machine: %s\n", reason.text);
    return 77;
}

size_t bpf_programs_of(pid_t pid, uint32_t *ids, size_t cap)
{
    char path[300], line[128];
    struct dirent *entry;
    size_t n = 0;

    snprintf(path, sizeof path, "/proc/%d/fdinfo", pid);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) && n < cap) {
        snprintf(path, sizeof path, "/proc/%d/fdinfo/%s", pid, entry->d_name);
        FILE *file = fopen(path, "re");
        while (file && fgets(line, sizeof line, file))
            if (n < cap && sscanf(line, "prog_id: %u", &ids[n]) == 1)
                n++;
        if (file)
            fclose(file);
    }
    if (dir)
        closedir(dir);
    return n;
}

bool bpf_program_exists(uint32_t id)
{
    union bpf_attr attr = {.prog_id = id};
    int fd = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attr, sizeof attr);

    if (fd < 0)
        return false;
    close(fd);
    return true;
}

// How many processes have that name in our /proc; *one is one of them.
static size_t processes(const char *comm, pid_t *one)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    char path[300], name[32];
    size_t n = 0;

    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *file = atoi(entry->d_name) > 0 ? fopen(path, "re") : NULL;
        if (!file)
            continue;
        if (fgets(name, sizeof name, file) && strncmp(name, comm, strlen(comm)) == 0 &&
            name[strlen(comm)] == '\n') {
            *one = atoi(entry->d_name);
            n++;
        }
        fclose(file);
    }
    if (dir)
        closedir(dir);
    return n;
}

pid_t bpf_process(const char *comm)
{
    pid_t pid = 0;

    processes(comm, &pid);
    return pid;
}

struct fewer {
    const char *comm;
    size_t than;
};

static bool are_fewer(void *arg)
{
    const struct fewer *fewer = arg;
    pid_t pid;

    return processes(fewer->comm, &pid) < fewer->than;
}

void bpf_await_end(const char *comm)
{
    struct fewer fewer = {.comm = comm};
    pid_t pid;

    while ((fewer.than = processes(comm, &pid)) > 0)
        assert_true(await(are_fewer, &fewer, 300));
}
