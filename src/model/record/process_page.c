#include "model/record/process_page.h"

#include <stdlib.h>

#include "base/memory.h"

void process_page_release(struct process_page *page)
{
    free(page->exe);
    free(page->cwd);
    free(page->cgroup);
    free(page->slice);
    *page = (struct process_page){0};
}

void process_page_copy(struct process_page *to, const struct process_page *from)
{
    process_page_release(to);
    *to = *from;
    to->exe = mem_copy_string(from->exe);
    to->cwd = mem_copy_string(from->cwd);
    to->cgroup = mem_copy_string(from->cgroup);
    to->slice = mem_copy_string(from->slice);
}
