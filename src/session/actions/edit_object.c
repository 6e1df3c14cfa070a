#include "session/actions/edit_object.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/sampler.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "session/actions/choose.h"
#include "session/actions/confirm.h"
#include "session/current.h"
#include "session/message.h"
#include "session/prompt/form.h"
#include "session/session.h"

static const char OWNER[] = "Owner", GROUP[] = "Group", MODE[] = "Mode", ROOM[] = "Size limit";
enum { MODE_MAX = 0777, PERMS_LENGTH = 9 };

// --- what was typed ------------------------------------------------------------------------------

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static const struct named *named(const struct named_vec *names, const char *name)
{
    return vec_first(names, known, strcmp(known->name, name) == 0);
}

// A user or group, with its name where that was typed. A name that no picture has is left in
// `look_up`, and true.
static bool read_id(struct prompt *p, const char *label, const struct named_vec *names,
                    uint32_t *id, char *name, char *look_up)
{
    struct form_field *field = form_field(p, label);
    int64_t number;

    if (!form_changed(field))
        return false;
    const struct named *known = named(names, field->text);
    if (known)
        *id = known->id;
    else if (field->resolved)
        *id = field->number;
    else if (text_parse_int(field->text, 0, UINT32_MAX - 1, &number)) // -1 is no user: setreuid(2)
        *id = (uint32_t)number;
    else if (is_number(field->text))
        form_fail(p, field, "numbers go from 0 to %" PRIu32, UINT32_MAX - 1);
    else if (!field->text[0])
        form_fail(p, field, "a name or a number");
    else
        snprintf(look_up, SET_NAME, "%s", field->text);
    if (known || field->resolved)
        snprintf(name, SET_NAME, "%s", field->text);
    return true;
}

// "640", "0640" or "rw-r-----".
static bool parse_mode(const char *text, uint32_t *mode)
{
    static const char letters[] = "rwxrwxrwx";
    size_t length = strlen(text), octal = strspn(text, "01234567");

    *mode = 0;
    if (octal == length && length >= 1 && length <= 4) {
        for (; *text; text++)
            *mode = *mode * 8 + (uint32_t)(*text - '0');
        return *mode <= MODE_MAX;
    }
    for (size_t i = 0; length == PERMS_LENGTH && i < length; i++) {
        if (text[i] != letters[i] && text[i] != '-')
            return false;
        *mode = *mode * 2 + (text[i] != '-');
    }
    return length == PERMS_LENGTH;
}

static bool read_mode(struct prompt *p, uint32_t *mode)
{
    struct form_field *field = form_field(p, MODE);

    if (!form_changed(field))
        return false;
    if (!parse_mode(field->text, mode))
        form_fail(p, field, "octal up to 0777, or as rw-r-----");
    return true;
}

static bool read_room(struct prompt *p, uint64_t *bytes)
{
    struct form_field *field = form_field(p, ROOM);

    if (!field || !form_changed(field))
        return false;
    if (!text_parse_size(field->text, bytes))
        form_fail(p, field, "bytes: a number such as 16384 or 64K");
    return true;
}

// --- the form ------------------------------------------------------------------------------------

static void look_up(struct session *s, const struct action *names)
{
    struct prompt *p = &s->prompt;

    p->waiting = true;
    snprintf(p->error, sizeof p->error, "looking up %s%s%s", names->set.user,
             names->set.user[0] && names->set.group[0] ? " and " : "", names->set.group);
    sampler_act(s->sampler, names, 1);
}

static void form_done(struct session *s, bool accepted)
{
    struct action to = {.verb = ACTION_SET}, names = {.verb = ACTION_RESOLVE};
    struct prompt *p = &s->prompt;

    if (!accepted || !s->snapshot)
        return;
    if (read_id(p, OWNER, &s->snapshot->users, &to.set.uid, to.set.user, names.set.user))
        to.set.which |= SET_UID;
    if (read_id(p, GROUP, &s->snapshot->groups, &to.set.gid, to.set.group, names.set.group))
        to.set.which |= SET_GID;
    if (read_mode(p, &to.set.mode))
        to.set.which |= SET_MODE;
    if (read_room(p, &to.set.max_bytes))
        to.set.which |= SET_MAX_BYTES;
    if (p->error[0])
        return;
    names.set.which = (names.set.user[0] ? SET_UID : 0u) | (names.set.group[0] ? SET_GID : 0u);
    if (names.set.which) {
        look_up(s, &names);
    } else if (!to.set.which) {
        snprintf(p->error, sizeof p->error, "nothing is changed yet; Esc leaves it as it is");
    } else {
        struct action_vec actions = prompt_take_actions(&s->prompt);

        for (size_t i = 0; i < actions.n; i++)
            actions.at[i].set = to.set;
        confirm_propose(s, actions);
    }
}

// Whether an answer is about the name that stands in the field now.
static bool still_asked(struct prompt *p, const char *label, const char *name)
{
    const struct form_field *field = form_field(p, label);

    return !name[0] || (field && strcmp(field->text, name) == 0);
}

static void found(struct prompt *p, const char *label, const char *name, bool failed, uint32_t id,
                  const struct outcome *outcome)
{
    struct form_field *field = form_field(p, label);

    if (!name[0] || !field)
        return;
    field->resolved = !failed;
    field->number = id;
    if (failed && outcome->error == ENOENT)
        form_fail(p, field, "there is no such %s", label == OWNER ? "user" : "group");
    else if (failed && outcome->error == ETIMEDOUT)
        form_fail(p, field, "the name service does not answer: use a number");
    else if (failed)
        form_fail(p, field, "%s", outcome->text);
}

void edit_object_resolved(struct session *s, const struct outcome *outcome)
{
    const struct action *a = &outcome->action;
    struct prompt *p = &s->prompt;

    if (p->type != PROMPT_FORM || !p->waiting || p->done != form_done ||
        !still_asked(p, OWNER, a->set.user) || !still_asked(p, GROUP, a->set.group))
        return;
    p->waiting = false;
    p->error[0] = '\0';
    bool failed = outcome->state != OUTCOME_DONE;
    found(p, OWNER, a->set.user, failed && a->set.which & SET_UID, a->set.uid, outcome);
    found(p, GROUP, a->set.group, failed && a->set.which & SET_GID, a->set.gid, outcome);
    if (!p->error[0])
        prompt_finish(&s->prompt, true);
}

static void name_or_number(const char *name, uint32_t id, char *dst, size_t cap)
{
    if (name)
        snprintf(dst, cap, "%s", name);
    else
        snprintf(dst, cap, "%" PRIu32, id);
}

static void add_room(struct session *s, struct prompt *p, const struct queue *queue)
{
    char text[32] = "";
    const struct limit_spec *spec = queue ? limit_spec_size(queue->o.kind) : NULL;
    const struct limit *most = spec ? limit_find(s->snapshot, spec->name) : NULL;

    if (queue && queue->known & QUEUE_KNOWS_MAX)
        snprintf(text, sizeof text, "%" PRIu64, queue->max_bytes);
    struct form_field *field = form_add(p, ROOM, text);
    if (most && most->known & LIMIT_KNOWS_LIMIT)
        form_hint(field, "%" PRIu64 " queued; %s is %" PRIu64, queue->bytes, most->name,
                  most->limit);
    else
        form_hint(field, "bytes, such as 16384 or 64K");
}

static void fill_one(struct session *s, struct prompt *p, const struct owned *o)
{
    const struct identity *target = &p->actions.at[0].target;
    char text[64], creator[64];

    name_or_number(snapshot_user(s->snapshot, o->uid), o->uid, text, sizeof text);
    form_hint(form_add(p, OWNER, text), "uid %" PRIu32, o->uid);
    name_or_number(snapshot_group(s->snapshot, o->gid), o->gid, text, sizeof text);
    form_hint(form_add(p, GROUP, text), "gid %" PRIu32, o->gid);
    snprintf(text, sizeof text, "%04" PRIo32, o->mode);
    form_hint(form_add(p, MODE, text), "octal, or as rw-r-----");
    if (kind_get(target->kind)->can & CAN_MAX_BYTES)
        add_room(s, p, snapshot_queue(s->snapshot, o->id));
    name_or_number(snapshot_user(s->snapshot, o->cuid), o->cuid, creator, sizeof creator);
    p->body =
        mem_format("Key 0x%08" PRIx32 ", created by %s, who stays its creator.", o->key, creator);
}

static void fill_many(struct session *s, struct prompt *p)
{
    form_hint(form_add(p, OWNER, ""), "name or number");
    form_hint(form_add(p, GROUP, ""), "name or number");
    form_hint(form_add(p, MODE, ""), "octal, or as rw-r-----");
    if (session_view(s)->kind->can & CAN_MAX_BYTES)
        add_room(s, p, NULL);
    p->body = mem_format("What is left empty stays as it is.");
}

void edit_object_set(struct session *s)
{
    struct action_vec actions = {0};
    char name[80];

    if (!choose_objects(s, ACTION_SET, &actions))
        return;
    const struct identity *first = &actions.at[0].target;
    const struct owned *o = snapshot_owned(s->snapshot, first->kind, first->id);
    const bool one = actions.n == 1 && o;
    if (one)
        identity_text(first, name, sizeof name);
    else
        snprintf(name, sizeof name, "%zu %s", actions.n, session_view(s)->kind->title);
    struct prompt *p = prompt_open(&s->prompt, PROMPT_FORM, form_done, "Change %s", name);
    p->actions = actions;
    if (one)
        fill_one(s, p, o);
    else
        fill_many(s, p);
}

// --- locking -------------------------------------------------------------------------------------

static bool locked(const struct snapshot *s, const struct action *action)
{
    const struct segment *segment = snapshot_segment(s, action->target.id);

    return segment && segment->flags & SEG_LOCKED;
}

void edit_object_lock(struct session *s)
{
    struct action_vec actions = {0};

    if (!choose_objects(s, ACTION_LOCK, &actions))
        return;
    vec_keep(&actions, a, kind_get(a->target.kind)->can & CAN_LOCK);
    size_t unlocked = vec_count(&actions, a, !locked(s->snapshot, a));
    for (size_t i = 0; i < actions.n; i++)
        actions.at[i].verb = unlocked ? ACTION_LOCK : ACTION_UNLOCK;
    vec_keep(&actions, a, !unlocked || !locked(s->snapshot, a)); // what is locked already stays it
    if (!actions.n)
        session_say(s, SEVERITY_WARNING, "only segments can be locked in memory");
    confirm_propose(s, actions);
}
