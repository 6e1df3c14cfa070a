#include "session/actions/await_exit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/line.h"
#include "session/current.h"
#include "session/message.h"
#include "session/navigate.h"

static const int64_t LATE_NS = 5 * CLOCK_SECOND, FORGET_NS = 120 * CLOCK_SECOND;
enum { NAMED = 3 }; // in one message

static struct followed *find(struct session *s, const struct identity *process)
{
    return vec_first(&s->followed, f,
                     f->process.pid == process->pid &&
                         f->process.start_ticks == process->start_ticks);
}

void await_exit_begin(struct session *s, const struct action *actions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct action *a = &actions[i];
        const struct process *p = snapshot_process(s->snapshot, a->target.pid);

        if (a->verb != ACTION_SIGNAL || (a->signal != SIGTERM && a->signal != SIGKILL))
            continue;
        struct followed *known = find(s, &a->target);
        if (!known && s->followed.n == WANT_FOLLOWED)
            continue;
        if (!known) {
            vec_push(&s->followed, (struct followed){.process = a->target});
            known = &s->followed.at[s->followed.n - 1];
        }
        known->signal = a->signal;
        known->since_ns = 0;
        known->late = false;
        snprintf(known->name, sizeof known->name, "%" PRId32 "%s%s", a->target.pid,
                 p && p->comm[0] ? " " : "", p ? p->comm : "");
    }
}

void await_exit_outcome(struct session *s, const struct outcome *outcome)
{
    struct followed *known =
        outcome->action.verb == ACTION_SIGNAL ? find(s, &outcome->action.target) : NULL;

    if (known && outcome->action.signal == known->signal) {
        if (outcome->state == OUTCOME_DONE)
            known->since_ns = clock_ns();
        else
            vec_remove(&s->followed, (size_t)(known - s->followed.at));
    }
}

static bool has_ended(const struct followed *f, const struct process *p)
{
    if (p->gone)
        return true;
    // Another one by that pid? Of one that was stuck from the beginning the start is not known.
    if (f->process.instance && p->instance && p->instance != f->process.instance)
        return true;
    if (p->known & PROC_KNOWS_START && f->process.start_ticks &&
        p->start_ticks != f->process.start_ticks)
        return true;
    return p->known & PROC_KNOWS_STATE && (p->state == 'Z' || p->state == 'X');
}

static const char *what_keeps(const struct followed *f, const struct process *p)
{
    if (p->stuck)
        return "its files do not answer";
    if (process_is_traced(p) && f->signal != SIGKILL)
        return "stopped: it gets the signal when its tracer lets it go on";
    if (process_is_stopped(p))
        return f->signal == SIGKILL ? "stopped" : "stopped: it gets the signal after SIGCONT";
    if (p->known & PROC_KNOWS_STATE && p->state == 'D')
        return "in uninterruptible sleep: it cannot end before that does";
    return f->signal == SIGKILL ? "it may have much memory to give back, or be frozen"
                                : "it takes its time or ignores it; SIGKILL would end it";
}

struct news {
    char ended_text[128], late_text[160];
    struct line ended, late;
    size_t n_ended, n_late;
    enum severity severity;
};

static void add_name(struct line *line, size_t *n, const char *name)
{
    if (*n < NAMED)
        line_add(line, "%s%s", *n ? ", " : "", name);
    ++*n;
}

static void add_more(struct line *line, size_t n)
{
    if (n > NAMED)
        line_add(line, " and %zu more", n - NAMED);
}

// True: nothing more will be learned about it.
static bool look_at(struct followed *f, const struct snapshot *picture, struct news *news)
{
    const struct process *p = snapshot_process(picture, f->process.pid);
    int64_t age = picture->time_ns - f->since_ns;

    if (!f->since_ns || age <= 0 || !p)
        return f->since_ns && age > FORGET_NS;
    if (has_ended(f, p)) {
        add_name(&news->ended, &news->n_ended, f->name);
        return true;
    }
    if (age >= LATE_NS && !f->late) {
        f->late = true;
        if (news->n_late == 0)
            line_add(&news->late, "%s still runs %d s after %s: %s", f->name,
                     (int)(age / CLOCK_SECOND), f->signal == SIGKILL ? "SIGKILL" : "SIGTERM",
                     what_keeps(f, p));
        news->n_late++;
    }
    return age > FORGET_NS;
}

static void show(struct session *s, struct news *news)
{
    char text[LINE_TEXT];
    struct line line = line_start(text, sizeof text);

    add_more(&news->ended, news->n_ended);
    if (news->n_late > 1)
        line_add(&news->late, " (and %zu more run)", news->n_late - 1);
    if (news->n_ended)
        line_add(&line, "%s ended%s", news->ended_text, news->n_late ? "; " : "");
    line_add(&line, "%s", news->late_text);
    if (news->n_late) { // until it ends
        session_say(s, SEVERITY_WARNING, "%s", text);
        return;
    }
    if (!s->message_news)
        session_show_gone(s); // shown before the signal was reported as sent
    session_news(s, true, text);
}

void await_exit_look(struct session *s, const struct snapshot *picture)
{
    struct news news = {0};

    if (s->results.pending || picture->partial) // their own outcomes are shown first
        return;
    news.ended = line_start(news.ended_text, sizeof news.ended_text);
    news.late = line_start(news.late_text, sizeof news.late_text);
    for (size_t i = 0; i < s->followed.n;)
        if (look_at(&s->followed.at[i], picture, &news))
            vec_remove(&s->followed, i);
        else
            i++;
    if (news.n_ended || news.n_late)
        show(s, &news);
}

void await_exit_want(const struct session *s, struct want *want)
{
    want->n_followed = 0;
    for (size_t i = 0; i < s->followed.n && i < WANT_FOLLOWED; i++)
        want->followed[want->n_followed++] = s->followed.at[i].process.pid;
    if (want->n_followed)
        want->need |= NEED_PROCESSES;
}
