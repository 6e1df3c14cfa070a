#include "app/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/line.h"
#include "base/mem.h"
#include "model/kind.h"

enum { LINE = 768 };

struct audit {
    int fd;
};

struct audit *audit_open(const char *path)
{
    // Not blocking: a FIFO nobody reads is an error, not a wait.
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

    if (fd < 0)
        return NULL;
    struct audit *audit = mem_alloc(sizeof *audit);
    audit->fd = fd;
    return audit;
}

void audit_close(struct audit *audit)
{
    if (!audit)
        return;
    close(audit->fd);
    free(audit);
}

static void add_time(struct line *line)
{
    time_t now = time(NULL);
    struct tm local;
    char text[40];

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", localtime_r(&now, &local));
    line_add(line, "%s", text);
}

static void add_verb(struct line *line, const struct action *action)
{
    static const char *const verbs[] = {
        [ACTION_REMOVE] = "remove", [ACTION_SIGNAL] = "signal", [ACTION_SET] = "set",
        [ACTION_LOCK] = "lock",     [ACTION_UNLOCK] = "unlock", [ACTION_LIMIT] = "limit",
        [ACTION_RESOLVE] = "resolve",
    };

    line_add(line, "%s", verbs[action->verb]);
    if (action->verb == ACTION_SIGNAL)
        line_add(line, " %d", action->signal);
    if (action->verb == ACTION_LIMIT)
        line_add(line, " %s=%" PRIu64, action->limit.name, action->limit.value);
}

// What was meant, by more than an id that may be another's tomorrow.
static void add_target(struct line *line, const struct action *action)
{
    const struct identity *target = &action->target;
    char text[64];

    if (action->verb == ACTION_LIMIT)
        return;
    line_add(line, " %s", identity_text(target, text, sizeof text));
    if (action->verb == ACTION_SIGNAL)
        line_add(line, " start=%" PRIu64, target->start_ticks);
    else
        line_add(line, " key=0x%08" PRIx32 " cuid=%" PRIu32 " ctime=%" PRId64, target->key,
                 target->cuid, target->ctime);
}

static const char *state_name(enum outcome_state state)
{
    switch (state) {
    case OUTCOME_DONE:
        return "done";
    case OUTCOME_REFUSED:
        return "refused";
    case OUTCOME_FAILED:
        return "failed";
    }
    return "";
}

void audit_outcome(void *arg, struct outcome *outcome)
{
    const struct audit *audit = arg;
    char text[LINE];
    // Room for the newline, whatever is cut.
    struct line line = line_start(text, sizeof text - 1);

    add_time(&line);
    line_add(&line, " ipctop[%d] uid=%u ", (int)getpid(), (unsigned)getuid());
    add_verb(&line, &outcome->action);
    add_target(&line, &outcome->action);
    line_add(&line, ": %s: %s", state_name(outcome->state), outcome->text);
    text[line.n++] = '\n';
    // One call: lines of several monitors do not mix (O_APPEND, write(2)).
    ssize_t written = write(audit->fd, text, line.n);
    if (written == (ssize_t)line.n)
        return;
    size_t used = strlen(outcome->text);
    struct line rest = line_start(outcome->text + used, sizeof outcome->text - used);
    line_add(&rest, " (not logged: %s)", written < 0 ? strerror(errno) : "cut short");
}
