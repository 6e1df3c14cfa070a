// Signals: what ends, what memory it frees, and what stands in the way. signal(7), pidfd_open(2).
#include "parts.h"

#include <signal.h>
#include <string.h>

#include "base/signal_name.h"
#include "base/sum.h"
#include "model/apps/postgres.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

enum { SEGMENTS_MAX = 3 };

enum fate {
    FATE_ENDS, // nothing can keep it from ending
    FATE_MAY,  // ends unless the program decides otherwise
    FATE_STOPS,
    FATE_GOES_ON,
    FATE_NOTHING,
};

static enum fate fate_of(int sig)
{
    switch (sig) {
    case 0:
        return FATE_NOTHING;
    case SIGKILL:
        return FATE_ENDS;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return FATE_STOPS;
    case SIGCONT:
        return FATE_GOES_ON;
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH: // ignored by default
        return FATE_NOTHING;
    default:
        return FATE_MAY;
    }
}

static void ask(struct draft *t, const struct process *p)
{
    const char *name = signal_abbreviation(t->action->signal);
    int32_t pid = t->action->target.pid;
    const char *program = words_program(t->s, pid);
    unsigned known = p && !p->gone ? p->known : 0;

    if (name)
        say(&t->question, "Send SIG{text} to {number}", name, pid);
    else
        say(&t->question, "Send signal {number} to {number}", t->action->signal, pid);
    say(&t->question, "{text}{text}", program ? " " : "", program);
    if (known & PROC_KNOWS_UID && known & PROC_KNOWS_START)
        say(&t->question, " ({user}, started {ago})", p->uid, p->start_time);
    else if (known & PROC_KNOWS_UID)
        say(&t->question, " ({user})", p->uid);
    else if (known & PROC_KNOWS_START)
        say(&t->question, " (started {ago})", p->start_time);
    say(&t->question, "?");
}

static bool refuse(struct draft *t, const struct process *p)
{
    const struct identity *target = &t->action->target;
    const char *why = NULL;

    if (target->pid <= 0)
        why = "pid {number} names no process of this PID namespace.";
    else if (target->pid == t->among->own)
        why = "{number} is this monitor itself; F10 ends it.";
    else if (!p) // no signal to a process that cannot be named
        why = "Process {number} is not identified yet; try again.";
    else if (p->gone)
        why = "{number} has ended already.";
    else if (!target->start_ticks && !target->instance)
        why = "When {number} started is not known: it could be another one when the signal comes.";
    else if (p->start_ticks && target->start_ticks && p->start_ticks != target->start_ticks)
        why = "{number} is another process now.";
    if (why)
        say(consequence_refusal(t), why, target->pid);
    return why != NULL;
}

static const char *fate_words(enum fate fate, int sig)
{
    switch (fate) {
    case FATE_ENDS:
        return "It ends at once and cannot clean up.";
    case FATE_MAY:
        if (sig == SIGTERM || sig == SIGINT)
            return "It is asked to end; it may clean up first, or refuse.";
        if (sig == SIGHUP)
            return "It ends, unless it takes SIGHUP as a request to read its settings again.";
        return "It ends, unless it has another use for this signal.";
    case FATE_STOPS:
        return "It stops until SIGCONT; what it holds stays held, and tasks that wait for it wait "
               "on.";
    case FATE_GOES_ON:
        return "If it is stopped, it goes on. Nothing is freed.";
    case FATE_NOTHING:
        break;
    }
    return "Nothing happens to it.";
}

// What each signal means to a server: "Shutting Down the Server" in PostgreSQL's manual, with its
// warning about SIGKILL. What crashes one session resets all; what is no session: bgworker.c and
// postmaster.c reaper() there.
enum { ROLES = POSTGRES_HELPER + 1 };
static const char reloads[] = "it reads its configuration again",
                  unclear[] = "the server resets all sessions, or, if it is the postmaster, leaves "
                              "them orphaned",
                  resets[] = "the server resets all sessions and recovers",
                  resets_by_one[] =
                      "the server resets all sessions and recovers; SIGTERM ends this "
                      "session alone",
                  restarts[] = "it is no session; where it ends, the server starts it again",
                  fails[] = "the query that it works for fails";
// clang-format off
static const struct {
    int signal;
    const char *fate[ROLES]; // NULL: as of any process
} postgres_fates[] = {
    {SIGTERM, {[POSTGRES_MASTER] = "the server takes no new sessions and ends when the last one has "
                                   "left (smart shutdown)",
               [POSTGRES_BACKEND] = "this session ends, the others go on",
               [POSTGRES_WORKER] = fails, [POSTGRES_HELPER] = restarts}},
    {SIGINT, {[POSTGRES_MASTER] = "the server ends all sessions and shuts down (fast shutdown)",
              [POSTGRES_BACKEND] = "the running query is cancelled, the session goes on",
              [POSTGRES_WORKER] = fails, [POSTGRES_HELPER] = restarts}},
    {SIGHUP, {[POSTGRES_MASTER] = reloads, [POSTGRES_BACKEND] = reloads,
              [POSTGRES_WORKER] = reloads, [POSTGRES_HELPER] = reloads}},
    {SIGQUIT, {[POSTGRES_MASTER] = "the server ends without cleaning up and has to recover at the "
                                   "next start (immediate shutdown)",
               [POSTGRES_BACKEND] = resets_by_one, [POSTGRES_WORKER] = resets,
               [POSTGRES_HELPER] = resets, [POSTGRES_SOME] = unclear}},
    {SIGKILL, {[POSTGRES_MASTER] = "its backends are orphaned and keep the shared memory, and it "
                                   "cannot start again before they have ended",
               [POSTGRES_BACKEND] = resets_by_one, [POSTGRES_WORKER] = resets,
               [POSTGRES_HELPER] = resets, [POSTGRES_SOME] = unclear}},
    {SIGABRT, {[POSTGRES_BACKEND] = resets_by_one, [POSTGRES_WORKER] = resets,
               [POSTGRES_HELPER] = resets}},
    {SIGSEGV, {[POSTGRES_BACKEND] = resets_by_one, [POSTGRES_WORKER] = resets,
               [POSTGRES_HELPER] = resets}},
    {SIGBUS, {[POSTGRES_BACKEND] = resets_by_one, [POSTGRES_WORKER] = resets,
              [POSTGRES_HELPER] = resets}},
};
// clang-format on

static void say_postgres(struct draft *t, const struct process *p)
{
    int sig = t->action->signal;
    const enum postgres_role role = p ? postgres_role(p) : POSTGRES_NOT;
    const char *fate = NULL;

    if (role == POSTGRES_NOT)
        return;
    for (size_t i = 0; i < sizeof postgres_fates / sizeof *postgres_fates; i++)
        if (postgres_fates[i].signal == sig)
            fate = postgres_fates[i].fate[role];
    bool asks = sig == SIGTERM || sig == SIGINT; // one process alone, but the postmaster
    t->out->grave |= fate && sig != SIGHUP && (role == POSTGRES_MASTER || !asks);
    say(consequence_next(t), "It is {text}{text}{text}.", postgres_role_title(role),
        fate ? ": " : "", fate);
}

// "Oracle Database Reference", Background Processes: the instance ends with any of these.
static void say_oracle(struct draft *t, const struct process *p)
{
    static const char *const vital[] = {"pmon_", "smon_", "lgwr_", "ckpt_", "dbw"};
    bool oracle = p && (strncmp(p->comm, "ora_", 4) == 0 || strncmp(p->comm, "asm_", 4) == 0);
    const char *sid = oracle ? strchr(p->comm + 4, '_') : NULL;

    for (size_t i = 0; sid && t->out->ends && i < sizeof vital / sizeof *vital; i++)
        if (strncmp(p->comm + 4, vital[i], strlen(vital[i])) == 0) {
            say(consequence_next(t),
                "It is a background process of the Oracle instance {text}: with it the instance "
                "ends, and all its sessions.",
                sid + 1);
            t->out->grave = true;
        }
}

static void say_state(struct draft *t, const struct process *p, enum fate fate)
{
    if (!p || !(p->known & PROC_KNOWS_STATE))
        return;
    if (process_is_traced(p) && fate == FATE_MAY)
        say(consequence_next(t),
            "Its tracer has stopped it: it will act on this only when that lets it go on.");
    else if (process_is_stopped(p) && fate == FATE_MAY)
        say(consequence_next(t), "It is stopped: it will act on this only after SIGCONT.");
    else if (p->state == 'D' && (fate == FATE_MAY || fate == FATE_ENDS))
        say(consequence_next(t),
            "It waits inside the kernel (state D) and may not react until that ends.");
    else if (p->state == 'Z')
        say(consequence_next(t), "Its main thread has ended already.");
}

// --- segments ------------------------------------------------------------------------------------

// Whether the end of its last attachment removes it: ipc/shm.c shm_may_destroy.
static bool goes_with_last(const struct snapshot *s, const struct segment *g)
{
    return g->flags & SEG_DEST || (s->has & NEED_SYSTEM && s->system.rmid_forced);
}

// "Its 1 attachment of segment 393216 is the last: 276M are freed when it ends; 24.0M of it in
// memory or swap."
static void say_segment(struct draft *t, const struct held *holding, const struct segment *g)
{
    uint32_t attaches = holding->holder->attaches;

    if (holding->shared) {
        say(consequence_next(t),
            "It shares its memory with another process: segment {number} stays attached until "
            "both end.",
            g->o.id);
        return;
    }
    if (attaches < g->nattch) {
        say(consequence_next(t),
            "It holds {number} of {number} attachments of segment {number}: nothing of it is "
            "freed.",
            attaches, g->nattch, g->o.id);
        return;
    }
    say(consequence_next(t), "Its {n attachment} of segment {number} {text} the last", attaches,
        g->o.id, attaches == 1 ? "is" : "are");
    if (!goes_with_last(t->s, g)) {
        say(&t->effect, "; the segment stays until it is removed.");
        return;
    }
    say(&t->effect, ": {size} are freed when it ends{text}", g->size,
        g->flags & SEG_DEST ? "" : ", with their contents (kernel.shm_rmid_forced)");
    if (g->known & SEG_KNOWS_RSS && g->known & SEG_KNOWS_SWAP)
        say(&t->effect, "; {size} of it in memory or swap", g->rss + g->swap);
    say(&t->effect, ".");
}

static void say_segments(struct draft *t)
{
    size_t n, named = 0, more = 0;
    const struct held *held = held_find(&t->among->held, t->action->target.pid, &n);

    for (size_t i = 0; i < n; i++) {
        const struct holder *holder = held[i].holder;
        const struct segment *g = snapshot_segment(t->s, holder->shmid);

        if (!g)
            continue;
        if (g->cpid == holder->pid && g->nattch > holder->attaches &&
            segment_creator(t->s, g) == PID_ALIVE)
            t->out->grave = true; // the others live on what it made
        if (named++ < SEGMENTS_MAX)
            say_segment(t, &held[i], g);
        else
            more++;
    }
    if (more > 0)
        say(consequence_next(t), "And it holds {n more segment|more segments}.", more);
}

void consequence_ended(const struct snapshot *s, const struct pid_vec *pids, struct impact *sum)
{
    for (size_t i = 0; pids->n && i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        const struct segment_account *account = scan_account(s->scan, g->o.id);
        size_t n, ended = 0;
        const struct holder *holders = scan_holders(s->scan, g->o.id, &n);

        while (ended < n && pids_has(pids, holders[ended].pid))
            ended++;
        if (!n || ended < n || !account || account->found < g->nattch)
            continue;
        struct amount *amount = goes_with_last(s, g) ? &sum->later : &sum->let_go;
        amount->n++;
        sum_add(&amount->bytes, g->size);
    }
}

// -------------------------------------------------------------------------------------------------

// Of a container, say. kernel/signal.c sig_task_ignored: from here SIGKILL and SIGSTOP reach its init.
static void say_namespace(struct draft *t, const struct process *p)
{
    if (!p || !p->inner_pid)
        return;
    say(consequence_next(t), "It lives in another PID namespace, as pid {number}.", p->inner_pid);
    if (p->inner_pid != 1)
        return;
    say(consequence_next(t), "As its init it ignores what it does not expect, but SIGKILL; its end "
                             "is the end of all in there.");
    t->out->grave |= t->out->ends;
}

void consequence_signal(struct draft *t)
{
    int32_t pid = t->action->target.pid;
    const struct process *p = pid > 0 ? snapshot_process(t->s, pid) : NULL;
    enum fate fate = fate_of(t->action->signal);

    ask(t, p);
    if (refuse(t, p))
        return;
    t->out->ends = fate == FATE_ENDS || fate == FATE_MAY;
    say(consequence_next(t), "{text}", fate_words(fate, t->action->signal));
    if (pid == 1) { // kernel/signal.c sig_task_ignored: only what it handles reaches it
        say(consequence_next(t), "It is pid 1: it ignores what it does not expect, and its end is "
                                 "the end of the system or container.");
        t->out->grave = true;
    }
    say_namespace(t, p);
    say_postgres(t, p);
    say_oracle(t, p);
    say_state(t, p, fate);
    if (t->out->ends) {
        consequence_served(t, p);
        say_segments(t);
        consequence_children(t, pid);
    }
    if (p && p->known & PROC_KNOWS_UID)
        consequence_permission(t, p->uid, p->uid, "CAP_KILL");
}
