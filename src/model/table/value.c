#include "model/table/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static bool parse_key(const char *text, uint64_t *key)
{
    int64_t number;
    char *end;

    if (strncasecmp(text, "0x", 2) == 0 && isxdigit((unsigned char)text[2])) {
        errno = 0;
        *key = strtoull(text, &end, 16);
        return !errno && *end == '\0' && *key <= UINT32_MAX;
    }
    // Decimal as programs print a key_t, which is signed.
    if (!text_parse_int(text, INT32_MIN, UINT32_MAX, &number))
        return false;
    *key = (uint32_t)number;
    return true;
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

static bool parse_percent(const char *text, double *value)
{
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '.')
        return false;
    *value = strtod(text, &end);
    if (end != text && *end == '%')
        end++;
    return end != text && *end == '\0';
}

static bool parse_bool(const char *text, bool *value)
{
    *value = !strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcmp(text, "1");
    return *value || !strcasecmp(text, "false") || !strcasecmp(text, "no") || !strcmp(text, "0");
}

static bool parse_flag(const struct column *column, const char *text, uint64_t *bit)
{
    *bit = 0;
    for (size_t i = 0; column->flag_names && column->flag_names[i]; i++) {
        if (!strcasecmp(column->flag_names[i], text)) {
            *bit = UINT64_C(1) << i;
            return true;
        }
    }
    return !strcasecmp(text, "none");
}

static bool parse_time(struct value *value, enum cell_type type, const char *text)
{
    value->never = type == CELL_TIME && !strcasecmp(text, "never");
    return value->never || text_parse_age(text, &value->number);
}

void value_expected(struct line *line, const struct column *column)
{
    // clang-format off
    static const char *const examples[] = {
        [CELL_NUMBER] = "a whole number",
        [CELL_COUNT] = "a whole number",
        [CELL_SIZE] = "a size such as 4096, 64K or 1.5G",
        [CELL_TIME] = "an age such as 30s, 5m, 2h or 9d, or never",
        [CELL_DURATION] = "an age such as 30s, 5m, 2h or 9d",
        [CELL_KEY] = "a key such as 0x0052e2c1",
        [CELL_PERMS] = "permissions such as 0640",
        [CELL_PERCENT] = "a percentage",
        [CELL_BOOL] = "true or false",
        [CELL_FLAGS] = "none", // or what the column names
        [CELL_ADDRESS] = "a hexadecimal address",
    };
    // clang-format on
    const char *const *flags = column->type == CELL_FLAGS ? column->flag_names : NULL;

    for (size_t i = 0; flags && flags[i]; i++)
        line_add(line, "%s%s", flags[i], flags[i + 1] ? ", " : " or ");
    line_add(line, "%s", examples[column->type]);
}

bool value_parse(struct value *value, const struct column *column, const char *text)
{
    *value = (struct value){0};
    switch (column->type) {
    case CELL_TEXT:
        value->text = text;
        return true;
    case CELL_NUMBER:
        return text_parse_int(text, INT64_MIN, INT64_MAX, &value->number);
    case CELL_COUNT:
    case CELL_SIZE:
        return text_parse_size(text, &value->count);
    case CELL_TIME:
    case CELL_DURATION:
        return parse_time(value, column->type, text);
    case CELL_KEY:
        return parse_key(text, &value->count);
    case CELL_PERMS:
        return parse_unsigned(text, 8, &value->count) && value->count <= 07777;
    case CELL_PERCENT:
        return parse_percent(text, &value->real);
    case CELL_BOOL:
        return parse_bool(text, &value->truth);
    case CELL_FLAGS:
        return parse_flag(column, text, &value->count);
    case CELL_ADDRESS:
        return parse_unsigned(text, 16, &value->count);
    }
    return false;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int value_compare(const struct cell *cell, const struct value *value, int64_t now)
{
    switch (cell->type) {
    case CELL_TEXT:
        return strcasecmp(cell->text, value->text);
    case CELL_NUMBER:
    case CELL_DURATION:
        return order_of(cell->number, value->number);
    case CELL_TIME: // the value is an age
        return order_of(now - cell->time, value->number);
    case CELL_PERCENT:
        return (cell->real > value->real) - (cell->real < value->real);
    case CELL_BOOL:
        return cell->truth != value->truth;
    case CELL_FLAGS:
        return value->count ? !(cell->count & value->count) : cell->count != 0;
    case CELL_COUNT:
    case CELL_SIZE:
    case CELL_KEY:
    case CELL_PERMS:
    case CELL_ADDRESS:
        break;
    }
    return (cell->count > value->count) - (cell->count < value->count);
}
