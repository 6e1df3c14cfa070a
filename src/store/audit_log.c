#include "store/audit_log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/line.h"
#include "base/text.h"
#include "model/identity/command_line.h"
#include "model/identity/find_row.h"
#include "model/kinds/parts/shared_rows.h"
#include "model/kinds/registry.h"
#include "store/append_log.h"

enum { LINE = 2048, NAME = 64 };
static const int64_t SYSLOG_PATIENCE_NS = CLOCK_SECOND / 5;

struct audit_log {
    pthread_mutex_t lock;
    struct append_log *file; // NULL: none
    char *syslog;            // path of the socket; NULL: none
    int socket;              // -1: not connected
    bool deaf;               // its daemon did not read when it was waited for
    uid_t uid; // the user that started ipctop; SUDO_USER of sudo(8) names the one before
    char user[NAME], sudo_user[NAME];
};

// --- lines --------------------------------------------------------------------------------------

// What the model holds is free of control characters: only the quotes are left to protect.
static void add_quoted(struct line *line, const char *name, const char *text)
{
    line_add(line, " %s=\"", name);
    for (; *text; text++) {
        size_t plain = strcspn(text, "\"\\");

        if (plain)
            line_add(line, "%.*s", (int)plain, text);
        text += plain;
        if (!*text)
            break;
        line_add(line, "\\%c", *text);
    }
    line_add(line, "\"");
}

static void add_start(struct line *line, time_t time, const char *what)
{
    char when[40] = "-";
    struct tm tm;

    if (localtime_r(&time, &tm))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S%z", &tm);
    line_add(line, "%s ipctop[%d] %s", when, (int)getpid(), what);
}

static void add_target(struct line *line, const struct action *action)
{
    const struct identity *t = &action->target;
    const struct kind *kind = kind_get(t->kind);
    char name[80], text[480];
    struct line target = line_start(text, sizeof text);

    if (action->limit.name[0])
        line_add(&target, "limit %s=%" PRIu64, action->limit.name, action->limit.value);
    else if (action->shared.what)
        line_add(&target, "%s %s device=%u:%u inode=%" PRIu64 " uid=%u", action->shared.what,
                 action->shared.name, shared_id_of(t).dev_major, shared_id_of(t).dev_minor, t->part,
                 action->was.uid);
    else
        line_add(&target, "%s", identity_text(t, name, sizeof name));
    if (t->pid && !t->start_ticks && t->instance)
        line_add(&target, " pidfs_inode=%" PRIu64, t->instance);
    else if (t->pid)
        line_add(&target, " start_ticks=%" PRIu64, t->start_ticks);
    else if (!kind || !kind->own_name) // else it has no owner
        line_add(&target, " key=0x%08x cuid=%u cgid=%u ctime=%" PRId64, t->key, t->cuid, t->cgid,
                 t->ctime);
    add_quoted(line, "target", text);
    if (action->ipc_namespace)
        line_add(line, " ipc_namespace=%" PRIu64, action->ipc_namespace);
}

// With the lock held. The user, and the verb.
static void add_verb(struct line *line, const struct audit_log *audit, const struct action *action)
{
    line_add(line, " uid=%u", (unsigned)audit->uid);
    if (audit->user[0])
        add_quoted(line, "user", audit->user);
    if (audit->sudo_user[0])
        add_quoted(line, "sudo_user", audit->sudo_user);
    line_add(line, " verb=%s", action_words(action->verb)->name);
}

static void add_command(struct line *line, const struct action *action)
{
    char command[128];

    // Typed elsewhere, it would be about another object.
    if (!action->ipc_namespace && action_command(action, command, sizeof command)[0])
        add_quoted(line, "command", command);
}

// With the lock held. What follows the start of the line: the same for the file and for syslog.
static void add_action(struct line *line, const struct audit_log *audit, const struct outcome *o)
{
    add_verb(line, audit, &o->action);
    line_add(line, " result=%s", outcome_state_name(o->state));
    if (o->error)
        line_add(line, " errno=%d", o->error);
    add_target(line, &o->action);
    add_command(line, &o->action);
    add_quoted(line, "text", o->text);
}

// --- opening ------------------------------------------------------------------------------------

static size_t gap_line(size_t lost, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    add_start(&line, time(NULL), "log");
    line_add(&line, " lost=%zu\n", lost);
    return line.n;
}

struct audit_log *audit_log_open(const struct audit_log_options *options, char *why, size_t cap)
{
    const struct append_log_options how = {
        .path = options->path, .gap = gap_line, .patience_ns = options->patience_ns};
    const char *sudo_user = getenv("SUDO_USER");
    int error;
    struct append_log *file = options->path ? append_log_open(&how, &error) : NULL;

    if (options->path && !file) {
        snprintf(why, cap, "%s", append_log_reason(error));
        return NULL;
    }
    struct audit_log *audit = mem_zero(1, sizeof *audit);
    pthread_mutex_init(&audit->lock, NULL);
    audit->file = file;
    audit->socket = -1;
    audit->uid = getuid();
    audit->syslog = mem_copy_string(options->syslog);
    if (sudo_user)
        text_escape(audit->sudo_user, sizeof audit->sudo_user, sudo_user, strlen(sudo_user));
    return audit;
}

void audit_log_close(struct audit_log *audit)
{
    if (!audit)
        return;
    append_log_close(audit->file);
    if (audit->socket >= 0)
        close(audit->socket);
    pthread_mutex_destroy(&audit->lock);
    free(audit->syslog);
    free(audit);
}

// --- telling ------------------------------------------------------------------------------------

// With the lock held. 0, or an errno value.
static int connect_syslog(struct audit_log *audit)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (audit->socket >= 0)
        return 0;
    if (strlen(audit->syslog) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    memcpy(address.sun_path, audit->syslog, strlen(audit->syslog) + 1);
    audit->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (audit->socket < 0)
        return errno;
    if (connect(audit->socket, (struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    int error = errno;
    close(audit->socket);
    audit->socket = -1;
    return error;
}

// The queue of such a socket holds few (net.unix.max_dgram_qlen): where many things are done at once,
// the daemon gets the time to read. One that does not read at all is waited for once.
static int send_patiently(struct audit_log *audit, const char *line, size_t n)
{
    int64_t end = clock_ns() + (audit->deaf ? 0 : SYSLOG_PATIENCE_NS);

    while (send(audit->socket, line, n, MSG_NOSIGNAL) < 0) {
        struct pollfd room = {.fd = audit->socket, .events = POLLOUT};
        int64_t left = end - clock_ns();

        if (errno != EAGAIN)
            return errno;
        if (left <= 0) {
            audit->deaf = true;
            return EAGAIN;
        }
        poll(&room, 1, (int)(left / CLOCK_MS) + 1);
    }
    audit->deaf = false;
    return 0;
}

// With the lock held. As syslog(3) does, but its errors are to be seen, and a daemon that hangs does
// not matter. One that was restarted gets another try.
static int send_syslog(struct audit_log *audit, const char *text)
{
    char line[LINE + 80], when[32] = "";
    time_t now = time(NULL);
    struct tm tm;
    int error = 0;

    if (!audit->syslog || (audit->socket < 0 && access(audit->syslog, F_OK) != 0))
        return 0;
    if (localtime_r(&now, &tm))
        strftime(when, sizeof when, "%b %e %H:%M:%S", &tm);
    int n = snprintf(line, sizeof line, "<%d>%s ipctop[%d]: %s", LOG_AUTHPRIV | LOG_NOTICE, when,
                     (int)getpid(), text);
    for (int tries = 0; tries < 2; tries++) {
        error = connect_syslog(audit);
        if (!error)
            error = send_patiently(audit, line, (size_t)n);
        if (!error || error == EAGAIN || audit->socket < 0)
            break;
        close(audit->socket);
        audit->socket = -1;
    }
    return error;
}

// Behind what there is to say of the action, of which as much gives way as this takes.
static void say_failure(struct outcome *outcome, const char *where, const char *why)
{
    char text[96];
    size_t used, cap = sizeof outcome->text;
    int n = snprintf(text, sizeof text, " (not logged%s: %s)", where, why);
    size_t room = cap - 1 - (size_t)(n < (int)sizeof text ? n : (int)sizeof text - 1);

    used = strlen(outcome->text);
    if (used > room) { // between whole characters
        for (used = room; used > 0 && ((unsigned char)outcome->text[used] & 0xc0) == 0x80;)
            used--;
    }
    snprintf(outcome->text + used, cap - used, "%s", text);
}

void audit_log_outcome(void *arg, struct outcome *outcome)
{
    struct audit_log *audit = arg;
    char text[LINE];

    pthread_mutex_lock(&audit->lock);
    struct line line = line_start(text, sizeof text - 1);
    add_start(&line, time(NULL), "action");
    size_t start = line.n;
    add_action(&line, audit, outcome);
    int untold = send_syslog(audit, text + start + 1);
    pthread_mutex_unlock(&audit->lock);
    memcpy(text + line.n, "\n", 2);
    int unwritten = audit->file ? append_log_line_now(audit->file, text, line.n + 1) : 0;
    if (unwritten)
        say_failure(outcome, "", append_log_reason(unwritten));
    if (untold)
        say_failure(outcome, " to syslog", strerror(untold));
}

void audit_log_intent(void *arg, const struct action *action)
{
    struct audit_log *audit = arg;
    char text[LINE];

    pthread_mutex_lock(&audit->lock);
    struct line line = line_start(text, sizeof text - 1);
    add_start(&line, time(NULL), "intent");
    size_t start = line.n - strlen("intent");
    add_verb(&line, audit, action);
    add_target(&line, action);
    add_command(&line, action);
    if (!audit->file)
        send_syslog(audit, text + start);
    pthread_mutex_unlock(&audit->lock);
    memcpy(text + line.n, "\n", 2);
    // Where it cannot be written the action's own line says so.
    if (audit->file)
        append_log_line_now(audit->file, text, line.n + 1);
}

static void write_event(struct append_log *file, const struct event *event)
{
    char text[LINE], object[80];
    const struct kind *kind = kind_get(event->about.kind);
    struct line line = line_start(text, sizeof text - 1);

    add_start(&line, (time_t)event->time, "event");
    line_add(&line, " what=%s", event_what_names[event->what]);
    if (event->several && kind)
        add_quoted(&line, "object", kind->name);
    else if (kind && !kind->own_name) // the text has it
        add_quoted(&line, "object", identity_text(&event->about, object, sizeof object));
    if (event->who[0])
        add_quoted(&line, "who", event->who);
    if (event->by == EVENT_BY_EXACT)
        line_add(&line, " by=exact at=%" PRId64 ".%03d", event->time, event->millis);
    add_quoted(&line, "text", event->text);
    memcpy(text + line.n, "\n", 2);
    append_log_line(file, text, line.n + 1);
}

void audit_log_happened(void *arg, const struct snapshot *picture, size_t n)
{
    struct audit_log *audit = arg;
    const struct event_log *log = picture->events;

    pthread_mutex_lock(&audit->lock);
    if (picture->has & NEED_SYSTEM && picture->system.user[0])
        snprintf(audit->user, sizeof audit->user, "%s", picture->system.user);
    pthread_mutex_unlock(&audit->lock);
    for (size_t i = log ? log->n - n : 0; audit->file && n > 0 && i < log->n; i++)
        if (log->at[i]->what != EVENT_ACTION) // written as it was done
            write_event(audit->file, log->at[i]);
}

bool audit_log_failure(struct audit_log *audit, char *dst, size_t cap)
{
    int error = audit && audit->file ? append_log_failure(audit->file) : 0;

    if (error)
        snprintf(dst, cap, "events are not logged: %s", append_log_reason(error));
    return error != 0;
}

size_t audit_log_flush(struct audit_log *audit)
{
    return audit && audit->file ? append_log_flush(audit->file) : 0;
}
