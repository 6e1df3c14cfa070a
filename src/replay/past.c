#include "replay/past.h"

#include <stdlib.h>
#include <string.h>

#include "replay/document.h"
#include "replay/rebuild.h"

enum { PICTURES = 500, BYTES = 4 << 20, EVENTS = 300, SLOTS = 2048 };

// What was read last, by where its line starts: a step looks at the same pictures as the one before it,
// but for one. A slot has one of those whose place it is.
struct past {
    struct slot {
        int64_t start;
        bool used;
        struct event_log *events; // NULL: there are none
    } at[SLOTS];
};

struct past *past_new(void)
{
    return mem_zero(1, sizeof(struct past));
}

void past_free(struct past *past)
{
    for (size_t i = 0; past && i < SLOTS; i++)
        event_log_unref(past->at[i].events);
    free(past);
}

static struct slot *slot_of(struct past *past, int64_t start)
{
    uint64_t hash = (uint64_t)start * UINT64_C(0x9e3779b97f4a7c15); // Fibonacci hashing

    return &past->at[hash >> 32 & (SLOTS - 1)];
}

// What each action of a command did, which its event names by its number.
static struct event_log *copy_members(const struct event_log *from, uint64_t of)
{
    struct event_vec list = {0};

    for (size_t i = 0; i < from->n; i++) {
        struct event *copy = event_new(from->at[i], from->at[i]->who, from->at[i]->text);
        copy->of = of;
        copy->number = (of << 10) + i + 1;
        vec_push(&list, copy);
    }
    struct event_log *members = event_log_more(NULL, &list);
    vec_free(&list);
    return members;
}

// Oldest first. Their numbers are the same from whichever picture they are seen.
static void copy_events(struct event_vec *to, const struct event_log *from, int64_t start)
{
    for (size_t i = 0; from && i < from->n; i++) {
        struct event head = *from->at[i];
        head.number = ((uint64_t)start << 10) + i + 1;
        head.members = head.members ? copy_members(head.members, head.number) : NULL;
        vec_push(to, event_new(&head, head.who, head.text));
        event_log_unref(head.members);
    }
}

// Whether the line ends as one does in which nothing happened.
static bool is_quiet(const char *text, size_t n)
{
    static const char end[] = "\"events\":[]}";

    return n >= sizeof end - 1 && memcmp(text + n - (sizeof end - 1), end, sizeof end - 1) == 0;
}

static struct event_log *read_events(struct tape *tape, const struct span *line)
{
    struct document_report report;
    struct event_log *events = NULL;
    size_t n = 0;
    char *text = tape_text(tape, line, &n);
    struct snapshot *s = text && !is_quiet(text, n) ? document_read(text, n, &report) : NULL;

    if (s && s->events)
        events = event_log_ref(s->events);
    snapshot_unref(s);
    free(text);
    return events;
}

static struct event_log *events_of(struct past *past, struct tape *tape, const struct span *line)
{
    struct slot *slot = slot_of(past, line->start);

    if (!slot->used || slot->start != line->start) {
        event_log_unref(slot->events);
        *slot = (struct slot){line->start, true, read_events(tape, line)};
    }
    return slot->events ? event_log_ref(slot->events) : NULL; // its slot may be needed for another
}

void past_add(struct past *past, struct tape *tape, const struct span *line, struct snapshot *s)
{
    struct {
        struct event_log *events;
        int64_t start;
    } found[PICTURES];
    int n = 0;
    size_t events = 0;
    struct span before = *line;

    for (int i = 0; i < PICTURES && events < EVENTS && line->start - before.start < BYTES; i++) {
        if (!tape_previous(tape, before.start, &before))
            break;
        found[n].start = before.start;
        found[n].events = events_of(past, tape, &before);
        events += found[n].events ? found[n].events->n : 0;
        n += found[n].events != NULL;
    }
    struct event_vec all = {0};
    while (n-- > 0) {
        copy_events(&all, found[n].events, found[n].start);
        event_log_unref(found[n].events);
    }
    copy_events(&all, s->events, line->start);
    event_log_unref(s->events);
    s->events = all.n ? event_log_more(NULL, &all) : NULL;
    vec_free(&all);
    rebuild_past(s); // other rows than those that were recorded of it
}
