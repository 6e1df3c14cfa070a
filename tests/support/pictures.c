#include "support/pictures.h"

#include <stdio.h>
#include <string.h>

static struct owned owned(int32_t id, uint32_t key, uint32_t uid, uint32_t mode, int64_t ctime)
{
    return (struct owned){.id = id,
                          .key = key,
                          .uid = uid,
                          .gid = uid,
                          .cuid = uid,
                          .cgid = uid,
                          .mode = mode,
                          .ctime = ctime};
}

static void add_name(struct named_vec *names, uint32_t id, const char *name)
{
    struct named named = {.id = id};

    snprintf(named.name, sizeof named.name, "%s", name);
    vec_push(names, named);
}

static void add_process(struct snapshot *s, int32_t pid, uint32_t uid, const char *comm, bool gone)
{
    struct process process = {.pid = pid, .uid = uid, .gone = gone};

    if (!gone) {
        process.known = PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE | PROC_KNOWS_COMMAND |
                        PROC_KNOWS_RSS | PROC_KNOWS_COMM;
        process.state = 'S';
        process.start_time = PICTURE_NOW - 5000;
        process.start_ticks = 777;
        process.rss = 1 << 20;
        snprintf(process.comm, sizeof process.comm, "%s", comm);
        process.command = mem_format("/usr/bin/%s --serve \"all\"", comm);
    }
    vec_push(&s->processes, process);
}

static void add_segments(struct snapshot *s)
{
    vec_push(&s->segments,
             (struct segment){.o = owned(0, 0x0052e2c1, 100, 0640, PICTURE_NOW - 4000),
                              .size = 276 << 20,
                              .rss = 276 << 20,
                              .nattch = 3,
                              .atime = PICTURE_NOW - 300,
                              .cpid = 10,
                              .lpid = 11,
                              .known = SEG_KNOWS_RSS | SEG_KNOWS_SWAP});
    vec_push(&s->segments, (struct segment){.o = owned(7, 0, 100, 0600, PICTURE_NOW - 4000),
                                            .size = 8192,
                                            .nattch = 2,
                                            .atime = PICTURE_NOW - 3000,
                                            .dtime = PICTURE_NOW - 30,
                                            .cpid = 9,
                                            .lpid = 0,
                                            .flags = SEG_DEST | SEG_LOCKED,
                                            .known = SEG_KNOWS_SWAP});
    vec_push(&s->segments,
             (struct segment){.o = owned(2147483647, 0xffffffff, 4242, 0777, PICTURE_NOW - 9000),
                              .size = 56,
                              .rss = 4096,
                              .cpid = 9,
                              .known = SEG_KNOWS_RSS | SEG_KNOWS_SWAP});
}

static void add_scan(struct snapshot *s)
{
    struct scan *scan = scan_new();

    vec_push(
        &scan->holders,
        (struct holder){
            .shmid = 0, .pid = 10, .start_ticks = 777, .attaches = 2, .access = MAP_R | MAP_W});
    vec_push(
        &scan->holders,
        (struct holder){.shmid = 0, .pid = 11, .start_ticks = 777, .attaches = 1, .access = MAP_R});
    vec_push(&scan->mappings,
             (struct mapping){.pid = 10,
                              .shmid = 0,
                              .key = 0x0052e2c1,
                              .dev_minor = 1,
                              .start = 0x7f0000000000,
                              .end = 0x7f0011400000,
                              .inode = 0,
                              .perms = MAP_R | MAP_W | MAP_SHARED_BIT | MAP_DELETED});
    vec_push(&scan->accounts, (struct segment_account){.shmid = 0,
                                                       .nattch = 3,
                                                       .found = 3,
                                                       .holders = 2,
                                                       .key_known = true,
                                                       .original_key = 0x0052e2c1});
    vec_push(&scan->accounts,
             (struct segment_account){.shmid = 7, .nattch = 2, .unseen = UNSEEN_UNREADABLE});
    vec_push(&scan->accounts, (struct segment_account){.shmid = 2147483647});
    scan->processes = 40;
    scan->unreadable = 12;
    scan->duration_us = 1234;
    s->scan = scan;
}

static void add_semaphores(struct snapshot *s)
{
    vec_push(&s->semsets, (struct semset){.o = owned(3, 0x11, 0, 0666, PICTURE_NOW - 100),
                                          .nsems = 2,
                                          .otime = PICTURE_NOW - 10,
                                          .waiters = 1,
                                          .n_elements = 2,
                                          .known = SET_KNOWS_WAITERS | SET_KNOWS_PIDS});
    vec_push(&s->elements, (struct element){.semid = 3,
                                            .index = 0,
                                            .value = 0,
                                            .ncount = 1,
                                            .pid = 10,
                                            .known = ELEMENT_KNOWS_VALUE | ELEMENT_KNOWS_COUNTS |
                                                     ELEMENT_KNOWS_PID});
    vec_push(&s->elements, (struct element){.semid = 3, .index = 1, .known = ELEMENT_KNOWS_VALUE});
}

static void add_queues(struct snapshot *s)
{
    vec_push(&s->queues, (struct queue){.o = owned(1, 0x22, 0, 0600, PICTURE_NOW - 50),
                                        .bytes = 16000,
                                        .messages = 40,
                                        .max_bytes = 16384,
                                        .lspid = 10,
                                        .stime = PICTURE_NOW - 5,
                                        .known = QUEUE_KNOWS_MAX});
    vec_push(&s->queues, (struct queue){.o = owned(2, 0, 4242, 0600, PICTURE_NOW - 50)});
    vec_push(&s->waiters, (struct waiter){.kind = KIND_SEMSET,
                                          .id = 3,
                                          .pid = 11,
                                          .tid = 12,
                                          .uid = 100,
                                          .call = WAIT_SEMTIMEDOP,
                                          .detail = "element 0 -1",
                                          .comm = "sh"});
    vec_push(&s->waiters, (struct waiter){.kind = KIND_QUEUE,
                                          .id = 1,
                                          .pid = 11,
                                          .tid = 11,
                                          .uid = 100,
                                          .call = WAIT_MSGSND,
                                          .comm = "sh"});
}

static void add_rest(struct snapshot *s)
{
    vec_push(&s->limits, (struct limit){.name = "shmmax",
                                        .meaning = "largest segment",
                                        .unit = "bytes",
                                        .path = "/proc/sys/kernel/shmmax",
                                        .used = 276 << 20,
                                        .limit = 18446744073692774399u,
                                        .known = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED});
    vec_push(&s->limits,
             (struct limit){.name = "shmmni",
                            .meaning = "segments",
                            .unit = "segments",
                            .path = "/proc/sys/kernel/shmmni",
                            .used = 3,
                            .limit = 4096,
                            .top_uid = 100,
                            .known = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED | LIMIT_KNOWS_TOP});
    vec_push(&s->findings, (struct finding){.rule = "held-dest",
                                            .severity = SEVERITY_WARNING,
                                            .about = {.kind = KIND_SEGMENT, .id = 7},
                                            .title = mem_copy_string("removed but held"),
                                            .evidence = mem_copy_string("a \"quoted\" \\x1b word"),
                                            .advice = mem_copy_string("see its holders")});
}

struct snapshot *picture_new(void)
{
    struct snapshot *s = snapshot_new();

    s->time = PICTURE_NOW;
    s->has = NEED_SEGMENTS | NEED_SEGMENT_USE | NEED_SEMSETS | NEED_QUEUES | NEED_QUEUE_MAX |
             NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_LIMITS | NEED_HOLDERS | NEED_PROCESSES |
             NEED_COMMANDS | NEED_NAMES | NEED_WAITERS | NEED_SYSTEM | NEED_APPS;
    snprintf(s->system.hostname, sizeof s->system.hostname, "db01");
    s->system.ipc_namespace = 4026531839;
    s->system.euid = 1000;
    s->waiters_unseen = 12;
    add_segments(s);
    add_semaphores(s);
    add_queues(s);
    add_process(s, 9, 100, "", true);
    add_process(s, 10, 100, "oracle", false);
    add_process(s, 11, 100, "s\xc3\xbc\\e[31m", false); // escaped already: a backslash stays one
    add_name(&s->users, 0, "root");
    add_name(&s->users, 100, "oracle");
    add_name(&s->groups, 100, "dba");
    add_scan(s);
    add_rest(s);
    return s;
}

struct snapshot *picture_blank(void)
{
    struct snapshot *s = snapshot_new();

    s->scan = scan_new();
    vec_push(&s->segments, (struct segment){.nattch = 1});
    vec_push(&s->semsets, (struct semset){0});
    vec_push(&s->queues, (struct queue){0});
    vec_push(&s->elements, (struct element){0});
    vec_push(&s->limits, (struct limit){0});
    vec_push(&s->waiters, (struct waiter){.kind = KIND_QUEUE});
    vec_push(&s->findings, (struct finding){0});
    vec_push(&s->scan->holders, (struct holder){0});
    vec_push(&s->scan->mappings, (struct mapping){.shmid = -1});
    struct event_vec events = {0};
    vec_push(&events, event_new(&(struct event){.about.kind = KIND_COUNT}, "", ""));
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    return s;
}
