#include "incomplete.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/kinds/registry.h"
#include "model/kinds/shared.h"
#include "model/record/limit.h"
#include "model/text/say.h"
#include "model/text/words.h"

static void start_item(struct say *x)
{
    say(x, "{text}", x->line.n ? ", " : "");
}

// An item of so many; nothing where there are none. `hint` is what the template has besides, or NULL.
static void missing(struct say *x, uint64_t n, const char *template, const char *hint)
{
    if (!n)
        return;
    start_item(x);
    if (hint)
        say(x, template, n, hint);
    else
        say(x, template, n);
}

static const char *by_user(void)
{
    return geteuid() ? " by this user; try sudo" : ""; // sudo helps no root in a container
}

static void add_files_missing(struct say *x, const struct files_look *look)
{
    missing(x, look->stuck, "{n process|processes} whose files could not be read in time", NULL);
    missing(x, look->unasked,
            "{n process|processes} whose files were not read: out of threads or file descriptors",
            NULL);
    missing(x, look->left_out, "{n file} not listed: a process has too many", NULL);
    missing(x, look->sockets_unread, "{n socket} of which nothing could be read", NULL);
    missing(x, look->unread, "{n file} not readable{text}", by_user());
    missing(x, look->unreadable, "{n process|processes} whose files are not readable{text}",
            by_user());
}

static void add_tables_missing(struct say *x, const struct snapshot *s, enum others others,
                               uint64_t need)
{
    for (int id = TABLE_KINDS; id < KINDS; id++)
        if (s->in_part & need & NEED_OF(id)) {
            start_item(x);
            say(x, "not all of {text} could be read", kind_get((enum kind_id)id)->name);
        }
    if (need & (NEED_SEGMENT_USE | NEED_NAMESPACES) && s->has & NEED_SEGMENTS && s->segments.n &&
        !(s->segments.at[0].known & SEG_KNOWS_SWAP)) {
        start_item(x);
        say(x, "memory and swap of segments are not known: no /proc/sysvipc");
    }
    missing(x, s->sets_look.left_out, "{n semaphore set} not read: too many semaphores", NULL);
    missing(x, s->sets_look.unreadable, "{n semaphore set} not readable by this user", NULL);
    if (need & NEED_QUEUE_MAX)
        missing(x, vec_count(&s->queues, q, !(q->known & QUEUE_KNOWS_MAX)),
                "{n queue} not readable in full by this user", NULL);
    if (need & NEED_LIMITS)
        missing(x, vec_count(&s->limits, limit, !limit_is_read(limit)),
                "{n limit} or their use not readable", NULL);
    if (need & NEED_NAMESPACES && others != OTHERS_LIST)
        missing(x, vec_count(&s->namespaces, row, !(row->known & NAMESPACE_KNOWS_OBJECTS)),
                "{n IPC namespace} not entered", NULL);
}

static void add_shared_missing(struct say *x, const struct shared_look *look)
{
    missing(x, look->unreadable, "{n process|processes} whose shared memory is not readable{text}",
            by_user());
    missing(x, look->stuck, "{n process|processes} whose shared memory could not be read in time",
            NULL);
    missing(x, look->left_out,
            "{n process|processes} whose shared memory was left out: too many mappings", NULL);
    missing(x, look->places_unread,
            "{n /dev/shm|/dev/shm} of other mount namespaces not readable{text}", by_user());
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

static void add_unknown(struct say *x, const struct snapshot *s, const struct requests *requests)
{
    for (size_t i = 0; i < requests->n; i++) {
        const struct kind *kind = requests->tables[i].query.kind;
        if (kind_is_known(kind, s))
            continue;
        start_item(x);
        say(x, "{text} could not be read", kind->name);
    }
    for (size_t i = 0; i < s->hosts.n; i++) // of several hosts
        for (size_t k = 0; k < requests->n; k++) {
            const struct kind *kind = requests->tables[k].query.kind;
            if (!lacks(s, &s->hosts.at[i], kind))
                continue;
            start_item(x);
            say(x, "{text} of {text} not known", kind->name, s->hosts.at[i].name);
        }
    if (x->line.n && s->error) {
        say(x, " (");
        words_unread(&x->line, s);
        say(x, ")");
    }
}

static void add_processes_missing(struct say *x, const struct snapshot *s,
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
    missing(x, unseen, "{n attachment} unseen{text}",
            why & UNSEEN_HIDDEN ? ", processes hidden by hidepid" : "");
    missing(x, scan ? scan->stuck : 0, "{n process|processes} stuck", NULL);
    missing(x, scan ? scan->unasked : 0,
            "{n process|processes} not examined: out of threads or file descriptors", NULL);
    missing(x, s->processes_unasked,
            "{n process|processes} not identified: out of threads or file descriptors", NULL);
    missing(x, unreadable, "{n process|processes} not readable{text}", by_user());
}

static void add_all(struct say *x, const struct printed *printed)
{
    const struct snapshot *s = printed->s;
    uint64_t need = printed->want->need;

    add_unknown(x, s, printed->requests);
    add_tables_missing(x, s, printed->want->others, need);
    add_processes_missing(x, s, printed->options, need);
    if (need & (NEED_FILES | NEED_PORTS))
        add_files_missing(x, &s->files_look);
    if (need & (NEED_SHARED_HOLDERS | NEED_SHARED_OPEN))
        add_shared_missing(x, &s->shared_look);
    missing(x, printed->refused, "{n IPC namespace} not entered: not permitted, or no answer",
            NULL);
}

char *incomplete_text(const struct printed *printed)
{
    for (size_t cap = LINE_TEXT;; cap *= 2) { // of several hosts it can be long
        char *text = mem_alloc(cap);
        struct say x = say_start(printed->s, text, cap);
        add_all(&x, printed);
        if (x.line.n && !x.line.full)
            return text;
        free(text);
        if (!x.line.n)
            return NULL;
    }
}
