#include "linux/bpf/witness.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "linux/bpf/cost.h"
#include "linux/bpf/keeper.h"
#include "linux/bpf/ring.h"
#include "linux/bpf/self.h"
#include "linux/bpf/tracepoints.h"
#include "linux/bpf/traces.h"
#include "linux/bpf/walk.h"
#include "linux/bpf/witness_programs.h"

enum { RING = 512 * 1024, COST_ATTEMPTS = 4, STAT_ANY = 15 }; // SHM_STAT_ANY: Linux 4.17

struct witness {
    pthread_mutex_t lock;
    int refs; // the caller and the thread
    bool stop;
    int wake; // eventfd: stop was set
    struct witness_options options;
    struct trace_status status;
    struct witness_programs programs;
    struct ring ring;
    struct traces *traces;
    int keeper;
};

static void unref(struct witness *w)
{
    pthread_mutex_lock(&w->lock);
    int refs = --w->refs;
    pthread_mutex_unlock(&w->lock);
    if (refs)
        return;
    ring_close(&w->ring);
    traces_free(w->traces);
    close(w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static bool is_stopped(struct witness *w)
{
    pthread_mutex_lock(&w->lock);
    bool stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return stop;
}

static void set_state(struct witness *w, enum trace_state state, const char *reason)
{
    pthread_mutex_lock(&w->lock);
    w->status.state = state;
    snprintf(w->status.reason, sizeof w->status.reason, "%s", reason);
    pthread_mutex_unlock(&w->lock);
}

// One system call's tracepoints: the exit first, so that no entry is left without one.
static int list_call(int tracefs, const struct witness_programs *p, int call,
                     struct attachment *out, struct reason *reason)
{
    char name[32];

    for (int enter = 0; enter < 2; enter++) {
        snprintf(name, sizeof name, "sys_%s_%s", enter ? "enter" : "exit",
                 witness_call_names[call]);
        int id = tracepoint_id(tracefs, "syscalls", name, reason);
        if (id < 0)
            return id;
        out[enter] =
            (struct attachment){witness_call_names[call], id, p->fd[enter ? call : PROGRAM_LEAVE]};
    }
    return 0;
}

static int attach(const struct witness_programs *p, struct reason *reason)
{
    struct attachment all[KEEPER_MAX] = {
        {"sched_process_fork", -1, p->fd[PROGRAM_FORK]},
        {"sched_process_exec", -1, p->fd[PROGRAM_EXEC]},
        {"sched_process_exit", -1, p->fd[PROGRAM_EXIT]},
    };
    size_t n = 3;
    int tracefs = tracefs_open(reason), error = 0;

    if (tracefs < 0)
        return tracefs;
    for (int call = 0; call < CALL_SYSTEM_CALLS && !error; call++, n += 2)
        error = list_call(tracefs, p, call, &all[n], reason);
    close(tracefs);
    return error ? error : keeper_start(all, n, reason);
}

static void know_holders(struct witness *w, struct walker *walker, int32_t shmid,
                         struct walk_mapping_vec *mappings)
{
    const uint8_t yes = 1;

    vec_clear(mappings);
    if (walker_segment(walker, shmid, NULL, mappings) < 0)
        return; // its attaches from now on are known
    for (size_t i = 0; i < mappings->n; i++) {
        const struct walk_mapping *m = &mappings->at[i];
        struct attached_at one = {m->tgid, shmid, m->started,
                                  m->start - m->page_offset * (uint64_t)sysconf(_SC_PAGESIZE)};
        if (!m->tgid)
            continue;
        traces_attached(w->traces, &one);
        map_put(w->programs.holders, &m->tgid, &yes);
    }
}

// What was attached before: so that its detach by shmdt, exec and exit has a segment. Before the
// first record is read, since those apply to it.
static void know_attached(struct witness *w)
{
    struct walk_mapping_vec mappings = {0};
    struct reason reason;
    struct shmid_ds ds;
    int error, last = shmctl(0, SHM_INFO, &ds);
    struct walker *walker = walker_open(&reason, &error);

    for (int i = 0; walker && i <= last && !is_stopped(w); i++) {
        int shmid = shmctl(i, STAT_ANY, &ds);
        if (shmid >= 0 && ds.shm_nattch)
            know_holders(w, walker, shmid, &mappings);
    }
    walker_close(walker);
    vec_free(&mappings);
}

static int begin(struct witness *w, struct reason *reason)
{
    struct bpf_self self;
    uint32_t bytes = w->options.ring_bytes ? w->options.ring_bytes : RING;
    int error;
    const struct layout *k = layout_needed(reason, &error);

    if (!k || (error = bpf_self_read(k, &self, reason)) < 0)
        return error;
    error = witness_programs_load(&w->programs, k, &self,
                                  w->options.every_namespace ? 0 : self.ipc_ns, bytes, reason);
    if (error)
        return error;
    double before = cost_of_call();
    if ((error = ring_open(&w->ring, w->programs.ring, bytes)) < 0) {
        reason_set(reason, "the ring of records cannot be mapped: %s", strerror(-error));
        return error;
    }
    w->keeper = attach(&w->programs, reason);
    if (w->keeper < 0)
        return w->keeper;
    int64_t since = clock_epoch_ns();
    double after = 0;
    for (int i = 0; i < COST_ATTEMPTS && after <= before;
         i++) // on a busy machine it may look faster
        after = cost_of_call();
    know_attached(w);
    pthread_mutex_lock(&w->lock);
    w->status.before_ns = before;
    w->status.after_ns = after > before ? after : 0;
    w->status.since_ns = since;
    w->status.state = TRACE_ON;
    pthread_mutex_unlock(&w->lock);
    return 0;
}

static void take_record(const void *record, size_t size, void *arg)
{
    struct witness *w = arg;

    if (size == sizeof(struct witness_record))
        traces_add(w->traces, record);
}

// The lock is held.
static void drain(struct witness *w)
{
    const uint32_t zero = 0;
    uint64_t lost = 0, run_past = 0;

    ring_drain(&w->ring, take_record, w);
    if (map_get(w->programs.lost, &zero, &lost) < 0)
        return;
    for (int i = 0; i < WITNESS_PROGRAMS; i++)
        run_past += bpf_program_misses(w->programs.fd[i]);
    w->status.run_past = run_past;
    w->status.lost = lost + run_past + traces_lost(w->traces);
}

// Reads whenever the ring is half full: its writers wake nobody before.
static void follow(struct witness *w)
{
    struct pollfd on[] = {
        {.fd = w->programs.ring, .events = POLLIN},
        {.fd = w->keeper, .events = POLLIN},
        {.fd = w->wake, .events = POLLIN},
    };

    while (!is_stopped(w)) {
        if (poll(on, 3, -1) < 0 && errno != EINTR)
            break;
        if (on[1].revents) {
            set_state(w, TRACE_ENDED, "the process that holds the programs ended");
            on[1].fd = -1;
        }
        if (!on[0].revents)
            continue;
        pthread_mutex_lock(&w->lock);
        drain(w);
        pthread_mutex_unlock(&w->lock);
    }
}

static void *run(void *arg)
{
    struct witness *w = arg;
    struct reason reason = {""};
    int error;

    thread_name("witness");
    error = begin(w, &reason);
    if (error)
        set_state(w, TRACE_REFUSED, *reason.text ? reason.text : strerror(-error));
    else
        follow(w);
    pthread_mutex_lock(&w->lock); // nobody reads the maps any more
    if (w->keeper >= 0)
        close(w->keeper);
    witness_programs_close(&w->programs);
    pthread_mutex_unlock(&w->lock);
    unref(w);
    return NULL;
}

struct witness *witness_start(const struct witness_options *options)
{
    struct witness *w = mem_zero(1, sizeof *w);

    pthread_mutex_init(&w->lock, NULL);
    w->refs = 2;
    w->options = *options;
    w->keeper = -1;
    w->programs = (struct witness_programs){.calls = -1, .ring = -1, .lost = -1, .holders = -1};
    for (int i = 0; i < WITNESS_PROGRAMS; i++)
        w->programs.fd[i] = -1;
    w->status.state = TRACE_STARTING;
    w->traces = traces_new(clock_epoch_ns() - clock_ns());
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int error = w->wake < 0 ? errno : thread_start(NULL, run, w);
    if (error) {
        set_state(w, TRACE_REFUSED, strerror(error));
        unref(w);
    }
    return w;
}

void witness_stop(struct witness *w)
{
    const uint64_t one = 1;

    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    ssize_t written = w->wake < 0 ? 0 : write(w->wake, &one, sizeof one);
    (void)written; // full: it was woken
    pthread_mutex_unlock(&w->lock);
    unref(w);
}

void witness_status(struct witness *w, struct trace_status *status)
{
    pthread_mutex_lock(&w->lock);
    *status = w->status;
    pthread_mutex_unlock(&w->lock);
}

void witness_take(struct witness *w, bool all, struct trace_vec *out)
{
    pthread_mutex_lock(&w->lock);
    if (w->status.state == TRACE_ON || w->status.state == TRACE_ENDED)
        drain(w);
    traces_take(w->traces, clock_ns(), all, out);
    pthread_mutex_unlock(&w->lock);
}
