#include "session/actions/preview_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"

enum { ALIKE_MAX = 32, ROOM_MAX = 1 << 24 };

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

void preview_list_add(struct preview_list *list, const struct snapshot *s,
                      const struct identity *target, const struct consequence *c, size_t left)
{
    const struct owned *o = snapshot_owned(s, target->kind, target->id);
    enum preview_rank rank = c->impossible ? RANK_LEFT_OUT : c->grave ? RANK_GRAVE : RANK_PLAIN;

    if (!o) {
        add_single(list, rank, c, left);
        return;
    }
    // Among the last ones: those that are alike mostly follow each other.
    for (size_t i = list->parts.n; i-- > 0 && list->parts.n - i <= ALIKE_MAX;) {
        struct preview_part *part = &list->parts.at[i];

        if (part->rank != rank || !part->ids.n || part->kind != target->kind ||
            part->owner != o->uid || strcmp(part->effect, c->effect) != 0)
            continue;
        vec_push(&part->ids, target->id);
        return;
    }
    struct preview_part part = {.rank = rank,
                                .kind = target->kind,
                                .owner = o->uid,
                                .question = mem_copy_string(c->question),
                                .effect = mem_copy_string(c->effect)};
    vec_push(&part.ids, target->id);
    add_part(list, part);
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
    put(out, "\n    ");
    put(out, part->effect);
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
