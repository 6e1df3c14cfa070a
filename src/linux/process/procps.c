#include "linux/process/procps.h"

#if defined PROC2_SONAME && __has_include(<libproc2/pids.h>)

#include <dlfcn.h>
#include <libproc2/pids.h>
#include <pthread.h>
#include <string.h>

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
    MAJOR_FAULTS,
    RSS_ANON,
    RSS_FILE,
    RSS_SHARED,
    LOCKED,
    CGROUP,
    SLICE,
    ITEMS
};

// The types are those of the header that this was compiled with; the name has its version.
static struct {
    __typeof__(procps_pids_new) *new;
    __typeof__(procps_pids_select) *select;
    __typeof__(procps_pids_unref) *unref;
} library;

static void load(void)
{
    void *handle = dlopen(PROC2_SONAME, RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return;
    __typeof__(library) found = {
        .new = (__typeof__(library.new))dlsym(handle, "procps_pids_new"),
        .select = (__typeof__(library.select))dlsym(handle, "procps_pids_select"),
        .unref = (__typeof__(library.unref))dlsym(handle, "procps_pids_unref")};
    if (found.new &&found.select && found.unref)
        library = found;
    else
        dlclose(handle);
}

static char *text_of(const char *text) // "-" and "" are none
{
    return text && *text && strcmp(text, "-") != 0 ? text_escape_new(text, strlen(text)) : NULL;
}

static void take(struct pids_stack *stack, struct process_page *page)
{
    page->oom_score = PIDS_VAL(OOM_SCORE, s_int, stack, );
    page->oom_adjust = PIDS_VAL(OOM_ADJUST, s_int, stack, );
    page->nice = PIDS_VAL(NICE, s_int, stack, );
    page->major_faults = PIDS_VAL(MAJOR_FAULTS, ul_int, stack, );
    page->rss_anon = PIDS_VAL(RSS_ANON, ul_int, stack, ) * 1024;
    page->rss_file = PIDS_VAL(RSS_FILE, ul_int, stack, ) * 1024;
    page->rss_shared = PIDS_VAL(RSS_SHARED, ul_int, stack, ) * 1024;
    page->locked = PIDS_VAL(LOCKED, ul_int, stack, ) * 1024;
    page->cgroup = text_of(PIDS_VAL(CGROUP, str, stack, ));
    page->slice = text_of(PIDS_VAL(SLICE, str, stack, ));
    page->known |= PAGE_KNOWS_MEMORY | PAGE_KNOWS_OOM | PAGE_KNOWS_NICE;
}

// What the library keeps for a thread it does not give back at its end.
static void ask(int32_t pid, struct process_page *page)
{
    enum pids_item items[ITEMS] = {
        [OOM_SCORE] = PIDS_OOM_SCORE,
        [OOM_ADJUST] = PIDS_OOM_ADJ,
        [NICE] = PIDS_NICE,
        [MAJOR_FAULTS] = PIDS_FLT_MAJ,
        [RSS_ANON] = PIDS_VM_RSS_ANON,
        [RSS_FILE] = PIDS_VM_RSS_FILE,
        [RSS_SHARED] = PIDS_VM_RSS_SHARED,
        [LOCKED] = PIDS_VM_RSS_LOCKED,
        [CGROUP] = PIDS_CGROUP,
        [SLICE] = PIDS_SD_SLICE,
    };
    struct pids_info *info = NULL;
    unsigned which = (unsigned)pid;

    if (library.new(&info, items, ITEMS) < 0)
        return;
    page->known |= PAGE_LIBRARY;
    struct pids_fetch *found = library.select(info, &which, 1, PIDS_SELECT_PID);
    if (found && found->counts->total == 1)
        take(found->stacks[0], page);
    library.unref(&info);
}

void procps_read(int32_t pid, struct process_page *page)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    __lsan_disable();
    pthread_once(&once, load);
    if (library.new)
        ask(pid, page);
    __lsan_enable();
}

#else

void procps_read(int32_t pid, struct process_page *page)
{
    (void)pid, (void)page;
}

#endif
