#include "support/fake.h"

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

enum { KIB = 1024, MIB = 1024 * 1024, HOUR = 3600 };

struct snapshot *fake_snapshot(void)
{
    struct snapshot *s = snapshot_new();

    s->number = 1;
    s->time = FAKE_NOW;
    s->time_ns = INT64_C(1000000000000);
    s->has = ~0u & ~(unsigned)(NEED_MAP_USE | NEED_ALL_MAPS);
    s->system = (struct system){.hostname = "db01",
                                .load = {3.1, 2.87, 2.6},
                                .uptime = 41 * 24 * HOUR,
                                .ipc_namespace = 4026531839,
                                .host_namespace = true,
                                .user = "root"};
    return s;
}

static struct owned owned(int32_t id, uint32_t key, uint32_t uid)
{
    return (struct owned){.id = id,
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
    struct segment item = {.o = owned(id, key, uid),
                           .size = size,
                           .rss = size,
                           .nattch = nattch,
                           .atime = FAKE_NOW - HOUR,
                           .known = SEG_KNOWS_RSS | SEG_KNOWS_SWAP};
    return INSERT(&s->segments, item, o.id);
}

struct semset *fake_semset(struct snapshot *s, int32_t id, uint32_t uid, uint64_t nsems)
{
    struct semset item = {.o = owned(id, 0x1000u + (uint32_t)id, uid),
                          .nsems = nsems,
                          .otime = FAKE_NOW - 60,
                          .known = SET_KNOWS_WAITERS};
    return INSERT(&s->semsets, item, o.id);
}

struct queue *fake_queue(struct snapshot *s, int32_t id, uint32_t uid, uint64_t bytes,
                         uint64_t messages)
{
    struct queue item = {.o = owned(id, 0x2000u + (uint32_t)id, uid),
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
        item.command = mem_copy_string(command);
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

struct segment_account *fake_account(struct snapshot *s, int32_t shmid, uint8_t unseen)
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

static void story_people(struct snapshot *s)
{
    char comm[16], command[32];

    fake_user(s, 0, "root");
    fake_user(s, 54, "oracle");
    fake_user(s, 48, "apache");
    fake_gone(s, 17001);
    fake_process(s, 18811, 54, "python", "python /opt/report/nightly.py --all");
    fake_process(s, 18702, 54, "ora_pmon_ORCL", "ora_pmon_ORCL");
    for (int i = 0; i < 16; i++) {
        snprintf(comm, sizeof comm, "oracle");
        snprintf(command, sizeof command, "oracleORCL (LOCAL=%d)", i);
        fake_process(s, 18710 + i, 54, comm, command);
    }
    fake_process(s, 18990, 54, "sh", "sh -c sleep 1000");
    fake_process(s, 20001, 48, "httpd", "/usr/sbin/httpd -k start");
    fake_process(s, 20002, 48, "httpd", "/usr/sbin/httpd -k start");
    fake_process(s, 21001, 0, "sender", "sender --queue 3");
    fake_process(s, 21002, 0, "sender", "sender --queue 3");
}

static void story_segments(struct snapshot *s)
{
    struct segment *r = fake_segment(s, 393216, 0, 54, 276 * (uint64_t)MIB, 1);

    *r = (struct segment){.o = r->o,
                          .size = r->size,
                          .rss = r->size,
                          .nattch = 1,
                          .cpid = 17001,
                          .lpid = 18811,
                          .atime = FAKE_NOW - 41 * 60,
                          .flags = SEG_DEST,
                          .known = r->known};
    r = fake_segment(s, 425985, 0xbfb94e30, 54, 276 * (uint64_t)MIB, 18);
    r->cpid = 18702, r->lpid = 18990, r->atime = FAKE_NOW - 2;
    r = fake_segment(s, 458754, 0x00005678, 48, 1200 * (uint64_t)MIB, 0);
    r->cpid = r->lpid = 17001, r->dtime = FAKE_NOW - 9 * 24 * HOUR, r->atime = r->dtime - 5;
    r->o.ctime = r->atime;
    r = fake_segment(s, 491523, 0x00000042, 0, 4 * KIB, 2);
    r->cpid = r->lpid = 20001;
    r = fake_segment(s, 0, 0xffffffff, 0, 512, 3); // id 0 is a valid id
    r->cpid = 0, r->o.ctime = FAKE_NOW - 1, r->atime = FAKE_NOW - 1;

    fake_hold(s, 393216, 18811, 1, MAP_R | MAP_W);
    fake_hold(s, 425985, 18702, 1, MAP_R | MAP_W);
    for (int i = 0; i < 16; i++)
        fake_hold(s, 425985, 18710 + i, 1, MAP_R | MAP_W);
    fake_hold(s, 425985, 18990, 1, MAP_R | MAP_W);
    fake_hold(s, 491523, 20001, 2, MAP_R);
    struct segment_account *account = fake_account(s, 393216, 0);
    account->key_known = true, account->original_key = 0x0052e2c1;
    fake_account(s, 425985, 0);
    fake_account(s, 458754, 0);
    fake_account(s, 491523, 0);
    fake_account(s, 0, UNSEEN_OUTSIDE);
}

static void story_rest(struct snapshot *s)
{
    struct semset *set = fake_semset(s, 32769, 48, 4);

    set->waiters = 2;
    set->n_elements = 4;
    for (uint32_t i = 0; i < 4; i++) {
        struct element *element = fake_element(s, 32769, i, i ? 1 : 0);
        element->pid = i ? 20001 : 17001;
        element->known |= ELEMENT_KNOWS_PID;
        element->ncount = i ? 0 : 2;
    }
    struct queue *queue = fake_queue(s, 3, 0, 16000, 40);
    queue->lspid = 21001;
    fake_waiter(s, KIND_SEMSET, 32769, 20001, WAIT_SEMTIMEDOP, "element 0 -1");
    fake_waiter(s, KIND_SEMSET, 32769, 20002, WAIT_SEMTIMEDOP, "element 0 -1");
    fake_waiter(s, KIND_QUEUE, 3, 21001, WAIT_MSGSND, "type 1");
    fake_waiter(s, KIND_QUEUE, 3, 21002, WAIT_MSGSND, "type 1");
    fake_limit(s, "shmall", "pages", 448002, 524288);
    fake_limit(s, "shmmni", "segments", 5, 4096);
    fake_limit(s, "semmns", "semaphores", 4, 32000);
    fake_limit(s, "semmni", "sets", 1, 32000);
    fake_limit(s, "msgmni", "queues", 1, 32000);
}

struct snapshot *fake_story(void)
{
    struct snapshot *s = fake_snapshot();

    story_people(s);
    story_segments(s);
    story_rest(s);
    const struct segment *held = snapshot_segment(s, 393216), *leaked = snapshot_segment(s, 458754);
    fake_finding(
        s, SEVERITY_CRITICAL,
        (struct identity){
            .kind = KIND_SEGMENT, .id = 393216, .cuid = 54, .cgid = 54, .ctime = held->o.ctime},
        "segment 393216 is removed but held", "276M held by 18811 python",
        "end 18811 python and it is freed");
    fake_finding(s, SEVERITY_WARNING,
                 (struct identity){.kind = KIND_SEGMENT,
                                   .id = 458754,
                                   .key = leaked->o.key,
                                   .cuid = 48,
                                   .cgid = 48,
                                   .ctime = leaked->o.ctime},
                 "segment 458754 is an orphan", "1.2G, its creator 17001 is gone", "remove it");
    return s;
}

struct snapshot *fake_crowd(int n)
{
    struct snapshot *s = fake_snapshot();

    fake_user(s, 0, "root");
    for (int i = 0; i < n; i++) {
        fake_segment(s, i * 3, 0x100u + (uint32_t)i, 0, 4096u * (uint64_t)(i + 1), 1)->cpid = 1;
        fake_semset(s, i * 3, 0, 4);
        fake_queue(s, i * 3, 0, 0, 0);
    }
    return s;
}
