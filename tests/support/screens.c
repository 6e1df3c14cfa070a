#include "support/screens.h"
#include "support/canvas_row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/holders/process_totals.h"
#include "model/kinds/registry.h"
#include "model/record/event_log.h"
#include "model/record/shared.h"
#include "model/triage/triage.h"
#include "session/current.h"
#include "support/fake.h"
#include "support/test.h"
#include "ui/draw.h"

char *screen_of(struct user *u, int w, int h, bool ascii)
{
    struct canvas canvas = {.ascii = ascii};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    canvas_resize(&canvas, w, h);
    draw_session(&canvas, &u->s);
    for (int y = 0; y < h; y++) {
        char *row = canvas_row(&canvas, y);
        fprintf(out, "%s\n", row);
        free(row);
    }
    fclose(out);
    canvas_free(&canvas);
    return text;
}

struct user *outage_user(void)
{
    struct snapshot *s = fake_story();

    triage_run(s);
    struct user *u = user_new(s);
    u->s.interval = 2;
    return u;
}

// --- what the outage of support/fake has no rows for ---------------------------------------------

static void add_event(struct event_vec *events, struct event head, const char *who,
                      const char *text)
{
    head.number = events->n + 1;
    head.time = FAKE_NOW - 60 + (int64_t)events->n;
    head.millis = -1;
    vec_push(events, event_new(&head, who, text));
}

// A bulk action with one that failed, a limit, what others did.
static struct event_log *some_events(void)
{
    struct event_vec events = {0}, members = {0};

    add_event(&members, (struct event){.of = 3, .object = "segment 7"}, "root",
              "segment 7 removed [ipcrm -m 7]");
    add_event(&members,
              (struct event){.of = 3, .object = "segment 8", .severity = SEVERITY_WARNING}, "root",
              "failed: segment 8: not permitted: needs root, oracle or CAP_SYS_ADMIN [ipcrm -m 8]");
    struct event_log *log = event_log_more(NULL, &members);
    vec_free(&members);
    add_event(
        &events,
        (struct event){.what = EVENT_MARKED, .object = "segment 393216", .by = EVENT_BY_EXACT},
        "18811 python", "for removal; 276M stays until 1 attachment ends");
    add_event(&events,
              (struct event){.what = EVENT_LIMIT, .object = "shmall", .severity = SEVERITY_WARNING},
              "apache", "shmall above 80%: 448002 of 524288 pages");
    add_event(&events,
              (struct event){.what = EVENT_ACTION,
                             .object = "segments",
                             .several = true,
                             .severity = SEVERITY_WARNING,
                             .by = EVENT_BY_US,
                             .members = log},
              "root", "1 of 2 segments removed; 1 failed");
    event_log_unref(log);
    log = event_log_more(NULL, &events);
    vec_free(&events);
    return log;
}

static void add_shared(struct shared *row, enum shared_type type, const char *name, uint64_t size)
{
    row->type = type;
    row->size = size;
    row->rss = size / 2;
    row->mode = 0600;
    row->known = UINT8_MAX;
    row->attached = 2;
    row->id.inode = size;
    snprintf(row->name, sizeof row->name, "%s", name);
}

struct user *whole_outage_user(void)
{
    struct user *u = outage_user();
    struct snapshot *s = u->s.snapshot;
    const struct want want = {0};
    struct shared *shared = mem_zero(3, sizeof *shared);

    s->events = some_events();
    process_totals_build(s, &want, &s->totals);
    vec_push(&s->namespaces, ((struct ipc_namespace){.inode = s->system.ipc_namespace,
                                                     .processes = 412,
                                                     .pid = 1,
                                                     .segments = 5,
                                                     .bytes = 1835008000,
                                                     .semsets = 1,
                                                     .queues = 1,
                                                     .findings = 6,
                                                     .known = UINT8_MAX}));
    vec_push(&s->namespaces,
             ((struct ipc_namespace){
                 .inode = 4026532201, .processes = 3, .pid = 20001, .error = -EPERM}));
    add_shared(&shared[0], SHARED_POSIX, "/cache", 64 << 20);
    add_shared(&shared[1], SHARED_MEMFD, "wayland", 1 << 20);
    add_shared(&shared[2], SHARED_MQUEUE, "/jobs", 81920);
    free(s->tables[KIND_SHARED].at);
    s->tables[KIND_SHARED] = (struct table){shared, 3, sizeof *shared};
    s->has |= NEED_OF(KIND_SHARED) | NEED_OF(KIND_SHARED_HOLDER) | NEED_SHM_PLACES |
              NEED_NAMESPACES | NEED_TOTALS;
    session_rebuild(&u->s);
    return u;
}
