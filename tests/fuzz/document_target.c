// make fuzz: a picture of a recording. What was understood is understood again as it is written, and
// every cell, note and mark of every row can be shown.
#include "replay/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/kinds/registry.h"
#include "output/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

// All tables with all their columns.
static size_t all_tables(struct table_request *tables)
{
    size_t n = 0;

    for (int id = 1; id < KINDS; id++, n++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        tables[n] = (struct table_request){.query.kind = kind};
        tables[n].columns = mem_zero(kind->n_columns, sizeof *tables[n].columns);
        for (size_t i = 0; i < kind->n_columns; i++)
            tables[n].columns[tables[n].n_columns++] = &kind->columns[i];
    }
    return n;
}

static char *written(const struct snapshot *s, const struct table_request *tables, size_t n_tables,
                     size_t *n)
{
    char *text;
    FILE *out = mem_stream(&text, n);

    if (record_format.write(out, s, tables, n_tables) != 0)
        abort();
    mem_stream_end(out);
    return text;
}

static void look_at(const struct snapshot *s, const struct kind *kind)
{
    const struct note_place place = {.entered = true};
    char text[512];

    for (size_t i = 0; i < kind_count(kind, s); i++) {
        const void *row = kind_at(kind, s, i);
        struct identity identity;
        struct note_vec notes = {0};
        enum severity severity;

        for (size_t k = 0; k < kind->n_columns; k++)
            column_text(&kind->columns[k], s, row, text, sizeof text);
        kind->identify(s, row, &identity);
        if (kind->mark)
            kind->mark(s, row, &severity);
        if (kind->notes)
            kind->notes(s, &identity, &place, &notes);
        for (size_t k = 0; k < notes.n; k++)
            free(notes.at[k].text);
        vec_free(&notes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct table_request tables[KINDS];
    static size_t n_tables;
    struct document_report report;
    struct snapshot *first = document_read((const char *)data, n, &report);
    size_t n_once, n_twice;

    if (!first)
        return 0;
    if (!n_tables)
        n_tables = all_tables(tables);
    for (int id = 1; id < KINDS; id++)
        look_at(first, kind_get((enum kind_id)id));
    char *once = written(first, tables, n_tables, &n_once);
    struct snapshot *second = document_read(once, n_once, &report);
    if (!second)
        abort(); // a picture of ours that we do not take
    char *twice = written(second, tables, n_tables, &n_twice);
    if (n_once != n_twice || memcmp(once, twice, n_once) != 0)
        abort();
    free(once);
    free(twice);
    snapshot_unref(first);
    snapshot_unref(second);
    return 0;
}
