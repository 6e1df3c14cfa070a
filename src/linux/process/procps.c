#include "linux/process/procps.h"

#if defined PROC2_SONAME && __has_include(<libproc2/pids.h>)

#include <libproc2/meminfo.h>
#include <libproc2/pids.h>
#include <pthread.h>
#include <string.h>

#include "base/library.h"
#include "base/text.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable() ((void)0)
#define __lsan_enable() ((void)0)
#endif

enum pid_item_place {
    OOM_SCORE,
    OOM_ADJUST,
    NICE,
    RSS_ANON,
    RSS_FILE,
    RSS_SHARED,
    LOCKED,
    CGROUP,
    SLICE,
    ITEMS
};

// clang-format off
#define PROCPS_FUNCTIONS(each)                                                                      \
    each(procps_pids_new) each(procps_pids_select) each(procps_pids_unref)                          \
    each(procps_meminfo_new) each(procps_meminfo_get) each(procps_meminfo_unref)
// clang-format on

static struct {
    PROCPS_FUNCTIONS(LIBRARY_MEMBER)
} library;

static void load(void)
{
    static const char *const names[] = {PROCPS_FUNCTIONS(LIBRARY_NAME)};

    library_load(PROC2_SONAME, names, sizeof names / sizeof *names, &library);
}

static char *text_of(const char *text) // "-" and "" are none
{
    return text && *text && strcmp(text, "-") != 0 ? text_escape_new(text, strlen(text)) : NULL;
}

// Not by PIDS_VAL: its arguments differ between the releases of the library.
static void take(const struct pids_stack *stack, struct process_page *page)
{
    const struct pids_result *values = stack->head;

    page->oom_score = values[OOM_SCORE].result.s_int;
    page->oom_adjust = values[OOM_ADJUST].result.s_int;
    page->nice = values[NICE].result.s_int;
    page->rss_anon = values[RSS_ANON].result.ul_int * 1024;
    page->rss_file = values[RSS_FILE].result.ul_int * 1024;
    page->rss_shared = values[RSS_SHARED].result.ul_int * 1024;
    page->locked = values[LOCKED].result.ul_int * 1024;
    page->cgroup = text_of(values[CGROUP].result.str);
    page->slice = text_of(values[SLICE].result.str);
    page->known |= PAGE_KNOWS_MEMORY | PAGE_KNOWS_OOM | PAGE_KNOWS_NICE;
}

// What the library keeps for a thread it does not give back at its end.
static void ask(int32_t pid, struct process_page *page)
{
    enum pids_item items[ITEMS] = {
        [OOM_SCORE] = PIDS_OOM_SCORE,
        [OOM_ADJUST] = PIDS_OOM_ADJ,
        [NICE] = PIDS_NICE,
        [RSS_ANON] = PIDS_VM_RSS_ANON,
        [RSS_FILE] = PIDS_VM_RSS_FILE,
        [RSS_SHARED] = PIDS_VM_RSS_SHARED,
        [LOCKED] = PIDS_VM_RSS_LOCKED,
        [CGROUP] = PIDS_CGROUP,
        [SLICE] = PIDS_SD_SLICE,
    };
    struct pids_info *info = NULL;
    unsigned which = (unsigned)pid;

    if (library.procps_pids_new(&info, items, ITEMS) < 0)
        return;
    page->known |= PAGE_LIBRARY;
    struct pids_fetch *found = library.procps_pids_select(info, &which, 1, PIDS_SELECT_PID);
    if (found && found->counts->total == 1)
        take(found->stacks[0], page);
    library.procps_pids_unref(&info);
}

static uint64_t meminfo(struct meminfo_info *info, enum meminfo_item item)
{
    const struct meminfo_result *result = library.procps_meminfo_get(info, item);

    return result ? result->result.ul_int : 0; // KiB, or pages
}

static void ask_machine(struct process_page *page)
{
    struct meminfo_info *info = NULL;

    if (library.procps_meminfo_new(&info) < 0)
        return;
    page->machine = (struct machine_memory){
        .total = meminfo(info, MEMINFO_MEM_TOTAL) * 1024,
        .shared = meminfo(info, MEMINFO_MEM_SHARED) * 1024,
        .huge_size = meminfo(info, MEMINFO_MEM_HUGE_SIZE) * 1024,
        .huge_n = meminfo(info, MEMINFO_MEM_HUGE_TOTAL),
        .huge_free = meminfo(info, MEMINFO_MEM_HUGE_FREE),
    };
    page->known |= page->machine.total ? PAGE_KNOWS_MACHINE : 0;
    library.procps_meminfo_unref(&info);
}

void procps_read(int32_t pid, struct process_page *page)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    __lsan_disable();
    pthread_once(&once, load);
    if (library.procps_pids_new)
        ask(pid, page);
    if (library.procps_pids_new)
        ask_machine(page);
    __lsan_enable();
}

#else

void procps_read(int32_t pid, struct process_page *page)
{
    (void)pid, (void)page;
}

#endif
