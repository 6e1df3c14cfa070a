#include "linux/objects/sysvipc.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Added to `perms` of a segment by include/linux/shm.h: SHM_DEST, SHM_LOCKED.
enum { PERMS_BITS = 0777, PERMS_DEST = 01000, PERMS_LOCKED = 02000 };

enum field_type {
    FIELD_ID,    // int32_t, never negative
    FIELD_KEY,   // uint32_t, which the kernel prints signed
    FIELD_UID,   // uint32_t
    FIELD_PID,   // int32_t
    FIELD_COUNT, // uint64_t
    FIELD_TIME,  // int64_t
    FIELD_PERMS, // uint32_t, octal
};

struct field { // one column by the name the header line gives it
    const char *name;
    enum field_type type;
    uint16_t offset;  // in the row
    uint8_t optional; // its SEG_KNOWS_* bit: old kernels lack the column
};

enum { COLUMNS_MAX = 32, BUFFER = 64 * 1024 };

struct table {
    const char *file;
    const struct field *fields;
    size_t n_fields;
    size_t row_size;
    enum kind_id kind;
    // Completes a parsed row: `seen` has the bits of the optional columns that were there.
    void (*complete)(void *row, uint8_t seen);
};

struct rows { // a vector of any of the three
    char *at;
    size_t n, cap;
};

struct refresh { // one file being read: what the header line said, and where rows go
    const struct table *table;
    struct rows *rows;
    const struct field *columns[COLUMNS_MAX]; // NULL: a column we do not know
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
static bool store(char *row, const struct field *field, bool negative, uint64_t value)
{
    char *at = row + field->offset;
    uint32_t word = (uint32_t)value;
    int64_t time = (int64_t)value;

    switch (field->type) {
    case FIELD_KEY:
        if (value > (negative ? (uint64_t)INT32_MAX + 1 : UINT32_MAX))
            return false;
        word = negative ? -word : word;
        memcpy(at, &word, sizeof word);
        return true;
    case FIELD_ID:
    case FIELD_PID:
        if (negative || value > INT32_MAX)
            return false;
        memcpy(at, &word, sizeof word);
        return true;
    case FIELD_UID:
    case FIELD_PERMS:
        if (negative || value > UINT32_MAX)
            return false;
        memcpy(at, &word, sizeof word);
        return true;
    case FIELD_COUNT:
        memcpy(at, &value, sizeof value);
        return !negative;
    case FIELD_TIME:
        memcpy(at, &time, sizeof time);
        return !negative && time >= 0;
    }
    return false;
}

static const struct field *find_field(const struct table *table, const char *name, size_t len)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (strlen(table->fields[i].name) == len && !memcmp(table->fields[i].name, name, len))
            return &table->fields[i];
    return NULL;
}

static int parse_header(struct refresh *r, const char *p, const char *end)
{
    uint32_t found = 0;

    while ((p = skip_blanks(p, end)) < end) {
        const char *word = p;
        while (!end_of_word(p, end))
            p++;
        if (r->n_columns == COLUMNS_MAX)
            return -EPROTO;
        const struct field *field = find_field(r->table, word, (size_t)(p - word));
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

static char *next_row(struct rows *rows, size_t size)
{
    if (rows->n == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 8;
        rows->at = mem_resize(rows->at, rows->cap, size);
    }
    return memset(rows->at + rows->n * size, 0, size);
}

static void parse_line(struct refresh *r, const char *p, const char *end)
{
    char *row = next_row(r->rows, r->table->row_size);

    for (size_t i = 0; i < r->n_columns; i++) {
        const struct field *field = r->columns[i];
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

// Takes the whole lines of [p, end); returns where the unfinished one starts.
static const char *take_lines(struct refresh *r, const char *p, const char *end, int *error)
{
    const char *newline;

    while (!*error && (newline = memchr(p, '\n', (size_t)(end - p)))) {
        if (r->n_columns)
            parse_line(r, p, newline);
        else
            *error = parse_header(r, p, newline);
        p = newline + 1;
    }
    return p;
}

// A read gives one page at most, ending between two lines, whatever the buffer (fs/seq_file.c);
// other roots may cut anywhere. The end of a file without its newline is a cut line: left out, as
// half a number looks like a number.
static int read_lines(struct refresh *r, int fd)
{
    char buffer[BUFFER];
    size_t held = 0;
    bool skipping = false; // inside a line longer than the buffer
    int error = 0;

    for (;;) {
        ssize_t n = read(fd, buffer + held, sizeof buffer - held);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        const char *p = buffer, *end = buffer + held + (size_t)n;
        if (skipping) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            p = newline ? newline + 1 : end;
            skipping = !newline;
        }
        p = take_lines(r, p, end, &error);
        if (error)
            return error;
        held = (size_t)(end - p);
        if (held == sizeof buffer) {
            held = 0;
            skipping = true;
        }
        memmove(buffer, p, held);
    }
    return r->n_columns ? 0 : -EPROTO;
}

static int read_file(const char *proc, struct refresh *r)
{
    char path[4096];

    if ((size_t)snprintf(path, sizeof path, "%s/sysvipc/%s", proc, r->table->file) >= sizeof path)
        return -ENAMETOOLONG;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = read_lines(r, fd);
    close(fd);
    return error;
}

// --- any table ----------------------------------------------------------------------------------

// All rows start with their struct owned.
_Static_assert(offsetof(struct segment, o) == 0 && offsetof(struct semset, o) == 0 &&
                   offsetof(struct queue, o) == 0,
               "compare_owned takes any row");

static int compare_owned(const void *a, const void *b)
{
    const struct owned *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

// The kernel lists by index; ids are sequence * N + index. Rows of one id would be one object seen
// twice while the table changed under us.
size_t sysvipc_order(void *rows, size_t n, size_t size)
{
    char *at = rows;
    size_t kept = 0;
    bool sorted = true;

    for (size_t i = 1; i < n && sorted; i++)
        sorted = compare_owned(at + (i - 1) * size, at + i * size) < 0;
    if (sorted)
        return n;
    qsort(at, n, size, compare_owned);
    for (size_t i = 1; i < n; i++)
        if (compare_owned(at + kept * size, at + i * size) != 0)
            memmove(at + ++kept * size, at + i * size, size);
    return kept + 1;
}

static int read_table(const char *proc, const struct table *table, struct rows *rows)
{
    struct refresh r = {.table = table, .rows = rows};

    rows->n = 0;
    int error = read_file(proc, &r);
    rows->n = error ? 0 : sysvipc_order(rows->at, rows->n, table->row_size);
    return error;
}

// Into a vector of the table's rows.
#define READ_TABLE(proc, table, out)                                                               \
    ({                                                                                             \
        struct rows rows_ = {.at = (char *)(out)->at, .cap = (out)->cap};                          \
        int error_ = read_table(proc, table, &rows_);                                              \
        (out)->at = (void *)rows_.at;                                                              \
        (out)->n = rows_.n;                                                                        \
        (out)->cap = rows_.cap;                                                                    \
        error_;                                                                                    \
    })

// --- the three ----------------------------------------------------------------------------------

// clang-format off
#define TABLE(name, of, row, row_fields, finish)                                                   \
    {.file = name, .kind = of, .fields = row_fields, .n_fields = sizeof row_fields / sizeof *row_fields,       \
     .row_size = sizeof(row), .complete = finish}
// clang-format on

// clang-format off
#define OWNED(row, id_name)                                                                        \
    {"key", FIELD_KEY, offsetof(row, o.key), 0}, {id_name, FIELD_ID, offsetof(row, o.id), 0},      \
    {"perms", FIELD_PERMS, offsetof(row, o.mode), 0},                                              \
    {"uid", FIELD_UID, offsetof(row, o.uid), 0}, {"gid", FIELD_UID, offsetof(row, o.gid), 0},      \
    {"cuid", FIELD_UID, offsetof(row, o.cuid), 0}, {"cgid", FIELD_UID, offsetof(row, o.cgid), 0},  \
    {"ctime", FIELD_TIME, offsetof(row, o.ctime), 0}
// clang-format on

// clang-format off
static const struct field segment_fields[] = {
    OWNED(struct segment, "shmid"),
    {"size", FIELD_COUNT, offsetof(struct segment, size), 0},
    {"cpid", FIELD_PID, offsetof(struct segment, cpid), 0},
    {"lpid", FIELD_PID, offsetof(struct segment, lpid), 0},
    {"nattch", FIELD_COUNT, offsetof(struct segment, nattch), 0},
    {"atime", FIELD_TIME, offsetof(struct segment, atime), 0},
    {"dtime", FIELD_TIME, offsetof(struct segment, dtime), 0},
    {"rss", FIELD_COUNT, offsetof(struct segment, rss), SEG_KNOWS_RSS},    // since 2.6.34
    {"swap", FIELD_COUNT, offsetof(struct segment, swap), SEG_KNOWS_SWAP}, // since 2.6.34
};
// clang-format on

static void complete_segment(void *row, uint8_t seen)
{
    struct segment *segment = row;

    segment->flags = (segment->o.mode & PERMS_DEST ? SEG_DEST : 0) |
                     (segment->o.mode & PERMS_LOCKED ? SEG_LOCKED : 0);
    segment->o.mode &= PERMS_BITS;
    segment->known = seen;
    // The kernel multiplies a hugetlb segment's pages by too much (ipc/shm.c shm_add_rss_swap).
    // Whole pages are counted: 4096 resident of a segment of 56 bytes is the truth.
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (segment->rss > segment->size && segment->rss - segment->size >= page) {
        segment->known &= (uint8_t)~SEG_KNOWS_RSS;
        segment->rss = 0;
    }
}

int sysvipc_segments(const char *proc, struct segment_vec *out)
{
    static const struct table table =
        TABLE("shm", KIND_SEGMENT, struct segment, segment_fields, complete_segment);

    return READ_TABLE(proc, &table, out);
}

static void complete_other(void *row, uint8_t seen)
{
    (void)seen;
    ((struct owned *)row)->mode &= PERMS_BITS;
}

// clang-format off
static const struct field semset_fields[] = {
    OWNED(struct semset, "semid"),
    {"nsems", FIELD_COUNT, offsetof(struct semset, nsems), 0},
    {"otime", FIELD_TIME, offsetof(struct semset, otime), 0},
};
// clang-format on

int sysvipc_semsets(const char *proc, struct semset_vec *out)
{
    static const struct table table =
        TABLE("sem", KIND_SEMSET, struct semset, semset_fields, complete_other);

    return READ_TABLE(proc, &table, out);
}

// clang-format off
static const struct field queue_fields[] = {
    OWNED(struct queue, "msqid"),
    {"cbytes", FIELD_COUNT, offsetof(struct queue, bytes), 0},
    {"qnum", FIELD_COUNT, offsetof(struct queue, messages), 0},
    {"lspid", FIELD_PID, offsetof(struct queue, lspid), 0},
    {"lrpid", FIELD_PID, offsetof(struct queue, lrpid), 0},
    {"stime", FIELD_TIME, offsetof(struct queue, stime), 0},
    {"rtime", FIELD_TIME, offsetof(struct queue, rtime), 0},
};
// clang-format on

int sysvipc_queues(const char *proc, struct queue_vec *out)
{
    static const struct table table =
        TABLE("msg", KIND_QUEUE, struct queue, queue_fields, complete_other);

    return READ_TABLE(proc, &table, out);
}
