#include "model/consequence/outcomes.h"

#include <string.h>

#include "base/errors.h"
#include "base/signal_name.h"
#include "base/text.h"
#include "model/identity/find_row.h"
#include "model/record/limit_spec.h"
#include "model/text/say.h"

static const struct {
    enum outcome_state state;
    const char *text; // {words} are filled in: see `words` below
    // clang-format off
} codes[OUTCOME_CODES] = {
    [OUTCOME_REMOVED] = {OUTCOME_DONE, "{target} removed"},
    [OUTCOME_MARKED] = {OUTCOME_DONE, "{target} marked for removal; {number} still attached"},
    [OUTCOME_UNLINKED] = {OUTCOME_DONE, "{target} unlinked; what uses it keeps it until the last process lets go"},
    [OUTCOME_NAME_REMOVED] = {OUTCOME_DONE, "{target} unlinked; it has another name and stays under that"},
    [OUTCOME_SET] = {OUTCOME_DONE, "{target} changed: {fields}"},
    [OUTCOME_LOCKED] = {OUTCOME_DONE, "{target} locked in memory"},
    [OUTCOME_UNLOCKED] = {OUTCOME_DONE, "{target} unlocked"},
    [OUTCOME_NEVER_SWAPPED] = {OUTCOME_DONE, "{target} lies in huge pages, which are never swapped: nothing to lock"},
    [OUTCOME_SENT] = {OUTCOME_DONE, "{signal} sent to {target}"},
    [OUTCOME_SENT_STOPPED] = {OUTCOME_DONE, "{signal} sent to {target}; it is stopped and gets it when continued"},
    [OUTCOME_LIMIT_SET] = {OUTCOME_DONE, "{limit} is {value} now (was {was})"},
    [OUTCOME_RESOLVED] = {OUTCOME_DONE, ""},

    [OUTCOME_GONE] = {OUTCOME_REFUSED, "{target} is already gone"},
    [OUTCOME_OTHER_CREATOR] = {OUTCOME_REFUSED, "{target} is another one now (creator {now creator}, was {was creator}); nothing was done"},
    [OUTCOME_OTHER_KEY] = {OUTCOME_REFUSED, "{target} is another one now (key {now key}, was {was key}); nothing was done"},
    [OUTCOME_NOW_MARKED] = {OUTCOME_REFUSED, "{target} was marked for removal meanwhile; nothing was done"},
    [OUTCOME_NOW_CHANGED] = {OUTCOME_REFUSED, "{target} was changed meanwhile; nothing was done: look at it again"},
    [OUTCOME_NOW_ATTACHED] = {OUTCOME_REFUSED, "{target} was attached meanwhile ({number} now); nothing was done"},
    [OUTCOME_NOW_USED] = {OUTCOME_REFUSED, "{target} is in use by now; nothing was done"},
    [OUTCOME_USE_UNKNOWN] = {OUTCOME_REFUSED, "{target}: whether it is in use cannot be checked by this user; nothing was done"},
    [OUTCOME_OTHER_OWNER] = {OUTCOME_REFUSED, "{target} belongs to another user now; nothing was done: look at it again"},
    [OUTCOME_NAME_PASSED] = {OUTCOME_FAILED, "{target}: in that very moment its name passed to another object, which was removed instead"},
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
    [OUTCOME_NAMESPACE] = {OUTCOME_FAILED, "{target}: its IPC namespace cannot be entered: {error}"},
    [OUTCOME_NO_WAY] = {OUTCOME_FAILED, "{target}: its name is in a mount namespace that cannot be entered: {error}"},
    [OUTCOME_NO_ANSWER] = {OUTCOME_FAILED, "{target}: no answer from the kernel yet; the result follows if there is one"},
    [OUTCOME_NO_ANSWER_OF_PROCESS] = {OUTCOME_FAILED, "{target} cannot be identified: its files do not answer; the signal follows when they do"},
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

static void say_target(struct say *x, const struct outcome *o)
{
    char name[80];

    if (o->action.shared.what)
        say(x, "{text} {text}", o->action.shared.what, o->action.shared.name);
    else if (o->action.verb != ACTION_SIGNAL)
        say(x, "{text}", identity_text(&o->action.target, name, sizeof name));
    else
        say(x, "process {number}{text}{text}", o->action.target.pid, o->facts.process[0] ? " " : "",
            o->facts.process);
}

static void say_pid(struct say *x, const struct outcome *o)
{
    say(x, "{number}", o->action.target.pid);
}

static void say_signal(struct say *x, const struct outcome *o)
{
    const char *name = signal_abbreviation(o->action.signal);

    if (name)
        say(x, "SIG{text}", name);
    else
        say(x, "signal {number}", o->action.signal);
}

static void say_error(struct say *x, const struct outcome *o)
{
    char reason[64];

    say(x, "{text}", error_text(o->error, reason, sizeof reason));
}

static void say_owner(struct say *x, const struct outcome *o)
{
    say(x, "{text}{text}", o->facts.owner[0] ? ", " : "", o->facts.owner);
}

static void say_creator(struct say *x, const struct outcome *o)
{
    say(x, "{text}{text}", o->facts.creator[0] ? ", " : "", o->facts.creator);
}

// include/linux/ipc_namespace.h ipcctl_obtain_check, kernel/signal.c kill_ok_by_cred, ipc/shm.c.
// More than kernel.msgmnb is for CAP_SYS_RESOURCE alone, whatever its owner: ipc/msg.c msgctl_down.
static void say_capability(struct say *x, const struct outcome *o)
{
    const struct action *a = &o->action;
    bool lock = a->verb == ACTION_LOCK || a->verb == ACTION_UNLOCK;

    say(x, "{text}",
        a->verb == ACTION_SIGNAL ? "CAP_KILL"
        : lock                   ? "CAP_IPC_LOCK"
        : a->shared.what         ? "CAP_FOWNER"
                                 : "CAP_SYS_ADMIN");
    if (a->verb == ACTION_SET && a->set.which & SET_MAX_BYTES)
        say(x, ", and CAP_SYS_RESOURCE beyond msgmnb");
}

static void say_fields(struct say *x, const struct outcome *o)
{
    const struct action *a = &o->action;
    unsigned which = a->set.which;

    if (which & SET_UID)
        say(x, "owner {text}", a->set.user[0] ? a->set.user : o->facts.owner);
    if (which & SET_GID) {
        say(x, "{text}group ", which & SET_UID ? ", " : "");
        if (a->set.group[0])
            say(x, "{text}", a->set.group);
        else
            say(x, "{number}", a->set.gid);
    }
    if (which & SET_MODE)
        say(x, "{text}mode {mode}", which & (SET_UID | SET_GID) ? ", " : "", a->set.mode);
    if (which & SET_MAX_BYTES)
        say(x, "{text}at most {number} bytes", which & (SET_UID | SET_GID | SET_MODE) ? ", " : "",
            a->set.max_bytes);
}

static void say_file(struct say *x, const struct outcome *o)
{
    const struct limit_spec *spec = limit_spec_find(o->action.limit.name);

    say(x, "{text}", spec ? spec->path : "?");
}

static const struct {
    const char *name;
    void (*put)(struct say *x, const struct outcome *outcome);
    // clang-format off
} words[] = {
    {"target", say_target}, {"pid", say_pid}, {"signal", say_signal}, {"error", say_error},
    {"owner", say_owner}, {"creator", say_creator}, {"capability", say_capability},
    {"fields", say_fields}, {"file", say_file},
};

// Words that stand in the outcome: numbers, with their template, and texts that may be anything.
static const struct outcome_word {
    const char *name;
    size_t offset, size;
    const char *as;
} members[] = {
    {"number", offsetof(struct outcome, facts.number), 8, "{number}"},
    {"now creator", offsetof(struct outcome, facts.now.cuid), 4, "{number}"},
    {"was creator", offsetof(struct outcome, action.target.cuid), 4, "{number}"},
    {"now key", offsetof(struct outcome, facts.now.key), 4, "{key}"},
    {"was key", offsetof(struct outcome, action.target.key), 4, "{key}"},
    {"value", offsetof(struct outcome, action.limit.value), 8, "{limit}"},
    {"was", offsetof(struct outcome, facts.number), 8, "{limit}"},
    {"limit", offsetof(struct outcome, action.limit.name), LIMIT_NAME, NULL},
    {"user", offsetof(struct outcome, action.set.user), SET_NAME, NULL},
    {"group", offsetof(struct outcome, action.set.group), SET_NAME, NULL},
};
// clang-format on

static void say_member(struct say *x, const struct outcome_word *member,
                       const struct outcome *outcome)
{
    const char *at = (const char *)outcome + member->offset;
    char safe[SET_NAME * 2];

    if (member->as) {
        say(x, member->as, member->size == 4 ? *(const uint32_t *)at : *(const uint64_t *)at);
    } else {
        text_escape(safe, sizeof safe, at, strnlen(at, member->size));
        say(x, "{text}", safe);
    }
}

static void say_word(struct say *x, const char *name, size_t n, const struct outcome *outcome)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].name) == n && memcmp(words[i].name, name, n) == 0)
            words[i].put(x, outcome);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strlen(members[i].name) == n && memcmp(members[i].name, name, n) == 0)
            say_member(x, &members[i], outcome);
}

void outcome_say(struct outcome *outcome)
{
    const char *text = codes[outcome->code].text;

    if (!text)
        return;
    struct say x = say_start(NULL, outcome->text, sizeof outcome->text);
    while (*text) {
        size_t plain = strcspn(text, "{");

        line_add(&x.line, "%.*s", (int)plain, text);
        text += plain;
        if (*text) {
            size_t n = strcspn(text, "}");
            say_word(&x, text + 1, n - 1, outcome);
            text += n + 1;
        }
    }
}
