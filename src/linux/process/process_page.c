#include "linux/process/process_page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/proc_file.h"
#include "linux/process/procps.h"

// What is not there is none: a kernel thread has no program.
static void note_error(int error, struct process_page *page)
{
    if (error == -EACCES || error == -EPERM)
        page->known |= PAGE_REFUSED;
    else if (error != -ENOENT && error != -ESRCH)
        page->known |= PAGE_UNREAD;
}

static char *read_link(int dir, const char *name, struct process_page *page)
{
    char text[PATH_MAX];
    ssize_t n = readlinkat(dir, name, text, sizeof text);

    if (n < 0)
        note_error(-errno, page);
    return n > 0 ? text_escape_new(text, (size_t)n) : NULL;
}

static const char *const limit_names[PAGE_LIMITS] = {
    [PAGE_MAX_FILES] = "Max open files",     [PAGE_MAX_LOCKED] = "Max locked memory",
    [PAGE_MAX_QUEUES] = "Max msgqueue size", [PAGE_MAX_MEMORY] = "Max address space",
    [PAGE_MAX_CORE] = "Max core file size",  [PAGE_MAX_PROCESSES] = "Max processes",
};

// "Max open files            1024                 524288               files": the soft one is first.
static bool limit_value(const char *text, const char *name, uint64_t *value)
{
    const char *line = strstr(text, name);

    if (!line)
        return false;
    line += strlen(name);
    *value = UINT64_MAX;
    return strncmp(line + strspn(line, " "), "unlimited", 9) == 0 ||
           proc_file_numbers(line, value, 1) == 1;
}

static void read_limits(int dir, struct process_page *page)
{
    char text[4096];
    ssize_t n = proc_file_read_at(dir, "limits", text, sizeof text);

    if (n < 0)
        note_error((int)n, page);
    for (size_t i = 0; n > 0 && i < PAGE_LIMITS; i++)
        if (limit_value(text, limit_names[i], &page->limits[i]))
            page->limits_known |= (uint8_t)(1 << i);
}

static void read_shared_pss(int dir, struct process_page *page)
{
    char text[4096];
    ssize_t n = proc_file_read_at(dir, "smaps_rollup", text, sizeof text);

    if (n < 0)
        note_error((int)n, page);
    if (n < 0 || !proc_file_field(text, "\nPss_Shmem:", &page->shared_pss, 1))
        return;
    page->shared_pss *= 1024;
    page->known |= PAGE_KNOWS_PSS;
}

void page_probe(const char *proc, int32_t pid, bool library, struct answer *answer)
{
    struct process_page *page = &answer->page;
    int dir = proc_file_open(O_PATH | O_DIRECTORY, proc, "%" PRId32, pid);

    if (dir < 0) {
        answer->error = dir;
        return;
    }
    page->pid = pid;
    page->exe = read_link(dir, "exe", page);
    page->cwd = read_link(dir, "cwd", page);
    read_limits(dir, page);
    if (library)
        procps_read(pid, page);
    read_shared_pss(dir, page); // last: the kernel walks its page tables
    close(dir);
}
