#include "model/table/cell_class.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/order.h"
#include "base/text.h"

// --- texts ---------------------------------------------------------------------------------------

static void add_size(struct line *line, const struct cell *cell)
{
    char text[TEXT_SHORT];

    line_add(line, "%s", text_size(text, sizeof text, cell->count));
}

static void add_duration(struct line *line, const struct cell *cell)
{
    char text[TEXT_SHORT];

    line_add(line, "%s", text_age(text, sizeof text, cell->number));
}

static void add_perms(struct line *line, const struct cell *cell)
{
    char text[] = "rwxrwxrwx";

    for (int i = 0; i < 9; i++)
        if (!(cell->count & 0400u >> i))
            text[i] = '-';
    line_add(line, "%s", text);
}

// Below 10 a tenth still means something.
static void add_percent(struct line *line, const struct cell *cell)
{
    line_add(line, "%.*f%%", cell->real >= 0.05 && cell->real < 9.95, cell->real);
}

static void add_address(struct line *line, const struct cell *cell)
{
    line_add(line, "%" PRIx64, cell->count);
}

static void add_flags(struct line *line, uint64_t bits, const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++)
        if (bits & UINT64_C(1) << i)
            line_add(line, "%s%s", line->n ? "," : "", names[i]);
}

// --- values --------------------------------------------------------------------------------------

static bool parse_text(struct value *value, const char *text)
{
    value->text = text;
    return true;
}

static bool parse_number(struct value *value, const char *text)
{
    return text_parse_int(text, INT64_MIN, INT64_MAX, &value->number);
}

static bool parse_size(struct value *value, const char *text)
{
    return text_parse_size(text, &value->count);
}

static bool parse_age(struct value *value, const char *text)
{
    return text_parse_age(text, &value->number);
}

static bool parse_unsigned(const char *text, int base, uint64_t *value)
{
    char *end;

    if (!isxdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *value = strtoull(text, &end, base);
    return !errno && *end == '\0';
}

static bool parse_key(struct value *value, const char *text)
{
    int64_t number;
    bool digits = strlen(text) == 8 && parse_unsigned(text, 16, &value->count);

    if (strncasecmp(text, "0x", 2) == 0)
        return parse_unsigned(text + 2, 16, &value->count) && value->count <= UINT32_MAX;
    // Decimal as programs print a key_t, which is signed.
    bool decimal = text_parse_int(text, INT32_MIN, UINT32_MAX, &number);
    value->either = digits && decimal;
    value->other = (uint32_t)number;
    if (!digits)
        value->count = (uint32_t)number;
    return digits || decimal;
}

// "rw-r-----"
static bool parse_letters(struct value *value, const char *text)
{
    value->count = 0;
    for (int i = 0; i < 9; i++) {
        if (text[i] != "rwxrwxrwx"[i] && text[i] != '-')
            return false;
        value->count |= text[i] == '-' ? 0 : 0400u >> i;
    }
    return text[9] == '\0';
}

static bool parse_perms(struct value *value, const char *text)
{
    if (parse_letters(value, text))
        return true;
    return parse_unsigned(text, 8, &value->count) && value->count <= 07777;
}

static bool parse_address(struct value *value, const char *text)
{
    return parse_unsigned(text, 16, &value->count);
}

static bool parse_percent(struct value *value, const char *text)
{
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '.')
        return false;
    value->real = strtod(text, &end);
    if (end != text && *end == '%')
        end++;
    return end != text && *end == '\0';
}

static bool parse_truth(struct value *value, const char *text)
{
    value->truth = !strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcmp(text, "1");
    return value->truth || !strcasecmp(text, "false") || !strcasecmp(text, "no") ||
           !strcmp(text, "0");
}

// One flag's name, or several as they are shown: "dest,locked".
static bool parse_flags(struct value *value, const struct column *column, const char *text)
{
    bool found = true;

    if (!strcasecmp(text, "none"))
        return true;
    for (; found; text++) {
        size_t n = strcspn(text, ",");
        found = false;
        for (size_t i = 0; column->names && column->names[i]; i++) {
            if (strlen(column->names[i]) != n || strncasecmp(column->names[i], text, n) != 0)
                continue;
            value->count |= UINT64_C(1) << i;
            found = true;
        }
        text += n;
        if (!*text)
            break;
    }
    return found;
}

// --- the classes ---------------------------------------------------------------------------------

// clang-format off
static const struct cell_class classes[] = {
    [CELL_TEXT] = {"text", "a text", FORM_TEXT, .parse = parse_text},
    [CELL_NUMBER] = {"number", "a whole number", FORM_SIGNED, .right = true, .parse = parse_number},
    [CELL_COUNT] = {"number", "a whole number", FORM_UNSIGNED, .right = true, .parse = parse_size},
    [CELL_SIZE] = {"size", "a size such as 4096, 64K or 1.5G", FORM_UNSIGNED, .right = true,
                   .add_text = add_size, .parse = parse_size},
    [CELL_TIME] = {"time", "an age such as 30s, 5m, 2h or 9d, or never", FORM_SIGNED, .right = true,
                   .never = true, .parse = parse_age},
    [CELL_DURATION] = {"duration", "an age such as 30s, 5m, 2h or 9d", FORM_SIGNED, .right = true,
                       .add_text = add_duration, .parse = parse_age},
    [CELL_KEY] = {"key", "a key such as 0x0052e2c1", FORM_DIGITS, .prefix = "0x", .bits = 4,
                  .digits = 8, .parse = parse_key},
    [CELL_PERMS] = {"permissions", "permissions such as 0640", FORM_DIGITS, .prefix = "", .bits = 3,
                    .digits = 4, .add_text = add_perms, .parse = parse_perms},
    [CELL_PERCENT] = {"percent", "a percentage", FORM_REAL, .right = true, .add_text = add_percent,
                      .parse = parse_percent},
    [CELL_BOOL] = {"true/false", "true or false", FORM_TRUTH, .parse = parse_truth},
    [CELL_FLAGS] = {"flags", "none", FORM_FLAGS, .right = false}, // or what the column names
    [CELL_LIST] = {"numbers", "a whole number", FORM_LIST, .parse = parse_size},
    [CELL_ADDRESS] = {"address", "a hexadecimal address", FORM_UNSIGNED, .right = true,
                      .add_text = add_address, .parse = parse_address},
};
// clang-format on

const struct cell_class *cell_class(enum cell_type type)
{
    return &classes[type];
}

bool cell_has_value(const struct cell *cell)
{
    return cell->known && !(classes[cell->type].never && cell->count == 0);
}

size_t cell_digits(const struct cell *cell, char dst[24])
{
    const struct cell_class *class = &classes[cell->type];
    size_t before = strlen(class->prefix), n = before + class->digits;
    uint64_t rest = cell->count;

    memcpy(dst, class->prefix, before);
    for (size_t i = n; i-- > before; rest >>= class->bits)
        dst[i] = "0123456789abcdef"[rest & ((1u << class->bits) - 1)];
    dst[n] = '\0';
    return n;
}

// What people read of a form, where its type says nothing else.
static void add_plain(struct line *line, const struct cell *cell, const struct column *column)
{
    char text[24];

    switch (classes[cell->type].form) {
    case FORM_TEXT:
        line_add(line, "%s", cell->text);
        break;
    case FORM_SIGNED:
        line_add(line, "%" PRId64, cell->number);
        break;
    case FORM_UNSIGNED:
        line_add(line, "%" PRIu64, cell->count);
        break;
    case FORM_DIGITS:
        cell_digits(cell, text);
        line_add(line, "%s", text);
        break;
    case FORM_REAL:
        line_add(line, "%g", cell->real);
        break;
    case FORM_TRUTH:
        line_add(line, "%s", cell->truth ? "yes" : "no");
        break;
    case FORM_FLAGS:
        add_flags(line, cell->count, column->names);
        break;
    case FORM_LIST:
        for (uint32_t i = 0; i < cell->list.n; i++)
            line_add(line, "%s%" PRIu32, i ? "," : "", cell->list.at[i]);
        break;
    }
}

const char *cell_text(const struct cell *cell, const struct column *column, int64_t now, char *dst,
                      size_t cap)
{
    const struct cell_class *class = &classes[cell->type];
    struct line line = line_start(dst, cap);
    char age[TEXT_SHORT];

    if (!cell->known)
        return dst;
    if (class->never)
        line_add(&line, "%s", cell->time ? text_age(age, sizeof age, now - cell->time) : "-");
    else if (class->add_text)
        class->add_text(&line, cell);
    else
        add_plain(&line, cell, column);
    return dst;
}

bool value_parse(struct value *value, const struct column *column, const char *text)
{
    const struct cell_class *class = &classes[column->type];

    *value = (struct value){.never = class->never &&
                                     (!strcasecmp(text, "never") || strcmp(text, "-") == 0)};
    if (class->form == FORM_FLAGS)
        return parse_flags(value, column, text);
    return value->never || class->parse(value, text);
}

void value_expected(struct line *line, const struct column *column)
{
    const struct cell_class *class = &classes[column->type];
    const char *const *names = column->names;
    bool flags = class->form == FORM_FLAGS; // the example is one more

    if (class->form != FORM_TEXT && !flags)
        names = NULL;
    for (size_t i = 0; names && names[i]; i++)
        line_add(line, "%s%s", i == 0 ? "" : names[i + 1] || flags ? ", " : " or ", names[i]);
    if (!names || flags)
        line_add(line, "%s%s", names ? " or " : "", class->example);
}

int value_compare(const struct cell *cell, const struct value *value, int64_t now)
{
    const struct cell_class *class = &classes[cell->type];

    switch (class->form) {
    case FORM_TEXT:
        return strcasecmp(cell->text, value->text);
    case FORM_SIGNED:
        return order_by(class->never ? now - cell->time : cell->number, value->number);
    case FORM_REAL:
        return (cell->real > value->real) - (cell->real < value->real);
    case FORM_TRUTH:
        return cell->truth != value->truth;
    case FORM_FLAGS:
        return value->count ? (cell->count & value->count) != value->count : cell->count != 0;
    case FORM_LIST: // whether it is among them
        for (uint32_t i = 0; i < cell->list.n; i++)
            if (cell->list.at[i] == value->count)
                return 0;
        return 1;
    case FORM_UNSIGNED:
    case FORM_DIGITS:
        break;
    }
    if (value->either && cell->count == value->other)
        return 0;
    return order_by_u64(cell->count, value->count);
}
