// Signals: what ends, what memory it frees, and what stands in the way. signal(7), pidfd_open(2).
#include "parts.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/signal_name.h"
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

static void ask(struct telling *t, const struct process *p)
{
    const char *name = signal_abbreviation(t->action->signal);
    int32_t pid = t->action->target.pid;

    if (name)
        line_add(&t->question, "Send SIG%s to %d", name, pid);
    else
        line_add(&t->question, "Send signal %d to %d", t->action->signal, pid);
    const char *program = words_program(t->s, pid);
    if (program)
        line_add(&t->question, " %s", program);
    if (p && !p->gone && (p->known & (PROC_KNOWS_UID | PROC_KNOWS_START))) {
        line_add(&t->question, " (");
        if (p->known & PROC_KNOWS_UID)
            words_user(&t->question, t->s, p->uid);
        if (p->known & PROC_KNOWS_START) {
            line_add(&t->question, "%sstarted ", p->known & PROC_KNOWS_UID ? ", " : "");
            words_ago(&t->question, t->s, p->start_time);
        }
        line_add(&t->question, ")");
    }
    line_add(&t->question, "?");
}

static bool refuse(struct telling *t, const struct process *p)
{
    const struct identity *target = &t->action->target;

    if (target->pid <= 0)
        consequence_refuse(t, "pid %d names no process of this PID namespace.", target->pid);
    else if (target->pid == getpid())
        consequence_refuse(t, "%d is this monitor itself; F10 ends it.", target->pid);
    else if (!p) // nobody signals what he cannot tell by name
        consequence_refuse(t, "Who %d is is still being read; try again.", target->pid);
    else if (p->gone)
        consequence_refuse(t, "%d has ended already.", target->pid);
    else if (!target->start_ticks && !target->instance)
        consequence_refuse(t,
                           "When %d started is not known: it could be another one when the signal "
                           "comes.",
                           target->pid);
    else if (p->start_ticks && target->start_ticks && p->start_ticks != target->start_ticks)
        consequence_refuse(t, "%d is another process now.", target->pid);
    else
        return false;
    return true;
}

static void tell_fate(struct telling *t, enum fate fate)
{
    switch (fate) {
    case FATE_ENDS:
        line_add(&t->effect, "It ends at once and cannot clean up.");
        break;
    case FATE_MAY:
        if (t->action->signal == SIGTERM || t->action->signal == SIGINT)
            line_add(&t->effect, "It is asked to end; it may clean up first, or refuse.");
        else if (t->action->signal == SIGHUP)
            line_add(&t->effect, "It ends, unless it takes SIGHUP as a request to read its "
                                 "settings again.");
        else
            line_add(&t->effect, "It ends, unless it has another use for this signal.");
        break;
    case FATE_STOPS:
        line_add(&t->effect, "It stops until SIGCONT; what it holds stays held, and who waits for "
                             "it waits on.");
        break;
    case FATE_GOES_ON:
        line_add(&t->effect, "If it is stopped, it goes on. Nothing is freed.");
        break;
    case FATE_NOTHING:
        line_add(&t->effect, "Nothing happens to it.");
        break;
    }
}

// What each signal means to a server: "Shutting Down the Server" in PostgreSQL's manual, with its
// warning about SIGKILL. What crashes one session resets all.
static const char *postgres_master_fate(int sig)
{
    switch (sig) {
    case SIGTERM:
        return "the server takes no new sessions and ends when the last one has left (smart "
               "shutdown)";
    case SIGINT:
        return "the server ends all sessions and shuts down (fast shutdown)";
    case SIGQUIT:
        return "the server ends without cleaning up and has to recover at the next start "
               "(immediate shutdown)";
    case SIGHUP:
        return "it reads its configuration again";
    case SIGKILL:
        return "its backends are orphaned and keep the shared memory, and it cannot start again "
               "before they have ended";
    default:
        return NULL;
    }
}

static const char *postgres_backend_fate(int sig)
{
    switch (sig) {
    case SIGTERM:
        return "this session ends, the others go on";
    case SIGINT:
        return "the running query is cancelled, the session goes on";
    case SIGHUP:
        return "it reads its configuration again";
    case SIGKILL:
    case SIGQUIT:
    case SIGABRT:
    case SIGSEGV:
    case SIGBUS:
        return "the server resets all sessions and recovers; SIGTERM ends this session alone";
    default:
        return NULL;
    }
}

static void tell_postgres(struct telling *t, const struct process *p)
{
    int sig = t->action->signal;
    const char *fate = NULL, *who = NULL;

    switch (p ? postgres_role(p) : POSTGRES_NOT) {
    case POSTGRES_NOT:
        return;
    case POSTGRES_MASTER:
        who = "a PostgreSQL postmaster";
        fate = postgres_master_fate(sig);
        t->out->grave |= sig != SIGHUP && fate != NULL;
        break;
    case POSTGRES_BACKEND:
        who = "a PostgreSQL backend";
        fate = postgres_backend_fate(sig);
        t->out->grave |= sig != SIGHUP && sig != SIGTERM && sig != SIGINT && fate != NULL;
        break;
    case POSTGRES_SOME:
        who = "a process of PostgreSQL";
        if (sig == SIGKILL || sig == SIGQUIT) {
            fate = "the server resets all sessions, or, if it is the postmaster, leaves them "
                   "orphaned";
            t->out->grave = true;
        }
        break;
    }
    line_add(&t->effect, " It is %s%s%s.", who, fate ? ": " : "", fate ? fate : "");
}

// "Oracle Database Reference", Background Processes: the instance ends with any of these.
static void tell_oracle(struct telling *t, const struct process *p)
{
    static const char *const vital[] = {"pmon_", "smon_", "lgwr_", "ckpt_", "dbw"};
    bool oracle = p && (strncmp(p->comm, "ora_", 4) == 0 || strncmp(p->comm, "asm_", 4) == 0);
    const char *sid = oracle ? strchr(p->comm + 4, '_') : NULL;

    for (size_t i = 0; sid && t->out->ends && i < sizeof vital / sizeof *vital; i++)
        if (strncmp(p->comm + 4, vital[i], strlen(vital[i])) == 0) {
            line_add(&t->effect,
                     " It is a background process of the Oracle instance %s: with it "
                     "the instance ends, and all its sessions.",
                     sid + 1);
            t->out->grave = true;
        }
}

static void tell_state(struct telling *t, const struct process *p, enum fate fate)
{
    if (!p || !(p->known & PROC_KNOWS_STATE))
        return;
    bool stopped = p->state == 'T' || p->state == 't';

    if (stopped && fate == FATE_MAY)
        line_add(&t->effect, " It is stopped: it will act on this only after SIGCONT.");
    else if (p->state == 'D' && (fate == FATE_MAY || fate == FATE_ENDS))
        line_add(&t->effect, " It waits inside the kernel (state D) and may not react until that "
                             "ends.");
    else if (p->state == 'Z')
        line_add(&t->effect, " Its main thread has ended already.");
}

// Where the main thread or another pid shares the memory, that one keeps the attachments.
static bool shares_memory(const struct snapshot *s, const struct holder *holder)
{
    size_t n;
    const struct holder *all = scan_holders(s->scan, holder->shmid, &n);

    if (holder->shares_memory_with != 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (all[i].shares_memory_with == holder->pid)
            return true;
    return false;
}

// "Its 1 attachment of segment 393216 is the last: 276M are freed when it ends."
static void tell_segment(struct telling *t, const struct holder *holder, const struct segment *g)
{
    struct line *e = &t->effect;

    if (shares_memory(t->s, holder)) {
        line_add(e,
                 " It shares its memory with another process: segment %d stays attached until "
                 "both end.",
                 g->o.id);
        return;
    }
    if (holder->attaches < g->nattch) {
        line_add(e, " It holds %u of %llu attachments of segment %d: nothing of it is freed.",
                 holder->attaches, (unsigned long long)g->nattch, g->o.id);
        return;
    }
    line_add(e, " Its ");
    line_count(e, holder->attaches, "attachment", NULL);
    line_add(e, " of segment %d %s the last", g->o.id, holder->attaches == 1 ? "is" : "are");
    bool forced = t->s->has & NEED_SYSTEM && t->s->system.rmid_forced;
    if (g->flags & SEG_DEST || forced) { // ipc/shm.c shm_may_destroy
        line_add(e, ": ");
        words_size(e, g->size);
        line_add(e, " are freed when it ends%s.",
                 g->flags & SEG_DEST ? "" : ", with their contents (kernel.shm_rmid_forced)");
    } else {
        line_add(e, "; the segment stays until it is removed.");
    }
}

static void tell_segments(struct telling *t)
{
    const struct scan *scan = t->s->scan;
    size_t told = 0, more = 0;

    for (size_t i = 0; scan && i < scan->holders.n; i++) {
        const struct holder *holder = &scan->holders.at[i];
        const struct segment *g = snapshot_segment(t->s, holder->shmid);

        if (holder->pid != t->action->target.pid || !g)
            continue;
        if (g->cpid == holder->pid && g->nattch > holder->attaches &&
            snapshot_pid_state(t->s, g->cpid, segment_birth(g)) == PID_ALIVE)
            t->out->grave = true; // the others live on what it made
        if (told++ < SEGMENTS_MAX)
            tell_segment(t, holder, g);
        else
            more++;
    }
    if (more > 0) {
        line_add(&t->effect, " And it holds ");
        line_count(&t->effect, more, "more segment", "more segments");
        line_add(&t->effect, ".");
    }
}

// Of a container, say. kernel/signal.c sig_task_ignored: from here SIGKILL and SIGSTOP reach its init.
static void tell_namespace(struct telling *t, const struct process *p)
{
    if (!p || !p->inner_pid)
        return;
    line_add(&t->effect, " It lives in another PID namespace, as pid %d.", p->inner_pid);
    if (p->inner_pid != 1)
        return;
    line_add(&t->effect, " As its init it ignores what it does not expect, but SIGKILL; its end is "
                         "the end of all in there.");
    t->out->grave |= t->out->ends;
}

void consequence_signal(struct telling *t)
{
    int32_t pid = t->action->target.pid;
    const struct process *p = pid > 0 ? snapshot_process(t->s, pid) : NULL;
    enum fate fate = fate_of(t->action->signal);

    ask(t, p);
    if (refuse(t, p))
        return;
    t->out->ends = fate == FATE_ENDS || fate == FATE_MAY;
    tell_fate(t, fate);
    if (pid == 1) { // kernel/signal.c sig_task_ignored: only what it handles reaches it
        line_add(&t->effect, " It is pid 1: it ignores what it does not expect, and its end is the "
                             "end of the system or container.");
        t->out->grave = true;
    }
    tell_namespace(t, p);
    tell_postgres(t, p);
    tell_oracle(t, p);
    tell_state(t, p, fate);
    if (t->out->ends)
        tell_segments(t);
    if (p && p->known & PROC_KNOWS_UID)
        consequence_permission(t, p->uid, p->uid, "CAP_KILL");
}
