#include "model/kinds/registry.h"
#include "support/fake.h"

#include <stdio.h>

enum { KIB = 1024, MIB = 1024 * KIB, HOUR = 3600 };

// --- the outage ---------------------------------------------------------------------------------

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

// --- few rows, with unknown parts ---------------------------------------------------------------

static void few_segments(struct snapshot *s)
{
    struct segment *r = fake_segment(s, 0, 0x0052e2c1, 100, 276 * (uint64_t)MIB, 3);

    r->o.ctime = FAKE_NOW - 4000, r->atime = FAKE_NOW - 300;
    r->cpid = 10, r->lpid = 11;
    r = fake_segment(s, 7, 0, 100, 8 * KIB, 2);
    r->o.mode = 0600, r->o.ctime = FAKE_NOW - 4000;
    r->atime = FAKE_NOW - 3000, r->dtime = FAKE_NOW - 30;
    r->cpid = 9, r->flags = SEG_DEST | SEG_LOCKED;
    r->rss = 0, r->known = SEG_KNOWS_SWAP;
    r = fake_segment(s, INT32_MAX, 0xffffffff, 4242, 56, 0);
    r->o.mode = 0777, r->o.ctime = FAKE_NOW - 9000, r->atime = 0;
    r->rss = 4 * KIB, r->cpid = 9;
}

static void few_holders(struct snapshot *s)
{
    fake_hold(s, 0, 10, 2, MAP_R | MAP_W);
    fake_hold(s, 0, 11, 1, MAP_R);
    struct segment_account *account = fake_account(s, 0, 0);
    account->key_known = true, account->original_key = 0x0052e2c1;
    fake_account(s, 7, UNSEEN_UNREADABLE);
    fake_account(s, INT32_MAX, 0);
    s->scan->processes = 40;
    s->scan->unreadable = 12;
    s->scan->duration_us = 1234;
}

static void few_sets_and_queues(struct snapshot *s)
{
    struct semset *set = fake_semset(s, 3, 0, 2);

    set->o.key = 0x11, set->o.mode = 0666, set->o.ctime = FAKE_NOW - 100;
    set->otime = FAKE_NOW - 10, set->waiters = 1, set->n_elements = 2;
    set->known |= SET_KNOWS_PIDS;
    struct element *element = fake_element(s, 3, 0, 0);
    element->ncount = 1, element->pid = 10, element->known |= ELEMENT_KNOWS_PID;
    fake_element(s, 3, 1, 0)->known = ELEMENT_KNOWS_VALUE;
    struct queue *queue = fake_queue(s, 1, 0, 16000, 40);
    queue->o.key = 0x22, queue->o.mode = 0600, queue->o.ctime = FAKE_NOW - 50;
    queue->lspid = 10, queue->stime = FAKE_NOW - 5;
    queue = fake_queue(s, 2, 4242, 0, 0);
    queue->o.key = 0, queue->o.mode = 0600, queue->o.ctime = FAKE_NOW - 50;
    queue->stime = 0, queue->max_bytes = 0, queue->known = 0;
    fake_waiter(s, KIND_SEMSET, 3, 11, WAIT_SEMTIMEDOP, "element 0 -1")->tid = 12;
    fake_waiter(s, KIND_QUEUE, 1, 11, WAIT_MSGSND, "");
}

static void few_limits(struct snapshot *s)
{
    struct limit *limit =
        fake_limit(s, "shmmax", "bytes", 276 * (uint64_t)MIB, 18446744073692774399u);

    limit->meaning = "largest segment", limit->path = "/proc/sys/kernel/shmmax";
    limit = fake_limit(s, "shmmni", "segments", 3, 4096);
    limit->meaning = "segments", limit->path = "/proc/sys/kernel/shmmni";
    limit->top_uid = 100, limit->known |= LIMIT_KNOWS_TOP;
}

struct snapshot *fake_few(void)
{
    struct snapshot *s = fake_snapshot();

    s->system.euid = 1000;
    s->waiters_unseen = 12;
    fake_user(s, 100, "oracle");
    snprintf(s->groups.at[0].name, sizeof s->groups.at[0].name, "dba");
    fake_user(s, 0, "root");
    fake_gone(s, 9);
    fake_process(s, 10, 100, "oracle", "/usr/bin/oracle --serve \"all\"");
    // Escaped already: a backslash stays one.
    fake_process(s, 11, 100, "s\xc3\xbc\\e[31m", "/usr/bin/s\xc3\xbc\\e[31m --serve \"all\"");
    few_segments(s);
    few_holders(s);
    few_sets_and_queues(s);
    few_limits(s);
    fake_finding(s, SEVERITY_WARNING, (struct identity){.kind = KIND_SEGMENT, .id = 7},
                 "removed but held", "a \"quoted\" \\x1b word", "see its holders")
        ->rule = "held-dest";
    return s;
}

struct snapshot *fake_blank(void)
{
    struct snapshot *s = snapshot_new();

    s->scan = scan_new();
    vec_push(&s->segments, (struct segment){.o.kind = KIND_SEGMENT, .nattch = 1});
    vec_push(&s->semsets, (struct semset){.o.kind = KIND_SEMSET});
    vec_push(&s->queues, (struct queue){.o.kind = KIND_QUEUE});
    vec_push(&s->elements, (struct element){0});
    vec_push(&s->limits, (struct limit){0});
    vec_push(&s->waiters, (struct waiter){.kind = KIND_QUEUE});
    vec_push(&s->findings, (struct finding){0});
    vec_push(&s->scan->holders, (struct holder){0});
    vec_push(&s->scan->mappings, (struct mapping){.shmid = -1});
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (!kind->count && !kind->rows.offset) // in snapshot.tables
            s->tables[id] = (struct table){mem_zero(1, kind->rows.size), 1, kind->rows.size};
    }
    vec_push(&s->files, (struct open_file){0});
    vec_push(&s->namespaces, (struct ipc_namespace){0});
    vec_push(&s->hosts, (struct host){.age = -1});
    vec_push(&s->totals, (struct process_totals){0});
    struct event_vec events = {0};
    vec_push(&events, event_new(&(struct event){.about.kind = NO_KIND}, "", ""));
    struct event_log *members = event_log_more(NULL, &events);
    vec_clear(&events);
    vec_push(&events,
             event_new(&(struct event){.about.kind = NO_KIND, .members = members}, "", ""));
    event_log_unref(members);
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    return s;
}
