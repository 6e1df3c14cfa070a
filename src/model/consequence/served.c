// What goes with the end of a process: what it serves, and who starts it again; children that go on.
#include "parts.h"

#include <signal.h>
#include <string.h>

#include "model/kinds/parts/socket_notes.h"

enum { PORTS_MAX = 3, CLIENTS_NAMED = 3 };

// "It listens on tcp 127.0.0.1:1521 (14 clients): with its end nothing more is accepted there. Its clients:
// 17003 curl, 10.0.0.5 and 12 more."
static void say_clients(struct draft *t, int32_t pid)
{
    char text[LINE_TEXT];
    struct line line = line_start(text, sizeof text);
    uint64_t clients;
    size_t n = process_listens(&line, t->s, pid, PORTS_MAX, &clients);

    if (!n)
        return;
    say(consequence_next(t), "It listens on {text}: with its end nothing more is accepted there.",
        text);
    line = line_start(text, sizeof text);
    if (process_clients(&line, t->s, pid, CLIENTS_NAMED))
        say(consequence_next(t), "Its clients: {text}.", text);
    t->out->grave |= clients > 0;
}

// The table of systemd.service(5), Restart=. What a program makes of a signal that it can catch is not
// known; the four that ask it to end count as a clean end.
static const char *restart_words(enum service_restart restart, bool varies, int sig)
{
    static const char will[] = "systemd will start it again", may[] = "systemd may start it again",
                      not [] = "systemd does not start it again";
    bool clean = sig == SIGTERM || sig == SIGINT || sig == SIGHUP || sig == SIGPIPE;

    if (varies)
        return may;
    switch (restart) {
    case RESTART_ALWAYS:
        return will;
    case RESTART_NO:
    case RESTART_ON_WATCHDOG:
        return not ;
    case RESTART_ON_SUCCESS:
        return sig == SIGKILL ? not
               : clean        ? "systemd will start it again, unless it ends with an error"
                              : may;
    case RESTART_ON_FAILURE:
        return sig == SIGKILL ? will
               : clean        ? "systemd will start it again only if it ends with an error"
                              : may;
    case RESTART_ON_ABNORMAL:
    case RESTART_ON_ABORT:
        return sig == SIGKILL ? will : clean ? not : may;
    default:
        return may;
    }
}

// What systemd has read may be older than the file; for other processes than the main one it does not
// count.
static void say_unit(struct draft *t, const struct process *p)
{
    static const char service[] = ".service";
    const char *unit = process_string(p, PROCESS_UNIT);
    const char *container = process_string(p, PROCESS_CONTAINER);
    size_t n = unit ? strlen(unit) : 0, tail = sizeof service - 1;
    enum service_restart restart = (enum service_restart)p->restart;

    if (container)
        say(consequence_next(t), "It runs in container {text}.", container);
    else if (unit && p->known & PROC_KNOWS_RESTART)
        say(consequence_next(t), "It is the main process of {text}: {text} (Restart={text}).", unit,
            restart_words(restart, p->known & PROC_RESTART_VARIES, t->action->signal),
            service_restart_name(restart));
    else if (n > tail && strcmp(unit + n - tail, service) == 0)
        say(consequence_next(t),
            "It belongs to {text}: systemd may start it again, as its Restart= says.", unit);
}

// They do not end with it.
void consequence_children(struct draft *t, int32_t pid)
{
    size_t n;
    const struct held *held = held_find(&t->among->held, pid, &n);

    if (held && held->children)
        say(consequence_next(t),
            "{n child holds|children hold} what it holds, too, and may live on without it.",
            held->children);
}

void consequence_served(struct draft *t, const struct process *p)
{
    say_clients(t, p->pid);
    say_unit(t, p);
}
