#include "session/actions/preview_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "session/actions/targets.h"

enum { ALIKE_MAX = 32, PARTS_MAX = 256, ROOM_MAX = 1 << 24 };

static const char *const marks[PREVIEW_RANKS] = {"left out: ", "! ", "  "};

static void put(struct preview_text_vec *text, const char *words)
{
    size_t n = strlen(words);

    vec_reserve(text, text->n + n);
    memcpy(text->at + text->n, words, n);
    text->n += n;
}

static void put_one(struct preview_text_vec *text, enum preview_rank rank, const char *question,
                    const char *effect)
{
    put(text, marks[rank]);
    put(text, question);
    put(text, "\n    ");
    put(text, effect);
    put(text, "\n");
}

static struct preview_part *add_part(struct preview_list *list, struct preview_part part)
{
    vec_push(&list->parts, part);
    list->last[part.rank] = list->parts.n;
    return &list->parts.at[list->parts.n - 1];
}

// Text for each of thousands is written once, to where it is read: `left` more may follow, as long as
// this.
static void add_single(struct preview_list *list, enum preview_rank rank,
                       const struct consequence *c, size_t left)
{
    size_t last = list->last[rank];
    struct preview_part *part = last ? &list->parts.at[last - 1] : NULL;
    size_t room = (left + 1) * (strlen(c->question) + strlen(c->effect) + 16);

    if (!part || part->ids.n)
        part = add_part(list, (struct preview_part){.rank = rank});
    if (!last)
        vec_reserve(&part->text, room < ROOM_MAX ? room : ROOM_MAX);
    put_one(&part->text, rank, c->question, c->effect);
}

// The owner of an object, or the user of a process; how far back those alike are looked for. Objects that
// are alike mostly follow each other; of thousands of processes the one before alone is asked.
static bool owner_of(const struct snapshot *s, const struct identity *target, uint32_t *owner,
                     size_t *back)
{
    const struct owned *o = snapshot_owned(s, target->kind, target->id);
    const struct process *p = target_is_process(target) ? snapshot_process(s, target->pid) : NULL;

    *owner = o ? o->uid : p ? p->uid : 0;
    *back = o ? ALIKE_MAX : 1;
    return o || (p && p->known & PROC_KNOWS_UID);
}

static struct preview_part *find_alike(struct preview_list *list, const struct preview_part *like,
                                       const char *effect, size_t back)
{
    for (size_t i = list->parts.n; i-- > 0 && list->parts.n - i <= back;) {
        struct preview_part *part = &list->parts.at[i];

        if (part->rank == like->rank && part->ids.n && part->kind == like->kind &&
            part->owner == like->owner && strcmp(part->effect, effect) == 0)
            return part;
    }
    return NULL;
}

void preview_list_add(struct preview_list *list, const struct snapshot *s,
                      const struct identity *target, const struct consequence *c, size_t left)
{
    struct preview_part part = {
        .rank = c->impossible ? RANK_LEFT_OUT
                : c->grave    ? RANK_GRAVE
                              : RANK_PLAIN,
        .kind = target->kind,
    };
    size_t back;
    bool owned = owner_of(s, target, &part.owner, &back);
    struct preview_part *alike = owned ? find_alike(list, &part, c->effect, back) : NULL;

    if (!owned || (!alike && back == 1 && list->parts.n > PARTS_MAX)) {
        add_single(list, part.rank, c, left);
        return;
    }
    if (!alike) {
        part.question = mem_copy_string(c->question);
        part.effect = mem_copy_string(c->effect);
        alike = add_part(list, part);
    }
    vec_push(&alike->ids, target_is_process(target) ? target->pid : target->id);
}

static void write_alike(const struct snapshot *s, const struct preview_part *part,
                        struct preview_text_vec *out)
{
    char text[128];
    struct say x = say_start(s, text, sizeof text);

    if (part->ids.n == 1) {
        put_one(out, part->rank, part->question, part->effect);
        return;
    }
    line_count(&x.line, part->ids.n, kind_get(part->kind)->one, NULL);
    say(&x, " of {user}", part->owner);
    put(out, marks[part->rank]);
    put(out, text);
    for (size_t i = 0; i < part->ids.n; i++) {
        snprintf(text, sizeof text, "%s%" PRId32, i ? ", " : ": ", part->ids.at[i]);
        put(out, text);
    }
    bool of_one = strncmp(part->effect, "It", 2) == 0; // "It vanishes": each of them does
    put(out, of_one ? "\n    Each: i" : "\n    ");
    put(out, part->effect + of_one);
    put(out, "\n");
}

static void write_part(const struct snapshot *s, struct preview_part *part,
                       struct preview_text_vec *out)
{
    if (part->ids.n) {
        write_alike(s, part, out);
        return;
    }
    if (!out->n) { // mostly all there is
        vec_free(out);
        *out = part->text;
        part->text = (struct preview_text_vec){0};
        return;
    }
    vec_reserve(out, out->n + part->text.n);
    memcpy(out->at + out->n, part->text.at, part->text.n);
    out->n += part->text.n;
}

char *preview_list_end(struct preview_list *list, const struct snapshot *s)
{
    struct preview_text_vec out = {0};

    for (int rank = 0; rank < PREVIEW_RANKS; rank++)
        for (size_t i = 0; i < list->parts.n; i++)
            if (list->parts.at[i].rank == (enum preview_rank)rank)
                write_part(s, &list->parts.at[i], &out);
    vec_push(&out, '\0');
    for (size_t i = 0; i < list->parts.n; i++) {
        free(list->parts.at[i].question);
        free(list->parts.at[i].effect);
        vec_free(&list->parts.at[i].ids);
        vec_free(&list->parts.at[i].text);
    }
    vec_free(&list->parts);
    return out.at;
}
