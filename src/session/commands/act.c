#include "model/record/identity_set.h"
#include "model/table/kind.h"
#include "session/actions/choose.h"
#include "session/actions/edit_limit.h"
#include "session/actions/edit_object.h"
#include "session/commands/groups.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "session/tags.h"

static void run_tag(struct session *s)
{
    const void *row = session_selected(s, NULL);

    if (!row)
        return;
    if (!tags_toggle_row(s, session_view(s)->kind, row))
        session_say(s, SEVERITY_NOTICE, "not tagged: this finding is about no object");
    view_move(session_view(s), s->snapshot, 1); // so that several are tagged by holding the key
}

static void run_untag_all(struct session *s)
{
    vec_clear(&s->tags);
}

static void run_tag_all(struct session *s)
{
    struct view *v = session_view(s);
    struct identity_vec shown = {0};

    for (size_t i = 0; i < v->rows.n; i++)
        if (!view_row_gone(v->kind, s->snapshot, v->rows.at[i]))
            tags_of_row(v->kind, s->snapshot, v->rows.at[i], &shown);
    identity_set_add_all(&s->tags, shown.at, shown.n);
    session_say(s, SEVERITY_NOTICE, "%zu tagged", s->tags.n);
    vec_free(&shown);
}

static const char *tag_label(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    const void *row = session_selected(s, NULL);
    bool some = row && (!kind->members || kind->members(row)->n);

    return some ? "Tag" : NULL;
}

static bool may_act(struct session *s, const struct command *command)
{
    return choose_may(s, command->verb);
}

static const char *limit_label(struct session *s)
{
    return edit_limit_may(s) ? "Change" : NULL;
}

// clang-format off
static const struct command commands[] = {
    {.name = "tag", .label_here = tag_label, .keys = {' '}, .flags = CMD_OBJECT, .can = CAN_TAG,
     .run = run_tag, .help = "tag the row, or all objects of a finding; remove, signal, change and lock act on them"},
    {.name = "untag-all", .keys = {'U'}, .run = run_untag_all, .help = "forget all tags"},
    {.name = "tag-all", .keys = {'*'}, .can = CAN_TAG,
     .run = run_tag_all, .help = "tag every row shown"},
    {.name = "remove", .label = "Remove", .works = may_act, .keys = {K_F8, K_DELETE, 'x'}, .run = choose_remove,
     .verb = ACTION_REMOVE, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .can = CAN_REMOVE,
     .help = "mark a segment for removal; remove a semaphore set or queue; unlink what POSIX names"},
    {.name = "signal", .label = "Kill", .works = may_act, .keys = {K_F9, 'k'}, .run = choose_signal,
     .verb = ACTION_SIGNAL, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .can = CAN_SIGNAL,
     .help = "signal the process, or one that holds or waits on the object"},
    {.name = "change", .keys = {'e'}, .run = edit_object_set,
     .verb = ACTION_SET, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .can = CAN_CHANGE,
     .help = "change owner, group or mode of the object; the size limit of a queue"},
    {.name = "lock", .keys = {'l'}, .run = edit_object_lock,
     .verb = ACTION_LOCK, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_TAGGED,
     .can = CAN_LOCK,
     .help = "lock a segment in memory, or unlock it"},
    {.name = "limit", .label_here = limit_label, .keys = {K_ENTER, 'e'}, .run = edit_limit,
     .verb = ACTION_LIMIT, .flags = CMD_WRITES | CMD_CONFIRM | CMD_OBJECT | CMD_LOCAL,
     .can = CAN_LIMIT, .help = "in Limits: change that limit"},
};
// clang-format on

const struct command_group act_commands = {"Acting", commands, sizeof commands / sizeof *commands};
