#include "linux/process/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "linux/process/cgroup.h"
#include "linux/process/proc_file.h"
#include "linux/process/stat.h"
#include "linux/process/unit_file.h"

enum { PROCESSES_MAX = 4096 }; // of a unit that are looked at

// systemd is the init of this PID namespace: sd_booted(3). In a container without it, say, the parent of
// all is another program.
static bool is_booted(const char *proc, const char *root)
{
    char comm[32], path[256];
    struct stat status;

    snprintf(path, sizeof path, "%s/run/systemd/system", root);
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
           proc_file_read(comm, sizeof comm, proc, "1/comm") > 0 &&
           (strcmp(comm, "systemd\n") == 0 || strcmp(comm, "init\n") == 0);
}

// Its directory as systemd has it, without the slash at its end. False: none.
static bool own_path(const char *text, size_t n, char *out, size_t cap)
{
    const char *end = text + n;
    struct cgroup_line line;

    while (cgroup_next_line(&text, end, &line)) {
        if (!line.systemd)
            continue;
        int used = snprintf(out, cap, "/sys/fs/cgroup%s%.*s", line.unified ? "" : "/systemd",
                            (int)(line.end - line.path), line.path);
        return used > 0 && (size_t)used < cap;
    }
    return false;
}

static int32_t parent_of(const char *proc, int32_t pid)
{
    char text[1024];
    struct task_stat stat;
    ssize_t n = proc_file_read(text, sizeof text, proc, "%" PRId32 "/stat", pid);

    return n > 0 && stat_parse(text, (size_t)n, &stat) ? stat.parent : 0;
}

// What a service leaves behind has pid 1 as its parent, too.
static bool is_only_child(const char *proc, const char *path, int32_t pid)
{
    char *name = mem_format("%s/cgroup.procs", path);
    FILE *file = fopen(name, "re");
    bool only = false, other = false;
    int n = 0, one;

    free(name);
    while (file && !other && n++ < PROCESSES_MAX && fscanf(file, "%d", &one) == 1) {
        only |= one == pid;
        other = one != pid && parent_of(proc, one) == 1;
    }
    if (file)
        fclose(file);
    return only && !other && n < PROCESSES_MAX;
}

void service_read(const char *proc, const char *root, const char *text, size_t n,
                  struct process *process)
{
    static const char service[] = ".service";
    struct cgroup_names names;
    char path[4096];
    bool exceptions;

    cgroup_parse(text, n, &names);
    size_t length = strlen(names.unit), tail = sizeof service - 1;
    // Those of a user have another manager.
    if (length <= tail || strcmp(names.unit + length - tail, service) != 0 || names.container[0] ||
        !own_path(text, n, path, sizeof path) || strstr(path, "/user@") || !is_booted(proc, root) ||
        !is_only_child(proc, path, process->pid))
        return;
    process->restart = (uint8_t)unit_file_restart(root, names.unit, &exceptions);
    if (process->restart == RESTART_UNKNOWN)
        return;
    process->known |= PROC_KNOWS_RESTART | (exceptions ? PROC_RESTART_VARIES : 0);
}
