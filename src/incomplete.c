#include "incomplete.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/line.h"
#include "base/memory.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/record/limit.h"
#include "model/text/words.h"

static void start_item(struct line *line)
{
    if (line->n)
        line_add(line, ", ");
}

// "3 processes", as an item; nothing where there are none.
static bool add_count(struct line *line, uint64_t n, const char *one, const char *many)
{
    if (!n)
        return false;
    start_item(line);
    line_count(line, n, one, many);
    return true;
}

static void add_files_missing(struct line *line, const struct files_look *look)
{
    const char *hint = geteuid() ? " by this user; try sudo" : "";

    if (add_count(line, look->stuck, "process", "processes"))
        line_add(line, " whose files could not be read in time");
    if (add_count(line, look->unasked, "process", "processes"))
        line_add(line, " whose files were not read: out of threads or file descriptors");
    if (add_count(line, look->left_out, "file", NULL))
        line_add(line, " not listed: a process has too many");
    if (add_count(line, look->sockets_unread, "socket", NULL))
        line_add(line, " of which nothing could be read");
    if (add_count(line, look->unread, "file", NULL))
        line_add(line, " not readable%s", hint);
    if (add_count(line, look->unreadable, "process", "processes"))
        line_add(line, " whose files are not readable%s", hint);
}

static size_t namespaces_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->namespaces.n; i++)
        n += !(s->namespaces.at[i].known & NAMESPACE_KNOWS_OBJECTS);
    return n;
}

static size_t queues_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->queues.n; i++)
        n += !(s->queues.at[i].known & QUEUE_KNOWS_MAX);
    return n;
}

static size_t limits_unread(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->limits.n; i++)
        n += !limit_is_read(&s->limits.at[i]);
    return n;
}

static void add_tables_missing(struct line *line, const struct snapshot *s, enum others others,
                               uint64_t need)
{
    for (int id = TABLE_KINDS; id < KINDS; id++)
        if (s->in_part & need & NEED_OF(id)) {
            start_item(line);
            line_add(line, "not all of %s could be read", kind_get((enum kind_id)id)->name);
        }
    if (need & (NEED_SEGMENT_USE | NEED_NAMESPACES) && s->has & NEED_SEGMENTS && s->segments.n &&
        !(s->segments.at[0].known & SEG_KNOWS_SWAP)) {
        start_item(line);
        line_add(line, "memory and swap of segments are not known: no /proc/sysvipc");
    }
    if (add_count(line, s->sets_look.left_out, "semaphore set", NULL))
        line_add(line, " not read: too many semaphores");
    if (add_count(line, s->sets_look.unreadable, "semaphore set", NULL))
        line_add(line, " not readable by this user");
    if (need & NEED_QUEUE_MAX && add_count(line, queues_unread(s), "queue", NULL))
        line_add(line, " not readable in full by this user");
    if (need & NEED_LIMITS && add_count(line, limits_unread(s), "limit", NULL))
        line_add(line, " or their use not readable");
    if (need & NEED_NAMESPACES && others != OTHERS_LIST &&
        add_count(line, namespaces_unread(s), "IPC namespace", NULL))
        line_add(line, " not entered");
}

static void add_shared_missing(struct line *line, const struct shared_look *look)
{
    const char *hint = geteuid() ? " by this user; try sudo" : "";

    if (add_count(line, look->unreadable, "process", "processes"))
        line_add(line, " whose shared memory is not readable%s", hint);
    if (add_count(line, look->stuck, "process", "processes"))
        line_add(line, " whose shared memory could not be read in time");
    if (add_count(line, look->left_out, "process", "processes"))
        line_add(line, " whose shared memory was left out: too many mappings");
    if (add_count(line, look->places_unread, "/dev/shm", "/dev/shm"))
        line_add(line, " of other mount namespaces not readable%s", hint);
}

// Whether the picture of a host lacks a table that another one has.
static bool lacks(const struct snapshot *s, const struct host *host, const struct kind *kind)
{
    const struct snapshot *part = NULL;

    for (size_t i = 0; i < s->others.n; i++)
        if (s->others.at[i]->playback.host == host->number)
            part = s->others.at[i];
    return !(kind->flags & TABLE_HOSTS) && kind_is_known(kind, s) &&
           !(part && kind_is_known(kind, part));
}

static void add_unknown(struct line *line, const struct snapshot *s,
                        const struct requests *requests)
{
    for (size_t i = 0; i < requests->n; i++) {
        const struct kind *kind = requests->tables[i].query.kind;
        if (kind_is_known(kind, s))
            continue;
        start_item(line);
        line_add(line, "%s could not be read", kind->name);
    }
    for (size_t i = 0; i < s->hosts.n; i++) // of several hosts
        for (size_t k = 0; k < requests->n; k++) {
            const struct kind *kind = requests->tables[k].query.kind;
            if (!lacks(s, &s->hosts.at[i], kind))
                continue;
            start_item(line);
            line_add(line, "%s of %s not known", kind->name, s->hosts.at[i].name);
        }
    if (line->n && s->error) {
        line_add(line, " (");
        words_unread(line, s);
        line_add(line, ")");
    }
}

static void add_processes_missing(struct line *line, const struct snapshot *s,
                                  const struct options *options, uint64_t need)
{
    const struct scan *scan = need & NEED_HOLDERS ? s->scan : NULL;
    uint16_t why = 0;
    uint64_t unseen = scan ? scan_unseen(scan, options->has_id ? options->id : -1, &why) : 0;
    uint32_t unreadable = scan ? scan->unreadable : 0;

    if (need & NEED_WAITERS && unreadable < s->waiters_unseen)
        unreadable = s->waiters_unseen;
    if (need & NEED_NAMESPACES && unreadable < s->namespaces_unseen)
        unreadable = s->namespaces_unseen;
    if (add_count(line, unseen, "attachment", NULL))
        line_add(line, " unseen%s", why & UNSEEN_HIDDEN ? ", processes hidden by hidepid" : "");
    if (scan && add_count(line, scan->stuck, "process", "processes"))
        line_add(line, " stuck");
    if (scan && add_count(line, scan->unasked, "process", "processes"))
        line_add(line, " not examined: out of threads or file descriptors");
    if (add_count(line, s->processes_unasked, "process", "processes"))
        line_add(line, " not identified: out of threads or file descriptors");
    if (add_count(line, unreadable, "process", "processes")) // sudo helps no root in a container
        line_add(line, " not readable%s", geteuid() ? " by this user; try sudo" : "");
}

static void add_all(struct line *line, const struct printed *printed)
{
    const struct snapshot *s = printed->s;
    uint64_t need = printed->want->need;

    add_unknown(line, s, printed->requests);
    add_tables_missing(line, s, printed->want->others, need);
    add_processes_missing(line, s, printed->options, need);
    if (need & (NEED_FILES | NEED_PORTS))
        add_files_missing(line, &s->files_look);
    if (need & (NEED_SHARED_HOLDERS | NEED_SHARED_OPEN))
        add_shared_missing(line, &s->shared_look);
    if (add_count(line, printed->refused, "IPC namespace", NULL))
        line_add(line, " not entered: not permitted, or no answer");
}

char *incomplete_text(const struct printed *printed)
{
    for (size_t cap = LINE_TEXT;; cap *= 2) { // of several hosts it can be long
        char *text = mem_alloc(cap);
        struct line line = line_start(text, cap);
        add_all(&line, printed);
        if (line.n && !line.full)
            return text;
        free(text);
        if (!line.n)
            return NULL;
    }
}
