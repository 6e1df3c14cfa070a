#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "model/kinds/registry.h"
#include "model/table/rows.h"

enum { LINE_MAX_BYTES = 1024, WHY = 200, REPORTED_MAX = 3 };

// clang-format off
static const char *const schemes[SCHEME_COUNT] = {
    [SCHEME_DEFAULT] = "default",
    [SCHEME_LIGHT] = "light",
    [SCHEME_CONTRAST] = "high-contrast",
    [SCHEME_MONO] = "mono",
};
// clang-format on

// clang-format off
static const char *const headers[] = {
    [HEADER_AUTO] = "auto",
    [HEADER_FULL] = "full",
    [HEADER_LINE] = "line",
    [HEADER_NONE] = "none",
};
// clang-format on

const char *scheme_name(enum scheme scheme)
{
    return schemes[(unsigned)scheme < SCHEME_COUNT ? scheme : SCHEME_DEFAULT];
}

static int name_index(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

bool scheme_by_name(const char *name, enum scheme *scheme)
{
    int index = name_index(schemes, SCHEME_COUNT, name);

    if (index >= 0)
        *scheme = (enum scheme)index;
    return index >= 0;
}

bool settings_interval(const char *text, double *seconds)
{
    char *end;
    // Digits and a point only: strtod takes "nan", "inf" and "0x1p3" too.
    double value = text[strspn(text, "0123456789.")] ? 0 : strtod(text, &end);

    if (!(value >= 0.1 && value <= 3600) || *end)
        return false;
    *seconds = value;
    return true;
}

// --- settings of the screen -----------------------------------------------------------------------

static bool read_interval(struct settings *out, const char *value)
{
    return settings_interval(value, &out->interval);
}

static void write_interval(const struct settings *config, FILE *out)
{
    fprintf(out, "%g", config->interval > 0 ? config->interval : CONFIG_INTERVAL);
}

static bool read_header(struct settings *out, const char *value)
{
    int index = name_index(headers, sizeof headers / sizeof *headers, value);

    if (index >= 0)
        out->header = (enum header_size)index;
    return index >= 0;
}

static void write_header(const struct settings *config, FILE *out)
{
    fputs(headers[config->header], out);
}

static bool read_colors(struct settings *out, const char *value)
{
    return scheme_by_name(value, &out->scheme);
}

static void write_colors(const struct settings *config, FILE *out)
{
    fputs(scheme_name(config->scheme), out);
}

static bool read_orphan_age(struct settings *out, const char *value)
{
    return text_parse_age(value, &out->orphan_age);
}

static void write_orphan_age(const struct settings *config, FILE *out)
{
    char age[TEXT_SHORT];

    fputs(text_age_exact(age, sizeof age, config->orphan_age), out);
}

static const struct setting {
    const char *name, *takes;
    bool (*read)(struct settings *out, const char *value); // false: the value is wrong
    void (*write)(const struct settings *config, FILE *out);
    // clang-format off
} settings[] = {
    {"interval", CONFIG_INTERVALS, read_interval, write_interval},
    {"header", "auto, full, line or none", read_header, write_header},
    {"colors", SCHEME_NAMES, read_colors, write_colors},
    {"orphan_age", CONFIG_AGES, read_orphan_age, write_orphan_age},
};
// clang-format on

// --- settings of the tables of a kind -------------------------------------------------------------

// NULL, or what is wrong with it.
typedef const char *read_arrangement(struct arrangement *out, const struct kind *kind,
                                     const char *value, char *why, size_t cap);

static const char *read_sort(struct arrangement *out, const struct kind *kind, const char *value,
                             char *why, size_t cap)
{
    if (strcmp(value, "none") == 0) {
        out->sort = NULL;
        out->descending = false;
    } else if (!rows_parse_sort(kind, value, &out->sort, &out->descending)) {
        snprintf(why, cap, "no column '%.40s' in %s", value, kind->name);
        return why;
    }
    out->sorted = true;
    return NULL;
}

static const char *read_columns(struct arrangement *out, const struct kind *kind, const char *list,
                                char *why, size_t cap)
{
    struct arrangement found = *out;
    char name[64];

    found.n = 0;
    if (!kind_parse_columns(kind, list, found.columns, &found.n, name, sizeof name)) {
        snprintf(why, cap, "no column '%.40s' in %s", name, kind->name);
        return why;
    }
    *out = found;
    return NULL;
}

static void write_arrangement(FILE *out, const struct kind *kind, const struct arrangement *a)
{
    if (a->sorted && a->sort)
        fprintf(out, "sort.%s = %s%s\n", kind->name, a->descending ? "-" : "+", a->sort->name);
    else if (a->sorted)
        fprintf(out, "sort.%s = none\n", kind->name);
    if (a->n)
        fprintf(out, "columns.%s = ", kind->name);
    for (size_t i = 0; i < a->n; i++)
        fprintf(out, "%s%s", a->columns[i]->name, i + 1 < a->n ? "," : "\n");
}

// --- the file -------------------------------------------------------------------------------------

// "sort.segments" and the like. NULL, or what is wrong.
static const char *take_of_table(struct settings *out, const char *key, const char *value,
                                 char *why, size_t cap)
{
    const char *table = strchr(key, '.') + 1;
    size_t n = (size_t)(table - key);
    const struct kind *kind = kind_by_name(table);
    read_arrangement *read = strncmp(key, "sort.", n) == 0      ? read_sort
                             : strncmp(key, "columns.", n) == 0 ? read_columns
                                                                : NULL;

    if (!read)
        snprintf(why, cap, "no setting '%.40s'", key);
    else if (!kind)
        snprintf(why, cap, "no table '%.40s'", table);
    else
        return read(&out->tables[kind->id], kind, value, why, cap);
    return why;
}

// NULL, or what is wrong with the line, which it cuts up.
static const char *take_line(struct settings *out, char *line, char *why, size_t cap)
{
    char *value = strchr(line, '=');

    if (!value)
        return "no 'key = value'";
    *value++ = '\0';
    char *key = text_trim(line);
    value = text_trim(value);
    if (strchr(key, '.'))
        return take_of_table(out, key, value, why, cap);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (strcmp(settings[i].name, key) != 0)
            continue;
        if (settings[i].read(out, value))
            return NULL;
        snprintf(why, cap, "%s takes %s", key, settings[i].takes);
        return why;
    }
    snprintf(why, cap, "no setting '%.40s'", key);
    return why;
}

static void report(struct line *out, size_t bad, size_t number, const char *what)
{
    char safe[WHY];

    if (bad > REPORTED_MAX)
        return;
    text_escape(safe, sizeof safe, what, strlen(what)); // it may quote the file
    line_add(out, "%sline %zu: %s", bad > 1 ? "; " : "", number, safe);
}

size_t settings_parse(struct settings *out, const char *text, size_t n, char *why, size_t cap)
{
    struct line report_line = line_start(why, cap);
    size_t bad = 0, number = 1;

    *out = (struct settings){0};
    for (size_t at = 0, next; at < n; at = next, number++) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;
        char line[LINE_MAX_BYTES], what[WHY];
        const char *wrong;

        next = at + length + 1;
        if (length >= sizeof line || memchr(text + at, '\0', length)) {
            wrong = length >= sizeof line ? "too long" : "not text";
        } else {
            memcpy(line, text + at, length);
            line[length] = '\0';
            char *trimmed = text_trim(line);
            wrong = *trimmed && *trimmed != '#' ? take_line(out, trimmed, what, sizeof what) : NULL;
        }
        if (wrong)
            report(&report_line, ++bad, number, wrong);
    }
    if (bad > REPORTED_MAX)
        line_add(&report_line, "; and %zu more", bad - REPORTED_MAX);
    return bad;
}

void settings_write(const struct settings *config, FILE *out)
{
    fputs("# Settings of ipctop(1), which rewrites this file.\n", out);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        fprintf(out, "%s = ", settings[i].name);
        settings[i].write(config, out);
        fputc('\n', out);
    }
    for (int id = 1; id < KINDS; id++)
        write_arrangement(out, kind_get((enum kind_id)id), &config->tables[id]);
}
