#include "model/triage/finding_elsewhere.h"

#include <inttypes.h>

#include "model/kinds/registry.h"

// "docker:3f4e5d6c7b8a (IPC namespace 4026532201): 2 orphans 66M"
static char *title_in(const struct snapshot *s, const struct ipc_namespace *row, const char *title)
{
    const struct process *p = snapshot_process(s, row->pid);
    const char *name = p ? process_string(p, PROCESS_CONTAINER) : NULL;

    if (name)
        return mem_format("%s (IPC namespace %" PRIu64 "): %s", name, row->inode, title);
    if (p && p->known & PROC_KNOWS_COMM)
        return mem_format("IPC namespace %" PRIu64 " of %" PRId32 " %s: %s", row->inode, p->pid,
                          p->comm, title);
    return mem_format("IPC namespace %" PRIu64 ": %s", row->inode, title);
}

// Keys that act on its objects do so in there.
static char *go_in_first(const struct finding *f)
{
    return f->advice_by_key
               ? mem_format("Enter goes in, to this finding there: %s", f->advice_by_key)
               : NULL;
}

struct finding finding_elsewhere(const struct snapshot *s, const struct ipc_namespace *row,
                                 const struct finding *found)
{
    struct finding finding = {.rule = found->rule,
                              .severity = found->severity,
                              .about_word = kind_namespaces.word,
                              .weight = found->weight,
                              .title = title_in(s, row, found->title),
                              .evidence = mem_copy_string(found->evidence),
                              .advice = mem_copy_string(found->advice),
                              .advice_by_key = go_in_first(found)};

    kind_namespaces.identify(s, row, &finding.about);
    return finding;
}
