#include "session/actions/edit_limit.h"

#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/shm_limit.h"
#include "model/text/say.h"
#include "session/actions/confirm.h"
#include "session/current.h"
#include "session/message.h"
#include "session/prompt/form.h"
#include "session/session.h"

static void form_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    struct form_field *field = &p->fields.at[0];
    char why[sizeof field->error];
    uint64_t value;

    if (!accepted || !s->snapshot)
        return;
    const struct limit *limit = limit_find(s->snapshot, p->actions.at[0].limit.name);
    if (!form_changed(field)) {
        snprintf(p->error, sizeof p->error, "nothing is changed yet; Esc leaves it as it is");
    } else if (!limit) {
        form_fail(p, field, "there is no such limit any more");
    } else if (!limit_parse(limit, field->text, &value, why, sizeof why)) {
        form_fail(p, field, "%s", why);
    } else if (limit->known & LIMIT_KNOWS_LIMIT && value == limit->limit) {
        form_fail(p, field, "that is what it is now");
    } else {
        struct action_vec actions = prompt_take_actions(&s->prompt);

        actions.at[0].limit.value = value;
        confirm_propose(s, actions);
    }
}

// "segments in the system: 27 in use, most of it by oracle. /proc/sys/kernel/shmmni accepts …"
static char *description(const struct snapshot *s, const struct limit *limit)
{
    char text[512], amount[32], range[64];
    struct say x = say_start(s, text, sizeof text);

    say(&x, "{text}", limit->meaning ? limit->meaning : limit->name);
    limit_show_used(limit, amount, sizeof amount);
    if (limit->known & LIMIT_KNOWS_USED)
        say(&x, "; in use: {text}", amount);
    if (limit->known & LIMIT_KNOWS_TOP)
        say(&x, ", most by {user}", limit->top_uid);
    limit_range(limit, range, sizeof range);
    say(&x, ".\n{text} accepts {text}.", limit->path, range);
    return mem_copy_string(text);
}

// Why it cannot be changed from here. False: it can.
static bool is_fixed(const struct limit *limit, char *why, size_t cap)
{
    const struct limit_spec *spec = limit_spec_find(limit->name);
    struct say x = say_start(NULL, why, cap);
    char name[64];

    if (shm_limit_is(limit))
        say(&x, "{text} is the size of a file system: {text}", limit_name(limit, name, sizeof name),
            shm_limit_remedy(limit));
    else if (!spec || spec->fixed)
        say(&x, "{text} is the whole machine's, not this IPC namespace's: {text} sets it",
            limit->name, spec ? "sysctl(8)" : limit->path);
    else if (!(limit->known & LIMIT_KNOWS_LIMIT))
        say(&x, "{text} cannot be read here", limit->path);
    return why[0] != '\0';
}

bool edit_limit_may(struct session *s)
{
    const struct limit *limit = session_selected(s, NULL);
    char why[LINE_TEXT];

    return limit && !is_fixed(limit, why, sizeof why);
}

void edit_limit(struct session *s)
{
    struct action action = {.verb = ACTION_LIMIT};
    const struct limit *limit = session_selected(s, &action.target);
    char value[32], why[LINE_TEXT];

    if (!limit)
        return;
    if (is_fixed(limit, why, sizeof why)) {
        session_say(s, SEVERITY_WARNING, "%s", why);
        return;
    }
    struct prompt *p = prompt_open(&s->prompt, PROMPT_FORM, form_done, "Limit %s", limit->name);
    snprintf(action.limit.name, sizeof action.limit.name, "%s", limit->name);
    vec_push(&p->actions, action);
    limit_write(limit->limit, value, sizeof value);
    p->body = description(s->snapshot, limit);
    form_hint(form_add(p, limit->name, value), "%s", limit_hint(limit));
}
