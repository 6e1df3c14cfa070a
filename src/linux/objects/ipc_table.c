#include "ipc_table.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/proc_file.h"

enum { COLUMNS_MAX = 32, BUFFER = 8 * 1024 };

struct reading { // one file being read: what the header line said, and where rows go
    const struct ipc_table *table;
    struct ipc_rows *rows;
    const struct ipc_field *columns[COLUMNS_MAX]; // NULL: a column we do not know
    size_t n_columns;
    uint8_t seen;
};

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static bool end_of_word(const char *p, const char *end)
{
    return p == end || *p == ' ' || *p == '\t';
}

// The number at *p up to the next blank. strtoull would accept more, and cost half of all the time.
static bool parse_number(const char **p, const char *end, unsigned base, bool *negative,
                         uint64_t *value)
{
    const char *s = *p;
    uint64_t v = 0;

    *negative = s < end && *s == '-';
    s += *negative;
    const char *first = s;
    for (; s < end; s++) {
        unsigned digit = (unsigned char)*s - '0';
        if (digit >= base)
            break;
        if (s - first >= 18 && // shorter cannot overflow
            (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
             __builtin_add_overflow(v, (uint64_t)digit, &v)))
            return false;
        else if (s - first < 18)
            v = v * base + digit;
    }
    *value = v;
    *p = s;
    return s > first && end_of_word(s, end);
}

// False where the number cannot be what the column says.
static bool store(char *row, const struct ipc_field *field, bool negative, uint64_t value)
{
    static const uint64_t most[] = {
        [FIELD_ID] = INT32_MAX,     [FIELD_PID] = INT32_MAX,  [FIELD_UID] = UINT32_MAX,
        [FIELD_GID] = UINT32_MAX,   [FIELD_KEY] = UINT32_MAX, [FIELD_PERMS] = UINT32_MAX,
        [FIELD_COUNT] = UINT64_MAX, [FIELD_TIME] = INT64_MAX,
    };
    uint32_t word = negative ? -(uint32_t)value : (uint32_t)value;

    if (negative ? field->type != FIELD_KEY || value > (uint64_t)INT32_MAX + 1
                 : value > most[field->type])
        return false;
    if (field->type == FIELD_UID)
        word = mapped_user(word);
    else if (field->type == FIELD_GID)
        word = mapped_group(word);
    if (field->type == FIELD_COUNT || field->type == FIELD_TIME)
        memcpy(row + field->offset, &value, sizeof value);
    else
        memcpy(row + field->offset, &word, sizeof word);
    return true;
}

static const struct ipc_field *find_field(const struct ipc_table *table, const char *name,
                                          size_t len)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (strlen(table->fields[i].name) == len && !memcmp(table->fields[i].name, name, len))
            return &table->fields[i];
    return NULL;
}

static int parse_header(struct reading *r, const char *p, const char *end)
{
    uint32_t found = 0;

    while ((p = skip_blanks(p, end)) < end) {
        const char *word = p;
        while (!end_of_word(p, end))
            p++;
        if (r->n_columns == COLUMNS_MAX)
            return -EPROTO;
        const struct ipc_field *field = find_field(r->table, word, (size_t)(p - word));
        r->columns[r->n_columns++] = field;
        if (field) {
            found |= 1u << (field - r->table->fields);
            r->seen |= field->optional;
        }
    }
    for (size_t i = 0; i < r->table->n_fields; i++)
        if (!(found & 1u << i) && !r->table->fields[i].optional)
            return -EPROTO;
    return 0;
}

void *ipc_rows_next(struct ipc_rows *rows, size_t size)
{
    if (rows->n == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 8;
        rows->at = mem_resize(rows->at, rows->cap, size);
    }
    return memset(rows->at + rows->n * size, 0, size);
}

static void parse_line(struct reading *r, const char *p, const char *end)
{
    char *row = ipc_rows_next(r->rows, r->table->row_size);

    for (size_t i = 0; i < r->n_columns; i++) {
        const struct ipc_field *field = r->columns[i];
        bool negative;
        uint64_t value;

        p = skip_blanks(p, end);
        if (!parse_number(&p, end, field && field->type == FIELD_PERMS ? 8 : 10, &negative, &value))
            return;
        if (field && !store(row, field, negative, value))
            return;
    }
    if (skip_blanks(p, end) != end)
        return;
    ((struct owned *)row)->kind = r->table->kind;
    r->table->complete(row, r->seen);
    r->rows->n++;
}

// The end of a file without its newline is a cut line: left out, as half a number looks like a
// number.
int ipc_table_read(const char *proc, const struct ipc_table *table, struct ipc_rows *rows)
{
    struct reading r = {.table = table, .rows = rows};
    FILE *file = proc_file_stream(proc, "sysvipc/%s", table->file);
    char buffer[BUFFER], *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int error = 0;

    if (!file)
        return -errno;
    setvbuf(file, buffer, _IOFBF, sizeof buffer); // a read gives a page at most: fs/seq_file.c
    while (!error && (n = getline(&line, &cap, file)) > 0 && line[n - 1] == '\n') {
        if (r.n_columns)
            parse_line(&r, line, line + n - 1);
        else
            error = parse_header(&r, line, line + n - 1);
    }
    if (!error && ferror(file))
        error = -errno;
    free(line);
    fclose(file);
    return error ? error : r.n_columns ? 0 : -EPROTO;
}

// --- rows ---------------------------------------------------------------------------------------

// All rows start with their struct owned.
_Static_assert(offsetof(struct segment, o) == 0 && offsetof(struct semset, o) == 0 &&
                   offsetof(struct queue, o) == 0,
               "compare_owned takes any row");

static int compare_owned(const void *a, const void *b)
{
    const struct owned *x = a, *y = b;

    return order_by(x->id, y->id);
}

// The kernel lists by index; ids are sequence * N + index. Rows of one id would be one object seen
// twice while the table changed under us.
static size_t order_rows(char *at, size_t n, size_t size)
{
    bool sorted = true;

    for (size_t i = 1; i < n && sorted; i++)
        sorted = compare_owned(at + (i - 1) * size, at + i * size) < 0;
    return sorted ? n : order_once(at, n, size, compare_owned);
}

struct ipc_rows ipc_rows_begin(const void *vector)
{
    struct ipc_rows rows;

    memcpy(&rows, vector, sizeof rows); // all vectors are alike
    rows.n = 0;
    return rows;
}

int ipc_rows_end(struct ipc_rows *rows, size_t size, int error, void *vector)
{
    rows->n = error ? 0 : order_rows(rows->at, rows->n, size);
    memcpy(vector, rows, sizeof *rows);
    return error;
}
