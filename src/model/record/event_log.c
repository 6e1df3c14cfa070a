#include "model/record/event_log.h"

#include <stdlib.h>
#include <string.h>

// clang-format off
const char *const event_what_names[EVENT_WHATS] = {
    [EVENT_CREATED] = "created",   [EVENT_REMOVED] = "removed",
    [EVENT_MARKED] = "marked",     [EVENT_CHANGED] = "changed",
    [EVENT_ATTACHED] = "attached", [EVENT_DETACHED] = "detached",
    [EVENT_LIMIT] = "limit",       [EVENT_STUCK] = "stuck",
    [EVENT_RECOVERED] = "recovered", [EVENT_ACTION] = "action",
    [EVENT_TRACING] = "tracing",
};
// clang-format on

const char *const event_by_names[EVENT_BYS] = {
    [EVENT_BY_LAST_USER] = "last user", [EVENT_BY_EXACT] = "exact", [EVENT_BY_US] = "us"};

struct event *event_new(const struct event *head, const char *who, const char *text)
{
    size_t who_size = strlen(who) + 1, text_size = strlen(text) + 1;
    size_t object_size = head->object ? strlen(head->object) + 1 : 0;
    struct event *event = mem_alloc(sizeof *event + who_size + text_size + object_size);
    char *behind = (char *)(event + 1);

    *event = *head;
    event->refs = 1;
    event->members = event_log_ref(head->members);
    event->who = memcpy(behind, who, who_size);
    event->text = memcpy(behind + who_size, text, text_size);
    if (head->object)
        event->object = memcpy(behind + who_size + text_size, head->object, object_size);
    return event;
}

static void event_unref(struct event *event)
{
    if (__atomic_sub_fetch(&event->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    event_log_unref(event->members);
    free(event);
}

void event_log_replace(struct event_log *log, struct event *event)
{
    for (size_t i = log->n; i-- > 0;) {
        if (log->at[i]->number != event->number)
            continue;
        event_unref(log->at[i]);
        log->at[i] = event;
        return;
    }
    event_unref(event);
}

struct event_log *event_log_ref(struct event_log *log)
{
    if (log)
        __atomic_add_fetch(&log->refs, 1, __ATOMIC_RELAXED);
    return log;
}

void event_log_unref(struct event_log *log)
{
    if (!log || __atomic_sub_fetch(&log->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < log->n; i++)
        event_unref(log->at[i]);
    free(log);
}

struct event_log *event_log_more(const struct event_log *log, const struct event_vec *more)
{
    size_t before = log ? log->n : 0, all = before + more->n;
    size_t n = all < EVENTS_MAX ? all : EVENTS_MAX;
    struct event_log *out = mem_alloc(sizeof *out + n * sizeof out->at[0]);

    out->refs = 1;
    out->n = 0;
    for (size_t i = 0; i < all; i++) {
        struct event *event = i < before ? log->at[i] : more->at[i - before];
        bool kept = i >= all - n;

        if (kept && i < before)
            __atomic_add_fetch(&event->refs, 1, __ATOMIC_RELAXED);
        if (kept)
            out->at[out->n++] = event;
        else if (i >= before)
            event_unref(event);
    }
    return out;
}
