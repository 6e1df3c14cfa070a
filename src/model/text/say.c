#include "model/text/say.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "model/record/action.h"
#include "model/record/limit.h"
#include "model/record/pid_state.h"
#include "model/text/words.h"

struct say say_start(const struct snapshot *s, char *buffer, size_t cap)
{
    return (struct say){.s = s, .line = line_start(buffer, cap)};
}

struct say_arg say_signed(int64_t number)
{
    return (struct say_arg){.type = number < 0 ? SAY_NEGATIVE : SAY_INTEGER,
                            .number = (uint64_t)number};
}

struct say_arg say_unsigned(uint64_t number)
{
    return (struct say_arg){.type = SAY_INTEGER, .number = number};
}

struct say_arg say_text(const char *text)
{
    return (struct say_arg){.type = SAY_TEXT, .at = text};
}

struct say_arg say_itself(struct say_arg arg)
{
    return arg;
}

struct say_arg process_at(int32_t pid, int64_t time)
{
    return (struct say_arg){.type = SAY_PROCESS, .id = pid, .number = (uint64_t)time};
}

struct say_arg holders_of(int32_t shmid, size_t most)
{
    return (struct say_arg){.type = SAY_HOLDERS, .id = shmid, .number = most};
}

struct say_arg waiters_on(const struct owned *o, unsigned calls, size_t most)
{
    return (struct say_arg){.type = SAY_WAITERS, .at = o, .calls = calls, .number = most};
}

struct say_arg contents_of(const struct owned *o)
{
    return (struct say_arg){.type = SAY_CONTENTS, .at = o};
}

struct say_arg change_of(const struct action *action)
{
    return (struct say_arg){.type = SAY_CHANGE, .at = action};
}

// --- placeholders --------------------------------------------------------------------------------

typedef void put(struct say *x, const struct say_arg *a);

static void put_number(struct say *x, const struct say_arg *a)
{
    if (a->type == SAY_NEGATIVE)
        line_add(&x->line, "%" PRId64, (int64_t)a->number);
    else
        line_add(&x->line, "%" PRIu64, a->number);
}

// `words`: what is counted, as they follow the placeholder's name.
static void put_count(struct say *x, const struct say_arg *a, const char *words)
{
    char one[128];
    const char *many = strchr(words, '|');
    size_t n = many ? (size_t)(many - words) : strlen(words);

    n = n < sizeof one ? n : sizeof one - 1;
    memcpy(one, words, n);
    one[n] = '\0';
    line_count(&x->line, a->number, one, many ? many + 1 : NULL);
}

static void put_more(struct say *x, const struct say_arg *a)
{
    if (a->type == SAY_INTEGER && a->number > 0)
        line_add(&x->line, " and %" PRIu64 " more", a->number);
}

static void put_size(struct say *x, const struct say_arg *a)
{
    words_size(&x->line, a->number);
}

static void put_ago(struct say *x, const struct say_arg *a)
{
    int64_t time = (int64_t)a->number;
    char text[TEXT_SHORT];

    if (time <= 0)
        line_add(&x->line, "never");
    else
        line_add(&x->line, "%s ago", text_age(text, sizeof text, x->s->time - time));
}

static void put_used(struct say *x, const struct say_arg *a)
{
    if ((int64_t)a->number <= 0)
        say(x, "never used");
    else
        say(x, "used {ago}", a->number);
}

static void put_age(struct say *x, const struct say_arg *a)
{
    char text[TEXT_SHORT];

    line_add(&x->line, "%s", text_age(text, sizeof text, (int64_t)a->number));
}

static void put_limit(struct say *x, const struct say_arg *a)
{
    char text[32];

    limit_write(a->number, text, sizeof text);
    line_add(&x->line, "%s", text);
}

static void put_user(struct say *x, const struct say_arg *a)
{
    words_user(&x->line, x->s, (uint32_t)a->number);
}

static void put_group(struct say *x, const struct say_arg *a)
{
    words_group(&x->line, x->s, (uint32_t)a->number);
}

static void put_key(struct say *x, const struct say_arg *a)
{
    line_add(&x->line, "0x%08" PRIx32, (uint32_t)a->number);
}

static void put_mode(struct say *x, const struct say_arg *a)
{
    line_add(&x->line, "%04" PRIo32, (uint32_t)a->number);
}

static void put_text(struct say *x, const struct say_arg *a)
{
    if (a->at)
        line_put(&x->line, a->at, strlen(a->at));
}

static void put_process(struct say *x, const struct say_arg *a)
{
    const char *program = words_program(x->s, a->id);

    switch (snapshot_pid_state(x->s, a->id, (int64_t)a->number)) {
    case PID_OUTSIDE:
        say(x, "a process outside");
        break;
    case PID_GONE:
        say(x, "{number} (gone)", a->id);
        break;
    case PID_REUSED:
        say(x, "{number} (another process now)", a->id);
        break;
    case PID_ALIVE:
        say(x, "{number}{text}{text}", a->id, program ? " " : "", program);
        break;
    case PID_UNKNOWN: // that pid's program may not be the one that was meant
        say(x, "{number}", a->id);
        break;
    }
}

static void put_holders(struct say *x, const struct say_arg *a)
{
    size_t n;
    const struct holder *holders = scan_holders(x->s->scan, a->id, &n);

    for (size_t i = 0; i < n && i < a->number; i++) {
        say(x, "{text}{process}", i ? ", " : "", process_at(holders[i].pid, 0));
        if (holders[i].attaches > 1)
            say(x, " ×{number}", holders[i].attaches);
    }
    say(x, "{more}", n > a->number ? n - a->number : 0);
}

static void put_waiters(struct say *x, const struct say_arg *a)
{
    words_waiters(&x->line, x->s, a->at, a->calls, a->number);
}

static void put_contents(struct say *x, const struct say_arg *a)
{
    words_contents(&x->line, a->at);
}

static void put_change(struct say *x, const struct say_arg *a)
{
    const struct action *action = a->at;
    unsigned which = action->set.which;

    if (which & SET_UID && action->set.user[0])
        say(x, "owner {text}", action->set.user);
    else if (which & SET_UID)
        say(x, "owner {user}", action->set.uid);
    if (which & SET_GID) {
        say(x, "{text}group ", which & SET_UID ? ", " : "");
        if (action->set.group[0])
            say(x, "{text}", action->set.group);
        else
            say(x, "{group}", action->set.gid);
    }
    if (which & SET_MODE)
        say(x, "{text}mode {mode}", which & (SET_UID | SET_GID) ? ", " : "", action->set.mode);
    if (which & SET_MAX_BYTES)
        say(x, "{text}size limit {size}", which & (SET_UID | SET_GID | SET_MODE) ? ", " : "",
            action->set.max_bytes);
}

// clang-format off
static const struct placeholder {
    const char *name;
    unsigned takes; // enum say_type
    put *put;
} placeholders[] = {
    {"number", SAY_INTEGER | SAY_NEGATIVE, put_number},
    {"n", SAY_INTEGER, NULL}, // put_count(): it alone has words
    {"more", SAY_INTEGER | SAY_NEGATIVE, put_more},
    {"size", SAY_INTEGER, put_size},
    {"ago", SAY_INTEGER | SAY_NEGATIVE, put_ago},
    {"used", SAY_INTEGER | SAY_NEGATIVE, put_used},
    {"age", SAY_INTEGER | SAY_NEGATIVE, put_age},
    {"limit", SAY_INTEGER, put_limit},
    {"user", SAY_INTEGER, put_user},
    {"group", SAY_INTEGER, put_group},
    {"key", SAY_INTEGER, put_key},
    {"mode", SAY_INTEGER, put_mode},
    {"text", SAY_TEXT, put_text},
    {"process", SAY_PROCESS, put_process},
    {"holders", SAY_HOLDERS, put_holders},
    {"waiters", SAY_WAITERS, put_waiters},
    {"contents", SAY_CONTENTS, put_contents},
    {"change", SAY_CHANGE, put_change},
};
// clang-format on

static const struct placeholder *placeholder_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
        if (strlen(placeholders[i].name) == n && memcmp(placeholders[i].name, name, n) == 0)
            return &placeholders[i];
    return NULL;
}

unsigned say_takes(const char *placeholder)
{
    const struct placeholder *p = placeholder_find(placeholder, strcspn(placeholder, " }"));

    return p ? p->takes : 0;
}

// Writes what stands between the braces of `inside`, `n` bytes of it.
static void fill(struct say *x, const char *inside, size_t n, const struct say_arg *arg)
{
    size_t name = strcspn(inside, " }");
    const struct placeholder *p = placeholder_find(inside, name);
    char words[128] = "";

    if (!p || !arg || !(p->takes & arg->type)) {
        line_add(&x->line, "{!%.*s}", (int)n, inside);
        return;
    }
    if (name < n && n - name - 1 < sizeof words) {
        memcpy(words, inside + name + 1, n - name - 1);
        words[n - name - 1] = '\0';
    }
    if (p->put)
        p->put(x, arg);
    else
        put_count(x, arg, words);
}

void say_args(struct say *x, const char *format, const struct say_arg *args, size_t n)
{
    size_t used = 0;

    while (*format) {
        size_t plain = strcspn(format, "{");

        if (plain)
            line_put(&x->line, format, plain);
        format += plain;
        const char *end = *format ? strchr(format, '}') : NULL;
        if (!end)
            break;
        fill(x, format + 1, (size_t)(end - format - 1), used < n ? &args[used] : NULL);
        used++;
        format = end + 1;
    }
    if (used < n || *format)
        line_add(&x->line, "{!}");
}

void say_mount(struct say *x, int32_t pid, uint64_t mount_namespace)
{
    const struct process *p = snapshot_process(x->s, pid);
    const char *container = p ? process_string(p, PROCESS_CONTAINER) : NULL;

    if (container)
        say(x, "{text}", container);
    else
        say(x, "{process}", process_at(pid, x->s->time));
    if (!container && mount_namespace)
        say(x, " (mount namespace {number})", mount_namespace);
}
