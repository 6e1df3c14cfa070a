#include "model/record/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"

const char *const scan_method_names[] = {[SCAN_PROCMAP_QUERY] = "procmap_query",
                                         [SCAN_TEXT] = "text",
                                         [SCAN_REVERSE_MAP] = "reverse_map",
                                         [SCAN_METHODS] = NULL};

struct scan *scan_new(void)
{
    struct scan *scan = mem_zero(1, sizeof *scan);

    scan->refs = 1;
    return scan;
}

struct scan *scan_ref(struct scan *scan)
{
    __atomic_add_fetch(&scan->refs, 1, __ATOMIC_RELAXED);
    return scan;
}

void scan_unref(struct scan *scan)
{
    // The thread that drops the last reference must see what every other thread wrote before dropping
    // its.
    if (!scan || __atomic_sub_fetch(&scan->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < scan->mappings.n; i++)
        free(scan->mappings.at[i].path);
    vec_free(&scan->mappings);
    vec_free(&scan->holders);
    vec_free(&scan->accounts);
    vec_free(&scan->stuck_pids);
    free(scan);
}

const struct segment *segments_find(const struct segment_vec *segments, int32_t shmid)
{
    return segments ? vec_find(segments, o.id, shmid) : NULL;
}

struct segment_account *accounts_find(const struct account_vec *accounts, int32_t shmid)
{
    return vec_find(accounts, shmid, shmid);
}

uint64_t scan_unseen(const struct scan *scan, int32_t shmid, uint16_t *why)
{
    uint64_t n = 0;

    for (size_t i = 0; i < scan->accounts.n; i++) {
        const struct segment_account *account = &scan->accounts.at[i];
        if ((shmid >= 0 && account->shmid != shmid) || account->found >= account->nattch)
            continue;
        n += account->nattch - account->found;
        if (why)
            *why |= account->unseen;
    }
    return n;
}

const struct segment_account *scan_account(const struct scan *scan, int32_t shmid)
{
    return scan ? accounts_find(&scan->accounts, shmid) : NULL;
}

// Index of the first holder whose segment is `shmid`, and pid `pid`, or a later one.
static size_t first_holder(const struct scan *scan, int64_t shmid, int32_t pid)
{
    return scan ? vec_lower(&scan->holders, h,
                            h->shmid < shmid || (h->shmid == shmid && h->pid < pid))
                : 0;
}

const struct holder *scan_holders(const struct scan *scan, int32_t shmid, size_t *n)
{
    size_t first = first_holder(scan, shmid, 0), end = first_holder(scan, (int64_t)shmid + 1, 0);

    *n = end - first;
    return *n ? &scan->holders.at[first] : NULL;
}

const struct holder *scan_holder(const struct scan *scan, int32_t shmid, int32_t pid)
{
    size_t at = first_holder(scan, shmid, pid);

    if (!scan || at == scan->holders.n)
        return NULL;
    const struct holder *h = &scan->holders.at[at];
    return h->shmid == shmid && h->pid == pid ? h : NULL;
}

const char *mapping_path(const struct mapping *mapping, char *scratch, size_t cap)
{
    if (mapping->path)
        return mapping->path;
    if (mapping->shmid < 0)
        return ""; // anonymous memory has no name
    // A segment's file is never linked into a directory: "(deleted)" is its normal name.
    snprintf(scratch, cap, "/SYSV%08x (deleted)", mapping->key);
    return scratch;
}

const char *mapping_perms_text(uint8_t perms, char out[5])
{
    out[0] = perms & MAP_R ? 'r' : '-';
    out[1] = perms & MAP_W ? 'w' : '-';
    out[2] = perms & MAP_X ? 'x' : '-';
    out[3] = perms & MAP_SHARED_BIT ? 's' : 'p';
    out[4] = '\0';
    return out;
}

const char *access_text(uint8_t access, char out[5])
{
    char *p = out;

    if (!(access & (MAP_R | MAP_W | MAP_X))) {
        snprintf(out, 5, "none");
        return out;
    }
    if (access & MAP_R)
        *p++ = 'r';
    if (access & MAP_W)
        *p++ = 'w';
    if (access & MAP_X)
        *p++ = 'x';
    *p = '\0';
    return out;
}

// --- every attachment accounted for, in one line ------------------------------------------------

enum { LINE_MAX_BYTES = 512 };

// ", " between those that stand behind `start`.
static void separate(struct line *line, size_t start)
{
    if (line->n > start)
        line_add(line, ", ");
}

// "12 processes stuck"; "a process stuck" where it is not known how many.
static void add_processes(struct line *line, size_t start, uint32_t n, const char *what)
{
    separate(line, start);
    if (n > 0)
        line_count(line, n, "process", "processes");
    else
        line_add(line, "a process");
    line_add(line, " %s", what);
}

static void add_reason(struct line *line, size_t start, const char *reason)
{
    separate(line, start);
    line_add(line, "%s", reason);
}

// "(1 process not readable as oracle, another PID namespace; try sudo)"
static void add_reasons(struct line *line, const struct scan *scan, uint16_t unseen,
                        const char *user)
{
    bool named = user && *user;

    line_add(line, " (");
    size_t start = line->n;
    if (unseen & UNSEEN_UNREADABLE) {
        add_processes(line, start, scan->unreadable, "not readable");
        line_add(line, "%s%s", named ? " as " : "", named ? user : "");
    }
    if (unseen & UNSEEN_STUCK)
        add_processes(line, start, scan->stuck, "stuck");
    if (unseen & UNSEEN_UNASKED)
        add_processes(line, start, scan->unasked,
                      "not examined: out of threads or file descriptors");
    if (unseen & UNSEEN_HIDDEN)
        add_reason(line, start, "processes hidden by hidepid");
    if (unseen & UNSEEN_LEFT_OUT)
        add_reason(line, start, "left out: too many mappings");
    if (unseen & UNSEEN_ALIKE)
        add_reason(line, start, "cannot be told apart from those of another IPC namespace");
    if (unseen & UNSEEN_OUTSIDE)
        add_reason(line, start, "another PID namespace");
    if (unseen & UNSEEN_EXITING)
        add_processes(line, start, scan->exiting, "exiting");
    if (unseen & UNSEEN_CHANGED)
        add_reason(line, start, "changed during the scan");
    if (!unseen)
        line_add(line, "reason unknown");
    // Root that is refused sits in a container or user namespace: sudo would not help.
    if ((unseen & (UNSEEN_UNREADABLE | UNSEEN_HIDDEN)) && !(named && strcmp(user, "root") == 0))
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
             processes > 1        ? "their processes are stuck"
             : account->stale > 1 ? "their process is stuck"
                                  : "its process is stuck");
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
            line_add(&line, account->unseen & UNSEEN_ALIKE
                                ? " (some of another IPC namespace: cannot be told apart)"
                                : " (changed during the scan)");
    }
    if (account->stale > 0)
        add_stale(&line, scan, account);
    return mem_copy_string(text);
}
