#include "model/table/kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/table/host_column.h"
#include "model/table/recorded.h"

static struct table table_of(const struct kind *kind, const struct snapshot *s)
{
    VEC(, void) any; // all vectors are alike
    struct table table = s->tables[kind->id];

    if (kind->rows.offset) {
        memcpy(&any, (const char *)s + kind->rows.offset, sizeof any);
        table = (struct table){.at = any.at, .n = any.n, .size = kind->rows.size};
    }
    return table;
}

size_t kind_count(const struct kind *kind, const struct snapshot *s)
{
    return kind->count ? kind->count(s) : table_of(kind, s).n;
}

const void *kind_at(const struct kind *kind, const struct snapshot *s, size_t index)
{
    if (kind->at)
        return kind->at(s, index);
    const struct table table = table_of(kind, s);
    return (const char *)table.at + index * table.size;
}

size_t kind_total(const struct kind *kind, const struct snapshot *s)
{
    const struct snapshot *part;
    size_t n = 0;

    for (size_t i = 0; (part = snapshot_part(s, i)); i++)
        n += kind_count(kind, part);
    return n;
}

uint64_t kind_lacking(const struct kind *kind, const struct snapshot *s)
{
    size_t n = kind->more_need ? kind_count(kind, s) : 0;
    uint64_t need = 0;

    for (size_t i = 0; i < n; i++)
        need |= kind->more_need(kind_at(kind, s, i));
    return need;
}

// Where rows do not stand one behind the other, each is looked at.
static bool has_row(const struct kind *kind, const struct snapshot *s, const void *row)
{
    size_t n = kind_count(kind, s);
    bool has = false, sure = false;

    if (n && !kind->at)
        return row >= kind_at(kind, s, 0) && row <= kind_at(kind, s, n - 1);
    if (n && s->recorded)
        has = recorded_has_row(s, kind, row, &sure);
    if (sure)
        return has;
    for (size_t i = 0; i < n && !has; i++)
        has = kind_at(kind, s, i) == row;
    return has;
}

void kind_pids(const struct kind *kind, const struct snapshot *s, struct pid_vec *out)
{
    size_t n = kind->pids.n ? kind_count(kind, s) : 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < kind->pids.n; k++)
            pids_add(out, *(const int32_t *)((const char *)kind_at(kind, s, i) + kind->pids.at[k]));
    if (kind->name_pids)
        kind->name_pids(s, out);
}

const struct snapshot *kind_picture(const struct kind *kind, const struct snapshot *s,
                                    const void *row)
{
    const struct snapshot *part;

    for (size_t i = 0; s->others.n && (part = snapshot_part(s, i)); i++)
        if (has_row(kind, part, row))
            return part;
    return s;
}

void kind_identify(const struct kind *kind, const struct snapshot *s, const void *row,
                   struct identity *out)
{
    const struct snapshot *picture = kind_picture(kind, s, row);

    kind->identify(picture, row, out);
    out->host = picture->playback.host;
}

static bool is_known(const struct kind *kind, const struct snapshot *s)
{
    if (s->recorded)
        return recorded_has(s, kind);
    if (kind->need & NEED_HOLDERS && !s->scan)
        return false;
    return (kind->need & ~s->has & ~(uint64_t)NEED_HOLDERS) == 0;
}

bool kind_is_known(const struct kind *kind, const struct snapshot *s)
{
    const struct snapshot *part;
    bool known = false;

    for (size_t i = 0; !known && (part = snapshot_part(s, i)); i++)
        known = is_known(kind, part);
    return known;
}

bool row_object(const struct kind *kind, const struct snapshot *s, const void *row,
                struct identity *out)
{
    if (kind->object_of)
        return kind->object_of(row, out);
    kind->identify(s, row, out);
    if (kind->object != NO_KIND)
        out->kind = kind->object;
    return kind_is_object(out->kind);
}

bool kind_orphan(const struct kind *kind, const struct snapshot *s, const void *row)
{
    bool known, young = kind->idle_since && s->orphan_age > 0 &&
                        s->time - kind->idle_since(row) < s->orphan_age;

    return !young && kind->orphan && kind->orphan(s, row, &known) && known;
}

bool row_owner(const struct kind *kind, const struct snapshot *s, const void *row, uint32_t *uid)
{
    struct identity object;
    bool of_object = row_object(kind, s, row, &object);
    const struct owned *owned = of_object ? snapshot_owned(s, object.kind, object.id) : NULL;

    *uid = owned ? owned->uid : !of_object && kind->owner ? kind->owner(row) : UINT32_MAX;
    return of_object || kind->owner;
}

const struct column *kind_column(const struct kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->n_columns; i++) {
        if (!strcasecmp(kind->columns[i].name, name))
            return &kind->columns[i];
    }
    for (size_t i = 0; i < kind->n_columns; i++) {
        if (!strcasecmp(kind->columns[i].title, name))
            return &kind->columns[i];
    }
    return NULL;
}

size_t kind_columns_called(const struct kind *kind, const char *name, const struct column *out[2])
{
    size_t n = 0;

    out[0] = kind_column(kind, name);
    if (!out[0] && !strcasecmp(name, host_column.name))
        out[0] = &host_column;
    for (size_t i = 0; out[0] && i < kind->n_columns && !n; i++)
        if (&kind->columns[i] != out[0] && !strcasecmp(kind->columns[i].title, name))
            out[++n] = &kind->columns[i];
    return out[0] ? n + 1 : 0;
}

bool kind_parse_columns(const struct kind *kind, const char *list, const struct column **out,
                        size_t *n, char *name, size_t cap)
{
    for (;; list++) {
        size_t length = strcspn(list, ",");
        snprintf(name, cap, "%.*s", (int)length, list);
        const struct column *column = length < cap ? kind_column(kind, name) : NULL;
        if (!column)
            return false;
        if (!column_among(column, out, *n))
            out[(*n)++] = column;
        list += length;
        if (!*list)
            return true;
    }
}

// Levenshtein's distance, ignoring case; names longer than the table are no near ones.
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    size_t row[LONGEST + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t best = diagonal + !same;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *kind_near_column(const struct kind *kind, const char *name)
{
    const char *near = NULL;
    size_t n = strlen(name), nearest = n / 3 + 2; // one slip in three letters, and one more

    for (size_t i = 0; i < kind->n_columns; i++) {
        const char *candidate = kind->columns[i].name;
        size_t d = n >= 2 && strncasecmp(candidate, name, n) == 0 ? 1 : distance(name, candidate);
        if (d < nearest && d < strlen(candidate)) {
            nearest = d;
            near = candidate;
        }
    }
    return near;
}

size_t kind_columns(const struct kind *kind, unsigned flags, const struct column **out)
{
    size_t n = 0;

    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        size_t to = n;
        if ((column->flags & flags) != flags)
            continue;
        if (flags & COL_SCREEN) {
            for (; to > 0 && out[to - 1]->place > column->place; to--)
                out[to] = out[to - 1];
        }
        out[to] = column;
        n++;
    }
    return n;
}
