#include "session/actions/signal_menu.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "model/apps/postgres.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "session/actions/confirm.h"
#include "session/actions/targets.h"
#include "session/session.h"

enum { ALL_OF_THEM = -1 };

static const char *signal_name(int number, char *dst, size_t cap)
{
    const char *name = signal_abbreviation(number);

    if (name)
        snprintf(dst, cap, "SIG%s", name);
    else if (number >= SIGRTMIN && number <= SIGRTMAX)
        snprintf(dst, cap, "SIGRTMIN+%d", number - SIGRTMIN);
    else
        *dst = '\0';
    return dst;
}

static void signal_chosen(struct session *s, bool accepted)
{
    const struct menu_item *item = accepted ? prompt_chosen(&s->prompt) : NULL;

    if (!item)
        return;
    s->last_signal = (int)item->value;
    confirm_propose(s, targets_actions(&s->prompt.targets, s->last_signal));
}

// Effects of the signals used by hand; the others as signal(7) describes them.
static const char *meaning(int number)
{
    // clang-format off
    static const char *const words[] = {
        [SIGTERM] = "asks it to end",
        [SIGKILL] = "ends it at once; it cannot clean up",
        [SIGINT] = "interrupts it, as ^C does",
        [SIGQUIT] = "ends it with a core dump",
        [SIGABRT] = "ends it with a core dump",
        [SIGHUP] = "hangs up; many servers read their settings again",
        [SIGSTOP] = "stops it until SIGCONT",
        [SIGCONT] = "lets it go on",
    };
    // clang-format on
    const char *system = signal_description(number);

    if ((size_t)number < sizeof words / sizeof *words && words[number])
        return words[number];
    return system ? system : "";
}

static void add_signal(struct prompt *p, int number)
{
    char name[24];

    if (signal_name(number, name, sizeof name)[0])
        prompt_item(p, number, "%2d %-12s %s", number, name, meaning(number));
}

// What it is that makes one think again, as far as is known yet.
static void say_what_it_is(struct say *title, const struct process *p)
{
    enum postgres_role role = postgres_role(p);
    char state = p->known & PROC_KNOWS_STATE ? p->state : '\0';

    if (role != POSTGRES_NOT)
        say(title, ", {text}", postgres_role_title(role));
    if (p->inner_pid)
        say(title, ", pid {number} of another PID namespace", p->inner_pid);
    if (process_is_traced(p))
        say(title, " (stopped by its tracer)");
    else if (process_is_stopped(p))
        say(title, " (stopped)");
    else if (state == 'D')
        say(title, " (in uninterruptible sleep)");
}

static void signal_menu_title(struct session *s)
{
    struct prompt *p = &s->prompt;
    struct say title = say_start(s->snapshot, p->title, sizeof p->title);
    int32_t pid = p->targets.at[0].pid;
    const struct process *process = snapshot_process(s->snapshot, pid);

    if (p->targets.n > 1) {
        say(&title, "Send signal to {n process|processes}",
            vec_count(&p->targets, target, target_is_process(target)));
        return;
    }
    say(&title, "Send signal to {process}", process_at(pid, 0));
    if (process)
        say_what_it_is(&title, process);
    p->unsure = confirm_unknown(s->snapshot, ACTION_SIGNAL, &p->targets.at[0]) & UNKNOWN_WHAT;
}

void signal_menu(struct session *s, struct identity_vec targets)
{
    struct prompt *p = prompt_open(&s->prompt, PROMPT_MENU, signal_chosen, "Signal");

    p->targets = targets;
    signal_menu_title(s);
    add_signal(p, SIGTERM);
    if (s->last_signal && s->last_signal != SIGTERM)
        add_signal(p, s->last_signal);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (number != SIGTERM && number != s->last_signal)
            add_signal(p, number);
}

static void process_chosen(struct session *s, bool accepted)
{
    const struct menu_item *item = accepted ? prompt_chosen(&s->prompt) : NULL;
    struct identity_vec targets = s->prompt.targets;

    if (!item)
        return;
    s->prompt.targets = (struct identity_vec){0}; // the next menu has them
    if (item->value != ALL_OF_THEM) {
        for (size_t i = 0; i < targets.n; i++)
            if (targets.at[i].pid == item->value)
                targets.at[0] = targets.at[i];
        targets.n = 1;
    }
    signal_menu(s, targets);
}

// Takes over both. "All" comes first, but the cursor does not stand on it.
void signal_menu_process(struct session *s, const struct identity *row, struct identity_vec targets,
                         struct menu_vec *labels)
{
    char name[80];
    struct prompt *p = prompt_open(&s->prompt, PROMPT_MENU, process_chosen, "Which process of %s?",
                                   identity_text(row, name, sizeof name));

    p->menu = *labels;
    *labels = (struct menu_vec){0};
    prompt_item(p, ALL_OF_THEM, "    all %zu", targets.n);
    struct menu_item all = p->menu.at[p->menu.n - 1];
    memmove(p->menu.at + 1, p->menu.at, (p->menu.n - 1) * sizeof all);
    p->menu.at[0] = all;
    p->cursor = 1;
    p->targets = targets;
}

void signal_menu_learn(struct session *s)
{
    struct prompt *p = &s->prompt;
    struct consequence c;

    bool answering = p->type == PROMPT_CONFIRM && p->text[0]; // nothing moves then

    if (!p->unsure || answering)
        return;
    if (p->type == PROMPT_MENU) {
        signal_menu_title(s);
        return;
    }
    const struct action *action = &p->actions.at[0];
    unsigned unknown = confirm_unknown(s->snapshot, action->verb, &action->target);
    if (!(p->unsure & ~unknown))
        return;
    p->unsure &= unknown;
    confirm_foresee(s, action, &c);
    if (c.impossible)
        return; // the action worker checks again, and reports why
    p->consequence = c;
    p->word[0] = '\0';
    if (c.grave)
        snprintf(p->word, sizeof p->word, "%s", action_words(action->verb)->word);
}
