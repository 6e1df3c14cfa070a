#include "support/truth.h"

#include <dirent.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int order(const void *a, const void *b)
{
    const struct truth_line *x = a, *y = b;

    if (x->shmid != y->shmid)
        return x->shmid < y->shmid ? -1 : 1;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

// False where the task has no maps.
static bool read_task(struct truth *truth, pid_t pid, const char *tid)
{
    char path[64], line[512], name[128];
    bool any = false;

    snprintf(path, sizeof path, "/proc/%d/task/%s/maps", pid, tid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        struct truth_line found = {.pid = pid};
        unsigned long long start, end, inode;
        any = true;
        if (sscanf(line, "%llx-%llx %4s %*x %*x:%*x %llu %127s", &start, &end, found.perms, &inode,
                   name) != 5 ||
            strncmp(name, "/SYSV", 5) != 0)
            continue;
        found.start = start;
        found.end = end;
        found.shmid = (int)inode;
        found.task = atoi(tid);
        truth->lines = realloc(truth->lines, (truth->n + 1) * sizeof found);
        truth->lines[truth->n++] = found;
    }
    if (file)
        fclose(file);
    return any;
}

static void read_process(struct truth *truth, pid_t pid)
{
    char path[64];
    struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && read_task(truth, pid, entry->d_name))
            break; // the threads of a process share its memory
    if (dir)
        closedir(dir);
}

void truth_read(struct truth *truth)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;

    *truth = (struct truth){0};
    while (dir && (entry = readdir(dir)))
        if (atoi(entry->d_name) > 0)
            read_process(truth, atoi(entry->d_name));
    if (dir)
        closedir(dir);
    if (truth->n)
        qsort(truth->lines, truth->n, sizeof *truth->lines, order);
}

void truth_free(struct truth *truth)
{
    free(truth->lines);
    *truth = (struct truth){0};
}

size_t truth_count(const struct truth *truth, int shmid)
{
    pid_t counted[512], tasks[512];
    size_t n = 0, found = 0;

    for (size_t i = 0; i < truth->n; i++) {
        const struct truth_line *line = &truth->lines[i];
        bool first = i == 0 || line[-1].pid != line->pid || line[-1].shmid != line->shmid;
        bool known = false;
        if (line->shmid != shmid)
            continue;
        if (!first && n && counted[n - 1] == line->pid) {
            found++; // another of a counted process
            continue;
        }
        if (!first)
            continue; // another of one that is not
        for (size_t k = 0; k < n && !known; k++)
            known = syscall(SYS_kcmp, tasks[k], line->task, KCMP_VM, 0, 0) == 0;
        if (known)
            continue;
        if (n < sizeof counted / sizeof *counted) {
            tasks[n] = line->task;
            counted[n++] = line->pid;
        }
        found++;
    }
    return found;
}
