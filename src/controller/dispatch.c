#include "controller/dispatch.h"

#include "session/actions/confirm.h"
#include "session/commands/commands.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "session/tags.h"

// Its row is still shown, but nothing can be done to it.
static bool gone_here(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    const void *row = session_selected(s, NULL);

    return row && view_row_gone(kind, s->snapshot, row);
}

static bool tagged_here(struct session *s)
{
    const struct tag_counts tagged = tags_count(s, NULL);

    return tagged.shown + tagged.hidden > 0;
}

bool command_allowed(const struct command *command, struct session *s, const char **why)
{
    struct view *v = session_view(s);
    bool writes = command->flags & CMD_WRITES;

    *why = command_refusal(command, &s->options);
    if (*why)
        return false;
    if (!command_works_in(command, v->kind->id)) {
        *why = "not in this view";
    } else if (command->flags & CMD_OBJECT && gone_here(s) &&
               !(command->flags & CMD_TAGGED && tagged_here(s))) {
        *why = "already gone";
    } else if (command->flags & CMD_OBJECT && !session_selected(s, NULL) &&
               !(command->flags & CMD_TAGGED && tagged_here(s)) &&
               // A segment without known holders has no rows, but can be removed from there.
               !(writes && v->has_parent && s->snapshot)) {
        *why = s->snapshot ? "there is no row to do that to" : "nothing is read yet";
    } else {
        *why = NULL;
        return true;
    }
    return false;
}

void command_run(const struct command *command, struct session *s, int32_t key)
{
    const char *why;

    if (!command_allowed(command, s, &why)) {
        if (command->flags & CMD_WRITES && command_works_in(command, session_view(s)->kind->id))
            confirm_refuse(s, command->verb, why);
        else
            session_say(s, SEVERITY_WARNING, "%s: %s", command->name, why);
    } else if (command->run) {
        command->run(s);
    } else if (command->run_by) {
        command->run_by(s, command->by);
    } else {
        command->run_key(s, key);
    }
}
