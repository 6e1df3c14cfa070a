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

enum {
    PROCESSES_MAX = 4096, // of a unit that are looked at
    ENVIRONMENT_MAX = 1 << 16
};

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

// What a service leaves behind has the manager as its parent, too: that of a user is a subreaper, prctl(2).
static bool is_only_child(const char *proc, const char *path, int32_t manager, int32_t pid)
{
    FILE *file = proc_file_stream(path, "cgroup.procs");
    bool only = false, other = false;
    int n = 0, one;

    while (file && !other && n++ < PROCESSES_MAX && fscanf(file, "%d", &one) == 1) {
        only |= one == pid;
        other = one != pid && parent_of(proc, one) == manager;
    }
    if (file)
        fclose(file);
    return only && !other && n < PROCESSES_MAX;
}

// "…/user@1000.service/…": the unit has that user's manager.
static bool user_of(const char *path, uint32_t *uid)
{
    static const char name[] = "/user@";
    const char *at = strstr(path, name);
    int end = 0;

    return at && sscanf(at + sizeof name - 1, "%" SCNu32 ".service/%n", uid, &end) == 1 && end > 0;
}

// Below the manager of a user is what systemd ran there, and nothing else has pid 1 as its parent.
static bool is_manager(const char *proc, int32_t pid, uint32_t uid)
{
    char text[4096];
    uint64_t uids[2]; // real, effective, …

    return pid > 1 && parent_of(proc, pid) == 1 &&
           proc_file_read(text, sizeof text, proc, "%" PRId32 "/status", pid) > 0 &&
           strncmp(text, "Name:\tsystemd\n", 14) == 0 &&
           proc_file_field(text, "\nUid:", uids, 2) == 2 && uids[1] == uid;
}

// False: they are not known, as its environment is not readable for this user.
static bool find_places(const char *proc, int32_t manager, uint32_t uid, struct unit_places *out)
{
    char *text = mem_alloc(ENVIRONMENT_MAX);
    ssize_t n = proc_file_read(text, ENVIRONMENT_MAX, proc, "%" PRId32 "/environ", manager);
    bool found = n > 0 && n < ENVIRONMENT_MAX - 1 && unit_places_user(out, uid, text, (size_t)n);

    free(text);
    return found;
}

void service_read(const char *proc, const char *root, const char *text, size_t n,
                  struct process *process)
{
    static const char service[] = ".service";
    struct cgroup_names names;
    struct unit_places places = {0};
    char path[4096];
    bool exceptions;
    uint32_t uid;

    cgroup_parse(text, n, &names);
    size_t length = strlen(names.unit), tail = sizeof service - 1;
    if (length <= tail || strcmp(names.unit + length - tail, service) != 0 || names.container[0] ||
        !own_path(text, n, path, sizeof path))
        return;
    bool of_user = user_of(path, &uid);
    if (of_user ? !is_manager(proc, process->parent, uid) : process->parent != 1)
        return;
    if (!is_booted(proc, root) || !is_only_child(proc, path, process->parent, process->pid))
        return;
    if (!of_user)
        unit_places_system(&places);
    if (!of_user || find_places(proc, process->parent, uid, &places))
        process->restart = (uint8_t)unit_file_restart(root, &places, names.unit, &exceptions);
    unit_places_free(&places);
    if (process->restart != RESTART_UNKNOWN)
        process->known |= PROC_KNOWS_RESTART | (exceptions ? PROC_RESTART_VARIES : 0);
}
