#include "app/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/rows.h"

enum { LINE_MAX_BYTES = 1024, WHY = 200, TOLD = 3 };

static const char *const schemes[SCHEME_COUNT] = {
    [SCHEME_DEFAULT] = "default",
    [SCHEME_LIGHT] = "light",
    [SCHEME_CONTRAST] = "high-contrast",
    [SCHEME_MONO] = "mono",
};

static const char *const headers[] = {
    [HEADER_AUTO] = "auto",
    [HEADER_FULL] = "full",
    [HEADER_LINE] = "line",
    [HEADER_NONE] = "none",
};

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

// --- reading --------------------------------------------------------------------------------------

// Each takes the value over; NULL, or what is wrong with it. `table` is NULL for plain keys.
typedef const char *apply(struct config *out, const struct kind *table, const char *value, char *why,
                          size_t cap);

static const char *apply_interval(struct config *out, const struct kind *table, const char *value,
                                  char *why, size_t cap)
{
    char *end;
    double seconds = strtod(value, &end);

    (void)table, (void)why, (void)cap;
    // Digits and a point only: strtod takes "nan", "inf" and "0x1p3" too.
    if (*end || value[strspn(value, "0123456789.")] || !(seconds >= 0.1 && seconds <= 3600))
        return "interval takes seconds from 0.1 to 3600";
    out->interval = seconds;
    return NULL;
}

static const char *apply_header(struct config *out, const struct kind *table, const char *value,
                                char *why, size_t cap)
{
    int index = name_index(headers, sizeof headers / sizeof *headers, value);

    (void)table, (void)why, (void)cap;
    if (index < 0)
        return "header takes auto, full, line or none";
    out->header = (enum header_size)index;
    return NULL;
}

static const char *apply_colors(struct config *out, const struct kind *table, const char *value,
                                char *why, size_t cap)
{
    (void)table, (void)why, (void)cap;
    return scheme_by_name(value, &out->scheme)
               ? NULL
               : "colors takes default, light, high-contrast or mono";
}

static const char *apply_orphan_age(struct config *out, const struct kind *table,
                                    const char *value, char *why, size_t cap)
{
    (void)table, (void)why, (void)cap;
    return text_parse_age(value, &out->orphan_age) ? NULL
                                                   : "orphan_age takes an age: 0, 30s, 5m, 2h, 1d";
}

static const char *apply_sort(struct config *out, const struct kind *table, const char *value,
                              char *why, size_t cap)
{
    struct arrangement *a = &out->tables[table->id];

    if (strcmp(value, "none") == 0) {
        a->sort = NULL;
        a->descending = false;
    } else if (!rows_parse_sort(table, value, &a->sort, &a->descending)) {
        snprintf(why, cap, "no column '%.40s' in %s", value, table->name);
        return why;
    }
    a->sorted = true;
    return NULL;
}

static const char *apply_columns(struct config *out, const struct kind *table, const char *value,
                                 char *why, size_t cap)
{
    return config_columns(table, value, &out->tables[table->id], why, cap);
}

static const struct setting {
    const char *name;
    bool of_table; // "name.TABLE"
    apply *apply;
} settings[] = {
    {"interval", false, apply_interval}, {"header", false, apply_header},
    {"colors", false, apply_colors},     {"orphan_age", false, apply_orphan_age},
    {"sort", true, apply_sort},          {"columns", true, apply_columns},
};

const char *config_columns(const struct kind *kind, const char *list, struct arrangement *out,
                           char *why, size_t cap)
{
    struct arrangement found = *out;

    found.n = 0;
    for (;;) {
        char name[64];
        size_t n = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)n, list);
        const struct column *column = n < sizeof name ? kind_column(kind, name) : NULL;
        if (!column) {
            snprintf(why, cap, "no column '%.40s' in %s", name, kind->name);
            return why;
        }
        bool twice = false;
        for (size_t i = 0; i < found.n; i++)
            twice |= found.columns[i] == column;
        if (!twice && found.n < CONFIG_COLUMNS)
            found.columns[found.n++] = column;
        if (!list[n])
            break;
        list += n + 1;
    }
    *out = found;
    return NULL;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    return text;
}

// NULL, or what is wrong with the line, which it cuts up.
static const char *take_line(struct config *out, char *line, char *why, size_t cap)
{
    char *value = strchr(line, '=');

    if (!value)
        return "no 'key = value'";
    *value++ = '\0';
    char *key = trim(line), *dot = strchr(key, '.');
    value = trim(value);
    size_t n = dot ? (size_t)(dot - key) : strlen(key);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *s = &settings[i];
        const struct kind *table = NULL;

        if (strlen(s->name) != n || strncmp(s->name, key, n) != 0 || s->of_table != (dot != NULL))
            continue;
        for (int id = 0; s->of_table && id < KIND_COUNT; id++)
            if (kind_get((enum kind_id)id) && strcmp(kind_get((enum kind_id)id)->name, dot + 1) == 0)
                table = kind_get((enum kind_id)id);
        if (s->of_table && !table)
            snprintf(why, cap, "no table '%.40s'", dot + 1);
        return s->of_table && !table ? why : s->apply(out, table, value, why, cap);
    }
    snprintf(why, cap, "no setting '%.40s'", key);
    return why;
}

static void tell(struct line *told, size_t bad, size_t number, const char *what)
{
    char safe[WHY];

    if (bad > TOLD)
        return;
    text_escape(safe, sizeof safe, what, strlen(what)); // it may quote the file
    line_add(told, "%sline %zu: %s", bad > 1 ? "; " : "", number, safe);
}

size_t config_parse(struct config *out, const char *text, size_t n, char *why, size_t cap)
{
    struct line told = line_start(why, cap);
    size_t bad = 0, number = 1;

    *out = (struct config){0};
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
            char *trimmed = trim(line);
            wrong = *trimmed && *trimmed != '#' ? take_line(out, trimmed, what, sizeof what) : NULL;
        }
        if (wrong)
            tell(&told, ++bad, number, wrong);
    }
    if (bad > TOLD)
        line_add(&told, "; and %zu more", bad - TOLD);
    return bad;
}

// --- writing --------------------------------------------------------------------------------------

static void write_table(FILE *out, const struct kind *kind, const struct arrangement *a)
{
    if (a->sorted && a->sort)
        fprintf(out, "sort.%s = %s%s\n", kind->name, a->descending ? "-" : "+", a->sort->name);
    else if (a->sorted)
        fprintf(out, "sort.%s = none\n", kind->name);
    for (size_t i = 0; i < a->n; i++) {
        if (i == 0)
            fprintf(out, "columns.%s = ", kind->name);
        fprintf(out, "%s%s", a->columns[i]->name, i + 1 < a->n ? "," : "\n");
    }
}

char *config_text(const struct config *config)
{
    char *text = NULL, age[TEXT_SHORT];
    size_t n;
    FILE *out = open_memstream(&text, &n);

    if (!out)
        return mem_copy_string("");
    fputs("# Settings of ipctop(1), which writes this file anew.\n", out);
    if (config->interval > 0)
        fprintf(out, "interval = %g\n", config->interval);
    fprintf(out, "header = %s\n", headers[config->header]);
    fprintf(out, "colors = %s\n", scheme_name(config->scheme));
    fprintf(out, "orphan_age = %s\n", text_age_exact(age, sizeof age, config->orphan_age));
    for (int id = 0; id < KIND_COUNT; id++)
        if (kind_get((enum kind_id)id))
            write_table(out, kind_get((enum kind_id)id), &config->tables[id]);
    fclose(out);
    return text;
}
