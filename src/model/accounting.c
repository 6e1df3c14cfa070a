// Every attachment of a segment accounted for, in one line (model/attach.h).
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "model/attach.h"

enum { LINE_MAX_BYTES = 512 };

static void add_reason(struct line *line, bool *first, const char *text)
{
    line_add(line, "%s%s", *first ? "" : ", ", text);
    *first = false;
}

// "(1 process not readable as oracle, another PID namespace; try sudo)"
static void add_reasons(struct line *line, const struct scan *scan, uint8_t unseen,
                        const char *user)
{
    bool first = true;
    char text[128];
    struct line part;

    line_add(line, " (");
    if (unseen & UNSEEN_UNREADABLE) {
        part = line_start(text, sizeof text);
        if (scan->unreadable > 0)
            line_count(&part, scan->unreadable, "process", "processes");
        else
            line_add(&part, "a process");
        line_add(&part, " not readable%s%s", user && *user ? " as " : "", user ? user : "");
        add_reason(line, &first, text);
    }
    if (unseen & UNSEEN_STUCK) {
        part = line_start(text, sizeof text);
        if (scan->stuck > 1)
            line_count(&part, scan->stuck, "process", "processes");
        else
            line_add(&part, "a process");
        line_add(&part, " stuck");
        add_reason(line, &first, text);
    }
    if (unseen & UNSEEN_UNASKED) {
        part = line_start(text, sizeof text);
        line_count(&part, scan->unasked, "process", "processes");
        line_add(&part, " not asked: no thread or file to be had");
        add_reason(line, &first, text);
    }
    if (unseen & UNSEEN_OUTSIDE)
        add_reason(line, &first, "another PID namespace");
    if (unseen & UNSEEN_EXITING) {
        part = line_start(text, sizeof text);
        if (scan->exiting > 1)
            line_count(&part, scan->exiting, "process", "processes");
        else
            line_add(&part, "a process");
        line_add(&part, " exiting");
        add_reason(line, &first, text);
    }
    if (unseen & UNSEEN_CHANGED)
        add_reason(line, &first, "changed during the scan");
    if (first)
        add_reason(line, &first, "reason unknown");
    // Root that is refused sits in a container or user namespace: sudo would not help.
    if ((unseen & UNSEEN_UNREADABLE) && !(user && strcmp(user, "root") == 0))
        line_add(line, "; try sudo");
    line_add(line, ")");
}

static void add_stale(struct line *line, const struct scan *scan,
                      const struct segment_account *account)
{
    size_t n, processes = 0;
    const struct holder *holders = scan_holders(scan, account->shmid, &n);

    for (size_t i = 0; i < n; i++)
        processes += holders[i].stale;
    line_add(line, ", %u known from before: %s", account->stale,
             processes > 1 ? "their processes are stuck"
             : account->stale > 1 ? "their process is stuck" : "its process is stuck");
}

char *scan_accounting_line(const struct scan *scan, int32_t shmid, const char *user)
{
    const struct segment_account *account = scan_account(scan, shmid);
    char text[LINE_MAX_BYTES];
    struct line line = line_start(text, sizeof text);

    if (!account)
        return mem_copy_string("attachments not searched for yet");
    if (account->nattch == 0 && account->found == 0)
        return mem_copy_string("no attachments");
    line_count(&line, account->nattch, "attachment", NULL);
    line_add(&line, ": %llu found", (unsigned long long)account->found);
    if (account->found < account->nattch) {
        line_add(&line, ", %llu unseen", (unsigned long long)(account->nattch - account->found));
        add_reasons(&line, scan, account->unseen, user);
    } else {
        line_add(&line, " in ");
        line_count(&line, account->holders, "process", "processes");
        if (account->found > account->nattch)
            line_add(&line, " (changed during the scan)");
    }
    if (account->stale > 0)
        add_stale(&line, scan, account);
    return mem_copy_string(text);
}
