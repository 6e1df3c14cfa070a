#include "support/fake.h"
#include "model/kinds/registry.h"

#include <stdio.h>

// Puts an item where its order wants it; FIELD is an integer that tells the order.
#define INSERT(vec, item, FIELD)                                                                   \
    ({                                                                                             \
        size_t at_ = (vec)->n;                                                                     \
        vec_push((vec), (item));                                                                   \
        for (; at_ > 0 && (vec)->at[at_ - 1].FIELD > (item).FIELD; at_--)                          \
            (vec)->at[at_] = (vec)->at[at_ - 1];                                                   \
        (vec)->at[at_] = (item);                                                                   \
        &(vec)->at[at_];                                                                           \
    })

enum { KIB = 1024, MIB = 1024 * KIB, HOUR = 3600 };

struct snapshot *fake_snapshot(void)
{
    struct snapshot *s = snapshot_new();

    s->number = 1;
    s->time = FAKE_NOW;
    s->time_ns = INT64_C(1000000000000);
    s->has = ~UINT64_C(0) & ~(uint64_t)(NEED_MAP_USE | NEED_ALL_MAPS);
    s->system = (struct system){.hostname = "db01",
                                .knows_load = true,
                                .load = {3.1, 2.87, 2.6},
                                .uptime = 41 * 24 * HOUR,
                                .ipc_namespace = 4026531839,
                                .host_namespace = true,
                                .user = "root"};
    return s;
}

static struct owned owned(enum kind_id kind, int32_t id, uint32_t key, uint32_t uid)
{
    return (struct owned){.kind = kind,
                          .id = id,
                          .key = key,
                          .mode = 0640,
                          .uid = uid,
                          .gid = uid,
                          .cuid = uid,
                          .cgid = uid,
                          .ctime = FAKE_NOW - 2 * HOUR};
}

struct segment *fake_segment(struct snapshot *s, int32_t id, uint32_t key, uint32_t uid,
                             uint64_t size, uint64_t nattch)
{
    struct segment item = {.o = owned(KIND_SEGMENT, id, key, uid),
                           .size = size,
                           .rss = size,
                           .nattch = nattch,
                           .atime = FAKE_NOW - HOUR,
                           .known = SEG_KNOWS_RSS | SEG_KNOWS_SWAP};
    return INSERT(&s->segments, item, o.id);
}

struct semset *fake_semset(struct snapshot *s, int32_t id, uint32_t uid, uint64_t nsems)
{
    struct semset item = {.o = owned(KIND_SEMSET, id, 0x1000u + (uint32_t)id, uid),
                          .nsems = nsems,
                          .otime = FAKE_NOW - 60,
                          .known = SET_KNOWS_WAITERS};
    return INSERT(&s->semsets, item, o.id);
}

struct queue *fake_queue(struct snapshot *s, int32_t id, uint32_t uid, uint64_t bytes,
                         uint64_t messages)
{
    struct queue item = {.o = owned(KIND_QUEUE, id, 0x2000u + (uint32_t)id, uid),
                         .bytes = bytes,
                         .messages = messages,
                         .max_bytes = 16 * KIB,
                         .stime = FAKE_NOW - 30,
                         .known = QUEUE_KNOWS_MAX};
    return INSERT(&s->queues, item, o.id);
}

struct element *fake_element(struct snapshot *s, int32_t semid, uint32_t index, uint32_t value)
{
    struct element item = {.semid = semid,
                           .index = index,
                           .value = value,
                           .known = ELEMENT_KNOWS_VALUE | ELEMENT_KNOWS_COUNTS};
    vec_push(&s->elements, item); // by set, then index: told in that order
    return &s->elements.at[s->elements.n - 1];
}

struct process *fake_process(struct snapshot *s, int32_t pid, uint32_t uid, const char *comm,
                             const char *command)
{
    struct process item = {.pid = pid,
                           .uid = uid,
                           .start_ticks = (uint64_t)pid * 10,
                           .start_time = FAKE_NOW - 3 * HOUR,
                           .rss = 64 * MIB,
                           .state = 'S',
                           .known = PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE |
                                    PROC_KNOWS_RSS | PROC_KNOWS_COMM};
    snprintf(item.comm, sizeof item.comm, "%s", comm);
    if (command) {
        process_add_string(&item, PROCESS_COMMAND, command);
        item.known |= PROC_KNOWS_COMMAND;
    }
    return INSERT(&s->processes, item, pid);
}

void fake_gone(struct snapshot *s, int32_t pid)
{
    struct process item = {.pid = pid, .gone = true};

    (void)INSERT(&s->processes, item, pid);
}

struct waiter *fake_waiter(struct snapshot *s, enum kind_id kind, int32_t id, int32_t pid,
                           enum wait_call call, const char *detail)
{
    const struct process *process = snapshot_process(s, pid);
    struct waiter item = {.kind = kind, .id = id, .pid = pid, .tid = pid, .call = call};

    snprintf(item.detail, sizeof item.detail, "%s", detail);
    if (process) {
        item.uid = process->uid;
        snprintf(item.comm, sizeof item.comm, "%s", process->comm);
    }
    vec_push(&s->waiters, item); // by kind, then id: told in that order
    return &s->waiters.at[s->waiters.n - 1];
}

void fake_user(struct snapshot *s, uint32_t uid, const char *name)
{
    struct named item = {.id = uid};

    snprintf(item.name, sizeof item.name, "%s", name);
    (void)INSERT(&s->users, item, id);
    (void)INSERT(&s->groups, item, id);
}

struct limit *fake_limit(struct snapshot *s, const char *name, const char *unit, uint64_t used,
                         uint64_t limit)
{
    struct limit item = {.name = name,
                         .unit = unit,
                         .meaning = "as ipc(5) tells",
                         .path = "/proc/sys/kernel",
                         .used = used,
                         .limit = limit,
                         .known = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED};
    vec_push(&s->limits, item);
    return &s->limits.at[s->limits.n - 1];
}

struct finding *fake_finding(struct snapshot *s, enum severity severity, struct identity about,
                             const char *title, const char *evidence, const char *advice)
{
    struct finding item = {.rule = "fake",
                           .severity = severity,
                           .about = about,
                           .about_word = kind_get(about.kind) ? kind_get(about.kind)->word : NULL,
                           .title = mem_copy_string(title),
                           .evidence = mem_copy_string(evidence),
                           .advice = mem_copy_string(advice)};
    vec_push(&s->findings, item); // worst first: told in that order
    return &s->findings.at[s->findings.n - 1];
}

static struct scan *scan_of(struct snapshot *s)
{
    if (!s->scan) {
        s->scan = scan_new();
        s->scan->processes = 240;
        s->scan->duration_us = 2100;
        s->scan->finished_ns = s->time_ns;
    }
    return s->scan;
}

void fake_hold(struct snapshot *s, int32_t shmid, int32_t pid, uint32_t attaches, uint8_t access)
{
    const struct process *process = snapshot_process(s, pid);
    const struct segment *segment = snapshot_segment(s, shmid);
    struct scan *scan = scan_of(s);
    struct holder holder = {.shmid = shmid,
                            .pid = pid,
                            .attaches = attaches,
                            .access = access,
                            .start_ticks = process ? process->start_ticks : 0};

    vec_push(&scan->holders, holder); // by segment, then pid: told in that order
    for (uint32_t i = 0; i < attaches; i++) {
        uint64_t size = segment ? segment->size : 4096;
        struct mapping mapping = {.pid = pid,
                                  .shmid = shmid,
                                  .dev_minor = 1,
                                  .key = segment ? segment->o.key : 0,
                                  .start = 0x7f0000000000 + i * size,
                                  .end = 0x7f0000000000 + (i + 1) * size,
                                  .inode = (uint64_t)shmid,
                                  .perms = (uint8_t)(access | MAP_SHARED_BIT | MAP_DELETED)};
        vec_push(&scan->mappings, mapping);
    }
}

struct segment_account *fake_account(struct snapshot *s, int32_t shmid, uint16_t unseen)
{
    const struct segment *segment = snapshot_segment(s, shmid);
    struct scan *scan = scan_of(s);
    struct segment_account item = {
        .shmid = shmid, .unseen = unseen, .nattch = segment ? segment->nattch : 0};

    for (size_t i = 0; i < scan->holders.n; i++) {
        if (scan->holders.at[i].shmid != shmid)
            continue;
        item.holders++;
        item.found += scan->holders.at[i].attaches;
    }
    return INSERT(&scan->accounts, item, shmid);
}
