#include "ui/parts/list.h"

#include <stdlib.h>

#include "ui/parts/layout.h"
#include "ui/parts/table.h"

static size_t columns_of(const struct list *list, const struct column **out)
{
    size_t n = kind_columns(list->kind, COL_SCREEN, out), kept = 0;

    for (size_t i = 0; i < n; i++)
        if (!(out[i]->flags & list->without))
            out[kept++] = out[i];
    return kept;
}

static void fit(const struct canvas *c, const struct snapshot *s, const struct list *list,
                size_t shown, int w, struct fitted_vec *out)
{
    const struct column **columns = mem_zero(list->kind->n_columns, sizeof(struct column *));
    int *widths = mem_zero(list->kind->n_columns, sizeof *widths);
    size_t n = columns_of(list, columns), kept = 0;
    char scratch[CELL_SCRATCH];

    for (size_t i = 0; i < n; i++) {
        int widest = 0;
        for (size_t row = 0; row < shown; row++) {
            const char *text =
                column_screen_text(columns[i], s, list->rows->at[row], scratch, sizeof scratch);
            int width = canvas_width(c, text);
            widest = width > widest ? width : widest;
        }
        if (!widest && columns[i]->need & ~s->has)
            continue; // read where the rows are opened: blank it would look like nothing
        columns[kept] = columns[i];
        widths[kept++] = widest;
    }
    layout_columns(out, columns, widths, kept, w, 0);
    free(columns);
    free(widths);
}

int list_draw(struct canvas *c, struct rect r, const struct snapshot *s, const struct list *list)
{
    struct fitted_vec columns = {0};
    size_t n = list->rows->n, shown = n;
    int y = r.y + 1;

    if (r.h < 2 || n == 0)
        return 0;
    if ((int)n > r.h - 1)
        shown = (size_t)(r.h > 2 ? r.h - 2 : 1);
    fit(c, s, list, shown, r.w, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const struct fitted *f = &columns.at[i];
        if (column_right_aligned(f->column))
            canvas_right(c, r.x + f->x, r.y, f->w, STYLE_DIM, f->column->title);
        else
            canvas_text(c, r.x + f->x, r.y, f->w, STYLE_DIM, f->column->title);
    }
    for (size_t row = 0; row < shown; row++, y++)
        for (size_t i = 0; i < columns.n; i++)
            table_cell(c, y, r.x, &columns.at[i], s, list->rows->at[row], STYLE_PLAIN);
    if (shown < n && y < r.y + r.h)
        canvas_format(c, r.x, y++, r.w, STYLE_DIM, "and %zu more", n - shown);
    vec_free(&columns);
    return y - r.y;
}
