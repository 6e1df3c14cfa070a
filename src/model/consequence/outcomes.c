#include "model/consequence/outcomes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error_text.h"
#include "base/line.h"
#include "base/signal_name.h"
#include "base/text.h"
#include "model/kinds/find_row.h"
#include "model/record/limit_spec.h"

static const struct {
    enum outcome_state state;
    const char *text; // {words} are filled in: see `words` below
    // clang-format off
} codes[OUTCOME_CODES] = {
    [OUTCOME_REMOVED] = {OUTCOME_DONE, "{target} removed"},
    [OUTCOME_MARKED] = {OUTCOME_DONE, "{target} marked for removal; {number} still attached"},
    [OUTCOME_SET] = {OUTCOME_DONE, "{target} changed: {fields}"},
    [OUTCOME_LOCKED] = {OUTCOME_DONE, "{target} locked in memory"},
    [OUTCOME_UNLOCKED] = {OUTCOME_DONE, "{target} unlocked"},
    [OUTCOME_NEVER_SWAPPED] = {OUTCOME_DONE, "{target} lies in huge pages, which are never swapped: nothing to lock"},
    [OUTCOME_SENT] = {OUTCOME_DONE, "{signal} sent to {target}"},
    [OUTCOME_SENT_STOPPED] = {OUTCOME_DONE, "{signal} sent to {target}; it is stopped and gets it when continued"},
    [OUTCOME_LIMIT_SET] = {OUTCOME_DONE, "{limit} is {value} now (was {number})"},
    [OUTCOME_RESOLVED] = {OUTCOME_DONE, ""},

    [OUTCOME_GONE] = {OUTCOME_REFUSED, "{target} is already gone"},
    [OUTCOME_OTHER_CREATOR] = {OUTCOME_REFUSED, "{target} is another one now (creator {now creator}, was {was creator}); nothing was done"},
    [OUTCOME_OTHER_KEY] = {OUTCOME_REFUSED, "{target} is another one now (key {now key}, was {was key}); nothing was done"},
    [OUTCOME_NOW_MARKED] = {OUTCOME_REFUSED, "{target} was marked for removal meanwhile; nothing was done"},
    [OUTCOME_NOW_CHANGED] = {OUTCOME_REFUSED, "{target} was changed meanwhile; nothing was done: look at it again"},
    [OUTCOME_NOTHING_TO_SET] = {OUTCOME_REFUSED, "{target} has nothing like that to change"},
    [OUTCOME_NOT_LOCKABLE] = {OUTCOME_REFUSED, "{target} cannot be locked: segments can"},
    [OUTCOME_NO_OBJECT] = {OUTCOME_REFUSED, "{target} is no object of System V IPC"},
    [OUTCOME_NO_SUCH_ACTION] = {OUTCOME_REFUSED, "{target} cannot do that"},
    [OUTCOME_NO_SUCH_LIMIT] = {OUTCOME_REFUSED, "no limit is named '{limit}'"},
    [OUTCOME_NO_SUCH_SIGNAL] = {OUTCOME_REFUSED, "there is no {signal}"},
    [OUTCOME_OUTSIDE] = {OUTCOME_REFUSED, "pid {pid} is outside this PID namespace: nothing can be sent"},
    [OUTCOME_OURSELVES] = {OUTCOME_REFUSED, "{target} is this monitor itself; nothing was sent"},
    [OUTCOME_NO_START] = {OUTCOME_REFUSED, "{target}: its start time is not known, so it could be another one; nothing was sent"},
    [OUTCOME_OTHER_PROCESS] = {OUTCOME_REFUSED, "{target} is already gone: its pid belongs to another one now; nothing was sent"},
    [OUTCOME_UNIDENTIFIED] = {OUTCOME_REFUSED, "{target} does not let itself be identified; nothing was sent"},
    [OUTCOME_FOREIGN_PROC] = {OUTCOME_REFUSED, "this /proc is of another PID namespace: its pids mean other processes here; nothing was sent"},
    [OUTCOME_NOT_LIVE] = {OUTCOME_REFUSED, "this is no live /proc: nothing was done"},

    [OUTCOME_NOT_PERMITTED] = {OUTCOME_FAILED, "{target}: not permitted: needs root{owner}{creator} or {capability}"},
    [OUTCOME_UNREADABLE] = {OUTCOME_FAILED, "{target}: not permitted: this kernel needs read permission or root"},
    [OUTCOME_NOT_ACCEPTED] = {OUTCOME_FAILED, "{target}: the kernel does not accept that"},
    [OUTCOME_LOCK_LIMIT] = {OUTCOME_FAILED, "{target}: more than this user may lock: needs a higher ulimit -l or CAP_IPC_LOCK"},
    [OUTCOME_ERROR] = {OUTCOME_FAILED, "{target}: {error}"},
    [OUTCOME_NOT_SENT] = {OUTCOME_FAILED, "not sent: {error}"},
    [OUTCOME_LIMIT_NOT_PERMITTED] = {OUTCOME_FAILED, "{limit}: not permitted: needs root of this IPC namespace"},
    [OUTCOME_LIMIT_READ_ONLY] = {OUTCOME_FAILED, "{limit}: {file} is read-only here: change it outside of this container"},
    [OUTCOME_LIMIT_NOT_ACCEPTED] = {OUTCOME_FAILED, "{limit}: the kernel does not accept {value}"},
    [OUTCOME_LIMIT_CLAMPED] = {OUTCOME_FAILED, "{limit}: the kernel does not accept {value} and made it {number}"},
    [OUTCOME_LIMIT_ERROR] = {OUTCOME_FAILED, "{limit}: {file}: {error}"},
    [OUTCOME_NO_SUCH_USER] = {OUTCOME_FAILED, "there is no user {user}"},
    [OUTCOME_NO_SUCH_GROUP] = {OUTCOME_FAILED, "there is no group {group}"},
    [OUTCOME_USER_NOT_FOUND] = {OUTCOME_FAILED, "{user} cannot be looked up: {error}"},
    [OUTCOME_GROUP_NOT_FOUND] = {OUTCOME_FAILED, "{group} cannot be looked up: {error}"},
    [OUTCOME_NO_ANSWER] = {OUTCOME_FAILED, "{target}: no answer from the kernel yet; the result follows if there is one"},
    [OUTCOME_NO_ANSWER_OF_PROCESS] = {OUTCOME_FAILED, "{target}: cannot check who that is: its files do not answer; the signal follows when they do"},
    [OUTCOME_UNFINISHED] = {OUTCOME_FAILED, "still under way when the monitor ended"},
    [OUTCOME_NO_THREAD] = {OUTCOME_FAILED, "{target}: no thread to do it"},
    [OUTCOME_TOO_MANY_HANG] = {OUTCOME_FAILED, "{target}: too many actions hang already"},

    [OUTCOME_CANCELLED_BY_USER] = {OUTCOME_CANCELLED, "{target}: cancelled before its turn"},
    [OUTCOME_CANCELLED_BY_END] = {OUTCOME_CANCELLED, "{target}: the monitor ended before its turn"},
};
// clang-format on

struct outcome outcome_of(const struct action *action, enum outcome_code code, int error)
{
    struct outcome outcome = {.action = *action};

    outcome_become(&outcome, code, error);
    return outcome;
}

void outcome_become(struct outcome *outcome, enum outcome_code code, int error)
{
    outcome->code = code;
    outcome->state = codes[code].state;
    outcome->error = error;
}

// --- the words that are filled in ---------------------------------------------------------------

static void add_escaped(struct line *line, const char *text, size_t n)
{
    char safe[SET_NAME * 2];

    text_escape(safe, sizeof safe, text, strnlen(text, n));
    line_add(line, "%s", safe);
}

static void add_target(struct line *line, const struct outcome *o)
{
    char name[80];

    if (o->action.verb != ACTION_SIGNAL) {
        line_add(line, "%s", identity_text(&o->action.target, name, sizeof name));
        return;
    }
    line_add(line, "process %" PRId32, o->action.target.pid);
    if (o->facts.process[0])
        line_add(line, " %s", o->facts.process);
}

static void add_pid(struct line *line, const struct outcome *o)
{
    line_add(line, "%" PRId32, o->action.target.pid);
}

static void add_number(struct line *line, const struct outcome *o)
{
    line_add(line, "%" PRIu64, o->facts.number);
}

static void add_signal(struct line *line, const struct outcome *o)
{
    const char *name = signal_abbreviation(o->action.signal);

    if (name)
        line_add(line, "SIG%s", name);
    else
        line_add(line, "signal %d", o->action.signal);
}

static void add_error(struct line *line, const struct outcome *o)
{
    char reason[64];

    line_add(line, "%s", error_text(o->error, reason, sizeof reason));
}

static void add_now_creator(struct line *line, const struct outcome *o)
{
    line_add(line, "%" PRIu32, o->facts.now.cuid);
}

static void add_was_creator(struct line *line, const struct outcome *o)
{
    line_add(line, "%" PRIu32, o->action.target.cuid);
}

static void add_now_key(struct line *line, const struct outcome *o)
{
    line_add(line, "0x%08" PRIx32, o->facts.now.key);
}

static void add_was_key(struct line *line, const struct outcome *o)
{
    line_add(line, "0x%08" PRIx32, o->action.target.key);
}

static void add_owner(struct line *line, const struct outcome *o)
{
    if (o->facts.owner[0])
        line_add(line, ", %s", o->facts.owner);
}

static void add_creator(struct line *line, const struct outcome *o)
{
    if (o->facts.creator[0])
        line_add(line, ", %s", o->facts.creator);
}

// include/linux/ipc_namespace.h ipcctl_obtain_check, kernel/signal.c kill_ok_by_cred, ipc/shm.c.
// More than kernel.msgmnb is for CAP_SYS_RESOURCE alone, whoever owns it: ipc/msg.c msgctl_down.
static void add_capability(struct line *line, const struct outcome *o)
{
    const struct action *a = &o->action;
    bool lock = a->verb == ACTION_LOCK || a->verb == ACTION_UNLOCK;

    line_add(line, "%s",
             a->verb == ACTION_SIGNAL ? "CAP_KILL"
             : lock                   ? "CAP_IPC_LOCK"
                                      : "CAP_SYS_ADMIN");
    if (a->verb == ACTION_SET && a->set.which & SET_MAX_BYTES)
        line_add(line, ", and CAP_SYS_RESOURCE beyond msgmnb");
}

static void add_fields(struct line *line, const struct outcome *o)
{
    const struct action *a = &o->action;
    const char *comma = "";

    if (a->set.which & SET_UID) {
        line_add(line, "owner %s", a->set.user[0] ? a->set.user : o->facts.owner);
        comma = ", ";
    }
    if (a->set.which & SET_GID) {
        if (a->set.group[0])
            line_add(line, "%sgroup %s", comma, a->set.group);
        else
            line_add(line, "%sgroup %" PRIu32, comma, a->set.gid);
        comma = ", ";
    }
    if (a->set.which & SET_MODE) {
        line_add(line, "%smode %04" PRIo32, comma, a->set.mode);
        comma = ", ";
    }
    if (a->set.which & SET_MAX_BYTES)
        line_add(line, "%sat most %" PRIu64 " bytes", comma, a->set.max_bytes);
}

static void add_limit(struct line *line, const struct outcome *o)
{
    add_escaped(line, o->action.limit.name, sizeof o->action.limit.name);
}

static void add_file(struct line *line, const struct outcome *o)
{
    const struct limit_spec *spec = limit_spec_find(o->action.limit.name);

    line_add(line, "%s", spec ? spec->path : "?");
}

static void add_value(struct line *line, const struct outcome *o)
{
    line_add(line, "%" PRIu64, o->action.limit.value);
}

static void add_user(struct line *line, const struct outcome *o)
{
    add_escaped(line, o->action.set.user, sizeof o->action.set.user);
}

static void add_group(struct line *line, const struct outcome *o)
{
    add_escaped(line, o->action.set.group, sizeof o->action.set.group);
}

static const struct word {
    const char *name;
    void (*add)(struct line *line, const struct outcome *outcome);
    // clang-format off
} words[] = {
    {"target", add_target}, {"pid", add_pid}, {"number", add_number}, {"signal", add_signal},
    {"error", add_error}, {"now creator", add_now_creator}, {"was creator", add_was_creator},
    {"now key", add_now_key}, {"was key", add_was_key}, {"owner", add_owner},
    {"creator", add_creator}, {"capability", add_capability}, {"fields", add_fields},
    {"limit", add_limit}, {"file", add_file}, {"value", add_value}, {"user", add_user},
    {"group", add_group},
};
// clang-format on

static void add_word(struct line *line, const char *name, size_t n, const struct outcome *outcome)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].name) == n && memcmp(words[i].name, name, n) == 0)
            words[i].add(line, outcome);
}

void outcome_say(struct outcome *outcome)
{
    const char *text = codes[outcome->code].text;

    if (!text)
        return;
    struct line line = line_start(outcome->text, sizeof outcome->text);
    while (*text) {
        size_t plain = strcspn(text, "{");

        line_add(&line, "%.*s", (int)plain, text);
        text += plain;
        if (*text) {
            size_t n = strcspn(text, "}");
            add_word(&line, text + 1, n - 1, outcome);
            text += n + 1;
        }
    }
}
