// The real source against real objects: what it reads is what the kernel's own calls say.
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/objects/ipcstat.h"
#include "linux/objects/sysvipc.h"
#include "linux/source.h"
#include "model/consequence/outcomes.h"
#include "model/record/limit_spec.h"
#include "model/record/pid_state.h"
#include "support/asuser.h"
#include "support/ns.h"
#include "support/test.h"

enum { TABLES = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES };

static struct linux_source *linux_source;
static struct source source;

static int setup(void **state)
{
    (void)state;
    linux_source = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    source = linux_source_seam(linux_source);
    return 0;
}

static struct snapshot *read_for(const struct want *want)
{
    struct snapshot *s = snapshot_new();

    assert_int_equal(source.read(source.self, want, s), 0);
    assert_int_equal(s->has & want->need, want->need);
    return s;
}

static struct snapshot *read_now(uint64_t need)
{
    return read_for(&(struct want){.need = need});
}

// No test leaves an object: the next one starts with an empty namespace.
static int teardown(void **state)
{
    struct snapshot *s = read_now(TABLES);

    (void)state;
    for (size_t i = 0; i < s->segments.n; i++)
        shmctl(s->segments.at[i].o.id, IPC_RMID, NULL);
    for (size_t i = 0; i < s->semsets.n; i++)
        semctl(s->semsets.at[i].o.id, 0, IPC_RMID);
    for (size_t i = 0; i < s->queues.n; i++)
        msgctl(s->queues.at[i].o.id, IPC_RMID, NULL);
    snapshot_unref(s);
    linux_source_free(linux_source);
    return 0;
}

TEST_FIXTURE(setup, teardown)

// --- tables -------------------------------------------------------------------------------------

// Runs first, in a fresh namespace: its first objects have id 0.
TEST(the_first_ids_are_zero)
{
    struct msqid_ds mds;

    assert_int_equal(shmget(0x1234, 5000, IPC_CREAT | 0640), 0);
    assert_int_equal(semget(0x1235, 3, IPC_CREAT | 0600), 0);
    assert_int_equal(msgget(0x1236, IPC_CREAT | 0660), 0);
    struct snapshot *s =
        read_now(TABLES | NEED_QUEUE_MAX | NEED_ELEMENTS | NEED_SEM_WAITERS | NEED_LIMITS);
    const struct segment *segment = snapshot_segment(s, 0);
    const struct semset *set = snapshot_semset(s, 0);
    const struct queue *queue = snapshot_queue(s, 0);
    assert_non_null(segment);
    assert_non_null(set);
    assert_non_null(queue);
    assert_int_equal(segment->o.key, 0x1234);
    assert_int_equal(segment->o.mode, 0640);
    assert_int_equal(segment->size, 5000);
    assert_int_equal(segment->cpid, getpid());
    assert_int_equal(set->nsems, 3);
    assert_int_equal(set->n_elements, 3);
    assert_int_equal(set->known, SET_KNOWS_WAITERS | SET_KNOWS_PIDS);
    assert_int_equal(msgctl(0, IPC_STAT, &mds), 0);
    assert_int_equal(queue->known, QUEUE_KNOWS_MAX);
    assert_int_equal(queue->max_bytes, mds.msg_qbytes);
    assert_true(s->limits.n >= LIMIT_SPECS); // and pools of huge pages
    assert_int_equal(s->limits.at[0].used, 1);
    assert_int_equal(s->limits.at[1].used, 2); // pages of 5000 bytes
    snapshot_unref(s);
}

static bool next_id(const char *kind, const char *id)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/sys/kernel/%s_next_id", kind);
    FILE *file = fopen(path, "we"); // CONFIG_CHECKPOINT_RESTORE
    if (!file)
        return false;
    fputs(id, file);
    return fclose(file) == 0;
}

static const struct mapping *mapping_of(const struct answer *answer, int32_t shmid)
{
    for (size_t i = 0; i < answer->mappings.n; i++)
        if (answer->mappings.at[i].shmid == shmid)
            return &answer->mappings.at[i];
    return NULL;
}

// The largest id there is, with the keys that look negative: read, held, asked in detail, removed.
TEST(the_last_ids_and_keys)
{
    const int32_t last = 2147483647;
    const uint32_t keys[] = {0x80000000, 0xffffffff, 0x80000001};

    if (!next_id("shm", "2147483647") || !next_id("sem", "2147483647") ||
        !next_id("msg", "2147483647")) {
        printf("skip: this kernel lets nobody choose the next id\n");
        skip();
    }
    assert_int_equal(shmget((key_t)keys[0], 4096, IPC_CREAT | 0600), last);
    assert_int_equal(semget((key_t)keys[1], 2, IPC_CREAT | 0600), last);
    assert_int_equal(msgget((key_t)keys[2], IPC_CREAT | 0600), last);
    char *at = shmat(last, NULL, 0);
    struct snapshot *s = read_now(TABLES | NEED_QUEUE_MAX | NEED_ELEMENTS | NEED_SEM_WAITERS);
    assert_non_null(snapshot_segment(s, last));
    assert_int_equal(snapshot_segment(s, last)->o.key, keys[0]);
    assert_int_equal(snapshot_semset(s, last)->o.key, keys[1]);
    assert_int_equal(snapshot_semset(s, last)->known, SET_KNOWS_WAITERS | SET_KNOWS_PIDS);
    assert_int_equal(snapshot_queue(s, last)->o.key, keys[2]);
    assert_int_equal(snapshot_queue(s, last)->known, QUEUE_KNOWS_MAX);
    struct answer answer = {0};
    struct prober *prober = source.prober_new(source.self);
    source.probe(source.self, prober, &(struct probe){.what = PROBE_ATTACHMENTS, .id = getpid()},
                 &answer);
    const struct mapping *mapping = mapping_of(&answer, last);
    assert_non_null(mapping);
    assert_int_equal(mapping->key, keys[0]);
    answer_clear(&answer);
    source.prober_free(source.self, prober);
    shmdt(at);
    const struct segment *segment = snapshot_segment(s, last);
    struct outcome outcome;
    source.act(source.self,
               &(struct action){.verb = ACTION_REMOVE,
                                .target = {.kind = KIND_SEGMENT,
                                           .id = last,
                                           .key = keys[0],
                                           .cuid = segment->o.cuid,
                                           .cgid = segment->o.cgid,
                                           .ctime = segment->o.ctime}},
               &outcome);
    assert_int_equal(outcome.state, OUTCOME_DONE);
    outcome_say(&outcome);
    assert_string_equal(outcome.text, "segment 2147483647 removed");
    snapshot_unref(s);
}

TEST(a_segment_as_shmctl_says)
{
    int id = shmget((key_t)0xbfb94e30, 8192, IPC_CREAT | 0604);
    char *at = shmat(id, NULL, 0);
    struct shmid_ds ds;

    assert_true(at != (void *)-1);
    at[0] = 1;
    assert_int_equal(shmctl(id, SHM_LOCK, NULL), 0);
    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    struct snapshot *s = read_now(NEED_SEGMENTS | NEED_SEGMENT_USE);
    const struct segment *segment = snapshot_segment(s, id);
    assert_non_null(segment);
    assert_true(segment->o.key == 0xbfb94e30u);
    assert_int_equal(segment->o.mode, 0604);
    assert_int_equal(segment->flags, SEG_LOCKED);
    assert_int_equal(segment->nattch, 1);
    assert_int_equal(segment->atime, ds.shm_atime);
    assert_int_equal(segment->dtime, 0);
    assert_int_equal(segment->o.ctime, ds.shm_ctime);
    assert_int_equal(segment->lpid, ds.shm_lpid);
    assert_int_equal(segment->o.uid, geteuid());
    assert_int_equal(segment->o.cgid, getegid());
    assert_int_equal(segment->known, SEG_KNOWS_RSS | SEG_KNOWS_SWAP);
    assert_int_equal(segment->rss, 4096); // the page that was touched
    snapshot_unref(s);

    // Marked: the row stays, its key is gone.
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    s = read_now(NEED_SEGMENTS);
    segment = snapshot_segment(s, id);
    assert_non_null(segment);
    assert_int_equal(segment->o.key, 0);
    assert_int_equal(segment->flags, SEG_DEST | SEG_LOCKED);
    snapshot_unref(s);
    shmdt(at);
    s = read_now(NEED_SEGMENTS);
    assert_null(snapshot_segment(s, id));
    snapshot_unref(s);
}

TEST(many_objects_come_in_order)
{
    enum { N = 500 };
    int first = shmget(IPC_PRIVATE, 1, 0600);

    shmctl(first, IPC_RMID, NULL); // sequence numbers grow: indexes and ids differ in order
    for (int i = 0; i < N; i++) {
        assert_true(shmget(IPC_PRIVATE, (size_t)i + 1, 0600) >= 0);
        assert_true(semget(IPC_PRIVATE, 2, 0600) >= 0);
        assert_true(msgget(IPC_PRIVATE, 0600) >= 0);
    }
    struct snapshot *s = read_now(TABLES | NEED_QUEUE_MAX | NEED_SEM_WAITERS);
    assert_int_equal(s->segments.n, N);
    assert_int_equal(s->semsets.n, N);
    assert_int_equal(s->queues.n, N);
    for (int i = 1; i < N; i++) {
        assert_true(s->segments.at[i - 1].o.id < s->segments.at[i].o.id);
        assert_true(s->semsets.at[i - 1].o.id < s->semsets.at[i].o.id);
        assert_true(s->queues.at[i - 1].o.id < s->queues.at[i].o.id);
        assert_int_equal(s->queues.at[i].known, QUEUE_KNOWS_MAX);
        assert_int_equal(s->semsets.at[i].known, SET_KNOWS_WAITERS);
    }
    snapshot_unref(s);
}

// --- semaphores ---------------------------------------------------------------------------------

struct wait_for_sem {
    int id;
    struct sembuf op;
};

static void wait_body(void *arg, int ready)
{
    struct wait_for_sem *w = arg;

    child_ready(ready);
    semop(w->id, &w->op, 1);
}

static bool somebody_waits(void *arg)
{
    int id = *(int *)arg, n = 0;

    for (int i = 0; i < 3; i++)
        n += semctl(id, i, GETNCNT) + semctl(id, i, GETZCNT);
    return n == 3;
}

TEST(elements_and_waiters_of_a_set)
{
    int id = semget(IPC_PRIVATE, 3, 0600), other = semget(IPC_PRIVATE, 2, 0600);
    pid_t pids[3];

    assert_int_equal(semctl(id, 1, SETVAL, 65), 0);
    assert_int_equal(semctl(id, 1, SETVAL, 7), 0);
    pids[0] = child_start(wait_body, &(struct wait_for_sem){id, {0, -1, 0}});
    pids[1] = child_start(wait_body, &(struct wait_for_sem){id, {0, -1, 0}});
    pids[2] = child_start(wait_body, &(struct wait_for_sem){id, {1, 0, 0}});
    assert_true(await(somebody_waits, &id, 60));

    struct snapshot *s = read_now(NEED_SEMSETS | NEED_SEM_WAITERS);
    assert_int_equal(snapshot_semset(s, id)->waiters, 3);
    assert_int_equal(snapshot_semset(s, id)->known, SET_KNOWS_WAITERS);
    assert_int_equal(snapshot_semset(s, id)->n_elements, 0);
    assert_int_equal(snapshot_semset(s, other)->waiters, 0);
    assert_int_equal(s->elements.n, 0);
    snapshot_unref(s);

    s = read_now(NEED_ELEMENTS); // of all, ordered by set
    assert_int_equal(s->elements.n, 5);
    const struct semset *set = snapshot_semset(s, id);
    assert_int_equal(set->n_elements, 3);
    assert_int_equal(set->waiters, 3);
    assert_int_equal(set->known, SET_KNOWS_WAITERS | SET_KNOWS_PIDS);
    const struct element *e = &s->elements.at[set->first_element];
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(e[i].semid, id);
        assert_int_equal(e[i].index, i);
        assert_int_equal(e[i].known,
                         ELEMENT_KNOWS_VALUE | ELEMENT_KNOWS_COUNTS | ELEMENT_KNOWS_PID);
    }
    assert_int_equal(e[0].ncount, 2);
    assert_int_equal(e[0].zcount, 0);
    assert_int_equal(e[1].value, 7);
    assert_int_equal(e[1].zcount, 1);
    assert_int_equal(e[1].pid, getpid());
    assert_int_equal(e[2].ncount + e[2].zcount, 0);
    snapshot_unref(s);

    // Where one set is looked at, no other is asked.
    s = read_for(&(struct want){.need = NEED_SEMSETS | NEED_ELEMENTS,
                                .focused = true,
                                .focus = {.kind = KIND_SEMSET, .id = other}});
    assert_int_equal(s->elements.n, 2);
    assert_int_equal(s->elements.at[0].semid, other);
    assert_int_equal(snapshot_semset(s, id)->known, 0);
    assert_int_equal(snapshot_semset(s, id)->n_elements, 0);
    snapshot_unref(s);

    for (int i = 0; i < 3; i++)
        child_end(pids[i]);
}

// --- an ordinary user ---------------------------------------------------------------------------

struct seen {
    int error;
    size_t segments, sets, queues;
    struct semset set;
    struct queue queue;
    struct element element[2];
    size_t elements;
    struct limit limit;
};

static void look(void *result)
{
    struct seen *seen = result;
    struct snapshot *s = snapshot_new();
    struct want want = {.need = TABLES | NEED_ELEMENTS | NEED_SEM_WAITERS | NEED_QUEUE_MAX |
                                NEED_LIMITS};

    seen->error = source.read(source.self, &want, s);
    seen->segments = s->segments.n;
    seen->sets = s->semsets.n;
    seen->queues = s->queues.n;
    seen->elements = s->elements.n;
    if (seen->sets == 1 && seen->queues == 1 && seen->elements == 2) {
        seen->set = s->semsets.at[0];
        seen->queue = s->queues.at[0];
        memcpy(seen->element, s->elements.at, sizeof seen->element);
        seen->limit = s->limits.at[0];
    }
    snapshot_unref(s);
}

TEST(what_a_user_may_not_read_is_unknown)
{
    struct seen seen = {0};
    int queue = msgget(IPC_PRIVATE, 0600);
    struct msqid_ds ds;

    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    assert_true(shmget(IPC_PRIVATE, 1, 0600) >= 0 && semget(IPC_PRIVATE, 2, 0600) >= 0);
    assert_int_equal(msgctl(queue, IPC_STAT, &ds), 0);
    assert_true(as_nobody(look, &seen, sizeof seen));
    assert_int_equal(seen.error, 0);
    assert_int_equal(seen.segments, 1); // the tables are for everybody
    assert_int_equal(seen.sets, 1);
    assert_int_equal(seen.queues, 1);
    assert_int_equal(seen.elements, 2);
    assert_int_equal(seen.set.known, SET_REFUSED);
    assert_int_equal(seen.set.n_elements, 2);
    assert_int_equal(seen.element[0].known, 0);
    assert_int_equal(seen.element[1].index, 1);
    assert_int_equal(seen.queue.known, QUEUE_KNOWS_MAX); // MSG_STAT_ANY asks for no permission
    assert_int_equal(seen.queue.max_bytes, ds.msg_qbytes);
    assert_int_equal(seen.limit.known, LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED | LIMIT_KNOWS_TOP);
}

static void stat_by_index(void *result)
{
    struct ipcstat *stats = result;
    struct snapshot *s = snapshot_new();

    source.read(source.self, &(struct want){.need = TABLES}, s);
    // Each is the last one of its kind: a sequence number, and an index that is not 0.
    if (s->segments.n && s->semsets.n && s->queues.n &&
        (ipcstat(KIND_SEGMENT, s->segments.at[s->segments.n - 1].o.id, &stats[0]) ||
         ipcstat(KIND_SEMSET, s->semsets.at[s->semsets.n - 1].o.id, &stats[1]) ||
         ipcstat(KIND_QUEUE, s->queues.at[s->queues.n - 1].o.id, &stats[2])))
        _exit(1);
    // An id whose index is in use by another object is nobody's.
    if (ipcstat(KIND_SEGMENT, s->segments.at[0].o.id ^ 1 << 15, &stats[3]) != -EINVAL)
        _exit(2);
    snapshot_unref(s);
}

TEST(objects_are_known_without_read_permission)
{
    struct ipcstat stats[4] = {0};
    int shm = -1, sem = -1, msg = -1;

    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    for (int i = 0; i < 5; i++) {
        shm = shmget(0x77 + i, 4096, IPC_CREAT);
        sem = semget(0x177 + i, 1, IPC_CREAT);
        msg = msgget(0x277 + i, IPC_CREAT);
    }
    void *at = shmat(shm, NULL, 0);
    assert_true(at != (void *)-1);
    assert_true(as_nobody(stat_by_index, stats, sizeof stats));
    assert_int_equal(stats[0].o.id, shm);
    assert_int_equal(stats[0].o.key, 0x7b);
    assert_int_equal(stats[0].nattch, 2); // ours, and the looking child's by its fork
    assert_int_equal(stats[1].o.id, sem);
    assert_int_equal(stats[1].o.key, 0x17b);
    assert_int_equal(stats[2].o.id, msg);
    assert_int_equal(stats[2].o.key, 0x27b);
    assert_true(stats[2].max_bytes > 0);
    shmdt(at);
}

TEST(what_is_asked_is_read_and_no_more)
{
    struct snapshot *s = read_now(NEED_SEGMENTS);
    assert_int_equal(s->has, NEED_SEGMENTS);
    snapshot_unref(s);
    s = read_now(NEED_SYSTEM);
    assert_int_equal(s->has, NEED_SYSTEM);
    assert_true(s->system.ipc_namespace != 0);
    assert_false(s->system.host_namespace); // of the test's own
    assert_false(s->system.first_pid_namespace);
    assert_int_equal(s->system.euid, geteuid());
    snapshot_unref(s);
    s = read_now(NEED_LIMITS); // counts objects: needs the tables
    assert_int_equal(s->has, NEED_LIMITS | TABLES);
    snapshot_unref(s);
}

TEST(a_kernel_without_the_tables_is_an_error)
{
    struct linux_source *other = linux_source_new(&(struct linux_source_options){.proc = "/sys"});
    struct source seam = linux_source_seam(other);
    struct snapshot *s = snapshot_new();
    struct pid_entry_vec pids = {0};
    struct outcome outcome;
    uint64_t forks;

    assert_int_equal(seam.read(seam.self, &(struct want){.need = TABLES}, s), -ENOENT);
    assert_int_equal(s->has, 0);
    assert_int_equal(seam.forks(seam.self, &forks), -ENOENT);
    assert_int_equal(seam.processes(seam.self, &pids), 0);
    assert_int_equal(pids.n, 0);
    // Calls would hit this machine, not what that root shows.
    int id = shmget(IPC_PRIVATE, 1, 0600);
    seam.act(seam.self,
             &(struct action){.verb = ACTION_REMOVE, .target = {.kind = KIND_SEGMENT, .id = id}},
             &outcome);
    assert_int_equal(outcome.state, OUTCOME_REFUSED);
    struct ipcstat stat;
    assert_int_equal(ipcstat(KIND_SEGMENT, id, &stat), 0);
    snapshot_unref(s);
    vec_free(&pids);
    linux_source_free(other);
}

// --- processes ----------------------------------------------------------------------------------

static void pause_body(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    pause();
}

static const struct pid_entry *find_pid(const struct pid_entry_vec *v, int32_t pid)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->at[i].pid == pid)
            return &v->at[i];
    return NULL;
}

TEST(processes_and_forks)
{
    struct pid_entry_vec v = {0};
    uint64_t before, after;
    char path[32];
    struct stat st;

    assert_int_equal(source.forks(source.self, &before), 0);
    pid_t pid = child_start(pause_body, NULL);
    assert_int_equal(source.forks(source.self, &after), 0);
    assert_true(after > before);
    assert_int_equal(source.processes(source.self, &v), 0);
    assert_int_equal(v.at[0].pid, 1);
    for (size_t i = 1; i < v.n; i++)
        assert_true(v.at[i - 1].pid < v.at[i].pid);
    assert_non_null(find_pid(&v, getpid()));
    const struct pid_entry *entry = find_pid(&v, pid);
    assert_non_null(entry);
    snprintf(path, sizeof path, "/proc/%d", pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(entry->instance, st.st_ino);
    child_end(pid);
    assert_int_equal(source.processes(source.self, &v), 0);
    assert_null(find_pid(&v, pid));
    vec_free(&v);
}

// In a container that sees the machine's /proc, pid 1 here is another one there. What the calls say
// of pids must not be looked for in that /proc, nor what it says be signalled.
static int below_another_proc(pid_t target)
{
    struct linux_source *other = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source seam = linux_source_seam(other);
    struct snapshot *s = snapshot_new();
    struct answer answer = {0};
    struct outcome outcome;
    struct pid_mark mark = {0};
    struct pid_entry_vec recent = {0};
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    shmdt(shmat(id, NULL, 0));
    if (seam.read(seam.self, &(struct want){.need = NEED_SEGMENTS}, s) != 0)
        return 1;
    const struct segment *segment = snapshot_segment(s, id);
    if (!segment || segment->cpid != 0 || segment->lpid != 0)
        return 2;
    struct prober *prober = seam.prober_new(seam.self);
    seam.probe(seam.self, prober,
               &(struct probe){.what = PROBE_PROCESS, .id = target, .facts = NEED_PROCESSES},
               &answer);
    if (answer.error || answer.process.instance) // it is the machine's process, as that /proc says
        return 3;
    // The number is somebody's here: ours.
    const struct action action = {
        .verb = ACTION_SIGNAL,
        .signal = SIGKILL,
        .target = {.kind = KIND_HOLDER, .pid = target, .start_ticks = answer.process.start_ticks}};
    seam.act(seam.self, &action, &outcome);
    outcome_say(&outcome);
    if (outcome.state != OUTCOME_REFUSED || !strstr(outcome.text, "another PID namespace"))
        return 4;
    answer_clear(&answer);
    vec_push(&answer.tasks, 1);
    vec_push(&answer.tasks, target);
    seam.probe(seam.self, prober, &(struct probe){.what = PROBE_SAME_MEMORY, .id = 0}, &answer);
    if (answer.error != -ENOTSUP)
        return 5;
    if (seam.recent(seam.self, &mark, &recent) != -ENOTSUP)
        return 6;
    answer_clear(&answer);
    seam.prober_free(seam.self, prober);
    snapshot_unref(s);
    linux_source_free(other);
    return 0;
}

// There with a /proc of one's own: who made and used an object outside is 0, and nobody.
static int in_a_container(pid_t none)
{
    (void)none;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, NULL) < 0)
        return 77;
    struct linux_source *own = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source seam = linux_source_seam(own);
    struct snapshot *s = snapshot_new();
    int theirs = shmget(0x77, 0, 0), ours = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    if (seam.read(seam.self, &(struct want){.need = NEED_SEGMENTS | NEED_SYSTEM}, s) != 0)
        return 1;
    const struct segment *old = snapshot_segment(s, theirs), *new = snapshot_segment(s, ours);
    if (!old || old->cpid != 0 || old->lpid != 0 || !new || new->cpid != 1)
        return 2;
    if (s->system.first_pid_namespace || snapshot_pid_state(s, old->cpid, 0) != PID_OUTSIDE)
        return 3;
    snapshot_unref(s);
    linux_source_free(own);
    return 0;
}

static int in_another_pid_namespace(int (*body)(pid_t arg), pid_t arg)
{
    int status;

    pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWPID) < 0)
            _exit(77);
        pid_t first = fork(); // pid 1 there
        if (first == 0)
            _exit(body(arg));
        if (first < 0 || waitpid(first, &status, 0) != first || !WIFEXITED(status))
            _exit(78);
        _exit(WEXITSTATUS(status));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        printf("skip: no PID namespace of our own\n");
        skip();
    }
    return WEXITSTATUS(status);
}

TEST(a_proc_of_another_pid_namespace)
{
    assert_int_equal(in_another_pid_namespace(below_another_proc, 1), 0);
}

TEST(objects_of_another_pid_namespace)
{
    int id = shmget(0x77, 4096, IPC_CREAT | IPC_EXCL | 0600);
    assert_true(id >= 0);
    shmdt(shmat(id, NULL, 0));
    assert_int_equal(in_another_pid_namespace(in_a_container, 0), 0);
}

// --- text and calls -----------------------------------------------------------------------------

static bool same_owned(const struct owned *a, const struct owned *b)
{
    return a->id == b->id && a->key == b->key && a->mode == b->mode && a->uid == b->uid &&
           a->gid == b->gid && a->cuid == b->cuid && a->cgid == b->cgid && a->ctime == b->ctime;
}

// How many rows the two ways differ in; -1 where one of them failed.
static int differences(void)
{
    struct segment_vec g = {0}, gs = {0};
    struct semset_vec t = {0}, ts = {0};
    struct queue_vec q = {0}, qs = {0};
    int n = 0;

    if (sysvipc_read("/proc", KIND_SEGMENT, &g) || sysvipc_read("/proc", KIND_SEMSET, &t) ||
        sysvipc_read("/proc", KIND_QUEUE, &q) || ipcstat_read(KIND_SEGMENT, false, &gs) ||
        ipcstat_read(KIND_SEMSET, false, &ts) || ipcstat_read(KIND_QUEUE, false, &qs) ||
        g.n != gs.n || t.n != ts.n || q.n != qs.n)
        return -1;
    for (size_t i = 0; i < g.n; i++) {
        const struct segment *a = &g.at[i], *b = &gs.at[i];
        n += !same_owned(&a->o, &b->o) || a->size != b->size || a->nattch != b->nattch ||
             a->atime != b->atime || a->dtime != b->dtime || a->cpid != b->cpid ||
             a->lpid != b->lpid || a->flags != b->flags || b->known;
    }
    for (size_t i = 0; i < t.n; i++)
        n += !same_owned(&t.at[i].o, &ts.at[i].o) || t.at[i].nsems != ts.at[i].nsems ||
             t.at[i].otime != ts.at[i].otime;
    for (size_t i = 0; i < q.n; i++) {
        const struct queue *a = &q.at[i], *b = &qs.at[i];
        n += !same_owned(&a->o, &b->o) || a->bytes != b->bytes || a->messages != b->messages ||
             a->stime != b->stime || a->rtime != b->rtime || a->lspid != b->lspid ||
             a->lrpid != b->lrpid || b->known != QUEUE_KNOWS_MAX || !b->max_bytes;
    }
    vec_free(&g);
    vec_free(&gs);
    vec_free(&t);
    vec_free(&ts);
    vec_free(&q);
    vec_free(&qs);
    return n;
}

static void differences_as_nobody(void *result)
{
    *(int *)result = differences();
}

TEST(text_and_calls_agree)
{
    struct {
        long type;
        char text[100];
    } message = {.type = 1};
    struct sembuf up = {1, 1, 0};
    int ids[3][40], n = -1;
    void *at[40];

    for (int i = 0; i < 40; i++) { // some with keys, some readable by nobody
        int mode = i % 3 ? 0600 : 0, key = i % 2 ? 0x5000 + i : IPC_PRIVATE;
        ids[0][i] = shmget(key, 4096 * (size_t)i + 1, IPC_CREAT | mode);
        ids[1][i] = semget(key, i + 2, IPC_CREAT | mode);
        ids[2][i] = msgget(key, IPC_CREAT | mode);
        assert_true(ids[0][i] >= 0 && ids[1][i] >= 0 && ids[2][i] >= 0);
    }
    for (int i = 0; i < 40; i += 4) {
        at[i] = shmat(ids[0][i + 1], NULL, 0);
        assert_true(at[i] != (void *)-1);
        if (i % 8 == 0)
            shmctl(ids[0][i + 1], IPC_RMID, NULL); // marked
        else
            shmctl(ids[0][i + 2], SHM_LOCK, NULL);
        assert_int_equal(semop(ids[1][i], &up, 1), 0);
        assert_int_equal(msgsnd(ids[2][i], &message, (size_t)i + 1, 0), 0);
        if (i % 8 == 0)
            assert_true(msgrcv(ids[2][i], &message, sizeof message.text, 0, 0) > 0);
    }
    for (int i = 3; i < 40; i += 4) { // holes, and ids of the next round
        shmctl(ids[0][i], IPC_RMID, NULL);
        semctl(ids[1][i], 0, IPC_RMID);
        msgctl(ids[2][i], IPC_RMID, NULL);
    }
    shmget(IPC_PRIVATE, 1, IPC_CREAT | 0666);
    semget(IPC_PRIVATE, 1, IPC_CREAT | 0666);
    msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    assert_int_equal(differences(), 0);
    if (ns_was_root()) {
        assert_true(as_nobody(differences_as_nobody, &n, sizeof n));
        assert_int_equal(n, 0);
    }
    for (int i = 0; i < 40; i += 4)
        shmdt(at[i]);
}

// Then the text is read: a call for each of the indexes would cost more.
TEST(few_left_of_many)
{
    struct segment_vec rows = {0};
    int ids[1200];

    assert_int_equal(ipcstat_read(KIND_SEGMENT, false, &rows), -ENOTSUP);
    assert_int_equal(ipcstat_read(KIND_SEGMENT, true, &rows),
                     0); // none, and the kernel counts none
    assert_int_equal(rows.n, 0);
    for (int i = 0; i < 1200; i++)
        ids[i] = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    for (int i = 1; i < 1199; i++)
        shmctl(ids[i], IPC_RMID, NULL);
    assert_int_equal(ipcstat_read(KIND_SEGMENT, false, &rows), -E2BIG);
    assert_int_equal(rows.n, 0);
    assert_int_equal(ipcstat_read(KIND_SEGMENT, true, &rows), 0); // where there is no text
    assert_int_equal(rows.n, 2);
    assert_int_equal(rows.at[0].o.id, ids[0]);
    vec_free(&rows);
    struct snapshot *s = read_now(NEED_SEGMENTS);
    assert_int_equal(s->segments.n, 2);
    assert_int_equal(s->segments.at[0].o.id, ids[0]);
    assert_int_equal(s->segments.at[1].o.id, ids[1199]);
    snapshot_unref(s);
}

// What a picture has already is left alone.
TEST(only_what_is_missing_is_read)
{
    struct snapshot *s = snapshot_new();

    msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    vec_push(&s->semsets, (struct semset){.o = {.kind = KIND_SEMSET, .id = 77}});
    s->has = NEED_SEMSETS;
    assert_int_equal(source.read(source.self, &(struct want){.need = TABLES}, s), 0);
    assert_int_equal(s->semsets.n, 1);
    assert_int_equal(s->semsets.at[0].o.id, 77);
    assert_int_equal(s->queues.n, 1);
    snapshot_unref(s);
}

int main(void)
{
    return ns_run(tests_run);
}
